//! Two people wrote one secret at once: what it started from, what is there now, and what the reader typed. Values are
//! hidden; what was typed is kept by the server and is not in the page.

use domain::api::{Conflict, ConflictSide};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    asked::{Where, place_of},
    compare::Verdict,
};
use crate::{
    components::{Icon, Loaded, Mask, When},
    error::UiError,
    pages::secrets::{Reveal, RevealButtons, RevealDialog, Wanted},
    paths::{self, forms},
};

/// Reads the three sides.
#[server(prefix = "/ui", endpoint = "conflict")]
pub async fn load_conflict(draft: String) -> Result<Conflict, UiError> {
    Ok(crate::context::vault()?.find_conflict(&crate::context::actor()?, &draft).await?)
}

/// The page of one conflict.
#[component]
pub fn ConflictPage() -> impl IntoView {
    let query = use_query_map();
    let draft = Memo::new(move |_| query.with(|query| query.get("draft").unwrap_or_default()));
    let reveal = Reveal::new();
    let data = Resource::new(move || draft.get(), load_conflict);
    view! {
        <div class="page narrow">
            <Loaded data view=move |conflict| view! { <Sides conflict reveal /> }.into_any() />
        </div>
        <RevealDialog reveal />
    }
}

#[component]
fn Sides(conflict: Conflict, reveal: Reveal) -> impl IntoView {
    let name = conflict.name.to_string();
    let lead = match (&conflict.base, &conflict.theirs) {
        (_, None) => "It was deleted while you wrote.".to_owned(),
        (None, Some(theirs)) => format!("{} set it while you wrote.", theirs.by),
        (Some(_), Some(theirs)) => format!("{} changed it while you wrote.", theirs.by),
    };
    let back = paths::query(paths::CONFLICT, &[("draft", &conflict.draft)]);
    let shown = |side: &Option<ConflictSide>| {
        side.as_ref().and_then(|side| Some((side.version?, side.kind))).map(|(version, kind)| {
            let wanted = Wanted { scope: conflict.scope.clone(), name: conflict.name.clone(), version };
            view! { <RevealButtons place=place_of(&conflict.scope) wanted kind reveal back=back.clone() id=format!("reveal-{version}") square=true /> }
        })
    };
    let value = |side: &Option<ConflictSide>| match side {
        Some(_) => view! { <span class="row"><Mask />{shown(side)}</span> }.into_any(),
        None => "not set".into_any(),
    };
    let word =
        |side: &Option<ConflictSide>, of: fn(&ConflictSide) -> String| side.as_ref().map_or_else(|| "–".to_owned(), of);
    let kind = |side: &ConflictSide| side.kind.word().to_owned();
    let comment = |side: &ConflictSide| match side.comment.as_deref() {
        None => "not known".to_owned(),
        Some("") => "none".to_owned(),
        Some(comment) => comment.to_owned(),
    };
    let version = |side: &Option<ConflictSide>| {
        side.as_ref().and_then(|side| side.version).map_or_else(String::new, |version| format!(", v{version}"))
    };
    let by = |side: &Option<ConflictSide>| {
        side.as_ref().map(|side| view! { {side.by.clone()}<br /><span class="quiet-text"><When at=side.at /></span> })
    };
    let (base, theirs, mine) = (conflict.base.clone(), conflict.theirs.clone(), Some(conflict.mine.clone()));
    let write = format!("Write mine as version {}", conflict.version + 1);
    let keep = if conflict.theirs.is_some() { "Keep theirs" } else { "Leave it deleted" };
    view! {
        <Title text=format!("{name}: written at once") />
        <header class="page-head">
            <div class="page-title">
                <h1 class="name">{name}</h1>
                <p><Where scope=conflict.scope.clone() />". "{lead}" Nothing of what you typed is lost: choose."</p>
            </div>
        </header>
        <div class="diff sides">
            <table>
                <caption class="sr">"What you started from, what is there now, and what you typed. Values are hidden."</caption>
                <thead>
                    <tr>
                        <th scope="col"><span class="sr">"Part"</span></th>
                        <th scope="col">{format!("Started from{}", version(&base))}</th>
                        <th scope="col">{format!("Theirs, now{}", version(&theirs))}</th>
                        <th scope="col">"Mine"</th>
                    </tr>
                </thead>
                <tbody>
                    <tr><th scope="row">"Value"</th><td>{value(&base)}</td><td>{value(&theirs)}</td><td><Mask /></td></tr>
                    <tr>
                        <th scope="row">"Compared"</th>
                        <td></td>
                        <td><Verdict of=conflict.theirs_and_base />" from the start"</td>
                        <td><Verdict of=conflict.mine_and_theirs />" from theirs"<br /><Verdict of=conflict.mine_and_base />" from the start"</td>
                    </tr>
                    <tr><th scope="row">"Kind"</th><td>{word(&base, kind)}</td><td>{word(&theirs, kind)}</td><td>{word(&mine, kind)}</td></tr>
                    <tr><th scope="row">"Comment"</th><td>{word(&base, comment)}</td><td>{word(&theirs, comment)}</td><td>{word(&mine, comment)}</td></tr>
                    <tr><th scope="row">"By"</th><td>{by(&base)}</td><td>{by(&theirs)}</td><td>{by(&mine)}</td></tr>
                </tbody>
            </table>
        </div>
        <div class="actions">
            <form action=forms::CONFLICT_WRITE method="post">
                <input type="hidden" name="draft" value=conflict.draft.clone() />
                <input type="hidden" name="version" value=conflict.version.to_string() />
                <button class="button primary" type="submit"><Icon name="edit" />{write}</button>
            </form>
            <form action=forms::CONFLICT_DROP method="post">
                <input type="hidden" name="draft" value=conflict.draft.clone() />
                <button class="button" type="submit">{keep}</button>
            </form>
        </div>
        <p class="hint">"Theirs stays in history either way. What you typed is kept, sealed, until "<When at=conflict.kept_until />" UTC; only you can use it."</p>
    }
}
