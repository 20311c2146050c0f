//! Changing one's password.

use leptos::prelude::*;

use crate::{
    chrome::{use_chrome, was_refused},
    components::{Callout, Field, Form, counted},
    paths::forms,
};

#[component]
pub(super) fn ChangePassword(
    /// How many tokens would end with it.
    tokens: usize,
) -> impl IntoView {
    let label = use_chrome().with_untracked(|chrome| chrome.person.clone()).unwrap_or_default().label;
    let ends = match tokens {
        0 => "Your other sessions end with it.".to_owned(),
        count => format!(
            "Your other sessions end with it, and {} of yours: whatever uses one is refused.",
            counted(count, "token")
        ),
    };
    view! {
        <details class="panel" open=was_refused(forms::PASSWORD)>
            <summary class="panel-head"><h2>"Password"</h2><span class="spacer"></span><span class="button small">"Change"</span></summary>
            <Form action=forms::PASSWORD class="panel-body stack-3">
                <Callout tone="warn" icon="warn">{ends}</Callout>
                <input type="text" hidden=true value=label autocomplete="username" />
                <Field name="current" label="Present password" kind="password" autocomplete="current-password" />
                <Field
                    name="new"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    minlength=12
                    hint="At least 12 characters; a sentence is easy to remember."
                />
                <Field name="again" label="New password once more" kind="password" autocomplete="new-password" minlength=12 />
                <div class="actions"><button class="button primary" type="submit">"Change password"</button></div>
            </Form>
        </details>
    }
}
