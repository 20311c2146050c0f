//! Tokens: what they may, how far, how long.

use serde::{Deserialize, Serialize};

use super::WireValue;
use crate::{EnvironmentName, Millis, Slug, access::Right};

/// Creates a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewToken {
    /// What it is called in lists and in the audit log.
    pub name: String,
    /// The one project it is for; null narrows nothing.
    #[serde(default)]
    pub project: Option<Slug>,
    /// The one service it is for.
    #[serde(default)]
    pub service: Option<Slug>,
    /// The one environment it is for.
    #[serde(default)]
    pub environment: Option<EnvironmentName>,
    /// What it may; `["read"]` when not given.
    #[serde(default = "read")]
    pub rights: Vec<Right>,
    /// For how many days, 1 to 3650; 90 when not given.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
    /// From which networks it is accepted, such as `10.1.0.0/16` or `2001:db8::/32`; from everywhere when not given.
    #[serde(default)]
    pub networks: Vec<String>,
}

fn read() -> Vec<Right> {
    vec![Right::Read]
}

/// A new token: the only reply that ever carries it.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// The token itself, `srm_…`; shown once.
    pub token: WireValue,
    /// Everything else.
    #[serde(flatten)]
    pub row: TokenRow,
}

/// A token as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its last four characters, to tell tokens apart.
    pub hint: String,
    /// The one project it is for.
    pub project: Option<Slug>,
    /// The one service it is for.
    pub service: Option<Slug>,
    /// The one environment it is for.
    pub environment: Option<EnvironmentName>,
    /// What it may.
    pub rights: Vec<Right>,
    /// From which networks it is accepted; everywhere when there is none.
    #[serde(default)]
    pub networks: Vec<String>,
    /// The person it belongs to; null for a service's token.
    pub owner: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// When it stops working.
    pub expires_at: Millis,
    /// When it was last accepted, to the minute.
    pub last_used_at: Option<Millis>,
    /// Whether it works now.
    pub state: TokenState,
}

/// Whether a token works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TokenState {
    /// It works.
    Active,
    /// Its time is over.
    Expired,
    /// Someone took it back.
    Revoked,
}
