//! What a program is to get, all of it, or why not.

use std::collections::BTreeSet;

use domain::{
    EnvironmentName, SecretName, SecretValue, ServicePath,
    api::{Delivered, Delivery, NamedValue},
    injection::{Injection, inject},
};

use super::{super::explain::tried, assignments::Assignments};
use crate::{
    client::{Client, Route},
    failure::{Failure, problem_line},
};

/// Everything a program gets.
pub(super) struct Fetched {
    /// The variables and files of its service.
    pub(super) injection: Injection,
    /// The variables of `--secret`.
    pub(super) chosen: Vec<(String, SecretValue)>,
}

/// Fetches and checks everything. Nothing has started when it fails, and it says where it looked.
pub(super) fn fetch(
    client: &Client,
    service: &ServicePath,
    environment: &EnvironmentName,
    assignments: &Assignments,
    only: &[SecretName],
) -> Result<Fetched, Failure> {
    let fetcher = Fetcher { client, service, environment };
    let mut delivery: Delivery = client.get(&Route::of_service(service, environment, "values"))?;
    let mut chosen = Vec::new();
    for (variable, name) in &assignments.secrets {
        let delivered = fetcher.named(&delivery, name)?;
        chosen.push((variable.clone(), carried(variable, name, &delivered)?));
    }
    if !only.is_empty() {
        fetcher.keep_only(&mut delivery, only)?;
    }
    let injection = inject(&delivery).map_err(|error| fetcher.explained(error, &delivery))?;
    Ok(Fetched { injection, chosen })
}

struct Fetcher<'a> {
    client: &'a Client,
    service: &'a ServicePath,
    environment: &'a EnvironmentName,
}

impl Fetcher<'_> {
    /// The value of a name. In mode `bound` the delivery holds what is bound only, so others are asked for.
    fn named(&self, delivery: &Delivery, name: &SecretName) -> Result<Delivered, Failure> {
        if let Some(delivered) = delivery.values.get(name) {
            return Ok(delivered.clone());
        }
        let route = Route::of_service(self.service, self.environment, &format!("values/{name}"));
        match self.client.get::<NamedValue>(&route) {
            Ok(named) => Ok(named.delivered),
            Err(failure) if failure.is_not_found() => Err(Failure::with_details(
                format!("Secret with name '{name}' not found; nothing was started"),
                self.tried([name]),
            )),
            Err(failure) => Err(failure),
        }
    }

    /// Drops what was not asked for; each name that was must be there.
    fn keep_only(&self, delivery: &mut Delivery, only: &[SecretName]) -> Result<(), Failure> {
        let bound = |name: &SecretName| delivery.bindings.iter().any(|binding| binding.secret == *name);
        let known = |name: &&SecretName| !delivery.values.contains_key(*name) && !bound(name);
        let missing: BTreeSet<&SecretName> = only.iter().filter(known).collect();
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
            return Err(Failure::with_details(
                format!("{} gets no {}; nothing was started", self.service, names.join(", ")),
                self.tried(missing),
            ));
        }
        delivery.values.retain(|name, _| only.contains(name));
        delivery.bindings.retain(|binding| only.contains(&binding.secret));
        Ok(())
    }

    /// Why the delivery cannot be carried, and where missing names were looked for.
    fn explained(&self, error: domain::Error, delivery: &Delivery) -> Failure {
        let missing: BTreeSet<&SecretName> =
            delivery.bindings.iter().filter(|binding| binding.missing).map(|binding| &binding.secret).collect();
        let mut details: Vec<String> = match error.problems.as_slice() {
            [_] => Vec::new(),
            problems => problems.iter().map(problem_line).collect(),
        };
        details.extend(self.tried(missing));
        Failure::with_details(error.detail, details)
    }

    fn tried<'a>(&self, names: impl IntoIterator<Item = &'a SecretName>) -> Vec<String> {
        let lines = |name| tried(self.client, self.service, self.environment, name);
        names.into_iter().flat_map(lines).collect()
    }
}

/// The value for a variable; one with a NUL byte has no way into it.
fn carried(variable: &str, name: &SecretName, delivered: &Delivered) -> Result<SecretValue, Failure> {
    let value = SecretValue::from_wire(delivered.kind, &delivered.value.0)?;
    if value.expose().contains(&0) {
        return Err(Failure::failed(format!(
            "the value of `{name}` holds a NUL byte, which the variable {variable} cannot carry; bind it to a file"
        )));
    }
    Ok(value)
}
