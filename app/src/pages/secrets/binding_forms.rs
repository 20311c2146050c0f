//! Adding and removing bindings, and choosing what a service gets.

use domain::{
    EnvironmentName, Level, Scope, SecretName, ServicePath,
    api::{Binding, BindingTarget, Mode},
};
use leptos::prelude::*;

use super::{
    place::{environment_title, environment_word, level_title, levels},
    secret_form::EnvironmentSelect,
};
use crate::{
    chrome::was_refused,
    components::{Field, Form, Icon},
    paths::forms,
};

/// The word a form sends for a scope that a binding is pinned to; empty for the ladder.
pub fn pin_word(scope: Option<&Scope>) -> String {
    scope.map_or_else(String::new, |scope| {
        format!("{}|{}", scope.level.word(), environment_word(scope.environment.as_ref()))
    })
}

/// The scope of that word, as a service names it.
pub fn pin_of(word: &str, service: &ServicePath) -> Result<Option<Scope>, domain::Error> {
    if word.is_empty() {
        return Ok(None);
    }
    let unknown = || domain::Error::field("pin", "not one of the choices");
    let (level, environment) = word.split_once('|').ok_or_else(unknown)?;
    let level = levels(&Level::Service(service.clone()))
        .into_iter()
        .find(|candidate| candidate.word() == level)
        .ok_or_else(unknown)?;
    Ok(Some(level.at(super::environment_of(environment)?)))
}

/// A new binding.
#[component]
pub fn AddBinding(
    /// Whose.
    service: ServicePath,
    /// The environments.
    environments: Vec<EnvironmentName>,
    /// Names that could be bound.
    names: Vec<SecretName>,
) -> impl IntoView {
    let groups: Vec<_> = levels(&Level::Service(service.clone()))
        .into_iter()
        .map(|level| {
            let options: Vec<_> = std::iter::once(None)
                .chain(environments.iter().cloned().map(Some))
                .map(|environment| {
                    let words = format!("{}, {}", level.word(), environment_title(environment.as_ref()));
                    view! { <option value=pin_word(Some(&level.at(environment)))>{words}</option> }
                })
                .collect();
            view! { <optgroup label=format!("Only {}", level_title(&level))>{options}</optgroup> }
        })
        .collect();
    let names: Vec<_> = names.into_iter().map(|name| view! { <option value=name.to_string()></option> }).collect();
    view! {
        <section class="panel" aria-labelledby="bind-title">
            <header class="panel-head"><h2 id="bind-title">"Add a binding"</h2></header>
            <Form action=forms::BINDINGS class="panel-body stack-3">
                <Of service />
                <div class="fields">
                    <div class="field">
                        <label for="bind-kind">"Deliver as"</label>
                        <select class="input" id="bind-kind" name="kind">
                            <option value="variable">"Variable"</option>
                            <option value="file">"File"</option>
                        </select>
                    </div>
                    <Field name="target" label="Name or path" id="bind-target" placeholder="MY_APP_SECRET" mono=true optional=true />
                    <div class="field">
                        <label for="bind-secret">"Secret"</label>
                        <input
                            class="input mono"
                            id="bind-secret"
                            name="secret"
                            list="bind-names"
                            placeholder="DB_PASS"
                            autocomplete="off"
                            autocapitalize="none"
                            spellcheck="false"
                            required
                        />
                        <datalist id="bind-names">{names}</datalist>
                    </div>
                    <div class="field">
                        <label for="bind-environment">"In"</label>
                        <EnvironmentSelect environments id="bind-environment" />
                    </div>
                    <div class="field">
                        <label for="bind-pin">"Take it from"</label>
                        <select class="input" id="bind-pin" name="pin"><option value="">"The ladder"</option>{groups}</select>
                    </div>
                </div>
                <div class="actions">
                    <button class="button" type="submit"><Icon name="plus" />"Add binding"</button>
                    <p class="hint">
                        "Left empty, a variable is called like the secret, and a file lies in "
                        <code>{domain::injection::DEFAULT_FILE_DIRECTORY}</code>
                        "."
                    </p>
                </div>
            </Form>
        </section>
    }
}

