//! What a service gets: each name with its source, and why it is that one.

use domain::{EnvironmentName, Error, Level, SecretName, ServicePath, api::Explanation, ladder::RungState};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    effective_read::{AskedEffective, EffectiveView, Seen, read_effective},
    export_form::{ExportForm, Wanted as Export},
    head::{Current, SecretsHead},
    keys,
    ladder::Ladder,
    matrix::KindIcon,
    place::{Place, environment_title},
    reveal::{Reveal, RevealButtons, Wanted},
    reveal_dialog::RevealDialog,
    toolbar::{Filter, Pager, Typing},
    watchers::Watchers,
};
use crate::{
    components::{Empty, Icon, LevelIcon, Loaded, Mask, Status},
    error::UiError,
    paths::{ServiceTab, service_tab},
};

/// The effective secrets of a service.
#[component]
pub fn EffectivePage() -> impl IntoView {
    let query = use_query_map();
    let service = service_of_path();
    let asked = Memo::new(move |_| query.with(AskedEffective::of));
    let (reveal, typing) = (Reveal::new(), Typing::new());
    keys::listen();
    Effect::watch(move || (service.get(), asked.get()), move |_, _, _| reveal.hide(), false);
    let data = Resource::new(
        move || (service.get(), asked.get()),
        |(service, asked)| async move { read_effective(service.map_err(UiError)?, asked).await },
    );
    view! {
        <div class="page">
            <Loaded
                data
                view=move |view: EffectiveView| {
                    view! { <Effective view asked=asked.get_untracked() reveal typing /> }.into_any()
                }
            />
        </div>
        <RevealDialog reveal />
    }
}

/// The service in the path of the page.
pub(super) fn service_of_path() -> Memo<Result<ServicePath, Error>> {
    let params = use_params_map();
    Memo::new(move |_| {
        let text = |key| params.with(|params| params.get(key)).unwrap_or_default();
        Ok(ServicePath::new(text("project").parse()?, text("service").parse()?))
    })
}

#[component]
fn Effective(view: EffectiveView, asked: AskedEffective, reveal: Reveal, typing: Typing) -> impl IntoView {
    let EffectiveView {
        head,
        service,
        environments,
        environment,
        closed,
        rows,
        missing,
        next,
        counts,
        export,
        explained,
        watchers,
    } = view;
    let Some(environment) = environment else {
        return view! {
            <SecretsHead head current=Current::Effective />
            <div class="sheet-wrap">
                <Empty icon="layers" title="There are no environments yet">
                    <p>"What a service gets depends on the environment it runs in. Admins make them."</p>
                </Empty>
            </div>
        }
        .into_any();
    };
    let switch = environments
        .into_iter()
        .map(|name| {
            let here = name == environment;
            let href = asked.with(|asked| asked.env = name.to_string()).href();
            view! { <a href=href data-noscroll="" aria-current=here.then_some("true")>{name.to_string()}</a> }
        })
        .collect::<Vec<_>>();
    if closed {
        return view! {
            <SecretsHead head current=Current::Effective />
            <div class="toolbar"><nav class="segmented" aria-label="Environment">{switch}</nav></div>
            <div class="sheet-wrap">
                <Empty icon="denied" title=format!("No access to {environment}")>
                    <p>"Your role in this project is for other environments. Whoever manages the project can give you one here."</p>
                </Empty>
            </div>
        }
        .into_any();
    }
    let pill = {
        let asked = asked.clone();
        move |source: &'static str, icon: Option<&'static str>, label, count| {
            let current = (asked.source == source).then_some("true");
            let href = asked.with(|asked| source.clone_into(&mut asked.source)).href();
            view! {
                <a href=href data-noscroll="" aria-current=current>
                    {icon.map(|name| view! { <Icon name=name /> })}
                    {label}
                    " "
                    <b>{count}</b>
                </a>
            }
        }
    };
    let asked_missing = asked.source == "missing";
    let export = export.then(|| {
        let level = Level::Service(service.clone());
        let place = Place { base: level.clone(), level };
        let back = format!("{}{}", service_tab(&service, ServiceTab::Effective), asked.href());
        view! { <ExportForm place wanted=Export::Effective(environment.clone()) back /> }
    });
    let (filtered, value) = (asked.clone(), asked.filter.clone());
    let to = move |filter| filtered.with(|asked| asked.filter = filter).href();
    let keep = vec![("env", asked.env.clone()), ("source", asked.source.clone())];
    // A name that is not in the table is explained above it.
    let listed = |explained: &Explanation| {
        rows.iter().any(|row| row.name == explained.name) || missing.contains(&explained.name)
    };
    let (explained, elsewhere) = match explained {
        Some(explained) if !listed(&explained) => (None, Some(explained)),
        explained => (explained, None),
    };
    let elsewhere = elsewhere.map(|explained| {
        let (service, environment, asked) = (service.clone(), environment.clone(), asked.clone());
        let name = explained.name.clone();
        view! { <div class="explain-panel"><Explained name service environment asked explanation=explained /></div> }
    });
    let table = if rows.is_empty() && missing.is_empty() {
        view! { <Nothing service=service.clone() environment=environment.clone() asked=asked.clone() all=counts.all /> }
            .into_any()
    } else {
        let words = match (rows.len() + missing.len(), asked.filter.is_empty() && asked.source.is_empty()) {
            (1, false) => "1 name matches".to_owned(),
            (rows, false) => format!("{rows} names match"),
            (rows, true) => format!("{rows} of {} names", counts.all + counts.missing),
        };
        let first = (!asked.after.is_empty()).then(|| asked.with(|_| {}).href());
        let next = next.map(|name| asked.with(|asked| asked.after = name.to_string()).href());
        view! {
            <Table rows missing service=service.clone() environment=environment.clone() asked explained reveal />
            <Pager words first next />
        }
        .into_any()
    };
    view! {
        <SecretsHead head current=Current::Effective>{export}</SecretsHead>
        <div class="toolbar">
            <nav class="segmented" aria-label="Environment">{switch}</nav>
            <Filter typing value keep names=counts.all to />
            <div class="pills" role="group" aria-label="Source">
                {pill("", None, "All", counts.all)}
                {pill("service", Some("service"), "Service", counts.service)}
                {pill("project", Some("project"), "Project", counts.project)}
                {pill("platform", Some("platform"), "Platform", counts.platform)}
                {(counts.missing > 0 || asked_missing).then(|| pill("missing", Some("missing"), "Missing", counts.missing))}
            </div>
        </div>
        {elsewhere}
        <div class="sheet-wrap">{table}</div>
        <Watchers watchers />
    }
    .into_any()
}

