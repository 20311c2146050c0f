//! Signing in.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{Field, Form, FormNotice, Gate},
    paths,
};

/// A form to sign in with; `?next=` says where to go on.
#[component]
pub fn Login() -> impl IntoView {
    let next = use_query_map().with_untracked(|query| query.get("next").unwrap_or_default());
    view! {
        <Gate title="Sign in to Strongroom">
            <FormNotice />
            <Form action=paths::LOGIN>
                <input type="hidden" name="next" value=next />
                <Field name="email" label="E-mail" kind="email" autocomplete="username" />
                <Field name="password" label="Password" kind="password" autocomplete="current-password" />
                <button class="button primary wide" type="submit">"Sign in"</button>
            </Form>
            <p class="small-text quiet-text">
                "No password? Ask an admin to add you. Machines use " <span class="is-ink">"tokens"</span>
                ", not this page."
            </p>
        </Gate>
    }
}
