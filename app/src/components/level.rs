//! Levels: three bolts, the thrown one is the level.

use domain::Level;
use leptos::prelude::*;

use super::Icon;

/// The icon of a level.
pub fn level_icon(level: &Level) -> &'static str {
    match level {
        Level::Platform => "platform",
        Level::Project { .. } => "project",
        Level::Service(_) => "service",
    }
}

/// A level, drawn and named.
#[component]
pub fn LevelIcon(
    /// The level.
    level: Level,
    /// What it is called here; its own words when not given.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    let label = label.unwrap_or_else(|| match &level {
        Level::Platform => "platform".to_owned(),
        Level::Project { project } => project.to_string(),
        Level::Service(path) => path.to_string(),
    });
    view! { <span class="level"><Icon name=level_icon(&level) />{label}</span> }
}
