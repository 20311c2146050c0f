//! The first admin, through the link of the first start.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    components::{Callout, Field, Form, FormNotice, Gate, Loaded},
    error::UiError,
    paths,
};

/// Whether `token` would be accepted now.
#[server(prefix = "/ui", endpoint = "setup")]
pub async fn check_setup(token: String) -> Result<bool, UiError> {
    Ok(crate::context::vault()?.is_setup_token(&token).await?)
}

/// A form that makes the first admin, while its link is good.
#[component]
pub fn Setup() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token").unwrap_or_default());
    let action = paths::setup(&token);
    let good = Resource::new(move || token.clone(), check_setup);
    let view = move |good: bool| if good { form(action.clone()) } else { stale() };
    view! {
        <Gate title="Welcome to Strongroom">
            <FormNotice />
            <Loaded data=good view />
        </Gate>
    }
}

fn form(action: String) -> AnyView {
    view! {
        <p class="quiet-text">"You are the first: this makes you the admin of this installation. The link works once."</p>
        <Form action>
            <Field name="email" label="E-mail" kind="email" autocomplete="username" />
            <Field name="name" label="Name" autocomplete="name" optional=true />
            <Field
                name="password"
                label="Password"
                kind="password"
                autocomplete="new-password"
                minlength=12
                hint="At least 12 characters; a sentence is easy to remember. Nobody can look it up for you."
            />
            <button class="button primary wide" type="submit">"Become the admin"</button>
        </Form>
    }
    .into_any()
}

fn stale() -> AnyView {
    view! {
        <Callout tone="warn" icon="warn">
            <b>"This link does not work any more."</b>
            <p>
                "It is good for one use and 24 hours. While there is no admin, a restart of the server prints a new one."
            </p>
        </Callout>
        <a class="button wide" href=paths::LOGIN>"Sign in"</a>
    }
    .into_any()
}