/// Removes one binding.
#[component]
pub fn RemoveBinding(
    /// Whose.
    service: ServicePath,
    /// Which.
    binding: Binding,
) -> impl IntoView {
    let (kind, target) = match &binding.target {
        BindingTarget::Env(name) => ("variable", name.clone()),
        BindingTarget::File(path) => ("file", path.clone()),
    };
    let label = format!("Remove the binding of {target}");
    view! {
        <form action=forms::BINDING_DELETE method="post">
            <Of service />
            <input type="hidden" name="kind" value=kind />
            <input type="hidden" name="target" value=target />
            <input type="hidden" name="environment" value=environment_word(binding.environment.as_ref()) />
            <button class="button quiet square small" type="submit" aria-label=label.clone() title=label><Icon name="trash" /></button>
        </form>
    }
}

/// What the service gets: everything, or its bindings only.
#[component]
pub fn ModeForm(
    /// Whose.
    service: ServicePath,
    /// What it gets now.
    mode: Mode,
    /// How many bindings there are.
    count: usize,
    /// Whether the reader may change it.
    write: bool,
) -> impl IntoView {
    let title = format!("What {} receives", service.service);
    let choice = move |of: Mode, word: &'static str, hint: String| {
        view! {
            <label class="choice">
                <input type="radio" name="mode" value=of.word() checked=of == mode disabled=!write />
                <span>{word}</span>
                <small>{hint}</small>
            </label>
        }
    };
    let bound = match count {
        1 => "Only the 1 binding in this table.".to_owned(),
        count => format!("Only the {count} bindings in this table."),
    };
    view! {
        <form class="panel" action=forms::MODE method="post">
            <Of service />
            <header class="panel-head"><h2>{title}</h2></header>
            <fieldset class="panel-body stack-2">
                <legend class="sr">"Mode"</legend>
                {choice(Mode::All, "All", "Every effective secret, under its own name. Bindings are added and win.".to_owned())}
                {choice(Mode::Bound, "Bound", bound)}
                {write.then(|| view! { <div><button class="button small" type="submit">"Save"</button></div> })}
            </fieldset>
        </form>
    }
}

/// A file that says which variables a program wants.
#[component]
pub fn AskWanted(
    /// Whose bindings they would be.
    service: ServicePath,
) -> impl IntoView {
    view! {
        <details class="panel fold" open=was_refused(forms::WANTED)>
            <summary><Icon name="upload" />"Bind what a file asks for"</summary>
            <form class="panel-body stack-3" action=forms::WANTED method="post" enctype="multipart/form-data">
                <Of service />
                <div class="field">
                    <label for="wanted-file">"A " <code>".env.example"</code> ", or an OpenAPI document with " <code>"$secrets"</code></label>
                    <input class="input" id="wanted-file" name="file" type="file" required />
                    <p class="hint">"Only the names of its variables are looked at. What there is to bind is shown first."</p>
                </div>
                <div class="actions"><button class="button" type="submit">"Look at it"</button></div>
            </form>
        </details>
    }
}

#[component]
pub(super) fn Of(service: ServicePath) -> impl IntoView {
    view! {
        <input type="hidden" name="project" value=service.project.to_string() />
        <input type="hidden" name="service" value=service.service.to_string() />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_comes_back_as_the_scope_it_was() {
        let service = ServicePath::new("shop".parse().unwrap(), "api".parse().unwrap());
        for level in levels(&Level::Service(service.clone())) {
            for environment in [None, Some("staging".parse().unwrap())] {
                let scope = level.at(environment);
                assert_eq!(pin_of(&pin_word(Some(&scope)), &service).unwrap(), Some(scope));
            }
        }
        assert_eq!(pin_of("", &service).unwrap(), None);
        assert!(pin_of("planet|all", &service).is_err());
    }
}
