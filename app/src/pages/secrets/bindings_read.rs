//! The bindings of a service, and what each resolves to in every environment. Never a value.

use domain::{
    EnvironmentName, Level, SecretName, ServicePath,
    api::{Binding, Mode},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::head::Head;
use crate::error::UiError;

/// The bindings page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BindingsView {
    /// The head of the page.
    pub head: Head,
    /// The service.
    pub service: ServicePath,
    /// Every environment.
    pub environments: Vec<EnvironmentName>,
    /// What the service gets.
    pub mode: Mode,
    /// The bindings in their order, each with what it resolves to per environment.
    pub bindings: Vec<Bound>,
    /// The names that could be bound.
    pub names: Vec<SecretName>,
    /// Whether the reader may change this.
    pub write: bool,
}

/// A binding and what it resolves to, environment by environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// The binding.
    pub binding: Binding,
    /// One per environment.
    pub resolved: Vec<Resolved>,
    /// What to look at.
    pub notes: Vec<Note>,
}

/// What is odd about a binding, though it can be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// A variable takes a secret of the kind `file`: its bytes have to be text without NUL.
    FileInVariable,
    /// The service gets everything, and another secret has the name of this variable: the binding wins.
    Covers,
}

/// What a binding resolves to in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resolved {
    /// The level that holds the name.
    To(Level),
    /// No rung holds it, or not the pinned scope.
    Missing,
    /// The pinned scope may not be looked at.
    Hidden,
    /// The binding is for another environment.
    Elsewhere,
}

/// Reads the bindings of a service.
#[server(prefix = "/ui", endpoint = "bindings", input = server_fn::codec::Json)]
pub async fn read_bindings(service: ServicePath) -> Result<BindingsView, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    Ok(Box::pin(gather::bindings(&vault, &actor, service)).await?)
}

#[cfg(feature = "ssr")]
mod gather {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::{
        Action, Actor, Code, EnvironmentName, Kind, Level, SecretName, ServicePath, access,
        api::{Binding, BindingTarget, Mode},
        ladder,
    };
    use vault::{Result, Vault};

    use super::{BindingsView, Bound, Note, Resolved};
    use crate::pages::secrets::head;

    /// The names the form offers; more would make the page heavy, and the field takes any.
    const OFFERED: usize = 500;

    pub(super) async fn bindings(vault: &Vault, actor: &Actor, service: ServicePath) -> Result<BindingsView> {
        let base = Level::Service(service.clone());
        let head = head::gather(vault, actor, &base, None).await?;
        let mode = vault.find_mode(actor, &service).await?;
        let list = vault.list_bindings(actor, &service).await?;
        let mut environments = Vec::new();
        let mut sources = Vec::new();
        let mut names = BTreeSet::new();
        for environment in vault.list_environments(actor).await? {
            let environment = environment.name;
            if access::check(actor, Action::See, &base.at(Some(environment.clone()))).is_err() {
                continue;
            }
            let gets = held(vault, actor, &service, &environment).await?;
            names.extend(gets.keys().cloned());
            sources.push(gets);
            environments.push(environment);
        }
        let mut bindings = Vec::new();
        for binding in list {
            let pinned = pinned(vault, actor, &binding).await?;
            let (mut resolved, mut notes) = (Vec::new(), Vec::new());
            for (environment, gets) in environments.iter().zip(&sources) {
                if binding.environment.as_ref().is_some_and(|own| own != environment) {
                    resolved.push(Resolved::Elsewhere);
                    continue;
                }
                let (to, kind) = match (&pinned, gets.get(&binding.secret)) {
                    (Some((to, kind)), _) => (to.clone(), *kind),
                    (None, Some((level, kind))) => (Resolved::To(level.clone()), Some(*kind)),
                    (None, None) => (Resolved::Missing, None),
                };
                resolved.push(to);
                for note in looked_at(&binding, kind, mode, gets) {
                    if !notes.contains(&note) {
                        notes.push(note);
                    }
                }
            }
            bindings.push(Bound { binding, resolved, notes });
        }
        Ok(BindingsView {
            write: access::check(actor, Action::Bind, &base.at(None)).is_ok(),
            head,
            service,
            environments,
            mode,
            bindings,
            names: names.into_iter().take(OFFERED).collect(),
        })
    }

    /// Every name a service gets in an environment, from which level, and what it is.
    type Held = BTreeMap<SecretName, (Level, Kind)>;

    async fn held(vault: &Vault, actor: &Actor, service: &ServicePath, environment: &EnvironmentName) -> Result<Held> {
        let rungs: BTreeMap<String, Level> =
            ladder::rungs(service, environment).into_iter().map(|rung| (rung.to_string(), rung.level)).collect();
        let rows = vault.effective(actor, service, environment).await?;
        Ok(rows.into_iter().filter_map(|row| Some((row.name, (rungs.get(&row.source)?.clone(), row.kind)))).collect())
    }

    /// What is odd about a binding in an environment where it counts.
    fn looked_at(binding: &Binding, kind: Option<Kind>, mode: Mode, held: &Held) -> Vec<Note> {
        let BindingTarget::Env(variable) = &binding.target else { return Vec::new() };
        let covers = mode == Mode::All
            && *variable != binding.secret.as_str()
            && held.keys().any(|name| name.as_str() == variable);
        let mut notes = Vec::new();
        if kind == Some(Kind::File) {
            notes.push(Note::FileInVariable);
        }
        if covers {
            notes.push(Note::Covers);
        }
        notes
    }

    /// What a binding to one scope resolves to, whatever the environment.
    async fn pinned(vault: &Vault, actor: &Actor, binding: &Binding) -> Result<Option<(Resolved, Option<Kind>)>> {
        let Some(scope) = &binding.scope else {
            return Ok(None);
        };
        match vault.find_secret(actor, scope, &binding.secret).await {
            Ok(row) => Ok(Some((Resolved::To(scope.level.clone()), Some(row.kind)))),
            Err(vault::Error::Public(error)) if error.code == Code::NotFound => Ok(Some((Resolved::Missing, None))),
            Err(vault::Error::Public(error)) if error.code == Code::Denied => Ok(Some((Resolved::Hidden, None))),
            Err(error) => Err(error),
        }
    }
}
