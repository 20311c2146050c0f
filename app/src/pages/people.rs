//! Everyone who can sign in.

mod invited;
mod row;

use domain::{
    access::PlatformRole,
    api::{CreatedPerson, PersonRow, PersonState},
};
use leptos::prelude::*;

use crate::{
    chrome::{is_admin, use_chrome},
    components::{Field, Form, Icon, Loaded, PageHead},
    error::UiError,
    paths::forms,
};
use invited::JustInvited;
use row::row;

/// Everyone.
#[server(prefix = "/ui", endpoint = "people")]
pub async fn load_people() -> Result<Vec<PersonRow>, UiError> {
    Ok(crate::context::vault()?.list_people(&crate::context::actor()?).await?)
}

/// The person that was invited by this very request, which the server gives as an extension; never in the browser.
fn just_invited() -> Option<CreatedPerson> {
    #[cfg(feature = "ssr")]
    return crate::context::extension();
    #[cfg(not(feature = "ssr"))]
    None
}

/// The list of people, and a form to invite one. A link that was just made is shown once, on a page that stays still.
#[component]
pub fn People() -> impl IntoView {
    let data = Resource::new(|| (), |()| load_people());
    let created = just_invited();
    view! {
        <div class="page">
            <PageHead
                title="People"
                lead="Who can sign in, and what they may. Values in a project are for those with a role in it, admins not excepted."
            />
            {created.map(|created| view! { <JustInvited created /> })}
            <Loaded data view=|people| view! { <List people /> }.into_any() />
        </div>
    }
}

#[component]
fn List(people: Vec<PersonRow>) -> impl IntoView {
    let own = use_chrome().with_untracked(|chrome| chrome.person.clone()).unwrap_or_default().label;
    let manages = is_admin();
    let count = people.len();
    let waiting = people.iter().filter(|person| person.state == PersonState::Invited).count();
    let waiting = (waiting > 0).then(|| view! { <span class="quiet-text">{format!("{waiting} invited")}</span> });
    let rows = people.into_iter().map(|person| row(person, &own, manages)).collect::<Vec<_>>();
    view! {
        <section class="stack-2" aria-labelledby="people">
            <div class="row"><h2 id="people">"People"</h2><span class="count">{count}</span>{waiting}</div>
            <div class="sheet-wrap">
                <table class="sheet">
                    <caption>"People, their roles and where the roles hold"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Person"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col">"Where"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Since"</th>
                            {manages.then(|| view! { <th scope="col"><span class="sr">"Actions"</span></th> })}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
        {manages.then(|| view! { <NewPerson /> })}
    }
}

#[component]
fn NewPerson() -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="new-person">
            <header class="panel-head"><h2 id="new-person">"Invite a person"</h2></header>
            <Form action=forms::PEOPLE class="panel-body stack-3">
                <p class="quiet-text">
                    "You get a link to send them. It is good for one use and 72 hours, and they choose their own password with it."
                </p>
                <div class="fields top">
                    <Field name="email" label="E-mail" kind="email" placeholder="jonas@harbour.example" />
                    <Field name="name" label="Name" placeholder="Jonas Weber" optional=true />
                    <div class="field">
                        <label for="role">"Role on the platform"</label>
                        <RoleSelect id="role" chosen=PlatformRole::Member />
                    </div>
                </div>
                <div class="actions">
                    <button class="button primary" type="submit"><Icon name="plus" />"Invite person"</button>
                </div>
            </Form>
        </section>
    }
}

/// A choice of the roles on the platform.
#[component]
fn RoleSelect(#[prop(into)] id: String, chosen: PlatformRole) -> impl IntoView {
    let options = PlatformRole::ALL.into_iter().rev().map(|role| {
        view! { <option value=role.word() selected=role == chosen>{format!("{}: {}", role.word(), about(role))}</option> }
    });
    view! { <select class="input" id=id name="role">{options.collect::<Vec<_>>()}</select> }
}

fn about(role: PlatformRole) -> &'static str {
    match role {
        PlatformRole::Admin => "manages everything",
        PlatformRole::Auditor => "sees everything but values",
        PlatformRole::Member => "what their projects give",
    }
}
