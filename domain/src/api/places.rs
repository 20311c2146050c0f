//! Environments, projects and services.

use serde::{Deserialize, Serialize};

use crate::{EnvironmentName, Millis, Slug, api::Mode};

/// An environment of the platform-wide, ordered list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Environment {
    /// Its name.
    pub name: EnvironmentName,
    /// Its place in the order, from 0.
    pub position: u32,
}

/// Adds an environment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewEnvironment {
    /// Its name.
    pub name: EnvironmentName,
    /// Its place; at the end when not given.
    #[serde(default)]
    pub position: Option<u32>,
}

/// Renames or moves an environment; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PatchEnvironment {
    /// The new name.
    pub name: Option<EnvironmentName>,
    /// The new place.
    pub position: Option<u32>,
}

/// What goes when an environment is removed with its contents. Counts are whole, lists have at most 20 items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvironmentRemoval {
    /// The environment.
    pub name: EnvironmentName,
    /// How many secrets go, with all their versions.
    pub secrets: u32,
    /// Where they are.
    pub scopes: Vec<ScopeUse>,
    /// How many bindings go.
    pub bindings: u32,
    /// Which ones.
    pub bound: Vec<BindingUse>,
    /// How many tokens go.
    pub tokens: u32,
    /// What they are called.
    pub token_names: Vec<String>,
}

impl EnvironmentRemoval {
    /// Whether nothing uses the environment.
    pub fn is_empty(&self) -> bool {
        self.secrets == 0 && self.bindings == 0 && self.tokens == 0
    }
}

/// The secrets of one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScopeUse {
    /// The scope, as a source text.
    pub source: String,
    /// How many secrets it holds.
    pub secrets: u32,
    /// Their names, at most 20.
    pub names: Vec<String>,
}

/// One binding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BindingUse {
    /// The service, as a source text.
    pub source: String,
    /// The variable or file.
    pub target: String,
    /// The name of the secret.
    pub secret: String,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Project {
    /// Its name in paths.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How many services it has.
    pub services: u32,
    /// Since when.
    pub created_at: Millis,
}

/// Creates a project, or a service in one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewProject {
    /// Its name in paths; cannot be changed later.
    pub slug: Slug,
    /// Its name for people; the slug when not given.
    #[serde(default)]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
}

/// Changes the words of a project or service; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PatchPlace {
    /// The new name for people.
    pub name: Option<String>,
    /// The new description.
    pub description: Option<String>,
}

/// A service of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Service {
    /// The project it belongs to.
    pub project: Slug,
    /// Its name in paths.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it gets: all effective secrets, or its bindings only.
    pub mode: Mode,
    /// Since when.
    pub created_at: Millis,
}
