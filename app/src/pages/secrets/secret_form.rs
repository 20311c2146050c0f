//! Writing a secret: a new one, or the open cell. The value is never filled in, and never sent back.

use domain::{EnvironmentName, Kind, SecretName};
use leptos::prelude::*;

use super::{
    care_form::CareFields,
    place::{Place, environment_word},
    scope_read::Writable,
    value_fields::ValueFields,
};
use crate::{
    chrome::use_chrome,
    components::{Field, Form, Icon},
    paths::forms,
};

/// The cell that is written.
#[derive(Debug, Clone)]
pub struct WrittenCell {
    /// The name.
    pub name: SecretName,
    /// The column.
    pub environment: Option<EnvironmentName>,
    /// The version this write follows; 0 where nothing is set yet.
    pub expected: i64,
    /// What the value is now.
    pub kind: Kind,
}

/// The form of a new secret, in a panel of its own.
#[component]
pub fn NewSecret(
    /// The page.
    place: Place,
    /// The columns to choose from.
    writable: Writable,
    /// The address without the form.
    close: String,
) -> impl IntoView {
    let Writable { whole, environments } = writable;
    let kept = |field: &str| {
        use_chrome().with_untracked(|chrome| {
            let notice = chrome.notice.as_ref()?;
            notice.kept(forms::SECRETS, field).map(str::to_owned)
        })
    };
    let environment = kept("environment").unwrap_or_default();
    let kind = kept("kind").and_then(|word| Kind::from_word(&word)).unwrap_or(Kind::Text);
    view! {
        <section class="panel" aria-labelledby="new-title">
            <header class="panel-head">
                <h2 id="new-title">"New secret"</h2>
                <span class="spacer"></span>
                <a class="button quiet square small" href=close data-noscroll="" aria-label="Close" title="Close" data-key="Escape">
                    <Icon name="close" />
                </a>
            </header>
            <Form action=forms::SECRETS class="panel-body stack-3 secret-form" enctype="multipart/form-data">
                <At place />
                <input type="hidden" name="expected_version" value="0" />
                <div class="fields">
                    <Field name="name" label="Name" id="new-name" placeholder="DATABASE_URL" mono=true />
                    <div class="field">
                        <label for="new-environment">"Environment"</label>
                        <EnvironmentSelect environments whole id="new-environment" chosen=environment />
                    </div>
                </div>
                <ValueFields kind id="new" />
                <Field name="comment" label="Comment" id="new-comment" optional=true hint="Everyone who sees the name can read it." />
                <CareFields />
                <div class="actions">
                    <button class="button primary" type="submit">"Save secret"</button>
                    <p class="hint">"Refused if the name is already set there."</p>
                </div>
            </Form>
        </section>
    }
}

/// The form of the open cell.
#[component]
pub fn EditSecret(
    /// The page.
    place: Place,
    /// What is written.
    cell: WrittenCell,
    /// The address without the form.
    close: String,
) -> impl IntoView {
    let (label, hint) = if cell.expected == 0 {
        ("Set value".to_owned(), "Sets the value here; other levels keep theirs.".to_owned())
    } else {
        (
            format!("Save version {}", cell.expected + 1),
            format!("Replaces version {}, which stays in history.", cell.expected),
        )
    };
    view! {
        <form class="stack-3 secret-form" action=forms::SECRETS method="post" enctype="multipart/form-data">
            <At place />
            <input type="hidden" name="cell" value="1" />
            <input type="hidden" name="name" value=cell.name.to_string() />
            <input type="hidden" name="environment" value=environment_word(cell.environment.as_ref()) />
            <input type="hidden" name="expected_version" value=cell.expected.to_string() />
            <ValueFields kind=cell.kind id="edit" />
            <div class="row">
                <button class="button primary" type="submit">{label}</button>
                <a class="button quiet" href=close data-noscroll="">"Cancel"</a>
            </div>
            <p class="hint">{hint}</p>
        </form>
    }
}

/// Deleting the open cell: asked twice, works without script.
#[component]
pub fn DeleteSecret(
    /// The page.
    place: Place,
    /// What is deleted.
    cell: WrittenCell,
    /// Where it is, in words.
    place_name: String,
) -> impl IntoView {
    view! {
        <details class="explain">
            <summary class="button quiet small danger"><Icon name="trash" />"Delete"</summary>
            <form class="popover" action=forms::SECRET_DELETE method="post" aria-label="Delete this secret">
                <At place />
                <input type="hidden" name="name" value=cell.name.to_string() />
                <input type="hidden" name="environment" value=environment_word(cell.environment.as_ref()) />
                <input type="hidden" name="expected_version" value=cell.expected.to_string() />
                <div class="popover-body stack-3 first">
                    <p>"Delete " <b class="name">{cell.name.to_string()}</b>{format!(" in {place_name}? For 30 days it can be brought back; a wider level shows through, if it has the name.")}</p>
                    <div><button class="button primary danger small" type="submit">{format!("Delete version {}", cell.expected)}</button></div>
                </div>
            </form>
        </details>
    }
}

/// Environments to choose from; all of them first.
#[component]
pub fn EnvironmentSelect(
    /// The environments.
    environments: Vec<EnvironmentName>,
    /// Whether all of them can be chosen at once.
    #[prop(default = true)]
    whole: bool,
    /// Unique on the page.
    id: &'static str,
    /// What is chosen at first.
    #[prop(optional, into)]
    chosen: String,
) -> impl IntoView {
    let all = whole.then(|| view! { <option value="all">"All environments"</option> });
    let options: Vec<_> = environments
        .into_iter()
        .map(|name| {
            let selected = name.as_str() == chosen;
            view! { <option value=name.to_string() selected=selected>{name.to_string()}</option> }
        })
        .collect();
    view! { <select class="input" id=id name="environment">{all}{options}</select> }
}

/// Where a form is: its page and level.
#[component]
pub fn At(
    /// The page.
    place: Place,
) -> impl IntoView {
    view! {
        <input type="hidden" name="level" value=place.level.word() />
        <input type="hidden" name="project" value=place.project() />
        <input type="hidden" name="service" value=place.service() />
    }
}
