//! What another file says a program wants, and the bindings that would give it that.

use serde_json::Value;

use crate::{
    Code, Error, Problem, SecretName,
    api::{Binding, BindingTarget, Mode, Proposal, ProposedBinding},
    import::{self, Format},
    injection::{BINDINGS_MAX, Given, VariableName, dangerous, variable_name},
};

/// Where an OpenAPI document lists the secrets of its service.
const SECRETS: &str = "$secrets";

/// A variable that a program wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The variable.
    pub variable: VariableName,
    /// What its secret is called when none of the service's fits.
    pub called: SecretName,
}

impl Wanted {
    /// Reads a `.env.example`, whose values are looked at by nobody, or an OpenAPI document in JSON with a `$secrets`
    /// object, whose parameters become variables by qhub's rule: `ibmToken` is `SECRET_IBM_TOKEN`. 422 with every name
    /// that cannot be a variable.
    pub fn read(file: &[u8]) -> Result<Vec<Self>, Error> {
        let wanted = match serde_json::from_slice::<Value>(file) {
            Ok(Value::Object(document)) => of_openapi(&Value::Object(document))?,
            _ => of_dotenv(file)?,
        };
        if wanted.len() > BINDINGS_MAX {
            return Err(Error::new(
                Code::Invalid,
                format!(
                    "a service has at most {BINDINGS_MAX} bindings, and this file names {} variables",
                    wanted.len()
                ),
            ));
        }
        Ok(wanted)
    }
}

fn of_dotenv(file: &[u8]) -> Result<Vec<Wanted>, Error> {
    let import = import::parse(Format::Env, file)?;
    let mut problems = import.problems;
    let mut wanted = Vec::new();
    for entry in import.entries {
        match variable(entry.name.as_str()) {
            Ok(variable) => wanted.push(Wanted { variable, called: entry.name }),
            Err(message) => problems.push(Problem::field(entry.name.as_str(), message)),
        }
    }
    match (problems.is_empty(), wanted.is_empty()) {
        (false, _) => Err(Error::invalid(problems)),
        (true, true) => Err(Error::new(Code::Invalid, "no variable is in this file")),
        (true, false) => Ok(wanted),
    }
}

fn of_openapi(document: &Value) -> Result<Vec<Wanted>, Error> {
    let mut parameters = Vec::new();
    find(document, &mut parameters);
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut problems = Vec::new();
    for parameter in parameters {
        let name = upper_snake(parameter);
        match (variable(&format!("SECRET_{name}")), name.parse::<SecretName>()) {
            (Ok(variable), Ok(_)) if wanted.iter().any(|other| other.variable == variable) => {}
            (Ok(variable), Ok(called)) => wanted.push(Wanted { variable, called }),
            (Err(message), _) => problems.push(Problem::field(parameter, message)),
            (_, Err(error)) => problems.push(Problem::field(parameter, error.to_string())),
        }
    }
    if !problems.is_empty() {
        return Err(Error::invalid(problems));
    }
    if wanted.is_empty() {
        let message = format!("there is no `{SECRETS}` with `properties` in this document, so it asks for no secret");
        return Err(Error::new(Code::Invalid, message));
    }
    Ok(wanted)
}

/// Every parameter under a `$secrets`, wherever the document has one.
fn find<'a>(value: &'a Value, parameters: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == SECRETS
                    && let Some(Value::Object(properties)) = member.get("properties")
                {
                    parameters.extend(properties.keys().map(String::as_str));
                } else {
                    find(member, parameters);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| find(item, parameters)),
        _ => {}
    }
}

/// qhub's rule: `_` before each capital letter but the first, then capitals. `APIToken` is `A_P_I_TOKEN`.
fn upper_snake(parameter: &str) -> String {
    let mut name = String::new();
    for (place, letter) in parameter.chars().enumerate() {
        if place > 0 && letter.is_uppercase() {
            name.push('_');
        }
        name.extend(letter.to_uppercase());
    }
    name
}

fn variable(name: &str) -> Result<VariableName, String> {
    let variable: VariableName = name.parse().map_err(|error| format!("{error}"))?;
    if dangerous(variable.as_str()) {
        return Err(format!("{variable} changes how programs run; bind it on purpose, by itself"));
    }
    Ok(variable)
}

/// The bindings for what is wanted. `bindings` are those of the service, `given` is what it gets in each environment.
pub fn propose(wanted: &[Wanted], bindings: &[Binding], given: &[Given]) -> Vec<ProposedBinding> {
    let names: std::collections::BTreeSet<&SecretName> = given.iter().flat_map(Given::names).collect();
    let all = given.first().is_some_and(|given| given.mode == Mode::All);
    wanted
        .iter()
        .map(|Wanted { variable, called }| {
            let own = || names.iter().filter(|name| variable_name(name).is_ok_and(|own| own == *variable));
            let alike = || {
                names.iter().filter(|name| {
                    variable_name(name).is_ok_and(|own| own.as_str().eq_ignore_ascii_case(called.as_str()))
                })
            };
            let bound = bindings.iter().find(|binding| {
                binding.environment.is_none()
                    && matches!(&binding.target, BindingTarget::Env(name) if name == variable.as_str())
            });
            let (secret, proposal) = match (bound, own().next(), alike().next()) {
                (Some(binding), ..) => (binding.secret.clone(), Proposal::Bound),
                (None, Some(name), _) if all && own().count() == 1 => ((*name).clone(), Proposal::OwnName),
                (None, Some(name), _) | (None, None, Some(name)) => ((*name).clone(), Proposal::Bind),
                (None, None, None) => (called.clone(), Proposal::BindMissing),
            };
            ProposedBinding { variable: variable.to_string(), secret, proposal }
        })
        .collect()
}
