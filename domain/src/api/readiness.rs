//! Whether services get what they need; never a value.

use serde::{Deserialize, Serialize};

use crate::{EnvironmentName, Millis, Slug};

/// The contract of a service as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContractRow {
    /// The file, as it was given.
    pub text: String,
    /// When that was.
    pub updated_at: Millis,
    /// By whom.
    pub updated_by: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Severity {
    /// The contract is broken, or a program would not start.
    Problem,
    /// Something to look at: an optional secret that is missing, one that nobody has asked for.
    Warning,
}

/// Where what a service gets is not what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// The secret, or the variable that several of them meet in.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and what to do.
    pub message: String,
}

/// How ready a service is, environment by environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceReadiness {
    /// The service.
    pub service: Slug,
    /// Whether it has a contract. Without one, only what would stop a program from starting is found.
    pub has_contract: bool,
    /// The environments, in their order.
    pub environments: Vec<Readiness>,
}

/// How ready a service is in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Readiness {
    /// The environment.
    pub environment: EnvironmentName,
    /// Everything that was found; nothing when it is ready.
    pub findings: Vec<Finding>,
}

impl Readiness {
    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}
