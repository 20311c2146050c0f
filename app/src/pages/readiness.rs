//! The board: which services of a project get what they need, environment by environment. Never a value.

use domain::{
    EnvironmentName, ServicePath, Slug,
    api::{Finding, Readiness, ServiceReadiness, Severity},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Empty, Icon, Loaded, PageHead, Status, counted, sentence},
    error::UiError,
    paths::{self, ServiceTab},
};

/// What the board shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// The project.
    pub project: Slug,
    /// Its services, by slug.
    pub services: Vec<ServiceReadiness>,
}

/// How ready the services of `project` are.
#[server(prefix = "/ui", endpoint = "readiness")]
pub async fn load_board(project: String) -> Result<Board, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let project: Slug = project.parse()?;
    Ok(Board { services: vault.list_readiness(&actor, &project).await?, project })
}

/// The board of a project.
#[component]
pub fn ReadinessPage() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|params| params.get("project").unwrap_or_default()));
    let data = Resource::new(move || slug.get(), load_board);
    view! { <div class="page"><Loaded data view=|board| view! { <Body board /> }.into_any() /></div> }
}

#[component]
fn Body(board: Board) -> impl IntoView {
    let Board { project, services } = board;
    let lead = match services.iter().filter(|service| is_ready(service)).count() {
        all if all == services.len() => format!("All of {} get what they need.", counted(all, "service")),
        some => format!("{some} of {} get what they need.", counted(services.len(), "service")),
    };
    let lead = if services.is_empty() { String::new() } else { lead };
    let environments: Vec<EnvironmentName> = services
        .first()
        .map(|service| service.environments.iter().map(|ready| ready.environment.clone()).collect())
        .unwrap_or_default();
    let details: Vec<_> = services.iter().filter_map(|service| details(&project, service)).collect();
    let table = if services.is_empty() {
        view! { <section class="panel"><Empty icon="box" title="No service yet"><p class="quiet-text">"A service is one app of the project; its row appears here."</p></Empty></section> }.into_any()
    } else {
        let head: Vec<_> = environments.iter().map(|name| view! { <th scope="col">{name.to_string()}</th> }).collect();
        let rows: Vec<_> = services.into_iter().map(|service| row(&project, service)).collect();
        view! {
            <div class="sheet-wrap">
                <table class="sheet">
                    <caption>"Services and environments: whether a program would get what it needs"</caption>
                    <thead><tr><th scope="col">"Service"</th><th scope="col">"Asked for by"</th>{head}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let up = paths::project(&project);
    view! {
        <PageHead title="Readiness" lead>
            <a class="button" href=up><Icon name="project" />{project.to_string()}</a>
        </PageHead>
        {table}
        {details}
    }
}

fn is_ready(service: &ServiceReadiness) -> bool {
    service.environments.iter().all(|ready| ready.count(Severity::Problem) == 0)
}

fn row(project: &Slug, service: ServiceReadiness) -> AnyView {
    let path = ServicePath::new(project.clone(), service.service.clone());
    let bindings = paths::service_tab(&path, ServiceTab::Bindings);
    let asked = if service.has_contract {
        view! { <a class="link small-text" href=format!("{bindings}#contract")>"its contract"</a> }.into_any()
    } else {
        view! { <span class="quiet-text small-text">"its bindings"</span> }.into_any()
    };
    let cells: Vec<_> = service
        .environments
        .iter()
        .map(|ready| view! { <td data-label=ready.environment.to_string()>{state(ready)}</td> })
        .collect();
    view! {
        <tr>
            <th scope="row"><span class="row-name"><Icon name="box" /><a href=bindings>{service.service.to_string()}</a></span></th>
            <td data-label="Asked for by">{asked}</td>
            {cells}
        </tr>
    }
    .into_any()
}

fn state(ready: &Readiness) -> AnyView {
    match (ready.count(Severity::Problem), ready.count(Severity::Warning)) {
        (0, 0) => view! { <Status icon="ok" tone="good" text="ready" /> }.into_any(),
        (0, warnings) => {
            let text = format!("ready, {}", counted(warnings, "warning"));
            view! { <Status icon="ok" tone="good" text /> }.into_any()
        }
        (problems, _) => view! { <Status icon="missing" tone="bad" text=counted(problems, "problem") /> }.into_any(),
    }
}

/// What was found for a service, if anything was.
fn details(project: &Slug, service: &ServiceReadiness) -> Option<AnyView> {
    let found: Vec<_> = service.environments.iter().filter(|ready| !ready.findings.is_empty()).cloned().collect();
    if found.is_empty() {
        return None;
    }
    let open = !is_ready(service);
    let path = ServicePath::new(project.clone(), service.service.clone());
    Some(
        view! {
            <details class="panel fold" open=open>
                <summary><Icon name="box" />{service.service.to_string()}</summary>
                <Findings service=path environments=found />
            </details>
        }
        .into_any(),
    )
}

/// What was found, environment by environment.
#[component]
pub(crate) fn Findings(service: ServicePath, environments: Vec<Readiness>) -> impl IntoView {
    let rows: Vec<_> = environments
        .into_iter()
        .flat_map(|Readiness { environment, findings }| {
            let service = service.clone();
            findings.into_iter().map(move |finding| found(&service, &environment, finding)).collect::<Vec<_>>()
        })
        .collect();
    view! { <ul class="feed">{rows}</ul> }
}

fn found(service: &ServicePath, environment: &EnvironmentName, finding: Finding) -> AnyView {
    let Finding { name, severity, message } = finding;
    let (icon, tone, word) = match severity {
        Severity::Problem => ("missing", "is-bad", "Problem"),
        Severity::Warning => ("warn", "is-warn", "Warning"),
    };
    let href = paths::query(&paths::service(service), &[("open", &name), ("env", environment.as_str())]);
    view! {
        <li>
            <span class=tone><Icon name=icon /><span class="sr">{word}</span></span>
            <p><a class="name" href=href>{name}</a>" "{sentence(&message)}<br /><small>{environment.to_string()}</small></p>
        </li>
    }
    .into_any()
}
