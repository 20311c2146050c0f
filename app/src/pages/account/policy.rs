//! What the installation demands of people.

use domain::api::{ConfirmRule, FactorRule, Policy};
use leptos::prelude::*;

use crate::{
    components::{Form, Loaded, PageHead},
    error::UiError,
    paths::forms,
};

const FACTOR: [(FactorRule, &str, &str); 3] = [
    (FactorRule::Optional, "Nobody must", "Whoever wants one sets it up on the page of their account."),
    (FactorRule::Admins, "Whoever runs something", "Admins, and those who run a project."),
    (
        FactorRule::Everyone,
        "Everybody",
        "Whoever lacks one is led to it after signing in, and may do nothing else before.",
    ),
];
const CONFIRM: [(ConfirmRule, &str, &str); 2] = [
    (ConfirmRule::Never, "No", "Being signed in is enough."),
    (ConfirmRule::Always, "Yes", "When the last time is more than a few minutes ago."),
];

/// What the installation demands.
#[server(prefix = "/ui", endpoint = "policy")]
pub async fn load_policy() -> Result<Policy, UiError> {
    Ok(crate::context::vault()?.find_policy(&crate::context::actor()?).await?)
}

/// What the installation demands, and a form that changes it.
#[component]
pub fn PolicyPage() -> impl IntoView {
    let data = Resource::new(|| (), |()| load_policy());
    view! { <div class="page narrow"><Loaded data view=|policy| view! { <Body policy /> }.into_any() /></div> }
}

#[component]
fn Body(policy: Policy) -> impl IntoView {
    let factor = FACTOR
        .map(|(rule, label, hint)| choice("second_factor", rule.word(), label, hint, rule == policy.second_factor));
    let confirm = |name, now| CONFIRM.map(|(rule, label, hint)| choice(name, rule.word(), label, hint, rule == now));
    view! {
        <PageHead title="Policy" lead="What this installation demands of people who sign in." />
        <section class="panel" aria-labelledby="policy-title">
            <header class="panel-head"><h2 id="policy-title">"Signing in and confirming"</h2></header>
            <Form action=forms::POLICY class="panel-body stack-4">
                <fieldset class="stack-2"><legend class="label">"Who must have a second factor"</legend>{factor}</fieldset>
                <fieldset class="stack-2">
                    <legend class="label">"Ask for password or code before a value is revealed"</legend>
                    {confirm("reveal", policy.reveal)}
                </fieldset>
                <fieldset class="stack-2">
                    <legend class="label">"Ask for password or code before values are exported"</legend>
                    {confirm("export", policy.export)}
                </fieldset>
                <p class="hint">
                    "Making tokens, changing people, passwords and second factors, deleting projects and destroying values \
                     always ask. Bearer tokens are never asked: they have nothing else to give."
                </p>
                <div class="actions"><button class="button primary" type="submit">"Save policy"</button></div>
            </Form>
        </section>
    }
}

fn choice(name: &'static str, word: &'static str, label: &'static str, hint: &'static str, checked: bool) -> AnyView {
    view! {
        <label class="check">
            <input type="radio" name=name value=word checked=checked />
            <span><b>{label}</b>" "<small class="quiet-text">{hint}</small></span>
        </label>
    }
    .into_any()
}
