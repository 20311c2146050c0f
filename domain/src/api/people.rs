//! People and the projects they belong to.

use serde::{Deserialize, Serialize};

use super::WireValue;
use crate::{
    Millis,
    access::{PlatformRole, ProjectRole},
};

/// Adds a person.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPerson {
    /// What they sign in with.
    pub email: String,
    /// What pages call them; the part before `@` when not given.
    #[serde(default)]
    pub name: Option<String>,
    /// Their first password, 12 to 1024 bytes.
    pub password: WireValue,
    /// Their role on the platform; `member` when not given.
    #[serde(default = "member")]
    pub role: PlatformRole,
}

fn member() -> PlatformRole {
    PlatformRole::Member
}

/// A person as lists show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonRow {
    /// Their id.
    pub id: String,
    /// What they sign in with.
    pub email: String,
    /// What pages call them.
    pub name: String,
    /// Their role on the platform.
    pub role: PlatformRole,
    /// Since when.
    pub created_at: Millis,
    /// Whether signing in takes a code of their device, too.
    #[serde(default)]
    pub second_factor: bool,
}

/// Adds someone to a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMember {
    /// Whom, by e-mail address.
    pub email: String,
    /// Their role in the project; `developer` when not given.
    #[serde(default = "developer")]
    pub role: ProjectRole,
}

fn developer() -> ProjectRole {
    ProjectRole::Developer
}

/// A member of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// The person's id.
    pub id: String,
    /// What they sign in with.
    pub email: String,
    /// What pages call them.
    pub name: String,
    /// Their role in the project.
    pub role: ProjectRole,
}
