//! One person of the list, and what can be done to them.

use domain::{
    access::PlatformRole,
    api::{PersonRow, PersonState},
};
use leptos::prelude::*;

use super::RoleSelect;
use crate::{
    components::{Avatar, Icon, Status, When},
    paths::{self, forms},
};

pub(super) fn row(person: PersonRow, own: &str, manages: bool) -> AnyView {
    let you = (person.email == own).then(|| view! { " " <span class="tag">"you"</span> });
    let role = match person.role {
        PlatformRole::Member => "member".into_any(),
        role => view! { <b>{role.word()}</b> }.into_any(),
    };
    let state = match person.state {
        PersonState::Active => view! { <Status icon="ok" tone="good" text="active" /> }.into_any(),
        PersonState::Disabled => view! { <Status icon="lock" tone="bad" text="disabled" /> }.into_any(),
        PersonState::Invited => match person.invited_until {
            Some(until) => {
                view! { <Status icon="waits" tone="warn" text="invited" /><br /><small class="quiet-text">"until "<When at=until /></small> }
                    .into_any()
            }
            None => view! { <Status icon="waits" tone="warn" text="invited" /><br /><small class="quiet-text">"without a link"</small> }
                .into_any(),
        },
    };
    let place = places(&person);
    let actions = manages.then(|| view! { <td class="tight end"><Actions person=person.clone() /></td> });
    view! {
        <tr class="two-lines">
            <th scope="row">
                <span class="who">
                    <Avatar of=person.name.clone() class="plain" />
                    <span><b>{person.name}</b>{you}<br /><small class="quiet-text">{person.email}</small></span>
                </span>
            </th>
            <td data-label="Role">{role}</td>
            <td class="wraps" data-label="Where"><div>{place}</div></td>
            <td data-label="State"><div>{state}</div></td>
            <td class="quiet-text tight" data-label="Since"><When at=person.created_at /></td>
            {actions}
        </tr>
    }
    .into_any()
}

/// Where the roles of a person hold, one line each.
fn places(person: &PersonRow) -> AnyView {
    let whole = (person.role != PlatformRole::Member)
        .then(|| view! { <span class="level"><Icon name="platform" />"whole platform"</span><br /> });
    let none = person.role == PlatformRole::Member && person.memberships.is_empty();
    let memberships = person.memberships.iter().map(|own| {
        let environment = match &own.environment {
            None => String::new(),
            Some(environment) => format!(" in {environment}"),
        };
        view! {
            <span class="level">
                <Icon name="project" />
                <span>
                    <a class="link" href=paths::project(&own.project)>{own.project.to_string()}</a>
                    " "
                    <span class="quiet-text">{format!("{}{environment}", own.role.word())}</span>
                </span>
            </span>
            <br />
        }
    });
    view! {
        {whole}
        {memberships.collect::<Vec<_>>()}
        {none.then(|| view! { <span class="quiet-text">"no project yet"</span> })}
    }
    .into_any()
}

#[component]
fn Actions(person: PersonRow) -> impl IntoView {
    let (change, more) = (format!("Change {}", person.name), format!("More for {}", person.name));
    let id = || view! { <input type="hidden" name="id" value=person.id.clone() /> };
    let (role_id, name_id) = (format!("role-{}", person.id), format!("name-{}", person.id));
    let is_invited = person.state == PersonState::Invited;
    let door = match person.state {
        PersonState::Disabled => view! {
            <form action=forms::PERSON_ENABLE method="post">
                {id()}
                <button class="button wide" type="submit"><Icon name="ok" />"Let in again"</button>
            </form>
        }
        .into_any(),
        PersonState::Invited => view! {
            <form action=forms::PERSON_INVITE method="post">
                {id()}
                <button class="button wide" type="submit"><Icon name="undo" />"Make a new link"</button>
            </form>
        }
        .into_any(),
        PersonState::Active => view! {
            <form class="stack-2" action=forms::PERSON_DISABLE method="post">
                {id()}
                <p>"Keeping them out ends their sessions and tokens at once. Their roles stay for later."</p>
                <button class="button wide" type="submit"><Icon name="lock" />"Disable"</button>
            </form>
        }
        .into_any(),
    };
    let lost_factor = person.second_factor.then(|| {
        view! {
            <form class="stack-2" action=forms::PERSON_FACTOR method="post">
                {id()}
                <p>"Did they lose their device? Make sure that it is them who ask. Their sessions end, too."</p>
                <button class="button wide" type="submit"><Icon name="token" />"Reset second factor"</button>
            </form>
        }
    });
    let (words, remove) = if is_invited {
        ("Their link stops working, and nothing of them stays.", "Withdraw invitation")
    } else {
        ("Their roles and tokens go with them. History keeps what they did.", "Remove person")
    };
    view! {
        <span class="row-actions">
            <details class="menu">
                <summary class="button quiet square small" aria-label=change.clone() title=change><Icon name="edit" /></summary>
                <form class="menu-list form" action=forms::PERSON_EDIT method="post">
                    {id()}
                    <div class="field">
                        <label for=name_id.clone()>"Name"</label>
                        <input class="input" id=name_id name="name" value=person.name.clone() required autocomplete="off" />
                    </div>
                    <div class="field">
                        <label for=role_id.clone()>"Role on the platform"</label>
                        <RoleSelect id=role_id chosen=person.role />
                        <p class="hint">"Another role ends their sessions and tokens."</p>
                    </div>
                    <button class="button primary" type="submit">"Save"</button>
                </form>
            </details>
            <details class="menu">
                <summary class="button quiet square small" aria-label=more.clone() title=more><Icon name="more" /></summary>
                <div class="menu-list form">
                    {door}
                    {lost_factor}
                    <form class="stack-2" action=forms::PERSON_DELETE method="post">
                        {id()}
                        <p>{words}</p>
                        <button class="button danger wide" type="submit"><Icon name="trash" />{remove}</button>
                    </form>
                </div>
            </details>
        </span>
    }
}
