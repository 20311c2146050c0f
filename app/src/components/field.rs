//! Forms that work without script, and their labelled fields. After a refusal the fields show what was typed and what is wrong.

use leptos::{context::Provider, prelude::*};

use super::sentence;
use crate::{chrome::use_chrome, notice::Notice};

/// Where the form around a field is posted to.
#[derive(Clone)]
struct Action(String);

/// A form that is posted to `action`, one of [`crate::paths::forms`].
#[component]
pub fn Form(
    /// Where it goes.
    #[prop(into)]
    action: String,
    /// Its classes.
    #[prop(default = "stack-4")]
    class: &'static str,
    /// What its notices are told by; `action` unless that is nothing to be kept.
    #[prop(optional)]
    told_by: Option<&'static str>,
    /// `multipart/form-data` for uploads.
    #[prop(optional)]
    enctype: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let around = Action(told_by.map_or_else(|| action.clone(), str::to_owned));
    view! {
        <form class=class action=action method="post" enctype=enctype>
            <Provider value=around>{children()}</Provider>
        </form>
    }
}

/// What the last post of the form around has to say about a field: its text and its problem.
fn said(name: &str) -> (Option<String>, Option<String>) {
    let Some(Action(action)) = use_context::<Action>() else {
        return (None, None);
    };
    use_chrome().with_untracked(|chrome| {
        let notice: Option<&Notice> = chrome.notice.as_ref();
        let own = |text: Option<&str>| text.map(str::to_owned);
        (
            own(notice.and_then(|notice| notice.kept(&action, name))),
            own(notice.and_then(|notice| notice.problem(&action, name))),
        )
    })
}

/// A labelled text field.
#[component]
pub fn Field(
    /// The name it is sent under; its id, too, unless one is given.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// Unique on the page.
    #[prop(default = name)]
    id: &'static str,
    /// `text`, `email`, `password`, `number` …
    #[prop(default = "text")]
    kind: &'static str,
    /// What it holds at first.
    #[prop(optional, into)]
    value: String,
    /// A sentence below.
    #[prop(optional)]
    hint: &'static str,
    /// What it might hold.
    #[prop(optional)]
    placeholder: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// What the browser lets through; the server checks again.
    #[prop(optional)]
    pattern: Option<&'static str>,
    /// At least so many characters.
    #[prop(optional)]
    minlength: Option<u32>,
    /// Whether it shows code: a name, a path.
    #[prop(optional)]
    mono: bool,
) -> impl IntoView {
    let (kept, problem) = said(name);
    let value = kept.unwrap_or(value);
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described = match (&problem, hint.is_empty()) {
        (Some(_), _) => Some(error_id.clone()),
        (None, false) => Some(hint_id.clone()),
        (None, true) => None,
    };
    let invalid = problem.is_some().then_some("true");
    let error =
        problem.map(|text| view! { <p class="error" id=error_id role="alert"><span>{sentence(&text)}</span></p> });
    let hint = (!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> });
    view! {
        <div class="field">
            <label for=id>{label}{optional.then(|| view! { " " <span class="optional">"optional"</span> })}</label>
            <input
                class=if mono { "input mono" } else { "input" }
                id=id
                name=name
                type=kind
                value=value
                placeholder=placeholder
                autocomplete=autocomplete
                spellcheck="false"
                autocapitalize="none"
                required=!optional
                pattern=pattern
                minlength=minlength
                aria-invalid=invalid
                aria-describedby=described
            />
            {error}
            {hint}
        </div>
    }
}
