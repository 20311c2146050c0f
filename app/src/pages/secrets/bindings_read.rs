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

    use domain::{Action, Actor, Code, EnvironmentName, Level, SecretName, ServicePath, access, api::Binding, ladder};
    use vault::{Result, Vault};

    use super::{BindingsView, Bound, Resolved};
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
            let levels = levels(vault, actor, &service, &environment).await?;
            names.extend(levels.keys().cloned());
            sources.push(levels);
            environments.push(environment);
        }
        let mut bindings = Vec::new();
        for binding in list {
            let pinned = pinned(vault, actor, &binding).await?;
            let resolved = environments
                .iter()
                .zip(&sources)
                .map(|(environment, levels)| {
                    if binding.environment.as_ref().is_some_and(|own| own != environment) {
                        return Resolved::Elsewhere;
                    }
                    match (&pinned, levels.get(&binding.secret)) {
                        (Some(pinned), _) => pinned.clone(),
                        (None, Some(level)) => Resolved::To(level.clone()),
                        (None, None) => Resolved::Missing,
                    }
                })
                .collect();
            bindings.push(Bound { binding, resolved });
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

    /// Which level every name comes from in an environment.
    async fn levels(
        vault: &Vault,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<BTreeMap<SecretName, Level>> {
        let rungs: BTreeMap<String, Level> =
            ladder::rungs(service, environment).into_iter().map(|rung| (rung.to_string(), rung.level)).collect();
        let rows = vault.effective(actor, service, environment).await?;
        Ok(rows.into_iter().filter_map(|row| Some((row.name, rungs.get(&row.source)?.clone()))).collect())
    }

    /// What a binding to one scope resolves to, whatever the environment.
    async fn pinned(vault: &Vault, actor: &Actor, binding: &Binding) -> Result<Option<Resolved>> {
        let Some(scope) = &binding.scope else {
            return Ok(None);
        };
        match vault.find_secret(actor, scope, &binding.secret).await {
            Ok(_) => Ok(Some(Resolved::To(scope.level.clone()))),
            Err(vault::Error::Public(error)) if error.code == Code::NotFound => Ok(Some(Resolved::Missing)),
            Err(vault::Error::Public(error)) if error.code == Code::Denied => Ok(Some(Resolved::Hidden)),
            Err(error) => Err(error),
        }
    }
}
