//! The ordered list of environments.

use domain::api::{Environment, EnvironmentRemoval};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Callout, Empty, Field, Form, Icon, Loaded, PageHead, counted},
    error::UiError,
    paths::{ENVIRONMENTS, forms, query},
};

/// The list, and whether the actor may change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The environments in their order.
    pub environments: Vec<Environment>,
    /// Whether the actor may change them.
    pub manage: bool,
    /// What goes with the one that is to be removed.
    pub removal: Option<EnvironmentRemoval>,
}

/// Every environment.
#[server(prefix = "/ui", endpoint = "environments")]
pub async fn load_environments(#[server(default)] remove: String) -> Result<Listed, UiError> {
    use domain::{Action, Scope, access::check};
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let environments = vault.list_environments(&actor).await?;
    let manage = check(&actor, Action::ManageEnvironments, &Scope::platform(None)).is_ok();
    let going = environments.iter().map(|row| &row.name).find(|name| manage && name.as_str() == remove);
    let removal = match going {
        Some(name) => Some(vault.plan_environment_removal(&actor, name).await?),
        None => None,
    };
    Ok(Listed { environments, manage, removal })
}

/// The environments, and forms to add, rename, move and remove them.
#[component]
pub fn Environments() -> impl IntoView {
    let query = use_query_map();
    let remove = Memo::new(move |_| query.with(|query| query.get("remove").unwrap_or_default()));
    let data = Resource::new(move || remove.get(), load_environments);
    view! {
        <div class="page narrow">
            <PageHead title="Environments" lead="The columns of every secret, in their order. All projects share them." />
            <Loaded data view=|listed| view! { <List listed /> }.into_any() />
        </div>
    }
}

#[component]
fn List(listed: Listed) -> impl IntoView {
    let Listed { environments, manage, removal } = listed;
    if environments.is_empty() {
        return view! { <section class="panel"><Empty icon="layers" title="No environment" /></section> }.into_any();
    }
    let last = environments.len() - 1;
    let rows = environments
        .iter()
        .enumerate()
        .map(|(index, environment)| row(environment, index, last, manage))
        .collect::<Vec<_>>();
    let removal = removal.map(|removal| view! { <Removal removal /> });
    view! {
        {removal}
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

/// Leads to what would go.
#[component]
fn Remove(name: String) -> impl IntoView {
    let href = query(ENVIRONMENTS, &[("remove", &name)]);
    view! { <a class="button quiet danger small" href=href aria-label=format!("Remove {name}")><Icon name="trash" />"Remove"</a> }
}

/// What goes with an environment, and the form that removes it.
#[component]
fn Removal(removal: EnvironmentRemoval) -> impl IntoView {
    let name = removal.name.to_string();
    let (secrets, empty) = (removal.secrets, removal.is_empty());
    let tell = if empty {
        view! { <p>"No secret, binding or token uses it."</p> }.into_any()
    } else {
        view! { <Contents removal /> }.into_any()
    };
    let confirm = (!empty).then(|| {
        view! {
            <input type="hidden" name="secrets" value=secrets.to_string() />
            <Field name="confirm" label="Type its name to go on" id="remove-confirm" mono=true />
        }
    });
    let label = if empty { "Remove environment" } else { "Remove it with everything in it" };
    view! {
        <section class="panel" aria-labelledby="remove-title">
            <header class="panel-head">
                <h2 id="remove-title">"Remove "{name.clone()}"?"</h2>
                <span class="spacer"></span>
                <a class="button quiet square small" href=ENVIRONMENTS aria-label="Close" title="Close"><Icon name="close" /></a>
            </header>
            <Form action=forms::ENVIRONMENT_DELETE class="panel-body stack-3">
                <input type="hidden" name="environment" value=name />
                {tell}
                {confirm}
                <div class="actions">
                    <button class="button primary danger" type="submit">{label}</button>
                    <a class="button quiet" href=ENVIRONMENTS>"Keep it"</a>
                </div>
            </Form>
        </section>
    }
}

#[component]
fn Contents(removal: EnvironmentRemoval) -> impl IntoView {
    let EnvironmentRemoval { secrets, scopes, bindings, bound, tokens, token_names, .. } = removal;
    let total = |count: u32, one| counted(count as usize, one);
    let more = |all: u32, shown: usize| {
        let rest = (all as usize).saturating_sub(shown);
        (rest > 0).then(|| view! { <li class="quiet-text">{format!("and {rest} more")}</li> })
    };
    let told: usize = scopes.iter().map(|scope| scope.secrets as usize).sum();
    let rest = more(secrets, told);
    let scopes: Vec<_> = scopes
        .into_iter()
        .map(|scope| {
            let dots = if scope.names.len() < scope.secrets as usize { ", …" } else { "" };
            view! { <li>{scope.source}": "<span class="name">{scope.names.join(", ")}{dots}</span></li> }
        })
        .collect();
    let (bound_rest, token_rest) = (more(bindings, bound.len()), more(tokens, token_names.len()));
    let bound: Vec<_> = bound
        .into_iter()
        .map(|one| view! { <li>{one.source}": "{one.target}" from "<span class="name">{one.secret}</span></li> })
        .collect();
    let token_names: Vec<_> = token_names.into_iter().map(|name| view! { <li>{name}</li> }).collect();
    view! {
        <Callout tone="warn" icon="warn">
            <b>{format!("With it go {}, {} and {}.", total(secrets, "secret"), total(bindings, "binding"), total(tokens, "token"))}</b>
            " Secrets go with all their versions; nobody can bring them back."
        </Callout>
        {(secrets > 0).then(|| view! { <h3 class="label">"Secrets"</h3><ul class="small-text listed">{scopes}{rest}</ul> })}
        {(bindings > 0).then(|| view! { <h3 class="label">"Bindings"</h3><ul class="small-text listed">{bound}{bound_rest}</ul> })}
        {(tokens > 0).then(|| view! { <h3 class="label">"Tokens"</h3><ul class="small-text listed">{token_names}{token_rest}</ul> })}
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
