//! Secrets of a scope: metadata, writes, reveals, versions, and the matrix of a level.

use serde::{Deserialize, Serialize};

use super::WireValue;
use crate::{EnvironmentName, Kind, Millis, SecretName, scope::Level};

/// A secret as lists show it: everything but its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretRow {
    /// Its name.
    pub name: SecretName,
    /// What its value is.
    pub kind: Kind,
    /// What people should know about it.
    pub comment: String,
    /// The newest version, from 1.
    pub version: i64,
    /// Where it lives, as a source text.
    pub source: String,
    /// When the newest version was written.
    pub updated_at: Millis,
    /// By whom: an e-mail address or a token's name.
    pub updated_by: String,
}

/// Writes a new version of a secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretWrite {
    /// The value: text as it is, base64 for a file.
    pub value: WireValue,
    /// What the value is; `text` when not given.
    #[serde(default = "text")]
    pub kind: Kind,
    /// The comment; what is absent stays.
    #[serde(default)]
    pub comment: Option<String>,
    /// The version this write follows; 409 when another came between. 0: only if it does not exist. Absent: whatever is there.
    #[serde(default)]
    pub expected_version: Option<i64>,
}

fn text() -> Kind {
    Kind::Text
}

/// Asks for one value.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevealRequest {
    /// Why; goes into the audit log.
    pub reason: Option<String>,
    /// Which version; the newest when not given.
    pub version: Option<i64>,
}

/// One value, authorised and audited.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revealed {
    /// The value: text as it is, base64 for a file.
    pub value: WireValue,
    /// What the value is.
    pub kind: Kind,
    /// The version it is of.
    pub version: i64,
    /// The audit record of this reveal.
    pub audit_id: String,
}

/// Makes an old version the newest again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RestoreRequest {
    /// The version to bring back.
    pub version: i64,
}

/// One version of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionRow {
    /// Its number, from 1.
    pub version: i64,
    /// What its value is; absent for a deletion.
    pub kind: Option<Kind>,
    /// When it was written.
    pub created_at: Millis,
    /// By whom.
    pub created_by: String,
    /// The change it was written in.
    pub change_id: String,
    /// Whether this version says that the secret was deleted.
    pub deleted: bool,
    /// Whether its value is that of the version before, told by fingerprint.
    pub same_as_previous: bool,
}

/// The secrets of one level: names × environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// The level the table is of.
    pub level: Level,
    /// The columns after *all environments*.
    pub environments: Vec<EnvironmentName>,
    /// The rows of this page, by name.
    pub rows: Vec<MatrixRow>,
    /// What the next page starts after.
    pub next_cursor: Option<String>,
    /// How many names match what was asked for, on all pages.
    pub total: u32,
    /// How many names there are in all, by what the pills say.
    pub counts: MatrixCounts,
}

/// How many names of the level are what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixCounts {
    /// Set here or inherited.
    pub all: u32,
    /// Set on this level, in any environment.
    pub set: u32,
    /// Not set on this level, but on a wider one.
    pub inherited: u32,
    /// Set on this level and on a wider one.
    pub shadows: u32,
}

/// Which rows of a matrix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatrixShow {
    /// Every name.
    #[default]
    All,
    /// Names set on this level.
    Set,
    /// Names that come from a wider level only.
    Inherited,
    /// Names set here that cover a wider level's.
    Shadows,
}

/// One name of a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// The name.
    pub name: SecretName,
    /// The kind of its first cell that has one.
    pub kind: Kind,
    /// *All environments* first, then one cell per environment in their order.
    pub cells: Vec<Cell>,
}

/// One name in one environment, or in all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// What is there.
    pub state: CellState,
    /// The version, where it is set on this level and in this column.
    pub version: Option<i64>,
    /// For a set cell, the wider level it covers; for an inherited one, where it comes from: `all`, `project` or `platform`.
    pub other: Option<String>,
}

/// What a cell of the matrix is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// Set here.
    Set,
    /// Not here, but a wider rung has it.
    From,
    /// On no rung.
    NotSet,
}
