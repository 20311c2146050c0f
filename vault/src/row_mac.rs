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
        Self { table, fields: Vec::new() }
    }

    /// The table of the row.
    pub(crate) fn table(&self) -> &'static str {
        self.table
    }

    /// The row's own id, where its first field is one.
    pub(crate) fn row_id(&self) -> Option<Uuid> {
        self.fields.first().and_then(|field| Uuid::from_slice(field).ok())
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

    pub(crate) fn optional_number(self, number: Option<i64>) -> Self {
        self.optional(number.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice))
    }

    pub(crate) fn at(self, at: Millis) -> Self {
        self.number(at.0)
    }

    pub(crate) fn flag(self, flag: bool) -> Self {
        self.bytes(&[u8::from(flag)])
    }

    /// The fields as one string of bytes, each with its length before it: two different rows never read alike.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for field in &self.fields {
            bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        bytes
    }
}

/// What the MAC of an environment covers.
pub(crate) fn environment_row(id: Uuid, name: &str, position: i64, created_at: Millis) -> Fields {
    Fields::of("environments").id(id).text(name).number(position).at(created_at)
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

/// A row that carries its MAC in its field `mac`.
pub(crate) trait Guarded {
    /// Every column but `mac`, the primary key among them.
    fn fields(&self) -> Fields;
    fn mac(&self) -> &[u8];
    fn set_mac(&mut self, mac: Vec<u8>);
}

/// Says which fields the MAC of a row struct covers.
macro_rules! guarded {
    ($type:ty, |$row:ident| $fields:expr) => {
        impl $crate::row_mac::Guarded for $type {
            fn fields(&self) -> $crate::row_mac::Fields {
                let $row = self;
                $fields
            }
            fn mac(&self) -> &[u8] {
                &self.mac
            }
            fn set_mac(&mut self, mac: Vec<u8>) {
                self.mac = mac;
            }
        }
    };
}
pub(crate) use guarded;

impl Vault {
    /// The row with its MAC, ready to be written.
    pub(crate) fn guard<R: Guarded>(&self, mut row: R) -> R {
        row.set_mac(self.row_mac(&row.fields()));
        row
    }

    /// The row, unless it was changed behind our back.
    pub(crate) fn checked<R: Guarded>(&self, row: R) -> Result<R> {
        self.check_row(&row.fields(), row.mac())?;
        Ok(row)
    }

    /// All the rows, unless one was changed behind our back.
    pub(crate) fn all_checked<R: Guarded>(&self, rows: Vec<R>) -> Result<Vec<R>> {
        for row in &rows {
            self.check_row(&row.fields(), row.mac())?;
        }
        Ok(rows)
    }
}
