//! The value format: two layers over every value, under keys from two places.
//!
//! ```text
//! 01 | suite u8 | sk_ver u32be | nonce2[24] | ( nonce1[24] | ct1 | tag1[16] ) | tag2[16]
//! =  86 bytes + the padded value
//! ```
//!
//! Layer 1 (`nonce1`, `ct1`, `tag1`) is under a fresh data key, layer 2 around it under the scope
//! key. Both work in one buffer: the value is overwritten where it stands.

use zeroize::Zeroizing;

use crate::SealError;
use crate::aad;
use crate::data_key::{FreshDataKey, StoredDataKey};
use crate::header::{HEADER_LEN, Header};
use crate::padding;
use crate::place::ValuePlace;
use crate::primitives::{NONCE_LEN, TAG_LEN, aead_open, aead_seal};
use crate::random;
use crate::ring::ScopeKey;
use crate::wrap::{self, WrappingKey};

/// A value as it is stored: ciphertext only, fit for a database column each.
#[derive(Clone)]
pub struct SealedValue {
    /// The data key under the root key: 94 bytes.
    pub wrapped_key: Vec<u8>,
    /// The value under data key and scope key: 86 bytes and the padded value.
    pub blob: Vec<u8>,
}

impl SealedValue {
    /// The version of the scope key that the blob names: which scope key to fetch before opening.
    ///
    /// Read from the header and not authenticated until the value is opened.
    ///
    /// # Errors
    /// [`SealError::UnknownVersion`], [`SealError::UnknownSuite`], [`SealError::Truncated`].
    pub fn scope_key_version(&self) -> Result<u32, SealError> {
        Header::read(&self.blob).map(|header| header.key_id())
    }
}

/// Everything besides the value itself that one seal needs.
pub(crate) struct Envelope<'a> {
    pub(crate) wrapping_key: &'a WrappingKey,
    pub(crate) scope_key: &'a ScopeKey,
    pub(crate) instance: &'a [u8; 16],
    pub(crate) place: &'a ValuePlace,
}

/// The three nonces of one seal, from the kernel: random 192-bit nonces need no counter, and 2^64
/// of them under one key collide with probability 2^-65.
pub(crate) struct Nonces {
    pub(crate) wrap: [u8; NONCE_LEN],
    pub(crate) inner: [u8; NONCE_LEN],
    pub(crate) outer: [u8; NONCE_LEN],
}

impl Nonces {
    pub(crate) fn generate() -> Result<Self, SealError> {
        let mut nonces = Self { wrap: [0; NONCE_LEN], inner: [0; NONCE_LEN], outer: [0; NONCE_LEN] };
        random::fill(&mut nonces.wrap)?;
        random::fill(&mut nonces.inner)?;
        random::fill(&mut nonces.outer)?;
        Ok(nonces)
    }
}

const OVERHEAD: usize = HEADER_LEN + NONCE_LEN + NONCE_LEN + TAG_LEN + TAG_LEN;

impl Envelope<'_> {
    /// Seals a value under a data key and nonces that are used for nothing else.
    pub(crate) fn seal(
        &self,
        data_key: FreshDataKey,
        nonces: &Nonces,
        plaintext: &[u8],
    ) -> Result<SealedValue, SealError> {
        self.scope_key.check_place(&self.place.scope)?;
        let blob_len = OVERHEAD + padding::padded_len(plaintext.len())?;
        let header = Header::new(self.place.scope.key_version);
        let wrapped_key = data_key
            .wrapped(self.wrapping_key, &nonces.wrap, |header| aad::data_key(header, self.instance, self.place))?;

        // Erased if an error leaves it half sealed; never grows, so it leaves no copy behind.
        let mut blob = Zeroizing::new(Vec::with_capacity(blob_len));
        blob.extend_from_slice(&header.bytes());
        blob.extend_from_slice(&nonces.outer);
        let inner_at = blob.len();
        blob.extend_from_slice(&nonces.inner);
        let value_at = blob.len();
        padding::append_padded(plaintext, &mut blob)?;

        let aad = aad::inner(&header, self.instance, self.place);
        let tag = data_key.seal(&nonces.inner, &aad, &mut blob[value_at..])?;
        blob.extend_from_slice(&tag);
        let aad = aad::outer(&header, self.instance, self.place);
        let tag = aead_seal(self.scope_key.key(), &nonces.outer, &aad, &mut blob[inner_at..])?;
        blob.extend_from_slice(&tag);

        debug_assert_eq!(blob.len(), blob_len);
        Ok(SealedValue { wrapped_key, blob: std::mem::take(&mut *blob) })
    }

    /// Opens a value: forms and key ids of both columns, then data key, outer layer, inner layer.
    pub(crate) fn open(&self, sealed: &SealedValue) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.scope_key.check_place(&self.place.scope)?;
        let blob = Parts::read(&sealed.blob)?;
        blob.header.expect_key(self.place.scope.key_version)?;
        wrap::check_form(&sealed.wrapped_key)?;

        let data_key = StoredDataKey::unwrap(
            self.wrapping_key,
            |header| aad::data_key(header, self.instance, self.place),
            &sealed.wrapped_key,
        )?;
        let mut inner = Zeroizing::new(blob.inner.to_vec());
        let aad = aad::outer(&blob.header, self.instance, self.place);
        aead_open(self.scope_key.key(), blob.nonce, &aad, &mut inner, blob.tag)?;

        let (nonce, rest) = inner.split_first_chunk_mut().ok_or(SealError::Truncated)?;
        let (padded, tag) = rest.split_last_chunk_mut().ok_or(SealError::Truncated)?;
        let aad = aad::inner(&blob.header, self.instance, self.place);
        data_key.open(nonce, &aad, padded, tag)?;
        padding::unpadded(padded).map(|value| Zeroizing::new(value.to_vec()))
    }
}

struct Parts<'a> {
    header: Header,
    nonce: &'a [u8; NONCE_LEN],
    /// `nonce1 | ct1 | tag1`, still under the outer layer.
    inner: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

impl<'a> Parts<'a> {
    fn read(blob: &'a [u8]) -> Result<Self, SealError> {
        let header = Header::read(blob)?;
        match blob.len().checked_sub(OVERHEAD) {
            Some(padded) if padded > padding::MAX_PADDED_LEN => return Err(SealError::TooLarge),
            Some(padded) if padding::is_padded_len(padded) => {}
            _ => return Err(SealError::Truncated),
        }
        let rest = &blob[HEADER_LEN..];
        let (nonce, rest) = rest.split_first_chunk().ok_or(SealError::Truncated)?;
        let (inner, tag) = rest.split_last_chunk().ok_or(SealError::Truncated)?;
        Ok(Self { header, nonce, inner, tag })
    }
}

#[cfg(test)]
mod tests;
