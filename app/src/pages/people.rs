//! Everyone who can sign in.

use domain::{access::PlatformRole, api::PersonRow};
use leptos::prelude::*;

use crate::{
    chrome::use_chrome,
    components::{Avatar, Field, Form, Icon, Loaded, PageHead, When},
    error::UiError,
    paths::forms,
};

/// Everyone.
#[server(prefix = "/ui", endpoint = "people")]
pub async fn load_people() -> Result<Vec<PersonRow>, UiError> {
    Ok(crate::context::vault()?.list_people(&crate::context::actor()?).await?)
}

/// The list of people, and a form to add one.
#[component]
pub fn People() -> impl IntoView {
    let data = Resource::new(|| (), |()| load_people());
    view! { <div class="page"><Loaded data view=|people| view! { <List people /> }.into_any() /></div> }
}

#[component]
fn List(people: Vec<PersonRow>) -> impl IntoView {
    let own = use_chrome().with_untracked(|chrome| chrome.person.clone()).unwrap_or_default().label;
    let count = people.len();
    let rows = people.into_iter().map(|person| row(person, &own)).collect::<Vec<_>>();
    view! {
        <PageHead
            title="People"
            lead="Who can sign in. Admins do everything; members see the projects they belong to."
        />
        <section class="stack-2" aria-labelledby="people">
            <div class="row"><h2 id="people">"People"</h2><span class="count">{count}</span></div>
            <div class="sheet-wrap">
                <table class="sheet">
                    <caption>"People and their roles"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Person"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col">"Where"</th>
                            <th scope="col" class="end">"Since"</th>
                            <th scope="col"><span class="sr">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
        <section class="panel" aria-labelledby="new-person">
            <header class="panel-head"><h2 id="new-person">"Add a person"</h2></header>
            <Form action=forms::PEOPLE class="panel-body stack-3">
                <div class="fields top">
                    <Field name="email" label="E-mail" kind="email" placeholder="jonas@harbour.example" />
                    <Field name="name" label="Name" placeholder="Jonas Weber" optional=true />
                    <Field
                        name="password"
                        label="First password"
                        kind="password"
                        autocomplete="new-password"
                        minlength=12
                        hint="At least 12 characters. Hand it over in person."
                    />
                    <div class="field">
                        <label for="role">"Role"</label>
                        <select class="input" id="role" name="role">
                            <option value=PlatformRole::Member.word()>"member"</option>
                            <option value=PlatformRole::Admin.word()>"admin"</option>
                        </select>
                    </div>
                </div>
                <div class="actions"><button class="button primary" type="submit">"Add person"</button></div>
            </Form>
        </section>
    }
}

fn row(person: PersonRow, own: &str) -> AnyView {
    let you = (person.email == own).then(|| view! { " " <span class="tag">"you"</span> });
    let (role, icon, place) = match person.role {
        PlatformRole::Admin => (view! { <b>"admin"</b> }.into_any(), "platform", "whole platform"),
        PlatformRole::Member => ("member".into_any(), "project", "projects they belong to"),
    };
    let lost_factor =
        person.second_factor.then(|| view! { <LostFactor id=person.id.clone() name=person.name.clone() /> });
    view! {
        <tr class="two-lines">
            <th scope="row">
                <span class="who">
                    <Avatar of=person.name.clone() class="plain" />
                    <span><b>{person.name}</b>{you}<br /><small class="quiet-text">{person.email}</small></span>
                </span>
            </th>
            <td data-label="Role">{role}</td>
            <td data-label="Where"><span class="level"><Icon name=icon />{place}</span></td>
            <td class="end quiet-text tight" data-label="Since"><When at=person.created_at /></td>
            <td class="tight end">{lost_factor}</td>
        </tr>
    }
    .into_any()
}

/// Takes the second factor from someone who lost their device.
#[component]
fn LostFactor(id: String, name: String) -> impl IntoView {
    view! {
        <details class="menu">
            <summary class="button quiet small" aria-label=format!("Second factor of {name}")>"Second factor"</summary>
            <form class="menu-list form" action=forms::PERSON_FACTOR method="post">
                <input type="hidden" name="id" value=id />
                <p>"Did " <b>{name}</b> " lose their device? Make sure that it is them who ask. Their sessions end, too."</p>
                <button class="button danger" type="submit">"Reset second factor"</button>
            </form>
        </details>
    }
}
