//! Thin wrappers around the primitives: the only file that names a cryptography crate.
//!
//! Nothing here is ours but the shapes of the arguments; `known_answers` runs the published
//! vectors through exactly these functions.

use chacha20poly1305::aead::{AeadInOut, KeyInit, Nonce, Tag};
use chacha20poly1305::{KeySizeUser, XChaCha20Poly1305};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::SealError;
use crate::keys::{KEY_LEN, SecretKey};

#[cfg(test)]
mod known_answers;

/// Length of an XChaCha20-Poly1305 nonce, in bytes: long enough to be random for every message.
pub(crate) const NONCE_LEN: usize = 24;

/// Length of a Poly1305 tag, in bytes.
pub(crate) const TAG_LEN: usize = 16;

/// Encrypts `buffer` in place with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) and gives the
/// tag. A pair of key and nonce must never be used twice: nonces are random, see `envelope`.
pub(crate) fn aead_seal(
    key: &SecretKey,
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; TAG_LEN], SealError> {
    encrypt::<XChaCha20Poly1305>(key.expose_bytes(), nonce, aad, buffer)
}

/// Decrypts `buffer` in place. On error it still holds the ciphertext: the tag is checked first, in
/// constant time.
pub(crate) fn aead_open(
    key: &SecretKey,
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), SealError> {
    decrypt::<XChaCha20Poly1305>(key.expose_bytes(), nonce, aad, buffer, tag)
}

/// HKDF-SHA256 (RFC 5869) after its extract step; expand as often as there are purposes.
pub(crate) struct Derivation(Hkdf<Sha256>);

impl Derivation {
    /// Extract. The salt need not be secret.
    pub(crate) fn extract(salt: &[u8], key: &[u8]) -> Self {
        let (mut pseudorandom_key, expander) = Hkdf::<Sha256>::extract(Some(salt), key);
        pseudorandom_key.as_mut_slice().zeroize();
        Self(expander)
    }

    /// Expand into `out`, which has room for at most 255 hashes by construction.
    pub(crate) fn expand<const N: usize>(&self, info: &[u8], out: &mut [u8; N]) {
        const { assert!(N <= 255 * 32) };
        self.0.expand(info, out).expect("the length was checked when this was compiled");
    }

    /// Expand into a key.
    pub(crate) fn expand_key(&self, info: &[u8]) -> SecretKey {
        SecretKey::init(|key| self.expand(info, key))
    }
}

/// HMAC-SHA256 (RFC 2104) over bytes that come in pieces.
pub(crate) struct KeyedHash(Hmac<Sha256>);

impl KeyedHash {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(<Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes any key length"))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }
}

/// SHA-256 (FIPS 180-4).
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Ed25519 (RFC 8032), deterministic.
pub(crate) struct Signer(Box<SigningKey>);

impl Signer {
    /// From 32 secret bytes.
    pub(crate) fn new(seed: &SecretKey) -> Self {
        Self(Box::new(SigningKey::from_bytes(seed.expose_bytes())))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// Strict: of a message and a key there is one signature, not several.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = self.0.verifying_key();
        Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
    }

    pub(crate) fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

/// Whether two byte strings are equal, in time that depends on their lengths alone.
pub(crate) fn is_equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

// Generic only so that the vectors of plain ChaCha20-Poly1305 run through the same lines.

fn encrypt<C: AeadInOut + KeyInit>(
    key: &[u8; KEY_LEN],
    nonce: &[u8],
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; TAG_LEN], SealError> {
    let (cipher, nonce) = cipher_and_nonce::<C>(key, nonce);
    // Fails on 256 GiB only.
    let tag = cipher.encrypt_inout_detached(nonce, aad, buffer.into()).map_err(|_| SealError::TooLarge)?;
    Ok(tag.as_slice().try_into().expect("both ciphers have a 16-byte tag"))
}

fn decrypt<C: AeadInOut + KeyInit>(
    key: &[u8; KEY_LEN],
    nonce: &[u8],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), SealError> {
    let (cipher, nonce) = cipher_and_nonce::<C>(key, nonce);
    let tag = <&Tag<C>>::try_from(tag.as_slice()).expect("both ciphers have a 16-byte tag");
    cipher.decrypt_inout_detached(nonce, aad, buffer.into(), tag).map_err(|_| SealError::AuthenticationFailed)
}

/// Borrows key and nonce as the cipher's own types; the callers' array types rule out other lengths.
fn cipher_and_nonce<'a, C: AeadInOut + KeyInit + KeySizeUser>(
    key: &[u8; KEY_LEN],
    nonce: &'a [u8],
) -> (C, &'a Nonce<C>) {
    let cipher = C::new_from_slice(key).expect("both ciphers have a 32-byte key");
    let nonce = <&Nonce<C>>::try_from(nonce).expect("the caller's nonce has the cipher's length");
    (cipher, nonce)
}
