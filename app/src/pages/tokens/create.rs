//! A form that makes a token.

use domain::{ServicePath, Slug, access::Right, api::Environment};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{Field, Form, Icon},
    paths::forms,
};

/// For how many days, and how that is said.
const DAYS: [(&str, &str); 5] =
    [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "1 year"), ("3650", "10 years")];

/// What a token may, and what that means.
const RIGHTS: [(Right, &str); 3] = [
    (Right::Read, "get values"),
    (Right::Write, "write and delete secrets and bindings"),
    (Right::Manage, "create and change places, people and tokens"),
];

#[component]
pub(super) fn NewToken(
    projects: Vec<Slug>,
    services: Vec<ServicePath>,
    environments: Vec<Environment>,
) -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| query.get("for").unwrap_or_default());
    let mut places = vec![(String::new(), "whatever I may".to_owned())];
    for project in projects {
        places.push((project.to_string(), format!("project {project}")));
        let own = services.iter().filter(|path| path.project == project);
        places.extend(own.map(|path| (path.to_string(), format!("service {} / {}", path.project, path.service))));
    }
    let places = places
        .into_iter()
        .map(|(value, label)| {
            let selected = value == asked;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect::<Vec<_>>();
    let environments = environments
        .into_iter()
        .map(|environment| {
            let name = environment.name.to_string();
            view! { <option value=name>{environment.name.to_string()}</option> }
        })
        .collect::<Vec<_>>();
    let days = DAYS.map(|(value, label)| view! { <option value=value selected=value == "90">{label}</option> });
    let rights = RIGHTS.map(|(right, meaning)| {
        let word = right.word();
        view! {
            <label class="check">
                <input type="checkbox" name=word value="yes" checked=right == Right::Read />
                <span><b>{word}</b>" " <small class="quiet-text">{meaning}</small></span>
            </label>
        }
    });
    view! {
        <section class="panel" aria-labelledby="new-token">
            <header class="panel-head"><h2 id="new-token">"New token"</h2></header>
            <Form action=forms::TOKENS class="panel-body stack-3">
                <div class="fields top">
                    <Field name="name" label="Name" placeholder="worker-prod" />
                    <div class="field">
                        <label for="place">"For"</label>
                        <select class="input" id="place" name="place">{places}</select>
                    </div>
                    <div class="field">
                        <label for="environment">"Environment"</label>
                        <select class="input" id="environment" name="environment">
                            <option value="">"all"</option>
                            {environments}
                        </select>
                    </div>
                    <div class="field">
                        <label for="expires_in_days">"Expires in"</label>
                        <select class="input" id="expires_in_days" name="expires_in_days">{days}</select>
                    </div>
                    <Field
                        name="networks"
                        label="Only from"
                        placeholder="10.1.0.0/16"
                        hint="Networks or addresses, with spaces between."
                        optional=true
                        mono=true
                    />
                </div>
                <fieldset class="stack-1">
                    <legend class="label">"It may"</legend>
                    <div class="row wide-gap">{rights}</div>
                    <p class="hint">"The token of a service belongs to the service and may only read."</p>
                </fieldset>
                <div class="actions">
                    <button class="button primary" type="submit"><Icon name="token" />"Create token"</button>
                </div>
            </Form>
        </section>
    }
}
