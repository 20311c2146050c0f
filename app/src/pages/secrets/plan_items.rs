//! The keys of a plan: what each would do, row by row.

use domain::{
    Problem,
    api::{PlanAction, PlanItem},
};
use leptos::prelude::*;

use super::{matrix::KindIcon, upload::Upload};
use crate::components::{Icon, Mask, Status, sentence};

/// The keys of a file, in its order.
#[component]
pub fn PlanItems(
    /// The upload of the page.
    upload: Upload,
    /// The keys.
    items: Vec<PlanItem>,
    /// Whether the server has said what they would do.
    planned: bool,
) -> impl IntoView {
    let rows: Vec<_> = items.into_iter().map(|item| view! { <Item upload item planned /> }).collect();
    view! {
        <div class="sheet-wrap">
            <table class="sheet">
                <caption>"What applying this file would do. Values are hidden."</caption>
                <thead>
                    <tr>
                        <th class="pick" scope="col"><span class="sr">"Apply"</span></th>
                        <th scope="col">"Key"</th>
                        <th scope="col">"Plan"</th>
                        <th scope="col">"Now, then"</th>
                        <th scope="col">"Effect"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Item(upload: Upload, item: PlanItem, planned: bool) -> impl IntoView {
    let (name, picked) = (item.name.clone(), item.name.clone());
    let fixed = !planned || !matches!(item.action, PlanAction::Create | PlanAction::Update);
    let quiet = fixed && planned;
    let kept = {
        let name = item.name.clone();
        move || planned && !fixed && upload.left_out.with(|left_out| !left_out.contains(&name))
    };
    let pick = move |event| {
        let keep = event_target_checked(&event);
        upload.left_out.update(|left_out| {
            if keep {
                left_out.remove(&picked);
            } else {
                left_out.insert(picked.clone());
            }
        });
    };
    let rest = match &item.problem {
        Some(problem) => {
            view! { <td colspan="2" class="wraps"><span class="is-bad small-text">{sentence(&line(problem))}</span></td> }
                .into_any()
        }
        None => view! {
            <td data-label="Now, then"><Versions item=item.clone() planned /></td>
            <td data-label="Effect" class="wraps"><Shadowing item=item.clone() /></td>
        }
        .into_any(),
    };
    view! {
        <tr>
            <td class="pick">
                <input type="checkbox" aria-label=format!("Apply {name}") prop:checked=kept disabled=fixed on:change=pick />
            </td>
            <th scope="row">
                <span class="row-name">
                    {item.kind.map(|kind| view! { <KindIcon kind /> })}
                    <span class=if quiet { "name plain quiet-text" } else { "name" }>{name}</span>
                </span>
            </th>
            <td data-label="Plan">{chip(item.action, planned)}</td>
            {rest}
        </tr>
    }
}

fn chip(action: PlanAction, planned: bool) -> impl IntoView {
    let (tone, icon, word) = match action {
        PlanAction::Invalid => ("bad", "invalid", "invalid"),
        _ if !planned => ("mute", "waits", "read"),
        PlanAction::Create => ("good", "create", "create"),
        PlanAction::Update => ("info", "update", "update"),
        PlanAction::Unchanged => ("mute", "unchanged", "unchanged"),
        PlanAction::LeftOut => ("mute", "none", "left out"),
    };
    view! { <span class=format!("chip is-{tone}")><Icon name=icon />{word}</span> }
}

#[component]
fn Versions(item: PlanItem, planned: bool) -> impl IntoView {
    if !planned {
        return ().into_any();
    }
    let now = match item.version {
        Some(version) => {
            view! { <span><Mask />" "<small class="quiet-text">{format!("v{version}")}</small></span> }.into_any()
        }
        None => view! { <Status icon="absent" tone="mute" text="absent" /> }.into_any(),
    };
    let then = matches!(item.action, PlanAction::Create | PlanAction::Update).then(|| {
        view! {
            <span class="quiet-text"><span aria-hidden="true">"→"</span><span class="sr">"becomes"</span></span>
            <small class="quiet-text">{format!("v{}", item.version.unwrap_or_default() + 1)}</small>
        }
    });
    view! { <span class="row keep">{now}{then}</span> }.into_any()
}

/// What the key does to other levels.
#[component]
fn Shadowing(item: PlanItem) -> impl IntoView {
    let shadows = (!item.shadows.is_empty()).then(|| {
        view! { <Status icon="shadows" tone="shade" text=format!("shadows {}", sources(&item.shadows)) /> }
    });
    let shadowed = (!item.shadowed_by.is_empty()).then(|| {
        view! { <Status icon="shadowed" tone="shade" text=format!("shadowed by {}", sources(&item.shadowed_by)) /> }
    });
    view! { <span class="row">{shadows}{shadowed}</span> }
}

/// `Line 18, column 3: …`
pub(super) fn line(problem: &Problem) -> String {
    match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!("Line {line}, column {column}: {}", problem.message),
        _ => match &problem.name {
            Some(name) => format!("{name}: {}", problem.message),
            None => problem.message.clone(),
        },
    }
}

/// Sources in few words: the page says which project and service they are of.
fn sources(sources: &[String]) -> String {
    let short: Vec<String> = sources.iter().map(|source| short(source)).collect();
    short.join("; ")
}

/// `project: shop, service: api, environment: staging` as `api, staging`; `project: shop` as `project`.
fn short(source: &str) -> String {
    let part = |key: &str| {
        let of = |part: &str| part.strip_prefix(key).map(str::to_owned);
        source.split(", ").find_map(of)
    };
    let level = match (part("service: "), part("project: ")) {
        (Some(service), _) => service,
        (None, Some(_)) => "project".to_owned(),
        (None, None) => "platform".to_owned(),
    };
    match part("environment: ") {
        Some(environment) => format!("{level}, {environment}"),
        None => level,
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_source_is_told_in_few_words() {
        assert_eq!(short("project: shop, service: api, environment: staging"), "api, staging");
        assert_eq!(short("project: shop, service: api"), "api");
        assert_eq!(short("project: shop"), "project");
        assert_eq!(short("platform, environment: staging"), "platform, staging");
    }
}
