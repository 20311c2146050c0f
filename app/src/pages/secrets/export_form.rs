//! Saving secrets as a file: a form, so that it works without script.

use domain::{EnvironmentName, export::Format};
use leptos::prelude::*;

use super::{
    place::Place,
    secret_form::{At, EnvironmentSelect},
};
use crate::{components::Icon, paths::forms};

/// What is saved.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// What the level itself holds in one of these environments, or in all.
    Own(Vec<EnvironmentName>),
    /// What the service gets in this environment.
    Effective(EnvironmentName),
}

/// The button that opens the form; for those who may reveal.
#[component]
pub fn ExportForm(
    /// The page.
    place: Place,
    /// What is saved.
    wanted: Wanted,
    /// The address of the page, for what went wrong.
    back: String,
) -> impl IntoView {
    let (what, environment) = match wanted {
        Wanted::Own(environments) => (
            "What is set here, values included. Inherited values are not part of it.".to_owned(),
            view! {
                <div class="field">
                    <label for="export-environment">"Environment"</label>
                    <EnvironmentSelect environments id="export-environment" />
                </div>
            }
            .into_any(),
        ),
        Wanted::Effective(environment) => (
            format!("Everything the service gets in {environment}, values included."),
            view! {
                <input type="hidden" name="effective" value="true" />
                <input type="hidden" name="environment" value=environment.to_string() />
            }
            .into_any(),
        ),
    };
    let formats: Vec<_> =
        Format::ALL.into_iter().map(|format| view! { <option value=format.word()>{format.label()}</option> }).collect();
    view! {
        <details class="explain">
            <summary class="button"><Icon name="download" />"Export"</summary>
            <form class="popover" action=forms::EXPORT method="post" aria-label="Export secrets">
                <At place />
                <input type="hidden" name="back" value=back />
                <div class="popover-body stack-3 first">
                    <p>{what}</p>
                    {environment}
                    <div class="field">
                        <label for="export-format">"Format"</label>
                        <select class="input" id="export-format" name="format">{formats}</select>
                    </div>
                    <p class="hint">"Every name goes into the audit log as revealed. The file is not encrypted."</p>
                    <div><button class="button primary small" type="submit"><Icon name="download" />"Download"</button></div>
                </div>
            </form>
        </details>
    }
}
