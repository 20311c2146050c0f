//! The changes of the installation or of a scope, newest first; one of them open, with the way to take it back.

use domain::api::{ChangeAction, ChangeItem, ChangeRow, Page};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::asked::{Asked, Lists, Where};
use crate::{
    components::{Avatar, Callout, Empty, Icon, Loaded, PageHead, Status, UndoForm, When, counted},
    error::UiError,
    paths,
};

/// How many names a row of the list shows, and how many the open change.
const NAMED: usize = 4;
const LISTED: usize = 500;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangesView {
    page: Page<ChangeRow>,
    open: Option<ChangeRow>,
    /// Whether the reader may take the open one back, as far as rights go.
    may_undo: bool,
}

/// Reads the list, and the open change.
#[server(prefix = "/ui", endpoint = "changes", input = server_fn::codec::Json)]
pub async fn load_changes(asked: Asked) -> Result<ChangesView, UiError> {
    use domain::{Action, Code, access::check};
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let (filter, query) = asked.read()?;
    let page = vault.list_changes_of(&actor, &filter, &query).await?;
    let open = match asked.open.as_str() {
        "" => None,
        id => match vault.find_change(&actor, id).await.map_err(vault::Error::public) {
            Ok(change) => Some(change),
            // Gone with its project; the list says the rest.
            Err(error) if error.code == Code::NotFound => None,
            Err(error) => return Err(error.into()),
        },
    };
    let may_undo = open.as_ref().is_some_and(|open| check(&actor, Action::WriteSecrets, &open.scope).is_ok());
    Ok(ChangesView { page, open, may_undo })
}

/// The list, with a filter that has an address.
#[component]
pub fn ChangesPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    let data = Resource::new(move || asked.get(), load_changes);
    let lead = move || format!("Every write to the secrets of {}, newest first. Times are UTC.", asked.get().title());
    view! {
        <div class="page">
            {move || view! { <PageHead title="History" lead=lead() /><Lists asked=asked.get() here=paths::CHANGES /> }}
            <Loaded data view=move |view| view! { <Changes view asked=asked.get_untracked() /> }.into_any() />
        </div>
    }
}

#[component]
fn Changes(view: ChangesView, asked: Asked) -> impl IntoView {
    let ChangesView { page, open, may_undo } = view;
    let missing = open.is_none() && !asked.open.is_empty();
    let missing = missing.then(|| {
        view! { <Callout tone="info" icon="absent">"The change that this address names does not exist, or you may not see it."</Callout> }
    });
    let close = asked.href(paths::CHANGES, &asked.cursor, "");
    let opened = open.as_ref().map(|change| change.id.clone());
    let open = open.map(|change| view! { <Open change may_undo close /> });
    if page.items.is_empty() {
        return view! {
            {missing}
            <section class="panel"><Empty icon="history" title="Nothing was changed here yet"><p>"The first secret that is written here is the first line of its history."</p></Empty></section>
        }
        .into_any();
    }
    let count = counted(page.items.len(), "change");
    let older = page.next_cursor.map(|next| asked.href(paths::CHANGES, &next, ""));
    let newest = (!asked.cursor.is_empty()).then(|| asked.href(paths::CHANGES, "", ""));
    let rows: Vec<_> = page
        .items
        .into_iter()
        .map(|change| {
            let href = asked.href(paths::CHANGES, &asked.cursor, &change.id);
            let here = opened.as_deref() == Some(&*change.id);
            row(change, href, here)
        })
        .collect();
    view! {
        {missing}
        {open}
        <div class="sheet-wrap">
            <table class="sheet">
                <caption>"Changes, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Change"</th>
                        <th scope="col">"Names"</th>
                        <th scope="col">"Scope"</th>
                        <th scope="col">"By"</th>
                        <th scope="col">"When"</th>
                        <th scope="col">"Message"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <div class="pager">
                <span>{count}</span>
                <span class="spacer"></span>
                {newest.map(|href| view! { <a class="button quiet small" href=href>"Newest"</a> })}
                {older.map(|href| view! { <a class="button quiet small" href=href>"Older"</a> })}
            </div>
        </div>
    }
    .into_any()
}

fn row(change: ChangeRow, href: String, here: bool) -> AnyView {
    let (icon, word) = deed(&change.action);
    let label = format!("{word}: {}, {}", some_names(&change.names), change.created_at.minute());
    let undone = change.undone_by.is_some().then(|| view! { " " <span class="tag bad">"undone"</span> });
    view! {
        <tr class=here.then_some("opened")>
            <th scope="row" data-label="Change">
                <a class="status is-ink" href=href aria-label=label aria-current=here.then_some("true")><Icon name=icon />{word}</a>
                {undone}
            </th>
            <td class="wraps" data-label="Names"><span class="name plain">{some_names(&change.names)}</span></td>
            <td data-label="Scope"><Where scope=change.scope /></td>
            <td data-label="By"><Who of=change.actor /></td>
            <td class="tight quiet-text" data-label="When"><When at=change.created_at /></td>
            <td class="small-text" data-label="Message">{(!change.message.is_empty()).then_some(change.message)}</td>
        </tr>
    }
    .into_any()
}

