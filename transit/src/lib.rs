//! Answers that only the process which asked can read.
//!
//! A client makes a key pair for one read and sends the public half along; the server seals the whole answer to it.
//! What stands in between (a proxy that ends TLS, a log of bodies, a cache) sees neither values nor names. `seal` is
//! for values at rest, with keys of the server; here every key lives for one answer.
//!
//! The construct is HPKE in its base mode (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
//! ChaCha20-Poly1305. `docs/sealed.md` has it byte by byte for those who write another client.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod error;
mod key;
mod seal;
mod subject;

#[cfg(test)]
mod tests;

pub use error::{KeyError, OpenError, SealError};
pub use key::{OneTimeKey, PublicKey};
pub use subject::Subject;

/// The header of a request that carries the public key, in base64.
pub const HEADER: &str = "strongroom-public-key";
/// The media type of a sealed answer.
pub const MEDIA_TYPE: &str = "application/vnd.strongroom.sealed+json";
/// The construct; another one gets another number.
pub const VERSION: u32 = 1;

type Kem = hpke::kem::X25519HkdfSha256;
type Kdf = hpke::kdf::HkdfSha256;
type Aead = hpke::aead::ChaCha20Poly1305;

/// Length of a public key and of an encapsulated one, in bytes.
const KEY: usize = 32;
/// Length of the tag at the end, in bytes.
const TAG: usize = 16;
