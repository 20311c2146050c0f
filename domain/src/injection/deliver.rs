//! What a program gets when it starts.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    FilePath, TOKEN_VARIABLE, Target, VariableName,
    bindings::{both_feed, of_target},
    dangerous, variable_name,
};
use crate::{
    Error, Kind, Problem, SecretName, SecretValue,
    api::{Delivered, DeliveredBinding, Delivery, Mode},
};

/// The variables and files of a program, each by name. Values are wiped when dropped, and it has no `Debug`.
#[derive(Clone)]
pub struct Injection {
    /// Its variables; no value holds a NUL byte.
    pub variables: Vec<(VariableName, SecretValue)>,
    /// Its files.
    pub files: Vec<(FilePath, SecretValue)>,
}

/// Turns what the server delivered into variables and files.
///
/// In mode `all` every text and JSON value becomes a variable of its own name; files do not. Bindings come on
/// top and take the variable they name. A secret that cannot be a variable of its own name is an error unless
/// it is bound to something else. Every problem is told at once.
pub fn inject(delivery: &Delivery) -> Result<Injection, Error> {
    let mut injector = Injector::default();
    for binding in &delivery.bindings {
        injector.bind(binding, &delivery.values);
    }
    if delivery.mode == Mode::All {
        injector.inherit(&delivery.values);
    }
    injector.finish()
}

type Values = BTreeMap<SecretName, Delivered>;

#[derive(Default)]
struct Injector<'a> {
    /// Who feeds which target by a binding, even where its value turned out to be a problem.
    taken: BTreeMap<Target, &'a SecretName>,
    /// The secrets that are bound to anything.
    bound: BTreeSet<&'a SecretName>,
    variables: BTreeMap<VariableName, SecretValue>,
    files: BTreeMap<FilePath, SecretValue>,
    problems: Vec<Problem>,
}

impl<'a> Injector<'a> {
    fn bind(&mut self, binding: &'a DeliveredBinding, values: &'a Values) {
        let secret = &binding.secret;
        let target = match Target::try_from(&binding.target) {
            Ok(target) => target,
            Err(error) => {
                let problem = of_target(&binding.target, error.to_string());
                return self.problems.push(problem);
            }
        };
        self.bound.insert(secret);
        if let Some(first) = self.taken.get(&target) {
            let message = both_feed(first, secret, &target.to_string());
            return self.problems.push(of_target(&binding.target, message));
        }
        self.taken.insert(target.clone(), secret);
        let delivered = binding.pinned.as_ref().or_else(|| values.get(secret));
        let Some(delivered) = delivered.filter(|_| !binding.missing) else {
            return self
                .refuse(secret, format!("`{secret}` is missing: {target} needs it; store it or remove the binding"));
        };
        let Some(value) = self.value(secret, delivered) else {
            return;
        };
        match target {
            Target::File(path) => {
                self.files.insert(path, value);
            }
            Target::Variable(name) if holds_nul(&value) => self.refuse(secret, nul(secret, &name)),
            Target::Variable(name) => {
                self.variables.insert(name, value);
            }
        }
    }

    fn inherit(&mut self, values: &'a Values) {
        let mut meeting: BTreeMap<VariableName, Vec<(&SecretName, &Delivered)>> = BTreeMap::new();
        for (secret, delivered) in values {
            if delivered.kind == Kind::File {
                continue;
            }
            match variable_name(secret) {
                Ok(name) if self.taken.contains_key(&Target::Variable(name.clone())) => {}
                Ok(name) => meeting.entry(name).or_default().push((secret, delivered)),
                Err(_) if self.bound.contains(secret) => {}
                Err(error) => {
                    self.refuse(secret, format!("{error}; bind it to a variable of another name, or to a file"));
                }
            }
        }
        for (name, secrets) in meeting {
            if dangerous(name.as_str()) {
                for (secret, _) in secrets {
                    if !self.bound.contains(secret) {
                        self.refuse(secret, changes_programs(secret, &name));
                    }
                }
                continue;
            }
            let [(secret, delivered)] = secrets.as_slice() else {
                self.collide(&name, &secrets);
                continue;
            };
            match self.value(secret, delivered) {
                Some(value) if !holds_nul(&value) => {
                    self.variables.insert(name, value);
                }
                Some(_) if !self.bound.contains(secret) => self.refuse(secret, nul(secret, &name)),
                _ => {}
            }
        }
    }

    fn collide(&mut self, name: &VariableName, secrets: &[(&SecretName, &Delivered)]) {
        let names: Vec<String> = secrets.iter().map(|(s, _)| format!("`{s}`")).collect();
        let names = names.join(" and ");
        self.problems.push(Problem::field(
            name.as_str(),
            format!("{names} meet in the variable {name}; rename one, or bind {name} to the one you mean"),
        ));
    }

    fn value(&mut self, secret: &SecretName, delivered: &Delivered) -> Option<SecretValue> {
        match SecretValue::from_wire(delivered.kind, &delivered.value.0) {
            Ok(value) => Some(value),
            Err(error) => {
                let message = format!("the value of `{secret}` cannot be read: {}", error.detail);
                self.refuse(secret, message);
                None
            }
        }
    }

    fn refuse(&mut self, secret: &SecretName, message: String) {
        self.problems.push(Problem::field(secret.as_str(), message));
    }

    fn finish(self) -> Result<Injection, Error> {
        if self.problems.is_empty() {
            return Ok(Injection {
                variables: self.variables.into_iter().collect(),
                files: self.files.into_iter().collect(),
            });
        }
        let mut error = Error::invalid(self.problems);
        if error.problems.len() > 1 {
            error.detail = format!("{} problems; nothing was started", error.problems.len());
        }
        Err(error)
    }
}

fn holds_nul(value: &SecretValue) -> bool {
    value.expose().contains(&0)
}

fn nul(secret: &SecretName, name: &VariableName) -> String {
    format!("the value of `{secret}` holds a NUL byte, which the variable {name} cannot carry; bind it to a file")
}

fn changes_programs(secret: &SecretName, name: &VariableName) -> String {
    if name.as_str() == TOKEN_VARIABLE {
        return format!(
            "`{secret}` would become {name}, which carries the client's own token and cannot be set; \
             bind it to another variable or a file"
        );
    }
    format!("`{secret}` would become {name}, which changes how programs run; if that is meant, bind it on purpose")
}
