//! The roles: on the platform, and in a project. What each lets somebody do.

use serde::{Deserialize, Serialize};

use super::Action;
use crate::{EnvironmentName, Scope, Slug};

/// A role on the whole installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PlatformRole {
    /// Everything but values in projects: those take a role in the project.
    Admin,
    /// Sees the audit log, and the structure of everything: no values, no writes.
    Auditor,
    /// What the memberships say.
    Member,
}

/// A role in one project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ProjectRole {
    /// Everything in the project, its deletion included.
    Owner,
    /// Everything but deleting the project and making owners.
    Admin,
    /// Sees, writes, reveals and uses secrets; binds them; makes tokens for services.
    Developer,
    /// Sees names, binds and runs; no value is revealed to them.
    User,
}

impl ProjectRole {
    /// Every role, the widest first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Developer, Self::User];

    /// Whether the role may be for single environments; those that manage a project manage all of it.
    pub fn fits_environments(self) -> bool {
        matches!(self, Self::Developer | Self::User)
    }

    /// What the role may in a scope of its project that it holds for.
    pub(super) fn may(self, action: Action) -> bool {
        match action {
            Action::See | Action::Use | Action::Bind => true,
            Action::Reveal | Action::WriteSecrets | Action::ManageTokens => self != Self::User,
            Action::ManageProject | Action::DestroySecrets => matches!(self, Self::Owner | Self::Admin),
            Action::OwnProject => self == Self::Owner,
            Action::CreateProjects
            | Action::ManageEnvironments
            | Action::SeePeople
            | Action::ManagePeople
            | Action::ReadAudit => false,
        }
    }
}

/// A role that somebody was given in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    /// The project.
    pub project: Slug,
    /// The role in it.
    pub role: ProjectRole,
    /// The one environment it is for; null for all of them.
    pub environment: Option<EnvironmentName>,
}

words!(PlatformRole {
    PlatformRole::Admin => "admin",
    PlatformRole::Auditor => "auditor",
    PlatformRole::Member => "member",
});
words!(ProjectRole {
    ProjectRole::Owner => "owner",
    ProjectRole::Admin => "admin",
    ProjectRole::Developer => "developer",
    ProjectRole::User => "user",
});

impl PlatformRole {
    /// Every role, the widest first.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Auditor, Self::Member];

    /// What the role lets do by itself.
    pub(super) fn lets(self, action: Action, scope: &Scope) -> bool {
        let in_project = scope.level.project().is_some();
        match self {
            // Values in a project are for those who were given a role there, admins not excepted.
            PlatformRole::Admin => !(in_project && matches!(action, Action::Reveal | Action::Use)),
            PlatformRole::Auditor => matches!(action, Action::See | Action::SeePeople | Action::ReadAudit),
            // Every member sees the platform's names, because they are rungs of their services' ladders.
            PlatformRole::Member => !in_project && action == Action::See,
        }
    }
}

impl Membership {
    /// What it lets do in its project.
    pub(super) fn lets(&self, action: Action, scope: &Scope) -> bool {
        if scope.level.project() != Some(&self.project) {
            return false;
        }
        match (&self.environment, &scope.environment) {
            (None, _) => self.role.may(action),
            (Some(own), Some(asked)) => own == asked && self.role.may(action),
            // What is there for all environments is a rung of this environment's ladder: its names are seen.
            (Some(_), None) => action == Action::See,
        }
    }
}
