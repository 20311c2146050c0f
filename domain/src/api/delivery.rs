//! What a service gets: effective secrets, explanations, values.

use serde::{Deserialize, Serialize};

use super::{BindingTarget, WireValue};
use crate::{Kind, Millis, SecretName, ladder::RungState};

/// What a service gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Mode {
    /// Every effective secret becomes a variable of its own name; bindings come on top and win.
    All,
    /// Only its bindings.
    Bound,
}

impl Mode {
    /// `all` or `bound`: the word in SQL, JSON and on the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Bound => "bound",
        }
    }

    /// The mode of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::All, Self::Bound].into_iter().find(|mode| mode.word() == word)
    }
}

/// `{"mode": "all"}` or `{"mode": "bound"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryMode {
    /// The mode.
    pub mode: Mode,
}

/// A secret as a service sees it; no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EffectiveRow {
    /// Its name.
    pub name: SecretName,
    /// What its value is.
    pub kind: Kind,
    /// The version on the winning rung.
    pub version: i64,
    /// The winning rung, as a source text.
    pub source: String,
    /// The sources of the rungs it covers, most specific first.
    pub shadows: Vec<String>,
}

/// Why a service gets what it gets under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// The name.
    pub name: SecretName,
    /// The six rungs, most specific first.
    pub rungs: Vec<ExplainedRung>,
}

/// One rung of an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainedRung {
    /// The rung, as a source text.
    pub scope: String,
    /// What it is to the name.
    pub state: RungState,
    /// The version it holds; null where it holds none or may not be looked at.
    pub version: Option<i64>,
    /// When that was written.
    pub updated_at: Option<Millis>,
    /// By whom.
    pub updated_by: Option<String>,
}

/// Everything a service gets in one environment. This is the reply that carries values.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// The newest change this answer knows.
    pub sequence: i64,
    /// What the service gets: everything, or its bindings only.
    pub mode: Mode,
    /// The values, by secret name.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, Delivered>))]
    pub values: std::collections::BTreeMap<SecretName, Delivered>,
    /// The bindings to apply in this environment, with their own value where they pin a scope.
    pub bindings: Vec<DeliveredBinding>,
}

/// One delivered value.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivered {
    /// The value: text as it is, base64 for a file.
    pub value: WireValue,
    /// What the value is.
    pub kind: Kind,
    /// The version it is of.
    pub version: i64,
    /// Where it came from, as a source text.
    pub source: String,
}

/// One binding as delivered.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveredBinding {
    /// The variable or file.
    pub target: BindingTarget,
    /// The name of the secret.
    pub secret: SecretName,
    /// The value of a binding that pins a scope; null takes it from `values` by name.
    pub pinned: Option<Delivered>,
    /// Whether no rung, or not the pinned scope, holds the name: `run` refuses to start.
    pub missing: bool,
}

/// One delivered value by name.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedValue {
    /// The newest change this answer knows.
    pub sequence: i64,
    /// The name.
    pub name: SecretName,
    /// The value with its source.
    #[serde(flatten)]
    pub delivered: Delivered,
}

/// What is told to those who watch a service when it gets something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WatchEvent {
    /// The newest change this event knows.
    pub sequence: i64,
}

/// A program that watches a service, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Watcher {
    /// The id of the watch.
    pub id: String,
    /// What it calls itself; empty when it does not.
    pub client: String,
    /// The name of its token.
    pub token: String,
    /// Since when it watches.
    pub since: Millis,
    /// The newest change that it says it has applied; null before it said so.
    pub sequence: Option<i64>,
    /// When it said so.
    pub applied_at: Option<Millis>,
    /// Whether it has applied everything that it was told.
    pub newest: bool,
}

/// What a program says when it has applied a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Applied {
    /// Which watch it is: the header `Watch-Id` of the answer that the events came in.
    pub watch: String,
    /// The newest change that it has applied.
    pub sequence: i64,
}

/// An answer that only the process which asked can open; what is inside is the JSON of the plain answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealedAnswer {
    /// How it is sealed; 1 is HPKE (RFC 9180) as `docs/sealed.md` tells.
    pub version: u32,
    /// The newest change this answer knows.
    pub sequence: i64,
    /// The encapsulated key, the ciphertext and its tag, in base64.
    pub sealed: String,
}
