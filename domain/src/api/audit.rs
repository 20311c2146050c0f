//! The audit log as it is read.

use serde::{Deserialize, Serialize};

use crate::Millis;

/// Which records.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Only this actor, by e-mail address or token name.
    pub actor: Option<String>,
    /// Only this action, for example `secret.reveal`.
    pub action: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    pub limit: Option<u32>,
}

/// One record; never a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRow {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Millis,
    /// Who: an e-mail address, a token's name, or `anonymous`.
    pub actor: String,
    /// What: a dotted word such as `secret.reveal` or `person.login`.
    pub action: String,
    /// Where, as a source text; empty for the installation itself.
    pub source: String,
    /// The name of the secret, token, project … it is about.
    pub name: String,
    /// The version, where there is one.
    pub version: Option<i64>,
    /// Whether it was done.
    pub outcome: Outcome,
    /// The reason given, or why it was refused.
    pub reason: String,
    /// Where the request came from.
    pub address: String,
    /// The request.
    pub request_id: String,
}

/// Whether something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Outcome {
    /// It was done.
    Allowed,
    /// It was refused.
    Denied,
}

impl Outcome {
    /// `allowed` or `denied`: the word in SQL, JSON and on the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
        }
    }

    /// The outcome of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Allowed, Self::Denied].into_iter().find(|outcome| outcome.word() == word)
    }
}
