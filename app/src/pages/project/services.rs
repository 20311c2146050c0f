//! The services of a project.

use domain::{
    ServicePath, Slug,
    api::{Mode, Service},
};
use leptos::prelude::*;

use crate::{
    chrome::was_refused,
    components::{Empty, Field, Form, Icon, When},
    paths::{self, ServiceTab, forms},
};

#[component]
pub(super) fn Services(project: Slug, services: Vec<Service>, manages: bool) -> impl IntoView {
    let count = services.len();
    let table = if services.is_empty() {
        nothing(manages)
    } else {
        let rows = services.into_iter().map(|service| row(service, manages)).collect::<Vec<_>>();
        view! {
            <div class="sheet-wrap">
                <table class="sheet">
                    <caption>"Services of the project"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Service"</th>
                            <th scope="col">"Gets"</th>
                            <th scope="col">"Look at"</th>
                            <th scope="col" class="end">"Since"</th>
                            {manages.then(|| view! { <th scope="col"><span class="sr">"Actions"</span></th> })}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="stack-2" aria-labelledby="services">
            <div class="row"><h2 id="services">"Services"</h2><span class="count">{count}</span></div>
            {table}
        </section>
        {manages.then(|| view! { <NewService project open=count == 0 /> })}
    }
}

fn nothing(manages: bool) -> AnyView {
    let words = if manages {
        "A service is one app of the project. Its secrets, and those of the project, reach it and nobody else."
    } else {
        "Whoever manages the project can add one."
    };
    view! {
        <section class="panel">
            <Empty icon="box" title="No service yet"><p class="quiet-text">{words}</p></Empty>
        </section>
    }
    .into_any()
}

fn row(service: Service, manages: bool) -> AnyView {
    let path = ServicePath::new(service.project.clone(), service.slug.clone());
    let words = match service.description.as_str() {
        "" => service.name.clone(),
        description => description.to_owned(),
    };
    let words = (words != service.slug.as_str()).then(|| view! { <br /><small class="quiet-text">{words}</small> });
    let gets = match service.mode {
        Mode::All => "every effective secret",
        Mode::Bound => "its bindings only",
    };
    let tab = |tab: ServiceTab| {
        view! { <a class="link small-text" href=paths::service_tab(&path, tab)>{tab.label()}</a> }
    };
    let menu = manages.then(|| view! { <td class="tight end"><ServiceMenu service=service.clone() /></td> });
    view! {
        <tr class="two-lines">
            <th scope="row">
                <span class="row-name">
                    <Icon name="box" />
                    <span><a href=paths::service(&path)><b>{service.slug.to_string()}</b></a>{words}</span>
                </span>
            </th>
            <td data-label="Gets">{gets}</td>
            <td data-label="Look at"><span class="row">{tab(ServiceTab::Effective)}{tab(ServiceTab::Bindings)}</span></td>
            <td class="end quiet-text tight" data-label="Since"><When at=service.created_at /></td>
            {menu}
        </tr>
    }
    .into_any()
}

#[component]
fn ServiceMenu(service: Service) -> impl IntoView {
    let (project, slug) = (service.project.to_string(), service.slug.to_string());
    let id = |field: &str| format!("{slug}-{field}");
    let hidden = || {
        view! {
            <input type="hidden" name="project" value=project.clone() />
            <input type="hidden" name="service" value=slug.clone() />
        }
    };
    view! {
        <span class="row keep at-end">
            <details class="menu">
                <summary class="button quiet small" aria-label=format!("Edit {slug}")><Icon name="edit" />"Edit"</summary>
                <form class="menu-list form" action=forms::SERVICE_EDIT method="post">
                    {hidden()}
                    <div class="field">
                        <label for=id("name")>"Name for people"</label>
                        <input class="input" id=id("name") name="name" value=service.name autocomplete="off" />
                    </div>
                    <div class="field">
                        <label for=id("description")>"What it is for"</label>
                        <input class="input" id=id("description") name="description" value=service.description autocomplete="off" />
                    </div>
                    <button class="button primary" type="submit">"Save"</button>
                </form>
            </details>
            <details class="menu">
                <summary class="button quiet danger small" aria-label=format!("Delete {slug}")><Icon name="trash" />"Delete"</summary>
                <form class="menu-list form" action=forms::SERVICE_DELETE method="post">
                    {hidden()}
                    <p>"This deletes " <b>{slug.clone()}</b> " with its secrets, their history, its bindings and its tokens. It cannot be undone."</p>
                    <div class="field">
                        <label for=id("confirm")>"Type " <code>{slug.clone()}</code> " to go on"</label>
                        <input class="input mono" id=id("confirm") name="confirm" required autocomplete="off" spellcheck="false" />
                    </div>
                    <button class="button danger" type="submit">"Delete service"</button>
                </form>
            </details>
        </span>
    }
}

#[component]
fn NewService(project: Slug, open: bool) -> impl IntoView {
    view! {
        <details class="panel fold" open=open || was_refused(forms::SERVICES)>
            <summary><Icon name="plus" />"New service"</summary>
            <Form action=forms::SERVICES class="panel-body stack-3">
                <input type="hidden" name="project" value=project.to_string() />
                <div class="fields top">
                    <Field
                        id="service-slug"
                        name="slug"
                        label="Name in paths"
                        placeholder="checkout"
                        mono=true
                        pattern="[a-z][a-z0-9\\-]*"
                        hint="Lower-case letters, digits and dashes. It stays as it is."
                    />
                    <Field id="service-name" name="name" label="Name for people" placeholder="Checkout" optional=true />
                    <Field
                        id="service-description"
                        name="description"
                        label="What it is for"
                        placeholder="Takes payments"
                        optional=true
                    />
                </div>
                <div class="actions"><button class="button primary" type="submit">"Create service"</button></div>
            </Form>
        </details>
    }
}
