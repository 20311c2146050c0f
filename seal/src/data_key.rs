//! The data key: one for each version of a secret, used for one seal by type.

use crate::SealError;
use crate::header::Header;
use crate::keys::SecretKey;
use crate::primitives::{NONCE_LEN, TAG_LEN, aead_open, aead_seal};
use crate::wrap::WrappingKey;

/// A data key that has not sealed anything yet. [`seal`](Self::seal) consumes it, so no second
/// value can come under it; a key read from storage is a [`StoredDataKey`] and cannot seal.
pub(crate) struct FreshDataKey(SecretKey);

/// A data key from storage: it opens one value.
pub(crate) struct StoredDataKey(SecretKey);

impl FreshDataKey {
    pub(crate) fn generate() -> Result<Self, SealError> {
        SecretKey::generate().map(Self)
    }

    /// The key as it is stored, under the root key's wrapping key.
    pub(crate) fn wrapped(
        &self,
        wrapping_key: &WrappingKey,
        nonce: &[u8; NONCE_LEN],
        aad: impl FnOnce(&Header) -> Vec<u8>,
    ) -> Result<Vec<u8>, SealError> {
        wrapping_key.wrap(nonce, aad, &self.0)
    }

    /// The inner layer, in place. The key is erased afterwards.
    pub(crate) fn seal(
        self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        padded: &mut [u8],
    ) -> Result<[u8; TAG_LEN], SealError> {
        aead_seal(&self.0, nonce, aad, padded)
    }

    /// The key of a frozen vector.
    #[cfg(test)]
    pub(crate) fn frozen(key: SecretKey) -> Self {
        Self(key)
    }
}

impl StoredDataKey {
    pub(crate) fn unwrap(
        wrapping_key: &WrappingKey,
        aad: impl FnOnce(&Header) -> Vec<u8>,
        wrapped: &[u8],
    ) -> Result<Self, SealError> {
        wrapping_key.unwrap(aad, wrapped).map(Self)
    }

    /// The inner layer, in place.
    pub(crate) fn open(
        self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        sealed: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), SealError> {
        aead_open(&self.0, nonce, aad, sealed, tag)
    }
}
