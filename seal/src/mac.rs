//! Keyed hashes: HMAC-SHA256 under one derived key for each purpose.

use crate::canonical;
use crate::primitives::{KeyedHash, is_equal};
use crate::ring::KeyRing;

impl KeyRing {
    /// The MAC of a database row: a row changed or added by hand does not carry it.
    ///
    /// Binds the instance, the table and every field with its length, so that bytes cannot move
    /// from one field into the next. The caller gives the fields always in one order, the primary
    /// key among them.
    pub fn row_mac(&self, table: &str, fields: &[&[u8]]) -> [u8; 32] {
        let mut mac = KeyedHash::new(self.row.expose_bytes());
        canonical::encode(&[&self.instance, table.as_bytes()], |bytes| {
            mac.update(bytes);
        });
        canonical::encode(fields, |bytes| mac.update(bytes));
        mac.finish()
    }

    /// Whether this is the MAC of the row, in constant time. One of another length is not.
    pub fn row_mac_matches(&self, table: &str, fields: &[&[u8]], mac: &[u8]) -> bool {
        is_equal(&self.row_mac(table, fields), mac)
    }

    /// Tells whether two values of this installation are the same without showing either.
    ///
    /// Equal values have equal fingerprints wherever they lie, so a reader of fingerprints learns
    /// which are equal, and nothing else without the key.
    pub fn fingerprint(&self, plaintext: &[u8]) -> [u8; 32] {
        hash(self.blind.expose_bytes(), plaintext)
    }

    /// What is stored instead of an API token. Tokens are 256 random bits: no stretching needed.
    pub fn token_hash(&self, token: &[u8]) -> [u8; 32] {
        hash(self.token.expose_bytes(), token)
    }

    /// What is stored instead of a session id.
    pub fn session_hash(&self, id: &[u8]) -> [u8; 32] {
        hash(self.session.expose_bytes(), id)
    }
}

/// SHA-256 (FIPS 180-4): names bytes without telling them.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    crate::primitives::sha256(bytes)
}

fn hash(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = KeyedHash::new(key);
    mac.update(message);
    mac.finish()
}
