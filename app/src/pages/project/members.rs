//! Who has which role in a project.

use domain::{
    EnvironmentName, Slug,
    access::ProjectRole,
    api::{Member, MemberGrant},
};
use leptos::prelude::*;

use crate::{
    chrome::was_refused,
    components::{Avatar, Empty, Field, Form, Icon},
    paths::forms,
};

/// What whoever looks at the members may do about them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rights {
    /// Give and take roles.
    pub(super) manages: bool,
    /// Those of owners too.
    pub(super) owns: bool,
}

#[component]
pub(super) fn Members(
    project: Slug,
    members: Vec<Member>,
    environments: Vec<EnvironmentName>,
    rights: Rights,
) -> impl IntoView {
    let Rights { manages, owns } = rights;
    let count = members.len();
    let table = if members.is_empty() {
        view! {
            <section class="panel">
                <Empty icon="people" title="No member">
                    <p class="quiet-text">"Admins see this project, but not its values. Add whoever works on its services."</p>
                </Empty>
            </section>
        }
        .into_any()
    } else {
        let rows = members.into_iter().map(|member| row(&project, member, &environments, rights)).collect::<Vec<_>>();
        view! {
            <div class="sheet-wrap">
                <table class="sheet">
                    <caption>"Members of the project"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Person"</th>
                            <th scope="col">"Role"</th>
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
        <section class="stack-2" aria-labelledby="members">
            <div class="row"><h2 id="members">"Members"</h2><span class="count">{count}</span></div>
            {table}
        </section>
        {manages.then(|| view! { <NewMember project environments owns /> })}
    }
}

#[component]
fn NewMember(project: Slug, environments: Vec<EnvironmentName>, owns: bool) -> impl IntoView {
    let roles = offered(owns, false).map(|role| {
        view! {
            <option value=role.word() selected=role == ProjectRole::Developer>
                {format!("{}: {}", role.word(), about(role))}
            </option>
        }
    });
    let boxes = environments.into_iter().map(|environment| {
        let name = environment.to_string();
        view! { <label class="check"><input type="checkbox" name="environment" value=name.clone() />{name}</label> }
    });
    view! {
        <details class="panel fold" open=was_refused(forms::MEMBERS)>
            <summary><Icon name="people" />"Add a member"</summary>
            <Form action=forms::MEMBERS class="panel-body stack-3">
                <input type="hidden" name="project" value=project.to_string() />
                <div class="fields top">
                    <Field
                        id="member-email"
                        name="email"
                        label="E-mail"
                        kind="email"
                        placeholder="jonas@harbour.example"
                        hint="Of someone who can sign in, or is invited."
                    />
                    <div class="field">
                        <label for="member-role">"Role"</label>
                        <select class="input" id="member-role" name="role">{roles.collect::<Vec<_>>()}</select>
                    </div>
                </div>
                <fieldset class="stack-2">
                    <legend>"Environments"</legend>
                    <span class="row">{boxes.collect::<Vec<_>>()}</span>
                    <p class="hint">"None ticked: all of them, and those to come. Owners and admins have all."</p>
                </fieldset>
                <div class="actions"><button class="button primary" type="submit">"Add member"</button></div>
            </Form>
        </details>
    }
}

/// The roles that can be chosen.
fn offered(owns: bool, single: bool) -> impl Iterator<Item = ProjectRole> {
    let fits = move |role: &ProjectRole| (owns || *role != ProjectRole::Owner) && (!single || role.fits_environments());
    ProjectRole::ALL.into_iter().filter(fits)
}

fn about(role: ProjectRole) -> &'static str {
    match role {
        ProjectRole::Owner => "everything, deletion too",
        ProjectRole::Admin => "everything but deletion",
        ProjectRole::Developer => "writes and reveals",
        ProjectRole::User => "sees names, binds, runs",
    }
}

fn row(project: &Slug, member: Member, environments: &[EnvironmentName], rights: Rights) -> AnyView {
    let is_owner = member.grants.iter().any(|grant| grant.role == ProjectRole::Owner);
    let grants = member.grants.iter().map(|grant| {
        let place = match &grant.environment {
            None => "all environments".to_owned(),
            Some(environment) => environment.to_string(),
        };
        view! { <span><b>{grant.role.word()}</b>" "<span class="quiet-text">{place}</span></span><br /> }
    });
    let grants = grants.collect::<Vec<_>>();
    let may = rights.owns || !is_owner;
    let actions = rights.manages.then(|| {
        let actions = may.then(|| {
            view! { <Actions project=project.clone() member=member.clone() environments=environments.to_vec() owns=rights.owns /> }
        });
        view! { <td class="tight end">{actions}</td> }
    });
    view! {
        <tr class="two-lines">
            <th scope="row">
                <span class="who">
                    <Avatar of=member.name.clone() class="plain" />
                    <span><b>{member.name}</b><br /><small class="quiet-text">{member.email}</small></span>
                </span>
            </th>
            <td class="wraps" data-label="Role"><div>{grants}</div></td>
            {actions}
        </tr>
    }
    .into_any()
}

#[component]
fn Actions(project: Slug, member: Member, environments: Vec<EnvironmentName>, owns: bool) -> impl IntoView {
    let (change, remove) =
        (format!("Change roles of {}", member.email), format!("Remove {} from {project}", member.email));
    let hidden = || {
        view! {
            <input type="hidden" name="project" value=project.to_string() />
            <input type="hidden" name="id" value=member.id.clone() />
        }
    };
    let everywhere = role_select(&member, None, owns);
    let selects = environments.iter().map(|name| role_select(&member, Some(name), owns)).collect::<Vec<_>>();
    view! {
        <span class="row-actions">
            <details class="menu">
                <summary class="button quiet square small" aria-label=change.clone() title=change><Icon name="edit" /></summary>
                <form class="menu-list form" action=forms::MEMBER_EDIT method="post">
                    {hidden()}
                    <p>"One role for all environments, or one each for single ones."</p>
                    {everywhere}
                    {selects}
                    <button class="button primary" type="submit">"Save roles"</button>
                </form>
            </details>
            <details class="menu">
                <summary class="button quiet danger square small" aria-label=remove.clone() title=remove><Icon name="trash" /></summary>
                <form class="menu-list form" action=forms::MEMBER_DELETE method="post">
                    {hidden()}
                    <p>"Take every role in " <b>{project.to_string()}</b> " from " <b>{member.email.clone()}</b> "?"</p>
                    <button class="button danger" type="submit">"Remove from project"</button>
                </form>
            </details>
        </span>
    }
}

/// The role of a member in one environment, or in all of them, to be chosen.
fn role_select(member: &Member, environment: Option<&EnvironmentName>, owns: bool) -> AnyView {
    let held = |grant: &&MemberGrant| grant.environment.as_ref() == environment;
    let held = member.grants.iter().find(held).map(|grant| grant.role);
    let (name, label) = match environment {
        None => ("role".to_owned(), "All environments".to_owned()),
        Some(environment) => (format!("role.{environment}"), environment.to_string()),
    };
    let id = format!("{name}-{}", member.id);
    let options = offered(owns, environment.is_some())
        .map(|role| view! { <option value=role.word() selected=Some(role) == held>{role.word()}</option> });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select class="input" id=id name=name>
                <option value="" selected=held.is_none()>"no role of its own"</option>
                {options.collect::<Vec<_>>()}
            </select>
        </div>
    }
    .into_any()
}
