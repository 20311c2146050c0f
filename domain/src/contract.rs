//! A contract: what a service needs, written beside its code, and whether it would get that. No values anywhere.

mod check;
mod read;

use serde::Deserialize;

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

impl Contract {
    /// The secrets of the contract.
    pub fn secrets(&self) -> &[Needed] {
        &self.0
    }
}
