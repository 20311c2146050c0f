//! What was done, and what was refused.

use domain::api::{AuditRow, Outcome, Page};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{Avatar, Empty, Icon, Loaded, PageHead, Status, When},
    error::UiError,
    paths,
};

/// One page of the audit log; empty texts narrow nothing.
#[server(prefix = "/ui", endpoint = "audit")]
pub async fn load_audit(
    #[server(default)] actor: String,
    #[server(default)] action: String,
    #[server(default)] cursor: String,
) -> Result<Page<AuditRow>, UiError> {
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    let query =
        domain::api::AuditQuery { actor: given(actor), action: given(action), cursor: given(cursor), limit: None };
    Ok(crate::context::vault()?.list_audit(&crate::context::actor()?, &query).await?)
}

/// What the address asks for: actor, action, cursor.
type Asked = (String, String, String);

/// The log, newest first, with a filter that has an address.
#[component]
pub fn Audit() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| -> Asked {
        query.with(|query| {
            let text = |key| query.get(key).unwrap_or_default().trim().to_owned();
            (text("actor"), text("action"), text("cursor"))
        })
    });
    let data = Resource::new(move || asked.get(), |(actor, action, cursor)| load_audit(actor, action, cursor));
    let view = move |page| view! { <Log page asked=asked.get_untracked() /> }.into_any();
    view! {
        <div class="page">
            <PageHead title="Audit log" lead="Every reveal, write, sign-in and refusal, newest first. Times are UTC." />
            <Loaded data view />
        </div>
    }
}

#[component]
fn Log(page: Page<AuditRow>, asked: Asked) -> impl IntoView {
    let (actor, action, cursor) = asked;
    let filtered = !actor.is_empty() || !action.is_empty();
    let older = page
        .next_cursor
        .map(|next| paths::query(paths::AUDIT, &[("actor", &actor), ("action", &action), ("cursor", &next)]));
    let newest = (!cursor.is_empty()).then(|| paths::query(paths::AUDIT, &[("actor", &actor), ("action", &action)]));
    let count = page.items.len();
    let table = if page.items.is_empty() {
        view! { <section class="panel"><Empty icon="list" title="No record here" /></section> }.into_any()
    } else {
        view! {
            <div class="sheet-wrap">
                <table class="sheet">
                    <caption>"Audit records, newest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Time"</th>
                            <th scope="col">"Actor"</th>
                            <th scope="col">"Action"</th>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Scope"</th>
                            <th scope="col">"Outcome"</th>
                            <th scope="col">"Reason"</th>
                        </tr>
                    </thead>
                    <tbody>{page.items.into_iter().map(row).collect::<Vec<_>>()}</tbody>
                </table>
                <div class="pager">
                    <span>{format!("{count} records")}</span>
                    <span class="spacer"></span>
                    {newest.map(|href| view! { <a class="button quiet small" href=href>"Newest"</a> })}
                    {older.map(|href| view! { <a class="button quiet small" href=href>"Older"</a> })}
                </div>
            </div>
        }
        .into_any()
    };
    view! {
        <form class="toolbar" method="get" action=paths::AUDIT role="search">
            <div class="filter">
                <label class="sr" for="actor">"E-mail address or token name"</label>
                <Icon name="search" />
                <input class="input" id="actor" name="actor" type="search" placeholder="E-mail or token name" value=actor />
            </div>
            <div class="filter">
                <label class="sr" for="action">"Action"</label>
                <Icon name="list" />
                <input class="input" id="action" name="action" type="search" placeholder="Action, such as secret.reveal" value=action />
            </div>
            <button class="button" type="submit">"Filter"</button>
            {filtered.then(|| view! { <a class="button quiet" href=paths::AUDIT>"Clear"</a> })}
        </form>
        {table}
    }
}

fn row(record: AuditRow) -> AnyView {
    let (tone, icon) = match record.outcome {
        Outcome::Allowed => ("good", "ok"),
        Outcome::Denied => ("bad", "denied"),
    };
    let version = record.version.map(|version| view! { " " <span class="tag">{format!("v{version}")}</span> });
    let is_person = record.actor.contains('@');
    let avatar = if is_person {
        view! { <Avatar of=record.actor.clone() class="tiny plain" /> }.into_any()
    } else {
        view! { <span class="avatar tiny plain" aria-hidden="true"><Icon name="machine" small=true /></span> }
            .into_any()
    };
    let by_actor = paths::query(paths::AUDIT, &[("actor", &record.actor)]);
    let by_action = paths::query(paths::AUDIT, &[("action", &record.action)]);
    let address = given(record.address).map(|address| view! { <br /><small class="quiet-text">{address}</small> });
    let scope = given(record.source).map(|source| {
        let (icon, words) = place(&source);
        view! { <span class="level small-text" title=source><Icon name=icon />{words}</span> }
    });
    view! {
        <tr class="two-lines">
            <td class="tight quiet-text" data-label="Time"><When at=record.at /></td>
            <td data-label="Actor">
                <span class="who">
                    {avatar}
                    <span><a href=by_actor>{record.actor}</a>{address}</span>
                </span>
            </td>
            <td data-label="Action"><a class="status is-ink" href=by_action><Icon name=action_icon(&record.action) />{record.action.clone()}</a></td>
            <td data-label="Name">{given(record.name).map(|name| view! { <span class="name plain">{name}</span> })}{version}</td>
            <td data-label="Scope">{scope}</td>
            <td data-label="Outcome"><Status icon tone text=record.outcome.word() /></td>
            <td class="small-text" data-label="Reason">{given(record.reason)}</td>
        </tr>
    }
    .into_any()
}

/// A text that is there.
fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The icon of a source text, and its names without their labels: `shop / api, production`.
fn place(source: &str) -> (&'static str, String) {
    let of = |label: &str| {
        let mut parts = source.split(", ");
        parts.find_map(|part| part.strip_prefix(label)?.strip_prefix(": "))
    };
    let (icon, mut words) = match (of("project"), of("service")) {
        (Some(project), Some(service)) => ("service", format!("{project} / {service}")),
        (Some(project), None) => ("project", project.to_owned()),
        (None, _) => ("platform", "platform".to_owned()),
    };
    if let Some(environment) = of("environment") {
        words = format!("{words}, {environment}");
    }
    (icon, words)
}

/// The icon of an action word.
fn action_icon(action: &str) -> &'static str {
    let (what, verb) = action.split_once('.').unwrap_or((action, ""));
    match (what, verb) {
        (_, "reveal") => "eye",
        (_, "delete" | "revoke" | "remove") => "trash",
        (_, "create" | "add") => "plus",
        (_, "import") => "upload",
        (_, "read" | "deliver" | "use") => "download",
        (_, "restore") => "undo",
        (_, "login" | "logout" | "denied") => "lock",
        ("token", _) => "token",
        ("person" | "member", _) => "people",
        ("binding", _) => "link",
        _ => "update",
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_source_reads_short() {
        for (source, icon, words) in [
            ("platform", "platform", "platform"),
            ("platform, environment: staging", "platform", "platform, staging"),
            ("project: shop", "project", "shop"),
            ("project: shop, service: api, environment: staging", "service", "shop / api, staging"),
        ] {
            assert_eq!(place(source), (icon, words.to_owned()));
        }
    }
}
