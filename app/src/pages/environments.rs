//! The ordered list of environments.

use domain::api::Environment;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Empty, Field, Form, Icon, Loaded, PageHead},
    error::UiError,
    paths::forms,
};

/// The list, and whether the actor may change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The environments in their order.
    pub environments: Vec<Environment>,
    /// Whether the actor may change them.
    pub manage: bool,
}

/// Every environment.
#[server(prefix = "/ui", endpoint = "environments")]
pub async fn load_environments() -> Result<Listed, UiError> {
    use domain::{Action, Scope, access::check};
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    Ok(Listed {
        environments: vault.list_environments(&actor).await?,
        manage: check(&actor, Action::ManageEnvironments, &Scope::platform(None)).is_ok(),
    })
}

/// The environments, and forms to add, rename, move and remove them.
#[component]
pub fn Environments() -> impl IntoView {
    let data = Resource::new(|| (), |()| load_environments());
    view! {
        <div class="page narrow">
            <PageHead title="Environments" lead="The columns of every secret, in their order. All projects share them." />
            <Loaded data view=|listed| view! { <List listed /> }.into_any() />
        </div>
    }
}

#[component]
fn List(listed: Listed) -> impl IntoView {
    let Listed { environments, manage } = listed;
    if environments.is_empty() {
        return view! { <section class="panel"><Empty icon="layers" title="No environment" /></section> }.into_any();
    }
    let last = environments.len() - 1;
    let rows = environments
        .iter()
        .enumerate()
        .map(|(index, environment)| row(environment, index, last, manage))
        .collect::<Vec<_>>();
    view! {
        <div class="sheet-wrap">
            <table class="sheet">
                <caption>"Environments in their order"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Environment"</th>
                        <th scope="col">"Place"</th>
                        <th scope="col"><span class="sr">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {manage.then(add)}
    }
    .into_any()
}

fn row(environment: &Environment, index: usize, last: usize, manage: bool) -> AnyView {
    let name = environment.name.to_string();
    let actions = manage.then(|| {
        view! {
            <span class="row keep at-end">
                <Move name=name.clone() to=index.checked_sub(1) icon="up" label="Move up" />
                <Move name=name.clone() to=(index < last).then_some(index + 1) icon="down" label="Move down" />
                <Rename name=name.clone() />
                <Remove name=name.clone() />
            </span>
        }
    });
    view! {
        <tr>
            <th scope="row"><span class="row-name"><Icon name="layers" /><b>{name.clone()}</b></span></th>
            <td class="numeric" data-label="Place">{index + 1}</td>
            <td class="tight end">{actions}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Move(name: String, to: Option<usize>, icon: &'static str, label: &'static str) -> impl IntoView {
    let title = format!("{label} {name}");
    view! {
        <form action=forms::ENVIRONMENT_MOVE method="post">
            <input type="hidden" name="environment" value=name />
            <input type="hidden" name="position" value=to.unwrap_or_default() />
            <button class="button quiet square small" type="submit" disabled=to.is_none() aria-label=title.clone() title=title>
                <Icon name=icon />
            </button>
        </form>
    }
}

#[component]
fn Rename(name: String) -> impl IntoView {
    let id = format!("rename-{name}");
    view! {
        <details class="menu">
            <summary class="button quiet small"><Icon name="edit" />"Rename"</summary>
            <form class="menu-list form" action=forms::ENVIRONMENT_RENAME method="post">
                <input type="hidden" name="environment" value=name.clone() />
                <div class="field">
                    <label for=id.clone()>"New name"</label>
                    <input class="input mono" id=id name="name" value=name required spellcheck="false" autocomplete="off" />
                    <p class="hint">"Programs and tokens that name it must be told."</p>
                </div>
                <button class="button primary" type="submit">"Rename"</button>
            </form>
        </details>
    }
}

#[component]
fn Remove(name: String) -> impl IntoView {
    view! {
        <details class="menu">
            <summary class="button quiet danger small"><Icon name="trash" />"Remove"</summary>
            <form class="menu-list form" action=forms::ENVIRONMENT_DELETE method="post">
                <input type="hidden" name="environment" value=name.clone() />
                <p>"Remove " <b>{name}</b> "? It works only while no secret and no binding uses it."</p>
                <button class="button danger" type="submit">"Remove environment"</button>
            </form>
        </details>
    }
}

fn add() -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="new-environment">
            <header class="panel-head"><h2 id="new-environment">"New environment"</h2></header>
            <Form action=forms::ENVIRONMENTS class="panel-body stack-3">
                <div class="fields top">
                    <Field
                        name="name"
                        label="Name"
                        placeholder="preview"
                        mono=true
                        pattern="[a-z][a-z0-9\\-]*"
                        hint="Lower-case letters, digits and dashes. It joins the end of the list."
                    />
                </div>
                <div class="actions"><button class="button primary" type="submit">"Add environment"</button></div>
            </Form>
        </section>
    }
}
