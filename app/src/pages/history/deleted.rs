//! What was deleted in the last 30 days: brought back, or destroyed at once.

use domain::api::DeletedRow;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use serde::{Deserialize, Serialize};

use super::{
    asked::{Asked, AtSecret, Lists, Where},
    changes::Who,
};
use crate::{
    components::{Empty, Icon, Loaded, PageHead, When, counted},
    error::UiError,
    pages::secrets::KindIcon,
    paths::{self, forms},
};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeletedView {
    rows: Vec<Row>,
    next: Option<String>,
}

/// A row, with what the reader may.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Row {
    secret: DeletedRow,
    restore: bool,
    destroy: bool,
}

/// Reads the list.
#[server(prefix = "/ui", endpoint = "deleted", input = server_fn::codec::Json)]
pub async fn load_deleted(asked: Asked) -> Result<DeletedView, UiError> {
    use domain::{Action, access::check};
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let (filter, query) = asked.read()?;
    let page = vault.list_deleted(&actor, &filter, &query).await?;
    let rows = page.items.into_iter().map(|secret| Row {
        restore: check(&actor, Action::WriteSecrets, &secret.scope).is_ok(),
        destroy: check(&actor, Action::DestroySecrets, &secret.scope).is_ok(),
        secret,
    });
    Ok(DeletedView { rows: rows.collect(), next: page.next_cursor })
}

/// The list, with a filter that has an address.
#[component]
pub fn DeletedPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(Asked::of));
    let data = Resource::new(move || asked.get(), load_deleted);
    let lead = move || {
        format!(
            "Deleted secrets of {}. For 30 days they can be brought back; then their values are destroyed.",
            asked.get().title()
        )
    };
    view! {
        <div class="page">
            {move || view! { <PageHead title="Recently deleted" lead=lead() /><Lists asked=asked.get() here=paths::DELETED /> }}
            <Loaded data view=move |view| view! { <Deleted view asked=asked.get_untracked() /> }.into_any() />
        </div>
    }
}

#[component]
fn Deleted(view: DeletedView, asked: Asked) -> impl IntoView {
    if view.rows.is_empty() {
        return view! { <section class="panel"><Empty icon="trash" title="Nothing was deleted here in the last 30 days" /></section> }
            .into_any();
    }
    let count = counted(view.rows.len(), "secret");
    let older = view.next.map(|next| asked.href(paths::DELETED, &next, ""));
    let newest = (!asked.cursor.is_empty()).then(|| asked.href(paths::DELETED, "", ""));
    let rows: Vec<_> = view.rows.into_iter().map(|row| view! { <OneRow row /> }).collect();
    view! {
        <div class="sheet-wrap">
            <table class="sheet">
                <caption>"Deleted secrets, newest deletion first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Scope"</th>
                        <th scope="col">"Deleted by"</th>
                        <th scope="col">"Deleted"</th>
                        <th scope="col">"Destroyed from"</th>
                        <th scope="col"><span class="sr">"Actions"</span></th>
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

#[component]
fn OneRow(row: Row) -> impl IntoView {
    let Row { secret, restore, destroy } = row;
    let name = secret.name.to_string();
    let href = paths::history(&secret.scope, &name);
    let (scope, label) = (secret.scope.clone(), format!("Bring back {name}"));
    let restore = restore.then(|| {
        view! {
            <form action=forms::RESTORE method="post">
                <AtSecret scope=scope.clone() name=name.clone() />
                <input type="hidden" name="version" value=secret.version.to_string() />
                <button class="button small" type="submit" aria-label=label><Icon name="undo" />"Bring back"</button>
            </form>
        }
    });
    let destroy = destroy.then(|| view! { <Destroy scope=scope.clone() name=name.clone() version=None /> });
    view! {
        <tr>
            <th scope="row" data-label="Name">
                <span class="row-name"><KindIcon kind=secret.kind /><a class="name" href=href>{name.clone()}</a></span>
            </th>
            <td data-label="Scope"><Where scope=secret.scope /></td>
            <td data-label="Deleted by"><Who of=secret.deleted_by /></td>
            <td class="tight quiet-text" data-label="Deleted"><When at=secret.deleted_at /></td>
            <td class="tight quiet-text" data-label="Destroyed from"><When at=secret.destroyed_from /></td>
            <td><div class="row">{restore}{destroy}</div></td>
        </tr>
    }
}

/// Destroying for good: the name has to be typed again. Works without script.
#[component]
pub(super) fn Destroy(
    /// Where.
    scope: domain::Scope,
    /// The secret.
    name: String,
    /// The one version; none for all of a deleted secret.
    version: Option<i64>,
) -> impl IntoView {
    let location = use_location();
    let back = match location.search.get_untracked().trim_start_matches('?') {
        "" => location.pathname.get_untracked(),
        search => format!("{}?{search}", location.pathname.get_untracked()),
    };
    let number = version.map(|version| version.to_string()).unwrap_or_default();
    let what = version.map_or_else(|| "every version".to_owned(), |version| format!("version {version}"));
    let id = format!("destroy-{name}-{}-{number}", super::asked::scope_words(&scope).1.replace(' ', "-"));
    let (title, summary) = (format!("Destroy {name}"), format!("Destroy {what} of {name}"));
    view! {
        <details class="explain">
            <summary class="button quiet small danger" aria-label=summary><Icon name="trash" />"Destroy"</summary>
            <form class="popover" action=forms::DESTROY method="post" aria-label=title>
                <AtSecret scope name=name.clone() />
                <input type="hidden" name="version" value=number />
                <input type="hidden" name="back" value=back />
                <div class="popover-body stack-3 first">
                    <p>{format!("The value of {what} is destroyed for good: nobody brings it back. Backups from before still hold it.")}</p>
                    <div class="field">
                        <label for=id.clone()>"Type " <b class="name">{name}</b> " to go on"</label>
                        <input class="input mono" id=id name="confirm" required autocomplete="off" autocapitalize="none" spellcheck="false" />
                    </div>
                    <div><button class="button primary danger small" type="submit">"Destroy for good"</button></div>
                </div>
            </form>
        </details>
    }
}
