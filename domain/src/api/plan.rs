//! What an upload would do.

use serde::{Deserialize, Serialize};

use crate::{Kind, Problem};

/// What applying an upload does, key by key; no values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// One item per key of the upload, in its order.
    pub items: Vec<PlanItem>,
    /// How many items do what.
    pub counts: PlanCounts,
    /// The change, once applied; null while it is only a plan.
    pub change_id: Option<String>,
}

/// What happens to one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanItem {
    /// The key as written; cut to 253 characters.
    pub name: String,
    /// What its value is; null when invalid.
    pub kind: Option<Kind>,
    /// What happens.
    pub action: PlanAction,
    /// The version it has now; null when absent.
    pub version: Option<i64>,
    /// Sources of wider levels that this value covers.
    pub shadows: Vec<String>,
    /// Sources of narrower levels that cover this value.
    pub shadowed_by: Vec<String>,
    /// Why it is invalid, and where.
    pub problem: Option<Problem>,
}

/// What happens to a key of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PlanAction {
    /// It is new in the scope.
    Create,
    /// It gets another value.
    Update,
    /// It has that value already, told by keyed fingerprint.
    Unchanged,
    /// It was left out on purpose.
    LeftOut,
    /// It cannot be stored.
    Invalid,
}

/// How many keys do what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanCounts {
    /// New keys.
    pub create: u32,
    /// Keys with another value.
    pub update: u32,
    /// Keys that stay as they are.
    pub unchanged: u32,
    /// Keys left out on purpose.
    pub left_out: u32,
    /// Keys that cannot be stored.
    pub invalid: u32,
}

impl PlanCounts {
    /// Counts the items.
    pub fn of(items: &[PlanItem]) -> Self {
        let mut counts = Self::default();
        for item in items {
            *match item.action {
                PlanAction::Create => &mut counts.create,
                PlanAction::Update => &mut counts.update,
                PlanAction::Unchanged => &mut counts.unchanged,
                PlanAction::LeftOut => &mut counts.left_out,
                PlanAction::Invalid => &mut counts.invalid,
            } += 1;
        }
        counts
    }

    /// Whether applying would write anything.
    pub fn has_changes(&self) -> bool {
        self.create + self.update > 0
    }
}
