//! A contract: what a service needs, written beside its code, and whether it would get that. No values anywhere.

mod check;
mod read;

use serde::{Deserialize, Serialize};

pub use check::Given;

use crate::{Kind, SecretName, api::BindingTarget};

/// The file a contract is in, unless another is named.
pub const CONTRACT_FILE: &str = "strongroom.contract.toml";

/// What a service needs, in the order of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract(Vec<Needed>);

/// One secret of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needed {
    /// Its name.
    pub name: SecretName,
    /// What its value is; none takes any.
    pub kind: Option<Kind>,
    /// Whether the service works without it.
    #[serde(default = "yes")]
    pub required: bool,
    /// The variable or file it is read from; none takes any way.
    pub target: Option<BindingTarget>,
}

fn yes() -> bool {
    true
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The contract is broken.
    Problem,
    /// Something to look at: an optional secret that is missing, one that nobody has asked for.
    Warning,
}

/// Where what a service gets is not what its contract says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The secret.
    pub name: SecretName,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and what to do.
    pub message: String,
}

impl Contract {
    /// The secrets of the contract.
    pub fn secrets(&self) -> &[Needed] {
        &self.0
    }
}
