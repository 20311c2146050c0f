//! The form that gives a secret another name or place.

use leptos::prelude::*;

use super::{
    asked::{AtSecret, place_of},
    secret::HistoryView,
};
use crate::{
    components::{Field, Form, Icon, level_icon},
    pages::secrets::{environment_word, level_title, levels},
    paths::forms,
};

/// Renames or moves, history and bindings included. Works without script.
#[component]
pub(super) fn Moving(
    /// The page.
    view: HistoryView,
) -> impl IntoView {
    let HistoryView { scope, name, versions, environments, .. } = view;
    let expected = versions.first().map_or(0, |version| version.version);
    let choices: Vec<_> = levels(&place_of(&scope).base)
        .into_iter()
        .map(|level| {
            let checked = level == scope.level;
            view! {
                <label>
                    <input type="radio" name="to_level" value=level.word() checked=checked />
                    <Icon name=level_icon(&level) />
                    {level_title(&level)}
                </label>
            }
        })
        .collect();
    let chosen = environment_word(scope.environment.as_ref());
    let options: Vec<_> = environments
        .into_iter()
        .map(|name| {
            let selected = chosen == name.as_str();
            view! { <option value=name.to_string() selected=selected>{name.to_string()}</option> }
        })
        .collect();
    let level = (choices.len() > 1)
        .then(|| view! { <fieldset class="segmented"><legend class="sr">"Level"</legend>{choices}</fieldset> });
    view! {
        <section class="panel" aria-labelledby="move-title">
            <header class="panel-head"><h2 id="move-title">"Rename or move"</h2></header>
            <Form action=forms::SECRET_MOVE class="panel-body stack-3">
                <AtSecret scope=scope.clone() name=name.to_string() />
                <input type="hidden" name="expected_version" value=expected.to_string() />
                <Field name="to_name" label="Name" value=name.to_string() mono=true />
                {level}
                <div class="field">
                    <label for="to-environment">"Environment"</label>
                    <select class="input" id="to-environment" name="to_environment">
                        <option value="all" selected=chosen == "all">"All environments"</option>
                        {options}
                    </select>
                </div>
                <div><button class="button" type="submit">"Rename or move"</button></div>
                <p class="hint">"Its history stays reachable, and bindings that take it follow. It can be undone."</p>
            </Form>
        </section>
    }
}
