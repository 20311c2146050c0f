//! Every project, and a way to the next one.

use domain::{
    ServicePath,
    api::{Project, Service},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    chrome::{is_admin, use_chrome},
    components::{Empty, Field, Form, Icon, Loaded, PageHead, When, counted},
    error::UiError,
    paths,
};

/// A project and its services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The project.
    pub project: Project,
    /// Its services.
    pub services: Vec<Service>,
}

/// Every project the actor sees, with its services.
#[server(prefix = "/ui", endpoint = "home")]
pub async fn load_home() -> Result<Vec<Card>, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let mut cards = Vec::new();
    for project in vault.list_projects(&actor).await? {
        let services = vault.list_services(&actor, &project.slug).await?;
        cards.push(Card { project, services });
    }
    Ok(cards)
}

/// The list of projects.
#[component]
pub fn Home() -> impl IntoView {
    let data = Resource::new(|| (), |()| load_home());
    view! { <div class="page"><Loaded data view=|cards| view! { <Cards cards /> }.into_any() /></div> }
}

#[component]
fn Cards(cards: Vec<Card>) -> impl IntoView {
    let admin = is_admin();
    if cards.is_empty() {
        return nothing(admin);
    }
    let services: usize = cards.iter().map(|card| card.services.len()).sum();
    let lead = format!("{} with {}.", counted(cards.len(), "project"), counted(services, "service"));
    let new = admin.then(|| {
        view! { <a class="button primary" href=paths::NEW_PROJECT><Icon name="plus" />"New project"</a> }
    });
    view! {
        <PageHead title="Projects" lead>{new}</PageHead>
        {admin.then(|| view! { <NewProject /> })}
        <div class="sheet-wrap">
            <table class="sheet">
                <caption>"Projects and their services"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Project"</th>
                        <th scope="col">"Services"</th>
                        <th scope="col">"Shared secrets"</th>
                        <th scope="col" class="end">"Since"</th>
                    </tr>
                </thead>
                <tbody>{cards.into_iter().map(row).collect::<Vec<_>>()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(card: Card) -> AnyView {
    let Card { project, services } = card;
    let links = services
        .iter()
        .map(|service| {
            let path = ServicePath::new(service.project.clone(), service.slug.clone());
            view! { <a class="tag link-tag" href=paths::service(&path)><Icon name="box" small=true />{path.service.to_string()}</a> }
        })
        .collect::<Vec<_>>();
    let none = links.is_empty();
    let words = if project.description.is_empty() { project.name.clone() } else { project.description.clone() };
    let words = (words != project.slug.as_str()).then(|| view! { <br /><small class="quiet-text">{words}</small> });
    view! {
        <tr class="two-lines">
            <th scope="row">
                <span class="row-name">
                    <Icon name="folder" />
                    <span><a href=paths::project(&project.slug)><b>{project.slug.to_string()}</b></a>{words}</span>
                </span>
            </th>
            <td data-label="Services">
                <span class="row">
                    {links}
                    {none.then(|| view! { <span class="quiet-text">"none yet"</span> })}
                </span>
            </td>
            <td data-label="Shared secrets">
                <a class="link small-text" href=paths::project_secrets(&project.slug)>"Project secrets"</a>
            </td>
            <td class="end quiet-text tight" data-label="Since"><When at=project.created_at /></td>
        </tr>
    }
    .into_any()
}

fn nothing(admin: bool) -> AnyView {
    if admin {
        return view! {
            <PageHead title="Projects" />
            <section class="panel">
                <Empty icon="folder" title="No project yet">
                    <p class="quiet-text">
                        "A project groups services and people. Three steps lead from here to the first secret in an app."
                    </p>
                    <a class="button primary" href=paths::START>"Take the first step"</a>
                </Empty>
            </section>
        }
        .into_any();
    }
    let label = use_chrome().with_untracked(|chrome| chrome.person.clone()).unwrap_or_default().label;
    view! {
        <PageHead title="Projects" />
        <section class="panel">
            <Empty icon="folder" title="You are in no project yet">
                <p class="quiet-text">
                    "Ask an admin to add " <span class="is-ink">{label}</span> " to a project."
                </p>
            </Empty>
        </section>
    }
    .into_any()
}

#[component]
fn NewProject() -> impl IntoView {
    let query = use_query_map();
    let asked = move || query.with(|query| query.get("new").is_some());
    view! {
        <Show when=asked>
            <section class="panel" aria-labelledby="new-project">
                <header class="panel-head">
                    <h2 id="new-project">"New project"</h2>
                    <span class="spacer"></span>
                    <a class="button quiet square small" href=paths::HOME aria-label="Close" title="Close"><Icon name="close" /></a>
                </header>
                <Form action=paths::forms::PROJECTS class="panel-body stack-3">
                    <div class="fields top">
                        <Field
                            name="slug"
                            label="Name in paths"
                            placeholder="storefront"
                            mono=true
                            pattern="[a-z][a-z0-9\\-]*"
                            hint="Lower-case letters, digits and dashes. It stays as it is."
                        />
                        <Field name="name" label="Name for people" placeholder="Storefront" optional=true />
                        <Field name="description" label="What it is for" placeholder="Shop, payments, mail" optional=true />
                    </div>
                    <div class="actions"><button class="button primary" type="submit">"Create project"</button></div>
                </Form>
            </section>
        </Show>
    }
}
