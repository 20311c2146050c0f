//! The versions of one secret: a timeline, two compared, one restored or revealed.

use domain::{
    EnvironmentName, Scope, SecretName,
    api::{VersionDiff, VersionRow},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::{
    asked::{AtSecret, Where, place_of},
    changes::deed,
    compare::Compare,
    deleted::Destroy,
    moving::Moving,
};
use crate::{
    components::{Icon, Loaded, Status, When, counted},
    error::UiError,
    pages::secrets::{Reveal, RevealButtons, RevealDialog, Wanted},
    paths::{self, forms},
};

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedSecret {
    level: String,
    project: String,
    service: String,
    environment: String,
    name: String,
    /// The two versions to compare; the newest two when not given.
    from: String,
    to: String,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryView {
    pub(super) scope: Scope,
    pub(super) name: SecretName,
    pub(super) versions: Vec<VersionRow>,
    pub(super) diff: Option<VersionDiff>,
    pub(super) environments: Vec<EnvironmentName>,
    pub(super) reveal: bool,
    pub(super) write: bool,
    pub(super) destroy: bool,
}

/// Reads the versions of a secret.
#[server(prefix = "/ui", endpoint = "history", input = server_fn::codec::Json)]
pub async fn load_history(asked: AskedSecret) -> Result<HistoryView, UiError> {
    use domain::{Action, Error, access::check};
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let place = crate::pages::secrets::Place::of(&asked.project, &asked.service, &asked.level)
        .map_err(|_| Error::not_found("this secret"))?;
    let environment = crate::pages::secrets::environment_of(&asked.environment)?;
    let scope = place.level.at(environment);
    let name: SecretName = asked.name.parse().map_err(|_| Error::not_found("this secret"))?;
    let versions = vault.list_versions(&actor, &scope, &name).await?;
    let newest = versions.first().map_or(0, |version| version.version);
    let number = |text: &str, or: i64| text.parse().unwrap_or(or);
    let (from, to) = (number(&asked.from, newest - 1), number(&asked.to, newest));
    let held = |number| versions.iter().any(|version| version.version == number);
    let diff = if versions.len() > 1 && held(from) && held(to) {
        Some(vault.diff_versions(&actor, &scope, &name, from, to).await?)
    } else {
        None
    };
    let environments = vault.list_environments(&actor).await?.into_iter().map(|environment| environment.name);
    let may = |action| check(&actor, action, &scope).is_ok();
    Ok(HistoryView {
        reveal: may(Action::Reveal),
        write: may(Action::WriteSecrets),
        destroy: may(Action::DestroySecrets),
        environments: environments.collect(),
        scope: scope.clone(),
        name,
        versions,
        diff,
    })
}

/// The page of one secret's versions.
#[component]
pub fn SecretHistory() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let text = |key| query.get(key).unwrap_or_default().trim().to_owned();
            AskedSecret {
                level: text("level"),
                project: text("project"),
                service: text("service"),
                environment: text("environment"),
                name: text("name"),
                from: text("from"),
                to: text("to"),
            }
        })
    });
    let reveal = Reveal::new();
    let data = Resource::new(move || asked.get(), load_history);
    view! {
        <div class="page">
            <Loaded data view=move |view| view! { <Versions view reveal /> }.into_any() />
        </div>
        <RevealDialog reveal />
    }
}

#[component]
fn Versions(view: HistoryView, reveal: Reveal) -> impl IntoView {
    let name = view.name.to_string();
    let scope = view.scope.clone();
    let deleted = view.versions.first().is_some_and(|version| version.deleted);
    let count = counted(view.versions.len(), "version");
    let cell = (!deleted).then(|| {
        let href = place_of(&scope).path_open(&name, scope.environment.as_ref());
        view! { <a class="button" href=href><Icon name="eye" />"Open"</a> }
    });
    let all = paths::changes_of(&scope.level);
    let bare = HistoryView { versions: Vec::new(), diff: None, ..view.clone() };
    let rows: Vec<_> = view
        .versions
        .iter()
        .enumerate()
        .map(
            |(index, version)| view! { <Version version=version.clone() newest=index == 0 view=bare.clone() reveal /> },
        )
        .collect();
    let compare = (view.versions.len() > 1).then(|| view! { <Compare view=view.clone() /> });
    let moving = (view.write && !deleted).then(|| view! { <Moving view=view.clone() /> });
    view! {
        <Title text=format!("History of {name}") />
        <header class="page-head">
            <div class="page-title">
                <h1 class="name">{name}</h1>
                <p><Where scope />{format!(", {count}. Values are hidden; times are UTC.")}</p>
            </div>
            <div class="actions"><a class="button" href=all><Icon name="history" />"All changes here"</a>{cell}</div>
        </header>
        <div class="with-aside">
            <div class="stack-4">
                <section class="panel" aria-labelledby="versions-title">
                    <header class="panel-head"><h2 id="versions-title">"Versions"</h2></header>
                    <div class="panel-body"><ol class="timeline">{rows}</ol></div>
                </section>
            </div>
            <aside class="stack-4">{compare}{moving}</aside>
        </div>
    }
}

