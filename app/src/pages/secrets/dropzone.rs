//! Where a file comes in. Without script it is a form; with script the whole page is.

use domain::import::Format;
use leptos::{html, prelude::*};

use super::{
    browser,
    secret_form::{At, EnvironmentSelect},
    upload::{Reach, Upload},
};
use crate::{components::Icon, paths::forms};

/// What a file chooser offers.
pub(super) const ACCEPTED: &str = ".json,.env,.yaml,.yml,.toml,application/json,text/plain";

/// The drop zone of a page.
#[component]
pub fn Dropzone(
    /// What takes the file.
    upload: Upload,
    /// Where it can be stored.
    reach: Reach,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let zone = NodeRef::<html::Form>::new();
    let take = {
        let reach = reach.clone();
        move |given| upload.take(given, reach.clone(), &chosen_environment())
    };
    let chosen = take.clone();
    Effect::new(move |_| {
        browser::on_given(over, take.clone());
        // Chosen while the page was still asleep.
        if let Some(form) = zone.get_untracked() {
            browser::chosen_before(&form, take.clone());
        }
    });
    view! {
        <form
            class="dropzone"
            class:over=over
            node_ref=zone
            action=forms::IMPORT
            method="post"
            enctype="multipart/form-data"
        >
            <At place=reach.place.clone() />
            <Icon name="upload" />
            <span>
                <span class="unscripted">"Upload " <code>"secrets.json"</code> ", .env, YAML or TOML: "</span>
                <span class="scripted">
                    "Drop " <code>"secrets.json"</code> ", .env, YAML or TOML anywhere on this page, paste it, or "
                </span>
                <label class="link" for="file">"choose a file"</label>
                <input
                    id="file"
                    name="file"
                    type="file"
                    accept=ACCEPTED
                    required
                    on:change=move |event| browser::chosen(&event, chosen.clone())
                />
                <span class="scripted">". You see a plan before anything is stored."</span>
            </span>
            <span class="spacer"></span>
            <label class="hint unscripted" for="import-format">"as"</label>
            <span class="unscripted">
                <select class="input" id="import-format" name="format">
                    <option value="">"what its name says"</option>
                    {Format::ALL.into_iter().map(|format| view! { <option value=format.word()>{format.label()}</option> }).collect::<Vec<_>>()}
                </select>
            </span>
            <label class="hint" for="import-environment">"into"</label>
            <span><EnvironmentSelect environments=reach.writable.environments whole=reach.writable.whole id="import-environment" /></span>
            <button class="button unscripted" type="submit" name="do" value="plan">"Show the plan"</button>
            <button class="button unscripted" type="submit"><Icon name="upload" />"Upload"</button>
        </form>
    }
}

/// What the select of the form says. The form of now: a table that was read again brought a new one, while a file that
/// was given to the old one was still being read.
#[cfg(feature = "hydrate")]
fn chosen_environment() -> String {
    use wasm_bindgen::JsCast;
    document()
        .get_element_by_id("import-environment")
        .and_then(|select| select.dyn_into::<web_sys::HtmlSelectElement>().ok())
        .map(|select| select.value())
        .unwrap_or_default()
}

#[cfg(not(feature = "hydrate"))]
fn chosen_environment() -> String {
    String::new()
}
