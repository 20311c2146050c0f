//! The words of a project, and its end.

use domain::api::Project;
use leptos::prelude::*;

use crate::{
    chrome::was_refused,
    components::{Field, Form, Icon},
    paths::forms,
};

#[component]
pub(super) fn Settings(project: Project, owns: bool) -> impl IntoView {
    let slug = project.slug.to_string();
    let end = owns.then(|| view! { <End slug=slug.clone() /> });
    view! {
        <details class="panel fold" open=was_refused(forms::PROJECT_EDIT)>
            <summary><Icon name="edit" />"Name and description"</summary>
            <Form action=forms::PROJECT_EDIT class="panel-body stack-3">
                <input type="hidden" name="project" value=slug />
                <div class="fields top">
                    <Field id="project-name" name="name" label="Name for people" value=project.name />
                    <Field
                        id="project-description"
                        name="description"
                        label="What it is for"
                        value=project.description
                        optional=true
                    />
                </div>
                <div class="actions"><button class="button primary" type="submit">"Save"</button></div>
            </Form>
        </details>
        {end}
    }
}

/// Its deletion; for owners.
#[component]
fn End(slug: String) -> impl IntoView {
    view! {
        <details class="panel fold" open=was_refused(forms::PROJECT_DELETE)>
            <summary class="is-bad"><Icon name="trash" />"Delete project"</summary>
            <Form action=forms::PROJECT_DELETE class="panel-body stack-3">
                <input type="hidden" name="project" value=slug.clone() />
                <p>
                    "This deletes " <b>{slug}</b>
                    " with its services, secrets, their history, bindings and tokens. It cannot be undone."
                </p>
                <div class="fields top">
                    <Field id="project-confirm" name="confirm" label="Type the project's name in paths to go on" mono=true />
                </div>
                <div class="actions"><button class="button danger" type="submit">"Delete project"</button></div>
            </Form>
        </details>
    }
}
