//! The bindings of a service, and what each resolves to in every environment. Never a value.

use domain::{
    EnvironmentName, Level, SecretName, ServicePath,
    api::{Binding, ContractRow, Mode, Readiness},
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
    /// The bindings, each with what it resolves to per environment: those that miss something first, else in their order.
    pub bindings: Vec<Bound>,
    /// The names that could be bound.
    pub names: Vec<SecretName>,
    /// Its contract.
    pub contract: Option<ContractRow>,
    /// What a program would not get, where there is anything.
    pub findings: Vec<Readiness>,
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
    /// One for this environment takes its place.
    Overridden,
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
        Action, Actor, Code, EnvironmentName, Kind, Level, Scope, ServicePath, access,
        api::{Binding, BindingState, BindingTarget, EffectiveBinding, Mode},
        ladder,
    };
    use vault::{GivenRows, Result, Vault};

    use super::{BindingsView, Bound, Note, Resolved};
    use crate::pages::secrets::head;

    /// The names the form offers; more would make the page heavy, and the field takes any.
    const OFFERED: usize = 500;

    pub(super) async fn bindings(vault: &Vault, actor: &Actor, service: ServicePath) -> Result<BindingsView> {
        let base = Level::Service(service.clone());
        let head = head::gather(vault, actor, &base, None).await?;
        let mode = vault.find_mode(actor, &service).await?;
        let list = vault.list_bindings(actor, &service).await?;
        let mut columns = Vec::new();
        for environment in vault.list_environments(actor).await? {
            let scope = base.at(Some(environment.name.clone()));
            if access::check(actor, Action::See, &scope).is_ok() {
                columns.push(Column::read(vault, actor, &service, environment.name).await?);
            }
        }
        let mut names = BTreeSet::new();
        names.extend(columns.iter().flat_map(|column| column.given.effective.iter().map(|row| row.name.clone())));
        let mut bindings: Vec<Bound> = list.into_iter().map(|binding| bound(binding, &columns, mode)).collect();
        bindings.sort_by_key(|bound| !bound.resolved.contains(&Resolved::Missing));
        let contract = match vault.find_contract(actor, &service).await {
            Ok(contract) => Some(contract),
            Err(vault::Error::Public(error)) if error.code == Code::NotFound => None,
            Err(error) => return Err(error),
        };
        let mut findings = vault.find_readiness(actor, &service).await?.environments;
        findings.retain(|ready| !ready.findings.is_empty());
        Ok(BindingsView {
            write: access::check(actor, Action::Bind, &base.at(None)).is_ok(),
            head,
            service,
            environments: columns.into_iter().map(|column| column.environment).collect(),
            mode,
            bindings,
            names: names.into_iter().take(OFFERED).collect(),
            contract,
            findings,
        })
    }

    /// What the service gets in one environment.
    struct Column {
        environment: EnvironmentName,
        given: GivenRows,
        /// The level of each source.
        levels: BTreeMap<String, Level>,
    }

    impl Column {
        async fn read(
            vault: &Vault,
            actor: &Actor,
            service: &ServicePath,
            environment: EnvironmentName,
        ) -> Result<Self> {
            let given = vault.given(actor, service, &environment).await?;
            let rungs = ladder::rungs(service, &environment);
            let levels = rungs.into_iter().map(|rung| (rung.to_string(), rung.level)).collect();
            Ok(Self { environment, given, levels })
        }

        fn resolved(&self, binding: &Binding) -> (Resolved, Option<&EffectiveBinding>) {
            if binding.environment.as_ref().is_some_and(|own| *own != self.environment) {
                return (Resolved::Elsewhere, None);
            }
            let counts = |other: &&EffectiveBinding| {
                other.target == binding.target && other.secret == binding.secret && other.scope == binding.scope
            };
            let Some(active) = self.given.bindings.iter().find(counts) else {
                return (Resolved::Overridden, None);
            };
            let pinned = binding.scope.as_ref().map(|scope: &Scope| scope.level.clone());
            let on_ladder = active.source.as_ref().and_then(|source| self.levels.get(source).cloned());
            let to = match (active.state, pinned.or(on_ladder)) {
                (BindingState::Found, Some(level)) => Resolved::To(level),
                (BindingState::Hidden, _) => Resolved::Hidden,
                _ => Resolved::Missing,
            };
            (to, Some(active))
        }
    }

    fn bound(binding: Binding, columns: &[Column], mode: Mode) -> Bound {
        let (mut resolved, mut notes) = (Vec::new(), Vec::new());
        for column in columns {
            let (to, active) = column.resolved(&binding);
            resolved.push(to);
            for note in active.into_iter().flat_map(|active| looked_at(active, mode, &column.given)) {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        Bound { binding, resolved, notes }
    }

    /// What is odd about a binding in an environment where it counts.
    fn looked_at(binding: &EffectiveBinding, mode: Mode, given: &GivenRows) -> Vec<Note> {
        let BindingTarget::Env(variable) = &binding.target else { return Vec::new() };
        let covers = mode == Mode::All
            && *variable != binding.secret.as_str()
            && given.effective.iter().any(|row| row.name.as_str() == variable);
        let mut notes = Vec::new();
        if binding.kind == Some(Kind::File) {
            notes.push(Note::FileInVariable);
        }
        if covers {
            notes.push(Note::Covers);
        }
        notes
    }
}
