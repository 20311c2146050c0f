//! The versions of a secret: one, two compared, moved elsewhere, and written by two people at once.

use serde::{Deserialize, Serialize};

use super::SecretRow;
use crate::{Kind, Millis, Scope, SecretName};

/// One version of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionRow {
    /// Its number, from 1.
    pub version: i64,
    /// What its value is; absent for a deletion.
    pub kind: Option<Kind>,
    /// The comment of that version; null where it is not known.
    pub comment: Option<String>,
    /// When it was written.
    pub created_at: Millis,
    /// By whom.
    pub created_by: String,
    /// The change it was written in.
    pub change_id: String,
    /// What kind of write that was.
    pub action: String,
    /// Why, in the words of who made it.
    pub message: String,
    /// The change that took it back.
    pub undone_by: Option<String>,
    /// Whether this version says that the secret was deleted.
    pub deleted: bool,
    /// When its value was destroyed for good; null while it is there.
    pub destroyed_at: Option<Millis>,
    /// Whether its value is that of the version before, told by fingerprint.
    pub same_as_previous: bool,
    /// The newest version before with the same value.
    pub same_as: Option<i64>,
    /// Where it was moved from: its history goes on there.
    pub moved_from: Option<MovedPlace>,
    /// Where it was moved to.
    pub moved_to: Option<MovedPlace>,
}

/// One end of a move, as far as whoever asks may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovedPlace {
    /// The name there.
    pub name: SecretName,
    /// The version there.
    pub version: i64,
    /// Where, as a source text.
    pub source: String,
    /// Where.
    pub scope: Scope,
}

/// Two versions compared, without a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionDiff {
    /// The one.
    pub from: VersionRow,
    /// The other.
    pub to: VersionRow,
    /// The values, told by keyed fingerprint.
    pub value: Compared,
    /// The kinds.
    pub kind: Compared,
    /// The comments.
    pub comment: Compared,
}

/// What comparing two versions found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Compared {
    /// They are the same.
    Same,
    /// They differ.
    Different,
    /// One of the two is not known any more.
    Unknown,
}

impl Compared {
    /// Compares what may be unknown.
    pub fn of<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> Self {
        match (one, other) {
            (Some(one), Some(other)) if one == other => Self::Same,
            (Some(_), Some(_)) => Self::Different,
            _ => Self::Unknown,
        }
    }

    /// The word in JSON and on the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Unknown => "unknown",
        }
    }
}

/// Gives a secret another name, another scope, or both. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoveRequest {
    /// The new name.
    pub name: Option<SecretName>,
    /// The new scope.
    pub scope: Option<Scope>,
    /// The version this follows; 409 when another came between.
    pub expected_version: Option<i64>,
}

/// A secret that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovedSecret {
    /// The secret where it is now.
    pub secret: SecretRow,
    /// How many bindings follow it.
    pub bindings_moved: u32,
    /// Services whose bindings still ask for the old name: in some environment it comes from elsewhere.
    pub bindings_left: Vec<String>,
}

/// A write that came too late, between what it started from and what is there now. No values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The id of what was typed; only who typed it finds it.
    pub draft: String,
    /// Where.
    pub scope: Scope,
    /// The secret.
    pub name: SecretName,
    /// The newest version now; 0 when there is none.
    pub version: i64,
    /// What the write started from; none where nothing was set.
    pub base: Option<ConflictSide>,
    /// What is there now; none where it was deleted.
    pub theirs: Option<ConflictSide>,
    /// What was typed.
    pub mine: ConflictSide,
    /// What was typed and what is there now.
    pub mine_and_theirs: Compared,
    /// What was typed and what it started from.
    pub mine_and_base: Compared,
    /// What is there now and what the write started from.
    pub theirs_and_base: Compared,
    /// Until when what was typed is kept.
    pub kept_until: Millis,
}

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictSide {
    /// Its version; none for what was typed.
    pub version: Option<i64>,
    /// What its value is.
    pub kind: Kind,
    /// Its comment, where it is known.
    pub comment: Option<String>,
    /// When it was written.
    pub at: Millis,
    /// By whom.
    pub by: String,
}
