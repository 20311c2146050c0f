//! Light or dark.

use leptos::prelude::*;

use super::Icon;
use crate::{chrome::use_chrome, paths};

const THEMES: [(&str, &str, &str); 3] =
    [("system", "System theme", "auto"), ("light", "Light theme", "sun"), ("dark", "Dark theme", "moon")];

/// A form of three buttons; with script the page changes at once.
#[component]
pub(crate) fn Themes() -> impl IntoView {
    let chrome = use_chrome();
    let button = move |(theme, label, icon): (&'static str, &'static str, &'static str)| {
        let pressed = move || chrome.with(|chrome| chrome.theme == theme).to_string();
        view! {
            <button
                type="submit"
                name="theme"
                value=theme
                aria-pressed=pressed
                aria-label=label
                title=label
                on:click=move |event| {
                    event.prevent_default();
                    choose(theme);
                    chrome.update(|chrome| theme.clone_into(&mut chrome.theme));
                }
            >
                <Icon name=icon small=true />
            </button>
        }
    };
    view! {
        <form action=paths::THEME method="post">
            <fieldset class="segmented themes">
                <legend>"Theme"</legend>
                {THEMES.map(button)}
            </fieldset>
        </form>
    }
}

/// Changes the page and tells the server; the server keeps it in a cookie.
#[cfg(feature = "hydrate")]
fn choose(theme: &str) {
    use wasm_bindgen::JsValue;
    let Some(root) = document().document_element() else { return };
    let _ = match theme {
        "system" => root.remove_attribute("data-theme"),
        theme => root.set_attribute("data-theme", theme),
    };
    let request = web_sys::RequestInit::new();
    request.set_method("POST");
    request.set_body(&JsValue::from_str(&format!("theme={theme}")));
    if let Ok(headers) = web_sys::Headers::new() {
        let _ = headers.set("content-type", "application/x-www-form-urlencoded");
        request.set_headers(&headers);
    }
    let _ = window().fetch_with_str_and_init(paths::THEME, &request);
}

#[cfg(not(feature = "hydrate"))]
fn choose(_: &str) {}
