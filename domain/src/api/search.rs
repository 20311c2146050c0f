//! What a search finds.

use serde::{Deserialize, Serialize};

use crate::{Kind, Millis, Scope};

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Found {
    /// A project, by slug, name or description.
    Project,
    /// A service, by slug, name or description.
    Service,
    /// A secret, by name or comment.
    Secret,
    /// A binding of a service, by its target or the name it takes.
    Binding,
}

impl Found {
    /// The word in SQL, JSON and on the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Service => "service",
            Self::Secret => "secret",
            Self::Binding => "binding",
        }
    }
}

/// One thing a search found. Never a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchHit {
    /// What it is.
    pub found: Found,
    /// The slug of a project or service, the name of a secret, the target of a binding.
    pub name: String,
    /// Where it is; for a binding, its service and the environment it is for.
    pub scope: Scope,
    /// The same as a source text.
    pub source: String,
    /// The description or comment; for a binding, the name of the secret it takes.
    pub about: String,
    /// What a secret's value is.
    pub kind: Option<Kind>,
    /// A secret's newest version.
    pub version: Option<i64>,
    /// When that was written.
    pub updated_at: Option<Millis>,
}
