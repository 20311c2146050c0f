//! What stands beside a value: comment, owner, until when it is good. Writing it makes no version.

use domain::{Scope, api::SecretRow};
use leptos::prelude::*;

use super::{
    place::{Place, environment_word},
    secret_form::At,
};
use crate::{
    components::{Field, Form},
    paths::forms,
};

/// Owner and last day of a new value.
#[component]
pub fn CareFields() -> impl IntoView {
    view! {
        <div class="fields">
            <Field name="owner" label="Owner" id="new-owner" optional=true hint="A person, a team, a channel." />
            <Field name="rotate_by" label="Replace by" id="new-rotate-by" kind="date" optional=true hint="The last day of this value." />
        </div>
    }
}

/// The form of what stands beside the open value.
#[component]
pub fn CareForm(
    /// The page.
    place: Place,
    /// Where the secret is.
    scope: Scope,
    /// The secret.
    secret: SecretRow,
) -> impl IntoView {
    let day = secret.rotate_by.map(|day| day.to_string()).unwrap_or_default();
    view! {
        <Form action=forms::SECRET_CARE class="stack-3 beside-value">
            <h3 class="label">"Beside the value"</h3>
            <At place />
            <input type="hidden" name="name" value=secret.name.to_string() />
            <input type="hidden" name="environment" value=environment_word(scope.environment.as_ref()) />
            <input type="hidden" name="expected_version" value=secret.version.to_string() />
            <Field name="comment" label="Comment" id="care-comment" value=secret.comment optional=true />
            <div class="fields">
                <Field name="owner" label="Owner" id="care-owner" value=secret.owner optional=true />
                <Field name="rotate_by" label="Replace by" id="care-rotate-by" kind="date" value=day optional=true />
            </div>
            <div><button class="button" type="submit">"Save details"</button></div>
            <p class="hint">"The value and its version stay as they are."</p>
        </Form>
    }
}
