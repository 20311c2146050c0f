//! Sealing and opening.
//!
//! ```text
//! sealed = base64( encapsulated key, 32 bytes | ciphertext | tag, 16 bytes )
//! ```
//!
//! What is sealed is the JSON of the plain answer, followed by spaces up to a multiple of 1024 bytes: logs of proxies
//! keep the length of every answer, and that of a single value would tell a PIN from a password.

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::api::SealedAnswer;
use getrandom::SysRng;
use hpke::{
    Deserializable, OpModeR, OpModeS, Serializable,
    aead::AeadTag,
    inout::InOutBuf,
    rand_core::{CryptoRng, UnwrapErr},
    single_shot_open_inout_detached, single_shot_seal_inout_detached_with_rng,
};
use zeroize::Zeroizing;

use crate::{Aead, KEY, Kdf, Kem, OneTimeKey, OpenError, PublicKey, SealError, Subject, TAG, VERSION};

/// Sealed answers come in steps of this length, in bytes.
const STEP: usize = 1024;

impl PublicKey {
    /// Seals an answer, given as JSON, so that only the owner of the key can open it.
    ///
    /// # Panics
    /// Where the kernel gives no randomness.
    pub fn seal(&self, subject: &Subject, sequence: i64, json: &[u8]) -> Result<SealedAnswer, SealError> {
        self.seal_with(subject, sequence, json, &mut UnwrapErr(SysRng))
    }

    /// The same with randomness that is given.
    pub(crate) fn seal_with(
        &self,
        subject: &Subject,
        sequence: i64,
        json: &[u8],
        randomness: &mut impl CryptoRng,
    ) -> Result<SealedAnswer, SealError> {
        let padded = json.len().next_multiple_of(STEP);
        // All of it at once: a `Vec` that grows would leave a copy.
        let mut bytes = Zeroizing::new(Vec::with_capacity(KEY + padded + TAG));
        bytes.resize(KEY, 0);
        bytes.extend_from_slice(json);
        bytes.resize(KEY + padded, b' ');
        let (head, text) = bytes.split_at_mut(KEY);
        let info = subject.info(sequence);
        let (key, tag) = single_shot_seal_inout_detached_with_rng::<Aead, Kdf, Kem>(
            &OpModeS::Base,
            &self.0,
            info.as_bytes(),
            InOutBuf::from(text),
            &[],
            randomness,
        )
        .map_err(|_| SealError)?;
        head.copy_from_slice(&key.to_bytes());
        bytes.extend_from_slice(&tag.to_bytes());
        Ok(SealedAnswer { version: VERSION, sequence, sealed: BASE64_STANDARD.encode(&*bytes) })
    }
}

type Encapsulated = <Kem as hpke::Kem>::EncappedKey;

impl OneTimeKey {
    /// Opens the answer to what was asked: the JSON of the plain answer.
    pub fn open(self, subject: &Subject, answer: &SealedAnswer) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        if answer.version != VERSION {
            return Err(OpenError::Version(answer.version));
        }
        self.opened(subject, answer).ok_or(OpenError::Unopened)
    }

    fn opened(&self, subject: &Subject, answer: &SealedAnswer) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(BASE64_STANDARD.decode(&answer.sealed).ok()?);
        let (key, rest) = bytes.split_first_chunk_mut::<KEY>()?;
        let (text, tag) = rest.split_last_chunk_mut::<TAG>()?;
        let key = Encapsulated::from_bytes(key).ok()?;
        let tag = AeadTag::<Aead>::from_bytes(tag).ok()?;
        let info = subject.info(answer.sequence);
        let buffer = InOutBuf::from(&mut *text);
        single_shot_open_inout_detached::<Aead, Kdf, Kem>(
            &OpModeR::Base,
            &self.0,
            &key,
            info.as_bytes(),
            buffer,
            &[],
            &tag,
        )
        .ok()?;
        Some(Zeroizing::new(text.trim_ascii_end().to_vec()))
    }
}
