//! One record as a row of the table.

use domain::api::{AuditRow, Outcome};
use leptos::prelude::*;

use crate::{
    components::{Avatar, Icon, Status, When},
    paths,
};

pub(super) fn row(record: AuditRow) -> AnyView {
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
        ("audit", "verify") => "shieldok",
        (_, "delete" | "revoke" | "remove") => "trash",
        (_, "create" | "add") => "plus",
        (_, "import") => "upload",
        (_, "read" | "deliver" | "use" | "export") => "download",
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
