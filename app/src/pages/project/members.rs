//! Who belongs to a project.

use domain::{Slug, api::Member};
use leptos::prelude::*;

use crate::{
    chrome::was_refused,
    components::{Avatar, Empty, Field, Form, Icon},
    paths::forms,
};

#[component]
pub(super) fn Members(project: Slug, members: Vec<Member>) -> impl IntoView {
    let count = members.len();
    let table = if members.is_empty() {
        view! {
            <section class="panel">
                <Empty icon="people" title="No member">
                    <p class="quiet-text">"Only admins see this project. Add whoever works on its services."</p>
                </Empty>
            </section>
        }
        .into_any()
    } else {
        let rows = members.into_iter().map(|member| row(&project, member)).collect::<Vec<_>>();
        view! {
            <div class="sheet-wrap">
                <table class="sheet">
                    <caption>"Members of the project"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Person"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col"><span class="sr">"Actions"</span></th>
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
                        hint="Of someone who can sign in. They will see, write, reveal and bind the project's secrets."
                    />
                </div>
                <div class="actions"><button class="button primary" type="submit">"Add member"</button></div>
            </Form>
        </details>
    }
}

fn row(project: &Slug, member: Member) -> AnyView {
    let label = format!("Remove {} from {project}", member.email);
    view! {
        <tr class="two-lines">
            <th scope="row">
                <span class="who">
                    <Avatar of=member.name.clone() class="plain" />
                    <span><b>{member.name}</b><br /><small class="quiet-text">{member.email}</small></span>
                </span>
            </th>
            <td data-label="Role">{member.role.word()}</td>
            <td class="tight end">
                <form action=forms::MEMBER_DELETE method="post">
                    <input type="hidden" name="project" value=project.to_string() />
                    <input type="hidden" name="id" value=member.id />
                    <button class="button quiet danger small" type="submit" aria-label=label><Icon name="trash" />"Remove"</button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
