//! What can go wrong. Nothing here quotes what it was given.

use thiserror::Error;

/// Why a public key is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not base64 at all.
    #[error("it is not base64 (the standard alphabet, padded with `=`)")]
    NotBase64,
    /// Another number of bytes.
    #[error("it is {0} bytes long; an X25519 key has 32")]
    Length(usize),
    /// A point of low order: whatever were sealed to it, everybody could open.
    #[error("it is a point of low order, to which nothing can be sealed; make a new key pair for every read")]
    LowOrder,
}

/// Why an answer cannot be sealed: it is longer than the cipher takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the answer cannot be sealed")]
pub struct SealError;

/// Why a sealed answer does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpenError {
    /// Sealed in a way that came later.
    #[error("it is sealed in version {0}, and this client knows version 1")]
    Version(u32),
    /// Changed on the way, sealed to another key, or the answer to another question.
    #[error("it was changed on its way, or is the answer to another request")]
    Unopened,
}
