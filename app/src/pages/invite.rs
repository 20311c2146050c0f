//! Somebody new, through the link they were sent.

use domain::api::Invitee;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    components::{Callout, Field, Form, FormNotice, Gate, Loaded},
    error::UiError,
    paths,
};

/// Whom the link with `token` invites, while it is good.
#[server(prefix = "/ui", endpoint = "invitation")]
pub async fn load_invitation(token: String) -> Result<Option<Invitee>, UiError> {
    Ok(crate::context::vault()?.find_invitation(&token).await?)
}

/// A form to choose a name and a password, while the link is good.
#[component]
pub fn Invite() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token").unwrap_or_default());
    let action = paths::invite(&token);
    let data = Resource::new(move || token.clone(), load_invitation);
    let view = move |invitee: Option<Invitee>| match invitee {
        Some(invitee) => form(action.clone(), invitee),
        None => stale(),
    };
    view! {
        <Gate title="Join Strongroom">
            <FormNotice />
            <Loaded data view />
        </Gate>
    }
}

fn form(action: String, invitee: Invitee) -> AnyView {
    view! {
        <p class="quiet-text">
            "You are invited as " <b class="is-ink">{invitee.email.clone()}</b>
            ", and sign in with this address from now on. The link works once."
        </p>
        <Form action told_by=paths::INVITE>
            // For the browser's store of passwords, which files them under a name.
            <input type="hidden" name="email" value=invitee.email autocomplete="username" />
            <Field name="name" label="Name" autocomplete="name" value=invitee.name />
            <Field
                name="password"
                label="Password"
                kind="password"
                autocomplete="new-password"
                minlength=12
                hint="At least 12 characters; a sentence is easy to remember. Nobody can look it up for you."
            />
            <button class="button primary wide" type="submit">"Join"</button>
        </Form>
    }
    .into_any()
}

fn stale() -> AnyView {
    view! {
        <Callout tone="warn" icon="warn">
            <b>"This invitation does not work any more."</b>
            <p>"It is good for one use and 72 hours. Ask whoever invited you for a new link."</p>
        </Callout>
        <a class="button wide" href=paths::LOGIN>"Sign in"</a>
    }
    .into_any()
}
