//! The contract of a service, and what it finds.

use domain::{
    ServicePath,
    api::{ContractRow, Readiness},
};
use leptos::prelude::*;

use super::binding_forms::Of;
use crate::{
    chrome::{use_chrome, was_refused},
    components::{Callout, Icon, When},
    pages::Findings,
    paths::forms,
};

/// What a contract looks like.
const EXAMPLE: &str = "[[secret]]\nname = \"DB_PASS\"\nkind = \"text\"\ntarget = { env = \"MY_APP_SECRET\" }\n";

/// What the service needs, and where it does not get that.
#[component]
pub fn Contract(
    /// Whose.
    service: ServicePath,
    /// The contract that is kept.
    contract: Option<ContractRow>,
    /// What was found, where there is anything.
    findings: Vec<Readiness>,
    /// Whether the reader may change it.
    write: bool,
) -> impl IntoView {
    let has_contract = contract.is_some();
    let state = if !findings.is_empty() {
        view! { <Findings service=service.clone() environments=findings /> }.into_any()
    } else if has_contract {
        view! { <div class="panel-body"><Callout tone="good" icon="ok">"The service gets what its contract says, in every environment."</Callout></div> }.into_any()
    } else {
        view! { <p class="panel-body quiet-text">"Nothing would stop a program of this service from starting."</p> }
            .into_any()
    };
    let since = contract.as_ref().map(|row| {
        let by = format!("by {}", row.updated_by);
        view! { <span class="quiet-text small-text">"Kept since " <When at=row.updated_at />" "{by}</span> }
    });
    let text = contract.map(|row| row.text);
    let form = write.then(|| view! { <ContractForm service text /> });
    let title = if has_contract { "Contract" } else { "Readiness" };
    view! {
        <section class="panel" id="contract" aria-labelledby="contract-title">
            <header class="panel-head"><h2 id="contract-title">{title}</h2>{since}</header>
            {state}
            {form}
        </section>
    }
}

#[component]
fn ContractForm(service: ServicePath, text: Option<String>) -> impl IntoView {
    let is_new = text.is_none();
    let refused = was_refused(forms::CONTRACT);
    let kept = use_chrome().with_untracked(|chrome| {
        chrome.notice.as_ref().and_then(|notice| notice.kept(forms::CONTRACT, "text").map(str::to_owned))
    });
    let shown = kept.or(text).unwrap_or_default();
    let summary = if is_new { "Say what the service needs" } else { "Edit the contract" };
    let remove = (!is_new).then(|| {
        let service = service.clone();
        view! {
            <form class="panel-body" action=forms::CONTRACT_DELETE method="post">
                <Of service />
                <button class="button quiet danger small" type="submit"><Icon name="trash" />"Remove the contract"</button>
            </form>
        }
    });
    view! {
        <details class="fold" open=refused>
            <summary><Icon name="edit" />{summary}</summary>
            <form class="panel-body stack-3" action=forms::CONTRACT method="post">
                <Of service />
                <div class="field">
                    <label for="contract-text"><code>"strongroom.contract.toml"</code></label>
                    <textarea class="input mono" id="contract-text" name="text" rows="10" spellcheck="false" placeholder=EXAMPLE required>{shown}</textarea>
                    <p class="hint">
                        "Kept beside the code, it is checked in CI by "
                        <code>"strongroom check --strict"</code>
                        "; "
                        <code>"--publish"</code>
                        " keeps it here."
                    </p>
                </div>
                <div class="actions"><button class="button" type="submit">"Keep"</button></div>
            </form>
            {remove}
        </details>
    }
}
