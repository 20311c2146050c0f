//! Where a page of hits ended. Opaque to clients, and checked like anything they send.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Error as PublicError;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What leads to candidates. Decided once for all pages of a search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lead {
    /// Which part of the query.
    pub(super) part: usize,
    /// Whether every secret is looked at instead.
    pub(super) through: bool,
}

/// The last thing that was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cursor {
    /// Which kind of thing, by its place in [`super::STAGES`].
    pub(super) stage: usize,
    pub(super) lead: Lead,
    pub(super) suffix: Vec<u8>,
    pub(super) part: String,
    /// Nothing is before the nil id.
    pub(super) id: Uuid,
}

impl Cursor {
    pub(super) fn read(text: &str) -> Result<Self, PublicError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok())
            .filter(|cursor| !cursor.part.contains('\0'))
            .ok_or_else(|| PublicError::field("cursor", "this is not a cursor of this list"))
    }

    pub(super) fn write(&self) -> Result<String, crate::Error> {
        let json = serde_json::to_vec(self).map_err(|_| crate::Error::Unknown { table: "search_postings" })?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }

    /// The start of the next stage.
    pub(super) fn next_stage(&self) -> Self {
        Self { stage: self.stage + 1, lead: self.lead, ..Self::default() }
    }
}
