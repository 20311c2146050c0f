//! Two versions side by side. While values are hidden, they are told to be the same or different.

use domain::api::{Compared, VersionDiff, VersionRow};
use leptos::prelude::*;

use super::{asked::place_of, secret::HistoryView};
use crate::{
    components::{Mask, Status},
    pages::secrets::environment_word,
    paths,
};

/// The form that chooses two versions, and what comparing them finds.
#[component]
pub(super) fn Compare(
    /// The page.
    view: HistoryView,
) -> impl IntoView {
    let place = place_of(&view.scope);
    let chosen = view.diff.as_ref().map(|diff| (diff.from.version, diff.to.version));
    let options = |side: Option<i64>| {
        view.versions
            .iter()
            .map(|version| {
                let number = version.version;
                view! { <option value=number.to_string() selected=side == Some(number)>{format!("v{number}")}</option> }
            })
            .collect::<Vec<_>>()
    };
    let (from, to) = (options(chosen.map(|(from, _)| from)), options(chosen.map(|(_, to)| to)));
    let found = view.diff.clone().map(|diff| view! { <Diff diff /> });
    view! {
        <section class="panel" aria-labelledby="compare-title">
            <header class="panel-head"><h2 id="compare-title">"Compare"</h2></header>
            <div class="panel-body stack-3">
                <form class="row" action=paths::HISTORY method="get">
                    <input type="hidden" name="level" value=place.level.word() />
                    <input type="hidden" name="project" value=place.project() />
                    <input type="hidden" name="service" value=place.service() />
                    <input type="hidden" name="environment" value=environment_word(view.scope.environment.as_ref()) />
                    <input type="hidden" name="name" value=view.name.to_string() />
                    <label class="sr" for="from">"Compare version"</label>
                    <select class="input auto" id="from" name="from">{from}</select>
                    <label class="quiet-text small-text" for="to">"with"</label>
                    <select class="input auto" id="to" name="to">{to}</select>
                    <button class="button small" type="submit">"Compare"</button>
                </form>
                {found}
            </div>
        </section>
    }
}

#[component]
fn Diff(diff: VersionDiff) -> impl IntoView {
    let (from, to) = (&diff.from, &diff.to);
    let kind = |version: &VersionRow| version.kind.map_or("deleted", |kind| kind.word());
    let comment = |version: &VersionRow| match version.comment.as_deref() {
        None => "not known".to_owned(),
        Some("") => "none".to_owned(),
        Some(comment) => comment.to_owned(),
    };
    view! {
        <div class="diff">
            <table>
                <caption class="sr">{format!("Version {} and version {}, masked", from.version, to.version)}</caption>
                <thead>
                    <tr>
                        <th scope="col"><span class="sr">"Part"</span></th>
                        <th scope="col">{format!("v{}", from.version)}</th>
                        <th scope="col">{format!("v{}", to.version)}</th>
                    </tr>
                </thead>
                <tbody>
                    <tr><th scope="row">"Value"<br /><Verdict of=diff.value /></th><td><Hidden version=from.clone() /></td><td><Hidden version=to.clone() /></td></tr>
                    <tr><th scope="row">"Kind"<br /><Verdict of=diff.kind /></th><td>{kind(from)}</td><td>{kind(to)}</td></tr>
                    <tr><th scope="row">"Comment"<br /><Verdict of=diff.comment /></th><td>{comment(from)}</td><td>{comment(to)}</td></tr>
                </tbody>
            </table>
        </div>
    }
}

/// What stands for a value.
#[component]
fn Hidden(version: VersionRow) -> impl IntoView {
    match (version.kind, version.destroyed_at) {
        (None, _) => "none".into_any(),
        (_, Some(_)) => "destroyed".into_any(),
        _ => view! { <Mask /> }.into_any(),
    }
}

/// Same, different or not known, as an icon and a word.
#[component]
pub(super) fn Verdict(
    /// What was found.
    of: Compared,
) -> impl IntoView {
    let (icon, tone) = match of {
        Compared::Same => ("unchanged", "mute"),
        Compared::Different => ("differs", "info"),
        Compared::Unknown => ("help", "mute"),
    };
    view! { <Status icon tone text=of.word() /> }
}
