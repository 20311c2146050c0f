//! The keys of a plan: what each would do, row by row.

use domain::{
    Problem,
    api::{PlanAction, PlanItem},
};
use leptos::prelude::*;

use super::{
    matrix::KindIcon,
    plan_effects::{Effects, look},
    upload::Upload,
};
use crate::components::{Icon, Mask, Status, sentence};

/// How many rows are drawn at a time.
const ROWS: usize = 200;

/// Which keys are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    All,
    Only(PlanAction),
    Shadows,
    Shadowed,
    Noted,
}

impl Show {
    fn holds(self, item: &PlanItem) -> bool {
        match self {
            Self::All => true,
            Self::Only(action) => item.action == action,
            Self::Shadows => !item.shadows.is_empty(),
            Self::Shadowed => !item.shadowed_by.is_empty(),
            Self::Noted => item.looks_like_file.is_some() || !item.differs_in_case.is_empty(),
        }
    }
}

/// The keys of a file: those that cannot be stored first, then in the order of the file, some at a time.
#[component]
pub fn PlanItems(
    /// The upload of the page.
    upload: Upload,
    /// The keys.
    items: Vec<PlanItem>,
    /// Whether the server has said what they would do.
    planned: bool,
) -> impl IntoView {
    let mut items = items;
    items.sort_by_key(|item| item.action != PlanAction::Invalid);
    let (show, drawn) = (RwSignal::new(Show::All), RwSignal::new(ROWS));
    let pills: Vec<_> = [
        (Show::All, None, "All"),
        (Show::Only(PlanAction::Create), Some("create"), "Create"),
        (Show::Only(PlanAction::Update), Some("update"), "Update"),
        (Show::Only(PlanAction::Unchanged), Some("unchanged"), "Unchanged"),
        (Show::Shadows, Some("shadows"), "Shadows"),
        (Show::Shadowed, Some("shadowed"), "Shadowed"),
        (Show::Noted, Some("warn"), "To look at"),
        (Show::Only(PlanAction::Invalid), Some("invalid"), "Invalid"),
    ]
    .into_iter()
    .map(|(which, icon, label)| (which, icon, label, items.iter().filter(|item| which.holds(item)).count()))
    .filter(|(which, .., count)| *which == Show::All || *count > 0)
    .map(|(which, icon, label, count)| {
        let pressed = move || if show.get() == which { "true" } else { "false" };
        let choose = move |_| {
            drawn.set(ROWS);
            show.set(which);
        };
        view! {
            <button type="button" aria-pressed=pressed on:click=choose>
                {icon.map(|name| view! { <Icon name=name /> })}
                {label}
                " "
                <b>{count}</b>
            </button>
        }
    })
    .collect();
    let items = StoredValue::new(items);
    let rows = move || -> Vec<_> {
        let which = show.get();
        items.with_value(|items| {
            let shown = items.iter().filter(|item| which.holds(item)).take(drawn.get());
            shown.map(|item| view! { <Item upload item=item.clone() planned /> }).collect()
        })
    };
    let rest = move || {
        let which = show.get();
        let all = items.with_value(|items| items.iter().filter(|item| which.holds(item)).count());
        let rest = all.saturating_sub(drawn.get());
        (rest > 0).then(|| {
            view! {
                <div class="pager">
                    <span>{format!("{} of {all} keys", all - rest)}</span>
                    <span class="spacer"></span>
                    <button class="button quiet small" type="button" on:click=move |_| drawn.update(|drawn| *drawn += ROWS)>
                        {format!("Show {} more", rest.min(ROWS))}
                    </button>
                </div>
            }
        })
    };
    view! {
        {planned.then(|| view! { <div class="pills" role="group" aria-label="Show">{pills}</div> })}
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
            {rest}
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
    let advised = item.looks_like_file.is_some() || upload.as_file.with_untracked(|names| names.contains(&item.name));
    let advice = (planned && advised).then(|| {
        let name = item.name.clone();
        let words = item.looks_like_file.map_or("stored as a file", look);
        let taken = upload.as_file.with_untracked(|names| names.contains(&item.name));
        view! {
            <label class="check small-text">
                <input type="checkbox" prop:checked=taken on:change=move |event| upload.take_advice(&name, event_target_checked(&event)) />
                {words}
            </label>
        }
    });
    let rest = match &item.problem {
        Some(problem) => {
            view! { <td colspan="2" class="wraps"><span class="is-bad small-text">{sentence(&line(problem))}</span></td> }
                .into_any()
        }
        None => view! {
            <td data-label="Now, then"><Versions item=item.clone() planned /></td>
            <td data-label="Effect" class="wraps"><Effects item=item.clone() /> {advice}</td>
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

pub(super) fn chip(action: PlanAction, planned: bool) -> impl IntoView {
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

/// The version of now and the one of then.
#[component]
pub(super) fn Versions(
    /// The key.
    item: PlanItem,
    /// Whether the server has said what it would do.
    planned: bool,
) -> impl IntoView {
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
