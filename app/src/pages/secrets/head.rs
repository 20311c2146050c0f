//! The head of every page about secrets: what it is of, and its tabs with their counts.

use domain::Level;
use leptos::prelude::*;
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

use super::place::{Place, level_name, tab_of};
use crate::{
    components::{Icon, level_icon},
    paths::{self, ServiceTab},
};

/// What the head shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The service, project or platform.
    pub base: Level,
    /// What it is for.
    pub description: String,
    /// Its levels, narrowest first.
    pub levels: Vec<LevelTab>,
    /// How many bindings the service has.
    pub bindings: u32,
}

/// One level and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelTab {
    /// The level.
    pub level: Level,
    /// How many names are set on it.
    pub count: u32,
    /// Whether the reader may write there, in one environment at least.
    pub write: bool,
}

/// The tab on show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Current {
    /// One level.
    Level(Level),
    /// What the ladder gives.
    Effective,
    /// What reaches the app.
    Bindings,
}

/// The head of a page and its tabs.
#[component]
pub fn SecretsHead(
    /// What to show.
    head: Head,
    /// The tab on show.
    current: Current,
    /// Buttons and links at the end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (icon, name) = match &head.base {
        Level::Service(path) => ("box", path.service.to_string()),
        Level::Project { project } => ("folder", project.to_string()),
        Level::Platform => ("platform", "Platform secrets".to_owned()),
    };
    let title = match (&head.base, &current) {
        (Level::Platform, _) => name.clone(),
        (_, Current::Level(Level::Project { .. })) => format!("{name}: project secrets"),
        (_, Current::Level(Level::Platform)) => format!("{name}: platform secrets"),
        (_, Current::Level(Level::Service(_))) => format!("{name}: secrets"),
        (_, Current::Effective) => format!("{name}: effective"),
        (_, Current::Bindings) => format!("{name}: bindings"),
    };
    let description = match head.description.trim() {
        "" => String::new(),
        text if text.ends_with(['.', '!', '?']) => format!(" {text}"),
        text => format!(" {text}."),
    };
    let lead = match &head.base {
        Level::Service(path) => {
            let project = path.project.to_string();
            view! { <p>"Service of " <a class="link" href=paths::project(&path.project)>{project}</a>{format!(".{description}")}</p> }
                .into_any()
        }
        Level::Project { project } => {
            view! { <p>"Secrets every service of " <a class="link" href=paths::project(project)>{project.to_string()}</a>{format!(" sees.{description}")}</p> }
                .into_any()
        }
        Level::Platform => view! { <p>"Secrets every service of every project sees, unless a narrower level has its own."</p> }.into_any(),
    };
    let actions = children.map(|children| view! { <div class="actions">{children()}</div> });
    let tabs = (head.base != Level::Platform).then(|| view! { <Tabs head=head.clone() current /> });
    view! {
        <Title text=title />
        <header class="page-head">
            <div class="page-title"><h1><Icon name=icon />{name}</h1>{lead}</div>
            {actions}
        </header>
        {tabs}
    }
}

#[component]
fn Tabs(head: Head, current: Current) -> impl IntoView {
    let label = format!("Levels of {}", level_name(&head.base));
    let levels: Vec<_> = head
        .levels
        .iter()
        .map(|tab| {
            let place = Place { base: head.base.clone(), level: tab.level.clone() };
            let here = current == Current::Level(tab.level.clone());
            view! {
                <a href=place.path() aria-current=here.then_some("page")>
                    <Icon name=level_icon(&tab.level) />
                    {tab_of(&tab.level).label()}
                    <span class="count">{tab.count}</span>
                </a>
            }
        })
        .collect();
    let more = match &head.base {
        Level::Service(path) => {
            let effective = (current == Current::Effective).then_some("page");
            let bindings = (current == Current::Bindings).then_some("page");
            Some(view! {
                <span class="rule" aria-hidden="true"></span>
                <a href=paths::service_tab(path, ServiceTab::Effective) aria-current=effective>
                    <Icon name="effective" />
                    {ServiceTab::Effective.label()}
                </a>
                <a href=paths::service_tab(path, ServiceTab::Bindings) aria-current=bindings>
                    <Icon name="link" />
                    {ServiceTab::Bindings.label()}
                    <span class="count">{head.bindings}</span>
                </a>
            })
        }
        _ => None,
    };
    view! { <nav class="tabs" aria-label=label>{levels}{more}</nav> }
}

/// Reads the head of a page; `known` is the count of a level that was counted already.
#[cfg(feature = "ssr")]
pub(super) async fn gather(
    vault: &vault::Vault,
    actor: &domain::Actor,
    base: &Level,
    known: Option<(&Level, u32)>,
) -> vault::Result<Head> {
    use domain::api::{ListQuery, MatrixShow};

    use super::scope_read::Writable;
    let (description, bindings) = match base {
        Level::Service(path) => {
            (vault.find_service(actor, path).await?.description, vault.list_bindings(actor, path).await?.len())
        }
        Level::Project { project } => (vault.find_project(actor, project).await?.description, 0),
        Level::Platform => (String::new(), 0),
    };
    let environments = vault.list_environments(actor).await?;
    let environments: Vec<_> = environments.into_iter().map(|environment| environment.name).collect();
    let mut levels = Vec::new();
    for level in super::place::levels(base) {
        let count = match known {
            Some((counted, count)) if *counted == level => count,
            _ => {
                let one = ListQuery { limit: Some(1), ..ListQuery::default() };
                let matrix = vault.matrix(actor, &level, MatrixShow::All, &one).await?;
                matrix.counts.set
            }
        };
        let write = Writable::of(actor, &level, &environments).any();
        levels.push(LevelTab { level, count, write });
    }
    Ok(Head { base: base.clone(), description, levels, bindings: u32::try_from(bindings).unwrap_or(u32::MAX) })
}
