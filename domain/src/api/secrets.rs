//! Secrets of a scope: metadata, writes, reveals, versions, and the matrix of a level.

use serde::{Deserialize, Serialize};

use super::WireValue;
use crate::{Day, EnvironmentName, Generate, Kind, Millis, Scope, SecretName, export, scope::Level};

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
    /// Who looks after it: a person, a team, a channel; empty when nobody said.
    pub owner: String,
    /// The last day of its value; null when nobody said.
    pub rotate_by: Option<Day>,
    /// What a file is called; null for other kinds.
    pub file_name: Option<String>,
    /// The newest version, from 1.
    pub version: i64,
    /// Where it lives, as a source text.
    pub source: String,
    /// When the newest version was written.
    pub updated_at: Millis,
    /// By whom: an e-mail address or a token's name.
    pub updated_by: String,
    /// The change that wrote the newest version.
    pub change_id: String,
}

/// Writes a new version of a secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretWrite {
    /// The value: text as it is, base64 for a file. This or `generate`.
    #[serde(default)]
    pub value: Option<WireValue>,
    /// Has the server make a text that nobody sees.
    #[serde(default)]
    pub generate: Option<Generate>,
    /// What the value is; `text` when not given.
    #[serde(default = "text")]
    pub kind: Kind,
    /// What a file is called.
    #[serde(default)]
    pub file_name: Option<String>,
    /// The comment; what is absent stays.
    #[serde(default)]
    pub comment: Option<String>,
    /// Who looks after it, at most 100 characters; what is absent stays, an empty text clears.
    #[serde(default)]
    pub owner: Option<String>,
    /// The last day of its value, such as `2026-12-31`; what is absent stays, an empty text clears.
    #[serde(default)]
    pub rotate_by: Option<String>,
    /// The version this write follows; 409 when another came between. 0: only if it does not exist. Absent: whatever is there.
    #[serde(default)]
    pub expected_version: Option<i64>,
}

/// Changes what stands beside a value; what is absent stays, an empty text clears.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretPatch {
    /// What people should know about it.
    pub comment: Option<String>,
    /// Who looks after it, at most 100 characters.
    pub owner: Option<String>,
    /// The last day of its value, such as `2026-12-31`.
    pub rotate_by: Option<String>,
    /// The version this was read at; 409 when another came between.
    pub expected_version: Option<i64>,
}

/// Writes one name in several environments of a level, all of them or none.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowWrite {
    /// What is written where; each environment once.
    pub cells: Vec<CellWrite>,
    /// Why; the change keeps it.
    #[serde(default)]
    pub message: String,
}

/// One environment of a [`RowWrite`].
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CellWrite {
    /// The environment; null for all of them.
    #[serde(default)]
    pub environment: Option<EnvironmentName>,
    /// The value: text as it is, base64 for a file.
    pub value: WireValue,
    /// What the value is; `text` when not given.
    #[serde(default = "text")]
    pub kind: Kind,
    /// The version this write follows; 409 when another came between. 0: only if it does not exist. Absent: whatever is there.
    #[serde(default)]
    pub expected_version: Option<i64>,
}

/// What became of a [`RowWrite`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowWritten {
    /// The change; null when every environment had its value already.
    pub change_id: Option<String>,
    /// The secrets as they are now, in the order of the request.
    pub items: Vec<SecretRow>,
}

/// One value that lies in several places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Duplicate {
    /// In how many places.
    pub count: u32,
    /// The places by source and name, at most 50 of them.
    pub places: Vec<DuplicatePlace>,
}

/// One of the places of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DuplicatePlace {
    /// The name.
    pub name: SecretName,
    /// Where it lives, as a source text.
    pub source: String,
    /// The same as a scope.
    pub scope: Scope,
    /// What the value is taken for.
    pub kind: Kind,
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

/// Asks for many values as a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportRequest {
    /// As what.
    pub format: export::Format,
    /// Why; goes into the audit log.
    #[serde(default)]
    pub reason: Option<String>,
}

