//! What a service gets in one environment, as far as it can be told without values.

use std::collections::{BTreeMap, BTreeSet};

use super::{Target, dangerous, inject, variable_name};
use crate::{
    Kind, Scope, SecretName,
    api::{
        BindingState, BindingTarget, Delivered, DeliveredBinding, Delivery, EffectiveBinding, EffectiveRow, Finding,
        Mode, Severity,
    },
};

/// What a service gets in one environment, without values.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Everything on its ladder.
    pub effective: &'a [EffectiveRow],
    /// The bindings that count in the environment.
    pub bindings: &'a [EffectiveBinding],
    /// Whether it gets everything or its bindings only.
    pub mode: Mode,
}

/// A variable or file, and the secret in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fed<'a> {
    /// What is fed.
    pub target: BindingTarget,
    /// From which secret.
    pub secret: &'a SecretName,
    /// The one scope it is pinned to.
    pub pinned: Option<&'a Scope>,
}

impl<'a> Given<'a> {
    /// What would stop a program from starting, by the rules of [`inject`]: a secret that is missing, names that meet in
    /// one variable, names that are none. What only the values tell, a NUL byte in a variable, is not found.
    pub fn refusals(&self) -> Vec<Finding> {
        // Any text would do: the rules look at names and kinds.
        let stand_in = |kind: Kind, version: i64, source: &str| {
            let value = if kind == Kind::Json { "null" } else { "" }.to_owned();
            Delivered { value: value.into(), kind, version, source: source.to_owned() }
        };
        let delivery = Delivery {
            sequence: 0,
            mode: self.mode,
            values: self
                .effective
                .iter()
                .map(|row| (row.name.clone(), stand_in(row.kind, row.version, &row.source)))
                .collect(),
            bindings: self
                .bindings
                .iter()
                .map(|binding| DeliveredBinding {
                    target: binding.target.clone(),
                    secret: binding.secret.clone(),
                    pinned: binding.scope.as_ref().map(|_| stand_in(binding.kind.unwrap_or(Kind::Text), 0, "")),
                    missing: binding.state == BindingState::Missing,
                })
                .collect(),
        };
        let problems = match inject(&delivery) {
            Ok(_) => Vec::new(),
            Err(error) => error.problems,
        };
        let told = |problem: crate::Problem| Finding {
            name: problem.name.unwrap_or_default(),
            severity: Severity::Problem,
            message: problem.message,
        };
        problems.into_iter().map(told).collect()
    }

    /// Every variable, then every file, each by name: bindings, and in mode `all` what has its own name besides. Names
    /// that several secrets meet in, or that only a binding may set, are left out; [`Self::refusals`] tells of them.
    pub fn feeds(&self) -> Vec<Fed<'a>> {
        let mut fed: BTreeMap<BindingTarget, Fed<'a>> = BTreeMap::new();
        for binding in self.bindings.iter().filter(|binding| Target::try_from(&binding.target).is_ok()) {
            let target = binding.target.clone();
            fed.insert(target.clone(), Fed { target, secret: &binding.secret, pinned: binding.scope.as_ref() });
        }
        if self.mode == Mode::All {
            let mut own: BTreeMap<String, Vec<&SecretName>> = BTreeMap::new();
            for row in self.effective.iter().filter(|row| row.kind != Kind::File) {
                if let Ok(variable) = variable_name(&row.name) {
                    own.entry(variable.to_string()).or_default().push(&row.name);
                }
            }
            for (variable, secrets) in own {
                let [secret] = secrets[..] else { continue };
                if !dangerous(&variable) {
                    let target = BindingTarget::Env(variable);
                    fed.entry(target.clone()).or_insert(Fed { target, secret, pinned: None });
                }
            }
        }
        fed.into_values().collect()
    }

    /// The names on the ladder.
    pub fn names(&self) -> BTreeSet<&'a SecretName> {
        self.effective.iter().map(|row| &row.name).collect()
    }
}
