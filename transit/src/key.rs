//! The two halves of a key pair that lives for one read.

use std::str::FromStr;

use base64::{Engine, prelude::BASE64_STANDARD};
use hpke::{Deserializable, Kem as _, OpModeS, Serializable, setup_sender};

use crate::{Aead, KEY, Kdf, Kem, KeyError};

/// The half that opens. One answer is opened with it, and it is wiped.
pub struct OneTimeKey(pub(crate) <Kem as hpke::Kem>::PrivateKey);

impl OneTimeKey {
    /// A new key.
    ///
    /// # Panics
    /// Where the kernel gives no randomness.
    pub fn generate() -> Self {
        Self(Kem::gen_keypair().0)
    }

    /// The other half, as the header carries it.
    pub fn public(&self) -> String {
        BASE64_STANDARD.encode(Kem::sk_to_pk(&self.0).to_bytes())
    }
}

/// The half that seals, and that anybody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(pub(crate) <Kem as hpke::Kem>::PublicKey);

impl FromStr for PublicKey {
    type Err = KeyError;

    /// Reads a key as [`OneTimeKey::public`] writes it. One that cannot be sealed to is refused here, so that whoever
    /// has a `PublicKey` may fetch what is to be sealed.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| KeyError::NotBase64)?;
        let wrong_length = |_| KeyError::Length(bytes.len());
        let bytes: &[u8; KEY] = bytes.as_slice().try_into().map_err(wrong_length)?;
        let key = <Kem as hpke::Kem>::PublicKey::from_bytes(bytes).map_err(|_| KeyError::Length(bytes.len()))?;
        // The library notices a point of low order when it is used.
        setup_sender::<Aead, Kdf, Kem>(&OpModeS::Base, &key, &[]).map_err(|_| KeyError::LowOrder)?;
        Ok(Self(key))
    }
}
