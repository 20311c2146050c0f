//! Whether a service gets in an environment what its contract says.

use std::collections::{BTreeMap, BTreeSet};

use super::{Contract, Finding, Needed, Severity};
use crate::{
    EnvironmentName, SecretName,
    api::{Binding, BindingTarget, EffectiveRow, Mode},
    injection::variable_name,
};

/// What a service gets in an environment, without values.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The environment.
    pub environment: &'a EnvironmentName,
    /// Everything on its ladder.
    pub effective: &'a [EffectiveRow],
    /// All bindings of the service.
    pub bindings: &'a [Binding],
    /// Whether it gets everything or its bindings only.
    pub mode: Mode,
}

impl Given<'_> {
    /// The bindings of the environment: one for it overrides one for all.
    fn applied(&self) -> BTreeMap<&BindingTarget, &Binding> {
        let mut applied = BTreeMap::new();
        for own in [false, true] {
            for binding in self.bindings {
                let is_here = match &binding.environment {
                    Some(environment) => own && environment == self.environment,
                    None => !own,
                };
                if is_here {
                    applied.insert(&binding.target, binding);
                }
            }
        }
        applied
    }
}

impl Contract {
    /// Every finding: those of the contract in its order, then what is delivered beyond it.
    pub fn check(&self, given: &Given) -> Vec<Finding> {
        let applied = given.applied();
        let mut findings: Vec<Finding> =
            self.secrets().iter().flat_map(|needed| check(needed, given, &applied)).collect();
        let known: BTreeSet<&SecretName> = self.secrets().iter().map(|needed| &needed.name).collect();
        let mut delivered: BTreeSet<&SecretName> = applied.values().map(|binding| &binding.secret).collect();
        if given.mode == Mode::All {
            delivered.extend(given.effective.iter().map(|row| &row.name));
        }
        findings.extend(delivered.difference(&known).map(|name| {
            let message = "is delivered, and the contract does not have it: add it there, or take it from the service";
            finding(name, Severity::Warning, message)
        }));
        findings
    }
}

fn finding(name: &SecretName, severity: Severity, message: impl Into<String>) -> Finding {
    Finding { name: name.clone(), severity, message: message.into() }
}

fn check(needed: &Needed, given: &Given, applied: &BTreeMap<&BindingTarget, &Binding>) -> Vec<Finding> {
    let Needed { name, kind, required, target } = needed;
    let fed = target.as_ref().and_then(|target| applied.get(target));
    // What a pinned scope holds is on no ladder.
    if let Some(scope) = fed.filter(|binding| binding.secret == *name).and_then(|binding| binding.scope.as_ref()) {
        let message = format!("comes from {scope} alone, where its binding pins it; that is not looked at");
        return vec![finding(name, Severity::Warning, message)];
    }
    let Some(row) = given.effective.iter().find(|row| row.name == *name) else {
        let severity = if *required { Severity::Problem } else { Severity::Warning };
        let what = if *required { "is missing" } else { "is missing, and optional" };
        return vec![finding(
            name,
            severity,
            format!(
                "{what}: `strongroom explain {name}` tells where it was looked for, `strongroom secret set` adds it"
            ),
        )];
    };
    let mut findings = Vec::new();
    if let Some(kind) = kind.filter(|kind| *kind != row.kind) {
        let message = format!(
            "is {} in {} (version {}), and the contract says {}: store it with that kind, or change the contract",
            row.kind.word(),
            row.source,
            row.version,
            kind.word()
        );
        findings.push(finding(name, Severity::Problem, message));
    }
    findings.extend(misled(needed, given, applied).map(|message| finding(name, Severity::Problem, message)));
    findings
}

/// Why a secret that is there does not reach its target.
fn misled(needed: &Needed, given: &Given, applied: &BTreeMap<&BindingTarget, &Binding>) -> Option<String> {
    let Needed { name, target, .. } = needed;
    let bound = applied.values().filter(|binding| binding.secret == *name).map(|binding| binding.target.clone());
    let mut reached: BTreeSet<BindingTarget> = bound.collect();
    if given.mode == Mode::All
        && let Ok(variable) = variable_name(name)
    {
        let own = BindingTarget::Env(variable.to_string());
        // A binding wins over the variable of a secret's own name.
        if !applied.contains_key(&own) {
            reached.insert(own);
        }
    }
    match target {
        None if reached.is_empty() => {
            Some("reaches nothing: the service gets its bindings only; bind it to a variable or a file".to_owned())
        }
        Some(target) if !reached.contains(target) => Some(match applied.get(target) {
            Some(other) => format!("should be {target}, which `{}` is bound to: change that binding", other.secret),
            None if reached.is_empty() => format!("should be {target}, and reaches nothing: bind it"),
            None => {
                let reached: Vec<String> = reached.iter().map(ToString::to_string).collect();
                format!("should be {target}, and is {}: bind it there", reached.join(" and "))
            }
        }),
        _ => None,
    }
}
