//! A plan in a form: what works without script. The keys with a box each, and what the button will do.

use domain::{
    Scope,
    api::{Plan, PlanAction, PlanItem},
};
use leptos::prelude::*;

use super::{
    matrix::KindIcon,
    place::{environment_title, level_title},
    plan_effects::{Affected, Effects, look},
    plan_items::{Versions, chip, line},
};
use crate::components::{Icon, counted, level_icon, sentence};

/// The keys of a plan, with boxes to leave some of them out.
#[component]
pub fn PlainItems(
    /// The keys.
    items: Vec<PlanItem>,
    /// What the table is of.
    #[prop(into)]
    caption: String,
    /// Names that were stored as files when the plan was made.
    #[prop(optional)]
    as_file: Vec<String>,
) -> impl IntoView {
    let rows: Vec<_> = items
        .into_iter()
        .map(|item| {
            let taken = as_file.contains(&item.name);
            view! { <PlainItem item taken /> }
        })
        .collect();
    view! {
        <div class="sheet-wrap">
            <table class="sheet">
                <caption>{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Leave out"</th>
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
fn PlainItem(item: PlanItem, taken: bool) -> impl IntoView {
    let name = item.name.clone();
    let fixed = name.is_empty() || (item.action == PlanAction::Unchanged && item.removed_from.is_none());
    let left_out = item.action == PlanAction::LeftOut;
    let advice = (item.looks_like_file.is_some() || taken).then(|| {
        let words = item.looks_like_file.map_or("stored as a file", look);
        view! {
            <label class="check small-text"><input type="checkbox" name="as_file" value=name.clone() checked=taken />{words}</label>
        }
    });
    let rest = match &item.problem {
        Some(problem) => {
            view! { <td colspan="2" class="wraps"><span class="is-bad small-text">{sentence(&line(problem))}</span></td> }
                .into_any()
        }
        None => view! {
            <td data-label="Now, then"><Versions item=item.clone() planned=true /></td>
            <td data-label="Effect" class="wraps"><Effects item=item.clone() />{advice}</td>
        }
        .into_any(),
    };
    let label = format!("Leave out {name}");
    view! {
        <tr>
            <td class="pick">
                <input type="checkbox" name="leave_out" value=name.clone() aria-label=label checked=left_out disabled=fixed />
            </td>
            <th scope="row">
                <span class="row-name">
                    {item.kind.map(|kind| view! { <KindIcon kind /> })}
                    <span class=if fixed { "name plain quiet-text" } else { "name" }>{name}</span>
                </span>
            </th>
            <td data-label="Plan">{chip(item.action, true)}</td>
            {rest}
        </tr>
    }
}

/// What applying does, and the button that does it.
#[component]
pub fn PlainApply(
    /// The plan.
    plan: Plan,
    /// Where it writes.
    scope: Scope,
    /// What has been typed as its message.
    #[prop(optional, into)]
    message: String,
    /// What comes before the button: a field that the button needs.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let counts = plan.counts;
    let writes = counts.create + counts.update;
    let place = format!("{}, {}", level_title(&scope.level), environment_title(scope.environment.as_ref()));
    let parts = format!("{} new, {}", counts.create, counted(counts.update as usize, "new version"));
    let removed = (counts.removed > 0)
        .then(|| format!(" Remove {} where they are now.", counted(counts.removed as usize, "name")));
    let rest = format!("{} unchanged, {} left out", counts.unchanged, counts.left_out);
    let label = match (writes, counts.removed) {
        (0, 0) => "Apply".to_owned(),
        (1, 0) => "Apply 1 change".to_owned(),
        (writes, 0) => format!("Apply {writes} changes"),
        (_, removed) => format!("Move {}", counted(removed as usize, "name")),
    };
    let icon = level_icon(&scope.level);
    view! {
        <aside class="panel" aria-labelledby="apply-title">
            <header class="panel-head"><h2 id="apply-title">"What Apply will do"</h2></header>
            <div class="panel-body stack-3">
                <p>
                    "Write " <b>{counted(writes as usize, "name")}</b> " to " <span class="level"><Icon name=icon /><b>{place}</b></span>
                    " as one change: " <b>{parts}</b> "." {removed}
                </p>
                <ul class="stack-2 small-text">
                    <Affected affects=plan.affects />
                    <li class="status is-ink"><Icon name="none" />{rest}</li>
                </ul>
                <p class="small-text quiet-text">
                    "All of it or none of it: while one key cannot be stored, nothing is. If someone changes one of these names first, you get a new plan."
                </p>
                <div class="field">
                    <label for="plan-message">"Message " <span class="optional">"shown in history"</span></label>
                    <input class="input" id="plan-message" name="message" type="text" maxlength="2000" value=message autocomplete="off" />
                </div>
                {children.map(|children| children())}
                <button class="button primary wide" type="submit" name="do" value="apply" data-key="apply">{label}</button>
            </div>
        </aside>
    }
}
