//! A project: its services, its members, its words.

mod members;
mod services;
mod settings;

use domain::{
    EnvironmentName,
    api::{Member, Project, Service},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Icon, Loaded, PageHead},
    error::UiError,
    paths,
};
use members::{Members, Rights};
use services::Services;
use settings::Settings;

/// What the page of a project shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectView {
    /// The project.
    pub project: Project,
    /// Its services.
    pub services: Vec<Service>,
    /// Its members.
    pub members: Vec<Member>,
    /// Every environment, in order.
    pub environments: Vec<EnvironmentName>,
    /// Whether its words, services and members may be changed.
    pub manages: bool,
    /// Whether it may be deleted, and owners made.
    pub owns: bool,
}

/// The project of slug `project`.
#[server(prefix = "/ui", endpoint = "project")]
pub async fn load_project(project: String) -> Result<ProjectView, UiError> {
    use domain::{Action, Scope, access::check};
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let slug = project.parse()?;
    let scope = Scope::project(project.parse()?, None);
    let may = |action| check(&actor, action, &scope).is_ok();
    let environments = vault.list_environments(&actor).await?;
    Ok(ProjectView {
        project: vault.find_project(&actor, &slug).await?,
        services: vault.list_services(&actor, &slug).await?,
        members: if may(Action::See) { vault.list_members(&actor, &slug).await? } else { Vec::new() },
        environments: environments.into_iter().map(|environment| environment.name).collect(),
        manages: may(Action::ManageProject),
        owns: may(Action::OwnProject),
    })
}

/// The page of a project.
#[component]
pub fn ProjectPage() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|params| params.get("project").unwrap_or_default()));
    let data = Resource::new(move || slug.get(), load_project);
    view! { <div class="page"><Loaded data view=|view| view! { <Body view /> }.into_any() /></div> }
}

#[component]
fn Body(view: ProjectView) -> impl IntoView {
    let ProjectView { project, services, members, environments, manages, owns } = view;
    let lead = match (project.name.as_str(), project.description.as_str()) {
        (name, "") if name == project.slug.as_str() => String::new(),
        (name, "") => name.to_owned(),
        (name, description) if name == project.slug.as_str() => description.to_owned(),
        (name, description) => format!("{name}: {description}"),
    };
    let slug = project.slug.clone();
    let (secrets, readiness) = (paths::project_secrets(&slug), paths::readiness(&slug));
    view! {
        <PageHead title=slug.to_string() lead>
            <a class="button" href=readiness><Icon name="ok" />"Readiness"</a>
            <a class="button" href=secrets><Icon name="project" />"Project secrets"</a>
        </PageHead>
        <Services project=slug.clone() services manages />
        <Members project=slug members environments rights=Rights { manages, owns } />
        {manages.then(|| view! { <Settings project owns /> })}
    }
}