/// Who did it: a person or a program.
#[component]
pub(super) fn Who(
    /// An e-mail address or a token's name.
    of: String,
) -> impl IntoView {
    let avatar = if of.contains('@') {
        view! { <Avatar of=of.clone() class="tiny plain" /> }.into_any()
    } else {
        view! { <span class="avatar tiny plain" aria-hidden="true"><Icon name="machine" small=true /></span> }
            .into_any()
    };
    view! { <span class="who">{avatar}<span>{of}</span></span> }
}

#[component]
fn Open(change: ChangeRow, may_undo: bool, close: String) -> impl IntoView {
    let (icon, word) = deed(&change.action);
    let state = state(&change, may_undo);
    let more = change.items.len().saturating_sub(LISTED);
    let scope = change.scope.clone();
    let rows: Vec<_> = change.items.into_iter().take(LISTED).map(|item| one(item, paths_of(&scope))).collect();
    let more = (more > 0).then(|| view! { <p class="pager">{format!("and {more} more names")}</p> });
    let message = (!change.message.is_empty()).then(|| view! { <dt>"Message"</dt><dd>{change.message}</dd> });
    let undoes = change
        .undoes
        .map(|id| view! { <dt>"Takes back"</dt><dd><a class="link" href=paths::change(&id)>"this change"</a></dd> });
    let partner = change.partner.map(|id| {
        view! { <dt>"Other half"</dt><dd><a class="link" href=paths::change(&id)>"in the other scope"</a></dd> }
    });
    view! {
        <section class="panel" aria-labelledby="change-title">
            <header class="panel-head">
                <h2 id="change-title"><Icon name=icon />" "{format!("{word}, {}", counted(rows.len(), "name"))}</h2>
                <span class="spacer"></span>
                <a class="button quiet square small" href=close data-noscroll="" aria-label="Close" title="Close" data-key="Escape"><Icon name="close" /></a>
            </header>
            <div class="panel-body stack-4">
                <dl class="facts">
                    <dt>"Scope"</dt><dd><Where scope=scope.clone() /></dd>
                    <dt>"By"</dt><dd>{change.actor}</dd>
                    <dt>"When"</dt><dd><When at=change.created_at />" UTC"</dd>
                    {message}
                    {undoes}
                    {partner}
                </dl>
                <div class="sheet-wrap">
                    <table class="sheet">
                        <caption class="sr">"What it did, name by name. Values are hidden."</caption>
                        <thead><tr><th scope="col">"Name"</th><th scope="col">"Action"</th><th scope="col">"Versions"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                    {more}
                </div>
                {state}
            </div>
        </section>
    }
}

/// Whether it can be taken back, was, or is not the reader's to take back.
fn state(change: &ChangeRow, may_undo: bool) -> AnyView {
    if let Some(by) = &change.undone_by {
        return view! {
            <p class="row">
                <Status icon="undo" tone="mute" text="taken back" />
                <a class="link" href=paths::change(by)>"by this change"</a>
            </p>
        }
        .into_any();
    }
    if !may_undo {
        return view! { <Status icon="denied" tone="mute" text="only those who write here take it back" /> }.into_any();
    }
    let again = change.undoes.is_some();
    let label = if again { "Do it again" } else { "Undo this change" };
    let hint = if again {
        "Takes the undo back: every name gets what it had before that."
    } else {
        "Every name gets what it had before, as one new change. Refused if one of them was written again since."
    };
    view! { <div class="actions"><UndoForm change=change.id.clone() label /><p class="hint">{hint}</p></div> }
        .into_any()
}

fn one(item: ChangeItem, history: impl Fn(&str) -> String) -> AnyView {
    let (icon, tone) = match item.action {
        ChangeAction::Create => ("create", "good"),
        ChangeAction::Update => ("update", "info"),
        ChangeAction::Delete => ("trash", "bad"),
    };
    let versions = match (item.from, item.action) {
        (Some(from), ChangeAction::Delete) => format!("v{from}, deleted in v{}", item.to),
        (Some(from), _) => format!("v{from} → v{}", item.to),
        (None, _) => format!("v{}", item.to),
    };
    let href = history(item.name.as_str());
    view! {
        <tr>
            <th scope="row" data-label="Name"><a class="name" href=href>{item.name.to_string()}</a></th>
            <td data-label="Action"><Status icon tone text=item.action.word() /></td>
            <td class="quiet-text" data-label="Versions">{versions}</td>
        </tr>
    }
    .into_any()
}

fn paths_of(scope: &domain::Scope) -> impl Fn(&str) -> String + '_ {
    move |name| paths::history(scope, name)
}

/// The icon and the word of what a change did.
pub(super) fn deed(action: &str) -> (&'static str, String) {
    let (icon, word) = match action {
        "put" => ("edit", "written"),
        "delete" => ("trash", "deleted"),
        "import" => ("upload", "uploaded"),
        "restore" => ("history", "restored"),
        "move" => ("arrow", "moved"),
        "undo" => ("undo", "undone"),
        other => ("update", other),
    };
    (icon, word.to_owned())
}

/// `A, B and 3 more`.
fn some_names(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
