//! People and the projects they belong to.

use serde::{Deserialize, Serialize};

use super::WireValue;
use crate::{
    EnvironmentName, Millis,
    access::{Membership, PlatformRole, ProjectRole},
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
    /// Their first password, 12 to 1024 bytes; without one they are invited by a link, and choose it themselves.
    #[serde(default)]
    pub password: Option<WireValue>,
    /// Their role on the platform; `member` when not given.
    #[serde(default = "member")]
    pub role: PlatformRole,
}

fn member() -> PlatformRole {
    PlatformRole::Member
}

/// Changes a person; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PatchPerson {
    /// What pages call them.
    pub name: Option<String>,
    /// Their role on the platform. Another one ends their sessions and tokens.
    pub role: Option<PlatformRole>,
    /// Whether they are kept out. Ends their sessions and tokens.
    pub disabled: Option<bool>,
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
    /// Whether they can sign in.
    pub state: PersonState,
    /// Until when their invitation can be accepted; null where there is none.
    pub invited_until: Option<Millis>,
    /// Their roles in projects.
    pub memberships: Vec<Membership>,
    /// Since when.
    pub created_at: Millis,
    /// Whether signing in takes a code of their device, too.
    #[serde(default)]
    pub second_factor: bool,
}

/// Whether a person can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PersonState {
    /// They can.
    Active,
    /// Not before they have accepted their invitation.
    Invited,
    /// An admin keeps them out.
    Disabled,
}

/// A new person: the only reply, besides that of a renewed invitation, that ever carries the link.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedPerson {
    /// How they get in; null for who was given a password.
    pub invitation: Option<Invitation>,
    /// Everything else.
    #[serde(flatten)]
    pub row: PersonRow,
}

/// The way in for somebody new.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// The address to send them; it is good for one use, and shown once.
    pub link: WireValue,
    /// When it stops working.
    pub expires_at: Millis,
}

/// Whom an invitation is for: what its page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitee {
    /// What they will sign in with.
    pub email: String,
    /// What pages call them, until they say otherwise.
    pub name: String,
    /// When the link stops working.
    pub expires_at: Millis,
}

/// Gives somebody a role in a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMember {
    /// Whom, by e-mail address.
    pub email: String,
    /// Their role in the project; `developer` when not given.
    #[serde(default = "developer")]
    pub role: ProjectRole,
    /// The environments it is for; null for all of them. `owner` and `admin` are for all.
    #[serde(default)]
    pub environments: Option<Vec<EnvironmentName>>,
}

fn developer() -> ProjectRole {
    ProjectRole::Developer
}

/// Replaces what a member has been given in a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PutMember {
    /// One for all environments, or one each for single ones.
    pub grants: Vec<MemberGrant>,
}

/// One role in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberGrant {
    /// The role.
    pub role: ProjectRole,
    /// The one environment it is for; null for all of them.
    #[serde(default)]
    pub environment: Option<EnvironmentName>,
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
    /// Their roles in the project.
    pub grants: Vec<MemberGrant>,
}
