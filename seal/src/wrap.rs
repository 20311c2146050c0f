//! The wrapped-key format: how data keys lie under the root key and scope keys under the store key.
//!
//! ```text
//! 01 | suite u8 | kek_id u32be | commit[16] | nonce[24] | ct[32] | tag[16]  =  94 bytes
//! ```

use zeroize::Zeroizing;

use crate::SealError;
use crate::header::{HEADER_LEN, Header};
use crate::keys::{KEY_LEN, SecretKey};
use crate::primitives::{Derivation, NONCE_LEN, TAG_LEN, aead_open, aead_seal, is_equal};

/// Length of a wrapped key, in bytes.
pub(crate) const WRAPPED_LEN: usize = HEADER_LEN + COMMIT_LEN + NONCE_LEN + KEY_LEN + TAG_LEN;

const COMMIT_LEN: usize = 16;
const COMMIT_INFO: &[u8] = b"sr.v1 commit";

/// A key that wraps keys, with the id that headers name it by.
///
/// There is one id so far. Rotation adds a second key: wrap with the newest, unwrap with the one
/// whose id [`Header::key_id`] names, never with "whichever opens it".
pub(crate) struct WrappingKey {
    id: u32,
    key: SecretKey,
}

impl WrappingKey {
    pub(crate) fn new(id: u32, key: SecretKey) -> Self {
        Self { id, key }
    }

    /// Wraps `key`. The nonce comes fresh from the kernel; `aad` is made from the header.
    pub(crate) fn wrap(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: impl FnOnce(&Header) -> Vec<u8>,
        key: &SecretKey,
    ) -> Result<Vec<u8>, SealError> {
        let header = Header::new(self.id);
        // Holds the plain key for a moment: erased if an error leaves it there, and never grows.
        let mut wrapped = Zeroizing::new(Vec::with_capacity(WRAPPED_LEN));
        wrapped.extend_from_slice(&header.bytes());
        wrapped.extend_from_slice(&self.commitment(nonce));
        wrapped.extend_from_slice(nonce);
        let key_at = wrapped.len();
        wrapped.extend_from_slice(key.expose_bytes());
        let tag = aead_seal(&self.key, nonce, &aad(&header), &mut wrapped[key_at..])?;
        wrapped.extend_from_slice(&tag);
        Ok(std::mem::take(&mut *wrapped))
    }

    /// Unwraps a key: form, key id, commitment, then the cipher.
    pub(crate) fn unwrap(&self, aad: impl FnOnce(&Header) -> Vec<u8>, wrapped: &[u8]) -> Result<SecretKey, SealError> {
        let parts = Parts::read(wrapped)?;
        parts.header.expect_key(self.id)?;
        if !is_equal(parts.commitment, &self.commitment(parts.nonce)) {
            return Err(SealError::CommitmentMismatch);
        }
        SecretKey::try_init(|key| {
            key.copy_from_slice(parts.ciphertext);
            aead_open(&self.key, parts.nonce, &aad(&parts.header), key, parts.tag)
        })
    }

    /// Binds the wrapped bytes to this very key, which Poly1305 does not: someone who chooses two
    /// keys can otherwise make one ciphertext that opens under both (Len, Grubbs, Ristenpart,
    /// "Partitioning Oracle Attacks", 2021).
    fn commitment(&self, nonce: &[u8; NONCE_LEN]) -> [u8; COMMIT_LEN] {
        let mut commitment = [0; COMMIT_LEN];
        Derivation::extract(nonce, self.key.expose_bytes()).expand(COMMIT_INFO, &mut commitment);
        commitment
    }
}

/// Refuses bytes whose form is not that of a wrapped key, before any cryptography.
pub(crate) fn check_form(wrapped: &[u8]) -> Result<(), SealError> {
    Parts::read(wrapped).map(|_| ())
}

struct Parts<'a> {
    header: Header,
    commitment: &'a [u8],
    nonce: &'a [u8; NONCE_LEN],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

impl<'a> Parts<'a> {
    fn read(wrapped: &'a [u8]) -> Result<Self, SealError> {
        let header = Header::read(wrapped)?;
        let rest = wrapped.get(HEADER_LEN..).ok_or(SealError::Truncated)?;
        let (commitment, rest) = rest.split_at_checked(COMMIT_LEN).ok_or(SealError::Truncated)?;
        let (nonce, rest) = rest.split_first_chunk().ok_or(SealError::Truncated)?;
        let (ciphertext, rest) = rest.split_at_checked(KEY_LEN).ok_or(SealError::Truncated)?;
        let (tag, rest) = rest.split_first_chunk().ok_or(SealError::Truncated)?;
        if rest.is_empty() { Ok(Self { header, commitment, nonce, ciphertext, tag }) } else { Err(SealError::TooLarge) }
    }
}
