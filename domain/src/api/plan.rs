//! What an upload would do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{EnvironmentName, Kind, Problem, Scope, SecretName, Slug};

/// How many places a plan lists as affected; the rest is counted.
pub const AFFECTED_MAX: usize = 100;

/// What applying an upload or a copy does, key by key; no values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// One item per key of the upload, in its order.
    pub items: Vec<PlanItem>,
    /// How many items do what.
    pub counts: PlanCounts,
    /// Which services would see another value, and where.
    #[serde(default)]
    pub affects: Affects,
    /// Stands for everything the plan was made from. Sent along when it is applied, it makes sure that nothing changed in between.
    #[serde(default)]
    pub basis: String,
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
    /// Whether an update leaves the value as it is: the file's comment is new.
    #[serde(default)]
    pub same_value: bool,
    /// Sources of wider levels that this value covers.
    pub shadows: Vec<String>,
    /// Sources of narrower levels that cover this value.
    pub shadowed_by: Vec<String>,
    /// Those of them that hold this very value, where the reader may reveal theirs.
    #[serde(default)]
    pub same_as: Vec<String>,
    /// Names of the upload or of the scope that differ from this one in upper and lower case only.
    #[serde(default)]
    pub differs_in_case: Vec<String>,
    /// Set when a text looks like a file that would better be stored as one.
    #[serde(default)]
    pub looks_like_file: Option<FileLook>,
    /// Services whose bindings wait for this name, as source texts.
    #[serde(default)]
    pub fills: Vec<String>,
    /// Services whose bindings would have no value any more, as source texts.
    #[serde(default)]
    pub empties: Vec<String>,
    /// Where the name is removed in the same change, as a source text.
    #[serde(default)]
    pub removed_from: Option<String>,
    /// Why it is invalid, and where.
    pub problem: Option<Problem>,
}

/// What a text looks like that might better be a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FileLook {
    /// A PEM block: a key or a certificate. As a file it has the same bytes.
    Pem,
    /// Long base64. As a file it has the bytes that the base64 stands for.
    Base64,
}

/// The services that would see another value, as far as the reader may see them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Affects {
    /// The first of them, at most 100, by project, service and environment.
    pub items: Vec<Affected>,
    /// How many services there are in all.
    pub services: u32,
    /// How many pairs of service and environment there are in all.
    pub places: u32,
}

/// A service in an environment that would see other values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Affected {
    /// The project.
    pub project: Slug,
    /// The service.
    pub service: Slug,
    /// The environment.
    pub environment: EnvironmentName,
    /// How many names it would see another value of.
    pub names: u32,
}

/// Copies names from one scope into the scope of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CopyRequest {
    /// Where the values are.
    pub from: Scope,
    /// Which names; all of them when not given.
    #[serde(default)]
    pub names: Option<Vec<SecretName>>,
    /// Whether the names are removed there in the same change: to promote or demote them.
    #[serde(default)]
    pub remove_source: bool,
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
    /// Keys with another value, or with another comment.
    pub update: u32,
    /// Keys that stay as they are.
    pub unchanged: u32,
    /// Keys left out on purpose.
    pub left_out: u32,
    /// Keys that cannot be stored.
    pub invalid: u32,
    /// Keys that are removed elsewhere in the same change.
    #[serde(default)]
    pub removed: u32,
}

impl PlanItem {
    /// A key of which nothing more is known than what happens to it.
    pub fn new(name: impl Into<String>, action: PlanAction) -> Self {
        Self {
            name: name.into(),
            kind: None,
            action,
            version: None,
            same_value: false,
            shadows: Vec::new(),
            shadowed_by: Vec::new(),
            same_as: Vec::new(),
            differs_in_case: Vec::new(),
            looks_like_file: None,
            fills: Vec::new(),
            empties: Vec::new(),
            removed_from: None,
            problem: None,
        }
    }
}

impl Plan {
    /// The names of `newer` whose part was another one here: what others changed between the two. What was left out
    /// since was the reader's own choice.
    pub fn changed_in<'a>(&self, newer: &'a Self) -> Vec<&'a str> {
        let before: BTreeMap<&str, &PlanItem> = self.items.iter().map(|item| (item.name.as_str(), item)).collect();
        let differs = |now: &&PlanItem| before.get(now.name.as_str()).is_none_or(|was| !was.stands_as(now));
        newer.items.iter().filter(differs).map(|item| item.name.as_str()).collect()
    }
}

impl PlanItem {
    fn stands_as(&self, other: &Self) -> bool {
        let facts = |item: &Self| (item.version, item.shadows.clone(), item.shadowed_by.clone(), item.fills.clone());
        let left_out = self.action == PlanAction::LeftOut || other.action == PlanAction::LeftOut;
        (left_out || self.action == other.action) && facts(self) == facts(other)
    }
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
            counts.removed += u32::from(item.removed_from.is_some());
        }
        counts
    }

    /// Whether applying would write anything.
    pub fn has_changes(&self) -> bool {
        self.create + self.update + self.removed > 0
    }
}