#[component]
fn Version(version: VersionRow, newest: bool, view: HistoryView, reveal: Reveal) -> impl IntoView {
    let HistoryView { scope, name, reveal: may_reveal, write, destroy, .. } = view;
    let number = version.version;
    let icon = match (version.deleted, version.destroyed_at.is_some(), newest) {
        (true, ..) => "trash",
        (_, true, _) => "denied",
        (.., true) => "set",
        _ => "waits",
    };
    let here = version.kind.is_some() && version.destroyed_at.is_none();
    let buttons = (here && may_reveal).then(|| {
        let wanted = Wanted { scope: scope.clone(), name: name.clone(), version: number };
        let kind = version.kind.unwrap_or(domain::Kind::Text);
        let back = paths::history(&scope, name.as_str());
        view! { <RevealButtons place=place_of(&scope) wanted kind reveal back id=format!("reveal-{number}") square=true /> }
    });
    let restore = (here && write && !newest).then(|| {
        let label = format!("Restore version {number}");
        view! {
            <form action=forms::RESTORE method="post">
                <AtSecret scope=scope.clone() name=name.to_string() />
                <input type="hidden" name="version" value=number.to_string() />
                <button class="button quiet small" type="submit" aria-label=label><Icon name="undo" />"Restore"</button>
            </form>
        }
    });
    let destroy = (here && destroy && !newest)
        .then(|| view! { <Destroy scope=scope.clone() name=name.to_string() version=Some(number) /> });
    let tags = tags(&version, newest);
    let moved = version.moved_from.clone().map(|from| ("from", from));
    let moved = moved.or_else(|| version.moved_to.clone().map(|to| ("to", to)));
    let moved = moved.map(|(way, end)| {
        let href = paths::history(&end.scope, end.name.as_str());
        view! { <br />{format!("moved {way} ")}<a class="link" href=href>{end.name.to_string()}</a>{format!(" in {}, v{}", end.source, end.version)} }
    });
    let message = (!version.message.is_empty()).then(|| view! { <br />{version.message.clone()} });
    let comment = version.comment.clone().filter(|comment| !comment.is_empty());
    let comment = comment.map(|comment| view! { <br /><span class="quiet-text">"Comment: "</span>{comment} });
    view! {
        <li class=(!here).then_some("gone")>
            <Icon name=icon />
            <span class="title"><b>{format!("v{number}")}</b>{tags}</span>
            <span class="row">{buttons}{restore}{destroy}</span>
            <span class="sub">
                <When at=version.created_at />{format!(", {} ", version.created_by)}
                <a class="link" href=paths::change(&version.change_id)>{deed(&version.action).1}</a>
                {message}
                {comment}
                {moved}
            </span>
        </li>
    }
}

fn tags(version: &VersionRow, newest: bool) -> Vec<AnyView> {
    let mut tags = Vec::new();
    if version.deleted {
        tags.push(view! { " " <span class="tag bad">"deleted"</span> }.into_any());
    } else if newest {
        tags.push(view! { " " <span class="tag good">"current"</span> }.into_any());
    }
    if let Some(kind) = version.kind.filter(|kind| *kind != domain::Kind::Text) {
        tags.push(view! { " " <span class="tag">{kind.word()}</span> }.into_any());
    }
    if let Some(same) = version.same_as {
        tags.push(view! { " " <span class="tag">{format!("same as v{same}")}</span> }.into_any());
    }
    if version.undone_by.is_some() {
        tags.push(view! { " " <span class="tag bad">"undone"</span> }.into_any());
    }
    if let Some(at) = version.destroyed_at {
        let text = format!("destroyed {}", at.minute());
        tags.push(view! { " " <Status icon="denied" tone="mute" text=text /> }.into_any());
    }
    tags
}