#[component]
fn Table(
    rows: Vec<Seen>,
    missing: Vec<SecretName>,
    service: ServicePath,
    environment: EnvironmentName,
    asked: AskedEffective,
    explained: Option<Explanation>,
    reveal: Reveal,
) -> impl IntoView {
    let caption =
        format!("What {} sees in {environment}, with the source of each name. Values are hidden.", service.service);
    let mut explained = explained;
    let missing: Vec<_> = missing
        .into_iter()
        .map(|name| {
            let mine = explained.take_if(|explained| explained.name == name);
            view! { <MissingRow name service=service.clone() environment=environment.clone() asked=asked.clone() explained=mine /> }
        })
        .collect();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let mine = explained.take_if(|explained| explained.name == row.name);
            view! { <Row row service=service.clone() environment=environment.clone() asked=asked.clone() explained=mine reveal /> }
        })
        .collect();
    view! {
        <table class="sheet effective">
            <caption>{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Value"</th>
                    <th scope="col">"Source"</th>
                    <th class="later" scope="col">"Version"</th>
                    <th scope="col">"Shadows"</th>
                    <th scope="col"><span class="sr">"Explain"</span></th>
                </tr>
            </thead>
            <tbody>{missing}{rows}</tbody>
        </table>
    }
}

#[component]
fn Row(
    row: Seen,
    service: ServicePath,
    environment: EnvironmentName,
    asked: AskedEffective,
    explained: Option<Explanation>,
    reveal: Reveal,
) -> impl IntoView {
    let place = Place { base: Level::Service(service.clone()), level: row.scope.level.clone() };
    let back = format!("{}{}", service_tab(&service, ServiceTab::Effective), asked.href());
    let wanted = Wanted { scope: row.scope.clone(), name: row.name.clone(), version: row.version };
    let buttons = if row.may.reveal {
        let id = format!("reveal-{}", row.name);
        view! { <RevealButtons place=place.clone() wanted kind=row.kind reveal back id square=true /> }.into_any()
    } else {
        view! { <span class="quiet-text small-text">"no access"</span> }.into_any()
    };
    let source = match &row.scope.environment {
        None => row.scope.level.word().to_owned(),
        environment => format!("{}, {}", row.scope.level.word(), environment_title(environment.as_ref())),
    };
    let shadows = match row.shadows {
        0 => None,
        1 => Some("1 rung".to_owned()),
        rungs => Some(format!("{rungs} rungs")),
    }
    .map(|text| view! { <Status icon="shadows" tone="shade" text /> });
    let open = place.path_open(row.name.as_str(), row.scope.environment.as_ref());
    let chosen = explained.is_some().then_some("chosen");
    view! {
        <tr class=chosen>
            <th scope="row">
                <span class="row-name"><KindIcon kind=row.kind /><span class="name">{row.name.to_string()}</span></span>
            </th>
            <td class="tight" data-label="Value"><span class="row keep"><Mask />{buttons}</span></td>
            <td data-label="Source"><a href=open><LevelIcon level=row.scope.level.clone() label=source /></a></td>
            <td class="numeric later" data-label="Version">{format!("v{}", row.version)}</td>
            <td data-label="Shadows">{shadows}</td>
            <td class="tight end" data-label="Explain"><Explain name=row.name service environment asked explained /></td>
        </tr>
    }
}

