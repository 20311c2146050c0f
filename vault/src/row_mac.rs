//! Row MACs: which columns of which table they cover. A row that was edited, swapped or invented by SQL is refused.

use domain::Millis;
use uuid::Uuid;

use crate::{
    Vault,
    error::{Error, Result},
};

/// The canonical fields of one row, in the order they were pushed.
pub(crate) struct Fields {
    table: &'static str,
    fields: Vec<Vec<u8>>,
}

impl Fields {
    pub(crate) fn of(table: &'static str) -> Self {
        Self {
            table,
            fields: Vec::new(),
        }
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.fields.push(bytes.to_vec());
        self
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    pub(crate) fn id(self, id: Uuid) -> Self {
        self.bytes(id.as_bytes())
    }

    /// Present and absent never read alike: absent is an empty field, present starts with a 1.
    pub(crate) fn optional(self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            None => self.bytes(&[]),
            Some(bytes) => {
                let mut tagged = vec![1];
                tagged.extend_from_slice(bytes);
                self.bytes(&tagged)
            }
        }
    }

    pub(crate) fn optional_id(self, id: Option<Uuid>) -> Self {
        self.optional(id.as_ref().map(|id| id.as_bytes().as_slice()))
    }

    pub(crate) fn number(self, number: i64) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(crate) fn at(self, at: Millis) -> Self {
        self.number(at.0)
    }

    pub(crate) fn flag(self, flag: bool) -> Self {
        self.bytes(&[u8::from(flag)])
    }
}

impl Vault {
    /// The MAC of a row.
    pub(crate) fn row_mac(&self, row: &Fields) -> Vec<u8> {
        let fields: Vec<&[u8]> = row.fields.iter().map(Vec::as_slice).collect();
        self.inner.keys.row_mac(row.table, &fields).to_vec()
    }

    /// Refuses a row that does not carry its MAC.
    pub(crate) fn check_row(&self, row: &Fields, mac: &[u8]) -> Result<()> {
        let fields: Vec<&[u8]> = row.fields.iter().map(Vec::as_slice).collect();
        if self.inner.keys.row_mac_matches(row.table, &fields, mac) {
            Ok(())
        } else {
            Err(Error::Tampered { table: row.table })
        }
    }
}
