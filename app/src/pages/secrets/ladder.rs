//! The six rungs for one name, most specific first.

use domain::{
    EnvironmentName, Scope, ServicePath,
    api::Explanation,
    ladder::{RungState, rungs},
};
use leptos::prelude::*;

use super::place::environment_title;
use crate::components::{Icon, Status, level_icon};

/// The ladder of a name.
#[component]
pub fn Ladder(
    /// Whose ladder.
    service: ServicePath,
    /// In which environment.
    environment: EnvironmentName,
    /// What is on it.
    explanation: Explanation,
    /// The rung that the page is about.
    #[prop(optional)]
    this: Option<Scope>,
    /// In one line each.
    #[prop(optional)]
    compact: bool,
) -> impl IntoView {
    let list: Vec<_> = rungs(&service, &environment)
        .into_iter()
        .zip(explanation.rungs)
        .map(|(scope, rung)| {
            let class = match rung.state {
                RungState::Wins => "wins",
                RungState::ShadowedSame | RungState::ShadowedDifferent => "waits",
                RungState::Absent => "absent",
                RungState::Hidden => "denied",
            };
            let icon = level_icon(&scope.level);
            let words = words(rung.state, compact, this.as_ref() == Some(&scope));
            let state = match rung.state {
                RungState::ShadowedSame if !compact => {
                    view! { <Status icon="unchanged" tone="shade" text=words /> }.into_any()
                }
                RungState::ShadowedDifferent if !compact => {
                    view! { <Status icon="differs" tone="shade" text=words /> }.into_any()
                }
                RungState::Hidden => view! { <Status icon="denied" text=words /> }.into_any(),
                _ => view! { <span>{words}</span> }.into_any(),
            };
            let more = match (compact, rung.version, rung.updated_at, &rung.updated_by) {
                (false, Some(version), Some(at), Some(by)) => {
                    Some(view! { <small>{format!("v{version}, {} UTC by {by}", at.minute())}</small> })
                }
                _ => None,
            };
            view! { <li class=class><Icon name=icon /><span class="rung">{title(&scope, compact)}{more}</span>{state}</li> }
        })
        .collect();
    view! { <ol class=if compact { "ladder compact" } else { "ladder" }>{list}</ol> }
}

fn title(scope: &Scope, compact: bool) -> String {
    match (&scope.environment, compact) {
        (None, true) => scope.level.word().to_owned(),
        (environment, _) => {
            format!("{}, {}", scope.level.word(), environment_title(environment.as_ref()))
        }
    }
}

fn words(state: RungState, compact: bool, this: bool) -> &'static str {
    match (state, compact) {
        (RungState::Wins, _) if this => "this one",
        (RungState::Wins, _) => "wins",
        (RungState::ShadowedSame, true) => "same",
        (RungState::ShadowedSame, false) => "shadowed, same",
        (RungState::ShadowedDifferent, true) => "different",
        (RungState::ShadowedDifferent, false) => "shadowed, different",
        (RungState::Absent, _) => "absent",
        (RungState::Hidden, _) => "no access",
    }
}
