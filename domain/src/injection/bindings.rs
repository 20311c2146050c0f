//! The bindings of a service as they are written.

use std::collections::{BTreeMap, btree_map::Entry};

use super::Target;
use crate::{Error, Problem, SecretName, api::Binding, api::BindingTarget};

/// The most bindings of one service.
pub const BINDINGS_MAX: usize = 500;

/// How much of a target a problem shows, in characters.
const SHOWN_MAX: usize = 253;

/// Checks the bindings of a service: every target can be one, and no two feed the same target in the same
/// environment. A binding for one environment overrides that for all environments, so these two go together.
/// Whether secrets, environments and pinned scopes exist is the vault's to know.
pub fn check_bindings(bindings: &[Binding]) -> Result<(), Error> {
    if bindings.len() > BINDINGS_MAX {
        return Err(Error::field(
            "bindings",
            format!("a service has at most {BINDINGS_MAX} bindings, these are {}", bindings.len()),
        ));
    }
    let mut problems = Vec::new();
    let mut fed = BTreeMap::new();
    for binding in bindings {
        match Target::try_from(&binding.target) {
            Err(error) => problems.push(of_target(&binding.target, error.to_string())),
            Ok(target) => match fed.entry((target, binding.environment.as_ref())) {
                Entry::Vacant(free) => {
                    free.insert(&binding.secret);
                }
                Entry::Occupied(taken) => {
                    let (target, environment) = taken.key();
                    let place = match environment {
                        Some(environment) => format!("{target} in {environment}"),
                        None => format!("{target} in all environments"),
                    };
                    let message = both_feed(taken.get(), &binding.secret, &place);
                    problems.push(of_target(&binding.target, message));
                }
            },
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::invalid(problems)) }
}

/// A problem of a binding, under the name of its target.
pub(super) fn of_target(target: &BindingTarget, message: String) -> Problem {
    let shown: String = target.text().chars().take(SHOWN_MAX).collect();
    Problem::field(&shown, message)
}

/// The sentence for two bindings of one target.
pub(super) fn both_feed(first: &SecretName, second: &SecretName, target: &str) -> String {
    if first == second {
        format!("`{first}` feeds {target} twice; keep one binding")
    } else {
        format!("`{first}` and `{second}` both feed {target}; keep one binding")
    }
}
