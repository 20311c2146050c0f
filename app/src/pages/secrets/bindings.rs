//! Which secret feeds which variable or file, and what it resolves to in each environment.

use domain::{
    EnvironmentName, SecretName, ServicePath,
    api::{Binding, BindingTarget, Mode},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    binding_forms::{AddBinding, AskWanted, ModeForm, RemoveBinding},
    bindings_read::{BindingsView, Bound, Note, Resolved, read_bindings},
    contract::Contract,
    effective::service_of_path,
    head::{Current, SecretsHead},
    keys,
    place::{environment_title, level_title},
};
use crate::{
    components::{Command, Empty, Icon, Loaded, Status, level_icon},
    error::UiError,
    paths,
};

/// The bindings of a service.
#[component]
pub fn BindingsPage() -> impl IntoView {
    let service = service_of_path();
    keys::listen();
    let data =
        Resource::new(move || service.get(), |service| async move { read_bindings(service.map_err(UiError)?).await });
    view! {
        <div class="page">
            <Loaded data view=|view: BindingsView| view! { <Bindings view /> }.into_any() />
        </div>
    }
}

#[component]
fn Bindings(view: BindingsView) -> impl IntoView {
    let BindingsView { head, service, environments, mode, bindings, names, contract, findings, write } = view;
    let list: Vec<Binding> = bindings.iter().map(|bound| bound.binding.clone()).collect();
    let missing = missing(&bindings, &environments);
    let count = bindings.len();
    let table = if bindings.is_empty() {
        view! {
            <Empty icon="link" title="No bindings yet">
                <p>{match mode {
                    Mode::All => "The service gets every effective secret under its own name. Bind one to another variable name, or to a file.",
                    Mode::Bound => "The service gets its bindings only, and it has none: it starts with nothing. Bind a secret below, or let it get all.",
                }}</p>
            </Empty>
        }
        .into_any()
    } else {
        view! { <Table bindings service=service.clone() environments=environments.clone() write /> }.into_any()
    };
    let add = write.then(|| {
        view! { <AddBinding service=service.clone() environments=environments.clone() names /> }
    });
    view! {
        <SecretsHead head current=Current::Bindings />
        <div class="with-aside">
            <div class="stack-3">
                <div class="sheet-wrap">{table}</div>
                {add}
                <RunIt service=service.clone() environments bindings=list />
                {write.then(|| view! { <AskWanted service=service.clone() /> })}
                <Contract service=service.clone() contract findings write />
            </div>
            <aside class="stack-3">
                <ModeForm service=service.clone() mode count write />
                <Missing service missing write />
            </aside>
        </div>
    }
}

