#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod aad;
mod audit;
mod canonical;
mod data_key;
mod envelope;
mod error;
mod header;
mod keys;
mod mac;
mod padding;
mod place;
mod primitives;
mod random;
mod ring;
mod wrap;

pub use audit::{AuditRoot, ChainKey, HeadSigner};
pub use envelope::SealedValue;
pub use error::SealError;
pub use keys::{KEY_LEN, RootKey, StoreKey};
pub use mac::digest;
pub use padding::MAX_VALUE_LEN;
pub use place::{ContentKind, ScopeKind, ScopePlace, ValuePlace};
pub use random::random_bytes;
pub use ring::{KeyRing, ScopeKey};

#[cfg(test)]
#[path = "../tests/support/vector_file.rs"]
mod vector_file;