/// A name that a binding needs, and no rung holds.
#[component]
fn MissingRow(
    name: SecretName,
    service: ServicePath,
    environment: EnvironmentName,
    asked: AskedEffective,
    explained: Option<Explanation>,
) -> impl IntoView {
    let level = Level::Service(service.clone());
    let place = Place { base: level.clone(), level };
    let set = format!("{}&edit=1", place.path_open(name.as_str(), Some(&environment)));
    let title = format!("Set value of {name} for {}, {environment}", service.service);
    let chosen = explained.is_some().then_some("chosen");
    view! {
        <tr class=chosen>
            <th scope="row"><span class="row-name"><span class="name">{name.to_string()}</span></span></th>
            <td class="tight" data-label="Value"><a class="button small" href=set aria-label=title>"Set value"</a></td>
            <td data-label="Source"><Status icon="missing" tone="warn" text="missing on all six rungs" /></td>
            <td class="numeric later" data-label="Version"></td>
            <td data-label="Shadows"></td>
            <td class="tight end" data-label="Explain"><Explain name service environment asked explained /></td>
        </tr>
    }
}

/// Why a name has this value: a link that asks, and the ladder once it was asked for.
#[component]
fn Explain(
    name: SecretName,
    service: ServicePath,
    environment: EnvironmentName,
    asked: AskedEffective,
    explained: Option<Explanation>,
) -> impl IntoView {
    let page = asked.after.clone();
    let Some(explanation) = explained else {
        let href = asked
            .with(|asked| {
                asked.after = page;
                asked.explain = name.to_string();
            })
            .href();
        return view! { <a class="button small quiet" href=href data-noscroll="" aria-label=format!("Explain {name}")><Icon name="help" />"Explain"</a> }
            .into_any();
    };
    view! {
        <details class="explain" open>
            <summary class="button small"><Icon name="help" />"Explain"</summary>
            <Explained name service environment asked explanation />
        </details>
    }
    .into_any()
}

/// The six rungs of a name, and the line that says the same in a terminal.
#[component]
fn Explained(
    name: SecretName,
    service: ServicePath,
    environment: EnvironmentName,
    asked: AskedEffective,
    explanation: Explanation,
) -> impl IntoView {
    let page = asked.after.clone();
    let close = asked.with(|asked| asked.after = page).href();
    let wins = explanation.rungs.iter().any(|rung| rung.state == RungState::Wins);
    let end = if wins { "The first rung that holds the name wins." } else { "No rung you may look at holds the name." };
    let lead = format!("in {}, {environment}. {end}", service.service);
    let line = format!("strongroom explain {name} -p {} -s {} -e {environment}", service.project, service.service);
    view! {
        <section class="popover" aria-label=format!("Why {name} has this value")>
            <header class="popover-head">
                <div class="stack-1"><h2 class="name">{name.to_string()}</h2><p class="small-text quiet-text">{lead}</p></div>
                <span class="spacer"></span>
                <a class="button quiet square small" href=close data-noscroll="" aria-label="Close" title="Close" data-key="Escape">
                    <Icon name="close" />
                </a>
            </header>
            <div class="popover-body"><Ladder service environment explanation /></div>
            <footer class="popover-foot">
                <span>"Compared by fingerprint"</span>
                <span class="spacer"></span>
                <code class="sr" id="explain-line">{line}</code>
                <button class="button quiet small scripted" type="button" data-copy="explain-line">
                    <Icon name="copy" />
                    <span class="when-idle">"Copy as command"</span>
                    <span class="when-copied">"Copied"</span>
                </button>
            </footer>
        </section>
    }
}

#[component]
fn Nothing(service: ServicePath, environment: EnvironmentName, asked: AskedEffective, all: u32) -> impl IntoView {
    if all > 0 {
        let href = AskedEffective { env: asked.env, ..AskedEffective::default() }.href();
        return view! { <Empty icon="search" title="No name matches"><a class="button" href=href>"Show all names"</a></Empty> }.into_any();
    }
    let title = format!("{} gets nothing in {environment} yet", service.service);
    let href = service_tab(&service, ServiceTab::Service);
    view! {
        <Empty icon="effective" title>
            <p>"No rung of its ladder holds a name. Set one for the service, its project or the platform."</p>
            <a class="button" href=href>"Secrets of the service"</a>
        </Empty>
    }
    .into_any()
}