#[component]
fn Table(bindings: Vec<Bound>, service: ServicePath, environments: Vec<EnvironmentName>, write: bool) -> impl IntoView {
    let caption =
        format!("Bindings of {}: which secret feeds which variable or file, and where it resolves to", service.service);
    let head: Vec<_> =
        environments.iter().map(|name| view! { <th scope="col" class="lines">{name.to_string()}</th> }).collect();
    let rows: Vec<_> = bindings
        .into_iter()
        .map(|bound| {
            let Bound { binding, resolved, notes } = bound;
            let cells: Vec<_> = environments
                .iter()
                .zip(resolved)
                .map(|(name, resolved)| view! { <td class="lines" data-label=name.to_string()>{status(resolved)}</td> })
                .collect();
            let remove = write.then(|| {
                view! {
                    <td class="tight end" data-label="Remove"><RemoveBinding service=service.clone() binding=binding.clone() /></td>
                }
            });
            view! { <tr><Ends binding notes />{cells}{remove}</tr> }
        })
        .collect();
    let actions = write.then(|| view! { <th scope="col"><span class="sr">"Actions"</span></th> });
    view! {
        <table class="sheet ends">
            <caption>{caption}</caption>
            <thead><tr><th scope="col">"Variable or file"</th><th scope="col">"Secret"</th>{head}{actions}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// What is fed, and from what.
#[component]
fn Ends(binding: Binding, notes: Vec<Note>) -> impl IntoView {
    let (icon, word, target) = match &binding.target {
        BindingTarget::Env(name) => ("env", "variable", name.clone()),
        BindingTarget::File(path) => ("file", "file", path.clone()),
    };
    let only = binding.environment.as_ref().map(|name| view! { <span class="tag">{format!("{name} only")}</span> });
    let pin = binding.scope.as_ref().map(|scope| {
        let place = match &scope.environment {
            None => level_title(&scope.level),
            environment => format!("{}, {}", level_title(&scope.level), environment_title(environment.as_ref())),
        };
        view! { <span class="tag"><Icon name="pin" small=true />{place}</span> }
    });
    let notes: Vec<_> = notes
        .into_iter()
        .map(|note| match note {
            Note::FileInVariable => view! { <Status icon="warn" tone="warn" text="a file, as text" /> }.into_any(),
            Note::Covers => {
                view! { <Status icon="shadows" tone="shade" text=format!("takes the place of the secret {target}") /> }
                    .into_any()
            }
        })
        .collect();
    view! {
        <th scope="row">
            <span class="row-name"><Icon name=icon /><span class="sr">{word}</span><span class="name">{target.clone()}</span>{only}</span>
            {notes}
        </th>
        <td data-label="Secret">
            <span class="row-name">
                <span class="quiet-text"><Icon name="arrow" small=true /><span class="sr">"takes"</span></span>
                <span class="name plain">{binding.secret.to_string()}</span>
                {pin}
            </span>
        </td>
    }
}

fn status(resolved: Resolved) -> AnyView {
    match resolved {
        Resolved::To(level) => view! { <Status icon=level_icon(&level) tone="ink" text=level.word() /> }.into_any(),
        Resolved::Missing => view! { <Status icon="missing" tone="warn" text="missing" /> }.into_any(),
        Resolved::Hidden => view! { <Status icon="denied" tone="mute" text="no access" /> }.into_any(),
        Resolved::Elsewhere => view! { <Status icon="none" tone="mute" text="not here" /> }.into_any(),
        Resolved::Overridden => view! { <Status icon="shadowed" tone="mute" text="overridden" /> }.into_any(),
    }
}

/// A binding without a secret, and where it is missing.
type Gap = (SecretName, EnvironmentName);

/// What is missing, and where; each once.
fn missing(bindings: &[Bound], environments: &[EnvironmentName]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for Bound { binding, resolved, .. } in bindings {
        for (environment, resolved) in environments.iter().zip(resolved) {
            let gap = (binding.secret.clone(), environment.clone());
            if *resolved == Resolved::Missing && !gaps.contains(&gap) {
                gaps.push(gap);
            }
        }
    }
    gaps
}

#[component]
fn Missing(service: ServicePath, missing: Vec<Gap>, write: bool) -> impl IntoView {
    let count = missing.len();
    let rows: Vec<_> = missing
        .into_iter()
        .map(|(name, environment)| {
            let href = paths::query(
                &paths::service(&service),
                &[("open", name.as_str()), ("env", environment.as_str()), ("edit", "1")],
            );
            let set = write.then(|| view! { <a class="button small" href=href aria-label=format!("Set {name} in {environment}")>"Set"</a> });
            view! {
                <li>
                    <span class="is-warn"><Icon name="missing" /></span>
                    <p class="name">{name.to_string()}<br /><small>{environment.to_string()}</small></p>
                    {set}
                </li>
            }
        })
        .collect();
    (count > 0).then(|| {
        view! {
            <section class="panel" aria-labelledby="miss-title">
                <header class="panel-head"><h2 id="miss-title">"Missing"</h2><span class="count">{count.to_string()}</span></header>
                <ul class="feed">{rows}</ul>
            </section>
        }
    })
}

/// Lines to copy; the environment is in the address.
#[component]
fn RunIt(service: ServicePath, environments: Vec<EnvironmentName>, bindings: Vec<Binding>) -> impl IntoView {
    let query = use_query_map();
    let all = environments.clone();
    let chosen = Memo::new(move |_| {
        let asked = query.with(|query| query.get("env")).unwrap_or_default();
        let named = all.iter().find(|name| name.as_str() == asked);
        named.or(all.first()).cloned()
    });
    let switch: Vec<_> = environments
        .into_iter()
        .map(|name| {
            let href = paths::query("", &[("env", name.as_str())]);
            let word = name.to_string();
            let current = move || (chosen.get().as_ref() == Some(&name)).then_some("true");
            view! { <a href=href data-noscroll="" aria-current=current>{word}</a> }
        })
        .collect();
    let lines = move || {
        chosen.get().map(|environment| {
            let base = format!("strongroom run -p {} -s {} -e {environment}", service.project, service.service);
            let pick = bindings.iter().find_map(|binding| match &binding.target {
                BindingTarget::Env(name) => Some(format!("{name}={}", binding.secret)),
                BindingTarget::File(_) => None,
            });
            let pick = pick.unwrap_or_else(|| "MY_APP_SECRET=DB_PASS".to_owned());
            let written = [("run", "A command without bindings"), ("kubernetes", "Kubernetes"), ("compose", "Compose")];
            let written = written.map(|(format, label)| {
                let href = paths::written(&service, &environment, format);
                view! { <a class="button small" href=href rel="external" target="_blank"><Icon name="download" />{label}</a> }
            });
            view! {
                <Command id="run-line" line=format!("{base} -- ./app") />
                <Command id="run-pick" line=format!("{base} --secret {pick} -- ./app") />
                <div class="row"><span class="label">"The same for"</span>{written}</div>
            }
        })
    };
    view! {
        <section class="stack-2" aria-labelledby="run-title">
            <div class="row">
                <h2 id="run-title">"Run it"</h2>
                <span class="spacer"></span>
                <nav class="segmented" aria-label="Environment of the command">{switch}</nav>
            </div>
            {lines}
            <p class="hint">
                <code>"run"</code>
                " stops before your app does, and names what is missing. "
                <code>"--secret"</code>
                " binds one more for this start alone."
            </p>
        </section>
    }
}
