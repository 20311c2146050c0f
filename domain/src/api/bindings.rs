//! Which variable or file each secret of a service feeds; never a value.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{EnvironmentName, Kind, Scope, SecretName};

/// Which variable or file a secret feeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Binding {
    /// The variable or file.
    pub target: BindingTarget,
    /// The name of the secret.
    pub secret: SecretName,
    /// The one environment it is for; null for all.
    #[serde(default)]
    pub environment: Option<EnvironmentName>,
    /// The one scope the value comes from; null follows the ladder.
    #[serde(default)]
    pub scope: Option<Scope>,
}

/// `{"env": "MY_APP_SECRET"}` or `{"file": "/etc/flyte/secrets/my_secret"}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum BindingTarget {
    /// An environment variable.
    Env(String),
    /// A file, by its absolute path.
    File(String),
}

impl BindingTarget {
    /// The variable's name or the file's path.
    pub fn text(&self) -> &str {
        match self {
            Self::Env(text) | Self::File(text) => text,
        }
    }
}

impl fmt::Display for BindingTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the variable {name}"),
            Self::File(path) => write!(f, "the file {path}"),
        }
    }
}

/// A binding that counts in one environment, and what it resolves to there; no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EffectiveBinding {
    /// The variable or file.
    pub target: BindingTarget,
    /// The name of the secret.
    pub secret: SecretName,
    /// The one scope it is pinned to; null follows the ladder.
    pub scope: Option<Scope>,
    /// Whether there is a value.
    pub state: BindingState,
    /// What the value is; null where there is none.
    pub kind: Option<Kind>,
    /// Its version.
    pub version: Option<i64>,
    /// Where it comes from, as a source text.
    pub source: Option<String>,
}

/// What a binding resolves to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum BindingState {
    /// A value.
    Found,
    /// No rung holds the name, or not the pinned scope.
    Missing,
    /// The pinned scope may not be looked at.
    Hidden,
}

/// A variable that a file asks for, and what there is to do for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposedBinding {
    /// The variable.
    pub variable: String,
    /// The secret for it.
    pub secret: SecretName,
    /// What there is to do.
    pub proposal: Proposal,
}

/// What there is to do for a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Proposal {
    /// Bind it to a secret of the service.
    Bind,
    /// Bind it to a secret that is to be stored: the service has none that fits.
    BindMissing,
    /// It is bound already.
    Bound,
    /// The service gets it without a binding, by its own name.
    OwnName,
}

impl Proposal {
    /// Whether a binding has to be added.
    pub fn adds(self) -> bool {
        matches!(self, Self::Bind | Self::BindMissing)
    }
}

impl ProposedBinding {
    /// The binding, for all environments.
    pub fn binding(&self) -> Binding {
        Binding {
            target: BindingTarget::Env(self.variable.clone()),
            secret: self.secret.clone(),
            environment: None,
            scope: None,
        }
    }
}
