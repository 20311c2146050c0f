//! The pages that ask who one is: the second step of signing in, and before what weighs more.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Asked, shown};
use crate::{
    chrome::use_chrome,
    components::{Field, Form, FormNotice, Gate, sentence},
    paths::{self, forms},
};

/// A code after the password; `?next=` says where to go on.
#[component]
pub fn SecondStep() -> impl IntoView {
    let next = use_query_map().with_untracked(|query| query.get("next").unwrap_or_default());
    view! {
        <Gate title="Your second factor">
            <FormNotice />
            <Form action=paths::LOGIN_CODE>
                <input type="hidden" name="next" value=next />
                <Field
                    name="code"
                    label="Code"
                    autocomplete="one-time-code"
                    mono=true
                    hint="The six digits your app shows, or one of your recovery codes."
                />
                <button class="button primary wide" type="submit">"Sign in"</button>
            </Form>
            <p class="small-text quiet-text">
                "Neither at hand? An admin can take your second factor away. "
                <a class="link" href=paths::LOGIN rel="external">"Begin again"</a>
            </p>
        </Gate>
    }
}

/// Password or code once more, before what was asked for is done. What it was is kept in this page alone.
#[component]
pub fn Confirm() -> impl IntoView {
    let next = use_query_map().with_untracked(|query| query.get("next").unwrap_or_default());
    let asked = shown::<Asked>().unwrap_or(Asked { back: next, ..Asked::default() });
    let back = if asked.back.is_empty() { paths::HOME.to_owned() } else { asked.back };
    let label = use_chrome().with_untracked(|chrome| chrome.person.clone()).unwrap_or_default().label;
    let (what, button) = if asked.form.is_empty() {
        ("Confirm, then do it again: what you had filled in is not kept.", "Confirm")
    } else {
        ("What you asked for is done once this is right.", "Confirm and go on")
    };
    let kept = asked.fields.into_iter().map(|(name, text)| {
        view! { <input type="hidden" name=format!("kept {name}") value=text /> }
    });
    let invalid = asked.problem.is_some().then_some("true");
    let described = if asked.problem.is_some() { "proof-error" } else { "proof-hint" };
    let error = asked.problem.map(|text| {
        view! { <p class="error" id="proof-error" role="alert"><span>{sentence(&text)}"."</span></p> }
    });
    view! {
        <Gate title="Confirm that it is you">
            <p class="quiet-text">"This weighs more, and the last time was a while ago. "{what}</p>
            <form class="stack-4" action=forms::CONFIRM method="post">
                <input type="hidden" name="form" value=asked.form />
                <input type="hidden" name="back" value=back.clone() />
                {kept.collect::<Vec<_>>()}
                <input type="text" hidden=true value=label autocomplete="username" />
                <div class="field">
                    <label for="proof">"Password"</label>
                    <input
                        class="input"
                        id="proof"
                        name="proof"
                        type="password"
                        autocomplete="current-password"
                        required
                        aria-invalid=invalid
                        aria-describedby=described
                    />
                    {error}
                    <p class="hint" id="proof-hint">"With a second factor, the six digits of your app do as well."</p>
                </div>
                <button class="button primary wide" type="submit">{button}</button>
                <a class="button quiet wide" href=back rel="external">"Leave it"</a>
            </form>
        </Gate>
    }
}