/// One value, authorised and audited.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revealed {
    /// The value: text as it is, base64 for a file.
    pub value: WireValue,
    /// What the value is.
    pub kind: Kind,
    /// What a file is called; null for other kinds.
    pub file_name: Option<String>,
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

/// The secrets of one level: names × environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// The level the table is of.
    pub level: Level,
    /// The columns after *all environments*.
    pub environments: Vec<EnvironmentName>,
    /// For each of them, how many names a service needs there and no rung holds.
    pub missing: Vec<u32>,
    /// The day of this answer: what is due is due on it.
    pub today: Day,
    /// The rows of this page, by name.
    pub rows: Vec<MatrixRow>,
    /// What the next page starts after.
    pub next_cursor: Option<String>,
    /// How many names the filter lets through, on all pages.
    pub found: u32,
    /// How many of them are on the pages before this one.
    pub before: u32,
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
    /// Needed by a binding of the service, and on no rung in some environment.
    pub missing: u32,
    /// To be replaced within [`DUE_DAYS`], or overdue, on this level.
    pub due: u32,
}

/// So many days before its last day a value counts as due.
pub const DUE_DAYS: i64 = 14;

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
    /// Names a binding needs that no rung holds in some environment.
    Missing,
    /// Names set here whose value is due or overdue.
    Due,
}

/// One name of a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// The name.
    pub name: SecretName,
    /// The kind of its first cell that has one; none for a name that is only needed.
    pub kind: Option<Kind>,
    /// *All environments* first, then one cell per environment in their order.
    pub cells: Vec<Cell>,
}

/// One name in one environment, or in all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// What is there.
    pub state: CellState,
    /// What its value is, where there is one.
    pub kind: Option<Kind>,
    /// The version, where it is set on this level and in this column.
    pub version: Option<i64>,
    /// For a set cell, the wider level it covers; for an inherited one, where it comes from: `all`, `project` or `platform`.
    pub other: Option<String>,
    /// Cells of a row with the same number hold the same value, told by keyed fingerprint.
    pub group: Option<u32>,
    /// How many narrower scopes have a value of their own in place of this one.
    pub covered: u32,
    /// The first three of them, as source texts.
    pub covered_by: Vec<String>,
    /// The last day of its value, where it is set here and somebody said so.
    pub rotate_by: Option<Day>,
}

impl Cell {
    /// A cell that is nothing but its state.
    pub fn of(state: CellState) -> Self {
        Self {
            state,
            kind: None,
            version: None,
            other: None,
            group: None,
            covered: 0,
            covered_by: Vec::new(),
            rotate_by: None,
        }
    }
}

/// What a cell of the matrix is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// Set here.
    Set,
    /// Not here, but a wider rung has it.
    From,
    /// On no rung, and no binding needs it.
    NotSet,
    /// On no rung, though a binding needs it.
    Missing,
    /// The reader may not look here.
    NoAccess,
}

impl MatrixRow {
    /// The environments whose value differs from that of `column`, and those with the same; columns without a value
    /// are in neither.
    pub fn compared(&self, column: usize) -> (Vec<usize>, Vec<usize>) {
        let group = |at: usize| self.cells.get(at).and_then(|cell| cell.group);
        let Some(own) = group(column) else {
            return (Vec::new(), Vec::new());
        };
        let others = (1..self.cells.len()).filter(|at| *at != column && group(*at).is_some());
        others.partition(|at| group(*at) != Some(own))
    }

    /// The column to the left of `column` whose value is another one: what a reader should know about two
    /// environments that stand side by side.
    pub fn differs_from_neighbour(&self, column: usize) -> Option<usize> {
        let neighbour = column.checked_sub(1).filter(|at| *at > 0)?;
        let (here, there) = (self.cells.get(column)?.group?, self.cells.get(neighbour)?.group?);
        (here != there).then_some(neighbour)
    }
}
