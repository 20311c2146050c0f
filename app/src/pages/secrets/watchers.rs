//! The programs that watch what a service gets, and which of them have the newest.

use domain::api::Watcher;
use leptos::prelude::*;

use crate::components::{Status, When, counted};

/// The programs, folded behind how many have the newest; nothing where none watches.
#[component]
pub(super) fn Watchers(watchers: Vec<Watcher>) -> impl IntoView {
    if watchers.is_empty() {
        return None;
    }
    let newest = watchers.iter().filter(|watcher| watcher.newest).count();
    let text = format!("{newest} of {} on the newest", counted(watchers.len(), "program"));
    let (icon, tone) = if newest == watchers.len() { ("ok", "good") } else { ("clock", "warn") };
    let rows: Vec<_> = watchers.into_iter().map(|watcher| view! { <Row watcher /> }).collect();
    Some(view! {
        <details class="panel fold">
            <summary><Status icon=icon tone=tone text /></summary>
            <table class="sheet">
                <caption class="sr">"The programs that watch this service in this environment"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Program"</th>
                        <th scope="col">"Token"</th>
                        <th scope="col">"Watches since"</th>
                        <th scope="col">"Applied"</th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    })
}

#[component]
fn Row(watcher: Watcher) -> impl IntoView {
    let name = if watcher.client.is_empty() { "without a name".to_owned() } else { watcher.client };
    let applied = watcher.applied_at.map(|at| view! { <When at=at /> });
    let state = match (watcher.newest, watcher.sequence) {
        (true, _) => view! { <Status icon="ok" tone="good" text="newest" /> },
        (false, Some(_)) => view! { <Status icon="clock" tone="warn" text="behind" /> },
        (false, None) => view! { <Status icon="clock" tone="mute" text="has not told" /> },
    };
    view! {
        <tr>
            <th scope="row"><span class="name">{name}</span></th>
            <td data-label="Token">{watcher.token}</td>
            <td data-label="Watches since"><When at=watcher.since /></td>
            <td data-label="Applied">{applied}</td>
            <td data-label="State">{state}</td>
        </tr>
    }
}
