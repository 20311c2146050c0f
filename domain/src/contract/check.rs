//! Whether a service gets in an environment what its contract says.

use std::collections::{BTreeMap, BTreeSet};

use super::{Contract, Needed};
use crate::{
    Kind, SecretName,
    api::{BindingState, BindingTarget, EffectiveBinding, Finding, Mode, Severity},
    injection::{Given, variable_name},
};

type Applied<'a> = BTreeMap<&'a BindingTarget, &'a EffectiveBinding>;

impl Contract {
    /// Every finding: those of the contract in its order, then what would stop a program besides, then what is
    /// delivered beyond the contract.
    pub fn check(&self, given: &Given) -> Vec<Finding> {
        let applied: Applied = given.bindings.iter().map(|binding| (&binding.target, binding)).collect();
        let mut findings: Vec<Finding> =
            self.secrets().iter().flat_map(|needed| check(needed, given, &applied)).collect();
        let told: BTreeSet<String> = findings.iter().map(|finding| finding.name.clone()).collect();
        findings.extend(given.refusals().into_iter().filter(|finding| !told.contains(&finding.name)));
        let known: BTreeSet<&SecretName> = self.secrets().iter().map(|needed| &needed.name).collect();
        let mut delivered: BTreeSet<&SecretName> = given.bindings.iter().map(|binding| &binding.secret).collect();
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
    Finding { name: name.to_string(), severity, message: message.into() }
}

fn check(needed: &Needed, given: &Given, applied: &Applied) -> Vec<Finding> {
    let Needed { name, kind, required, target } = needed;
    let severity = if *required { Severity::Problem } else { Severity::Warning };
    let optional = if *required { "" } else { ", and optional" };
    let held = match held(needed, given, applied) {
        Held::Value(held) => held,
        Held::Hidden(scope) => {
            let message = format!("comes from {scope} alone, where its binding pins it, and you may not look there");
            return vec![finding(name, Severity::Warning, message)];
        }
        Held::NotPinned(scope) => {
            let message = format!(
                "is missing{optional} in {scope}, where its binding pins it: store it there, or change the binding"
            );
            return vec![finding(name, severity, message)];
        }
        Held::Missing => {
            let message = format!(
                "is missing{optional}: `strongroom explain {name}` tells where it was looked for, `strongroom secret set` \
                 adds it"
            );
            return vec![finding(name, severity, message)];
        }
    };
    let mut findings = Vec::new();
    if let Some(kind) = kind.filter(|kind| *kind != held.kind) {
        let message = format!(
            "is {} in {} (version {}), and the contract says {}: store it with that kind, or change the contract",
            held.kind.word(),
            held.source,
            held.version,
            kind.word()
        );
        findings.push(finding(name, Severity::Problem, message));
    }
    let is_pinned = target.as_ref().and_then(|target| applied.get(target)).is_some_and(|fed| fed.scope.is_some());
    if !is_pinned {
        findings.extend(misled(needed, given, applied).map(|message| finding(name, Severity::Problem, message)));
    }
    findings
}

/// What stands behind a secret of the contract.
enum Held<'a> {
    Value(HeldValue<'a>),
    /// No rung holds it.
    Missing,
    /// It is pinned to this scope, which does not hold it.
    NotPinned(String),
    /// It is pinned to this scope, which may not be looked at.
    Hidden(String),
}

struct HeldValue<'a> {
    kind: Kind,
    version: i64,
    source: &'a str,
}

/// A pinned binding of the target decides; else the ladder does.
fn held<'a>(needed: &Needed, given: &Given<'a>, applied: &Applied<'a>) -> Held<'a> {
    let fed = needed.target.as_ref().and_then(|target| applied.get(target).copied());
    if let Some(binding) = fed.filter(|binding| binding.secret == needed.name)
        && let Some(scope) = &binding.scope
    {
        return match (binding.state, binding.kind, binding.version, &binding.source) {
            (BindingState::Found, Some(kind), Some(version), Some(source)) => {
                Held::Value(HeldValue { kind, version, source })
            }
            (BindingState::Hidden, ..) => Held::Hidden(scope.to_string()),
            _ => Held::NotPinned(scope.to_string()),
        };
    }
    let row = given.effective.iter().find(|row| row.name == needed.name);
    row.map_or(Held::Missing, |row| {
        Held::Value(HeldValue { kind: row.kind, version: row.version, source: &row.source })
    })
}

/// Why a secret that is there does not reach its target.
fn misled(needed: &Needed, given: &Given, applied: &Applied) -> Option<String> {
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
