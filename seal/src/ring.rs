//! The key ring: what the two custody keys become, and the use of it.

use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::SealError;
use crate::aad;
use crate::data_key::FreshDataKey;
use crate::envelope::{Envelope, Nonces, SealedValue};
use crate::keys::{RootKey, SecretKey, StoreKey};
use crate::place::{ScopePlace, ValuePlace};
use crate::primitives::Derivation;
use crate::random::random_bytes;
use crate::wrap::WrappingKey;

/// The id of the only wrapping keys so far; every wrapped key names it.
const KEK_ID: u32 = 1;

/// Every key derived from root key, store key and instance id. Build one at start and share it in
/// an `Arc`; the two custody keys can be dropped at once.
///
/// HKDF-SHA256 with the salt `sr.v1 | instance id`: the same key files with another database
/// give other keys throughout.
pub struct KeyRing {
    pub(crate) instance: [u8; 16],
    pub(crate) row: SecretKey,
    pub(crate) token: SecretKey,
    pub(crate) session: SecretKey,
    pub(crate) blind: SecretKey,
    data_wrap: WrappingKey,
    scope_wrap: WrappingKey,
    root_check: [u8; 16],
    store_check: [u8; 16],
}

impl KeyRing {
    /// Derives all keys for the installation with this id.
    pub fn new(root: &RootKey, store: &StoreKey, instance: [u8; 16]) -> Self {
        let salt = [b"sr.v1".as_slice(), &instance].concat();
        let root = Derivation::extract(&salt, root.expose_bytes());
        let store = Derivation::extract(&salt, store.expose_bytes());
        let check = |from: &Derivation, info: &[u8]| {
            let mut check = [0; 16];
            from.expand(info, &mut check);
            check
        };
        Self {
            instance,
            row: root.expand_key(b"root row"),
            token: root.expand_key(b"root token"),
            session: root.expand_key(b"root session"),
            blind: root.expand_key(b"root blind"),
            data_wrap: WrappingKey::new(KEK_ID, root.expand_key(b"root wrap")),
            scope_wrap: WrappingKey::new(KEK_ID, store.expand_key(b"store scope-wrap")),
            root_check: check(&root, b"root check"),
            store_check: check(&store, b"store check"),
        }
    }

    /// The ring after this many accepted rollbacks: tokens and sessions of an earlier epoch have another hash and are
    /// nobody's. Everything else stays.
    #[must_use]
    pub fn at_epoch(self, epoch: u64) -> Self {
        if epoch == 0 {
            return self;
        }
        let salt = [b"sr.v1 epoch".as_slice(), &epoch.to_be_bytes()].concat();
        let again = |key: &SecretKey, info: &[u8]| Derivation::extract(&salt, key.expose_bytes()).expand_key(info);
        Self { token: again(&self.token, b"token"), session: again(&self.session, b"session"), ..self }
    }

    /// A fingerprint of root key and instance: kept in the database, it tells a wrong key file at
    /// start, before anything is written. Gives nothing away about the key.
    pub fn root_check(&self) -> [u8; 16] {
        self.root_check
    }

    /// The same for the store key.
    pub fn store_check(&self) -> [u8; 16] {
        self.store_check
    }

    /// A new random key for this scope and version, wrapped under the store key: 94 bytes.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn new_scope_key(&self, place: &ScopePlace) -> Result<Vec<u8>, SealError> {
        let key = SecretKey::generate()?;
        let aad = |header: &_| aad::scope_key(header, &self.instance, place);
        self.scope_wrap.wrap(&random_bytes()?, aad, &key)
    }

    /// Unwraps the key of this scope and version.
    ///
    /// # Errors
    /// [`SealError::Truncated`], [`SealError::TooLarge`], [`SealError::UnknownVersion`],
    /// [`SealError::UnknownSuite`] for what is no wrapped key; [`SealError::UnknownKey`] and
    /// [`SealError::CommitmentMismatch`] for another store key or instance;
    /// [`SealError::AuthenticationFailed`] for damage or another place.
    pub fn open_scope_key(&self, place: &ScopePlace, wrapped: &[u8]) -> Result<ScopeKey, SealError> {
        let aad = |header: &_| aad::scope_key(header, &self.instance, place);
        let key = self.scope_wrap.unwrap(aad, wrapped)?;
        Ok(ScopeKey { key, place: *place })
    }

    /// Seals a value for one place: twice, under a new data key and the scope key.
    ///
    /// # Errors
    /// [`SealError::TooLarge`] above [`MAX_VALUE_LEN`](crate::MAX_VALUE_LEN) bytes;
    /// [`SealError::WrongScope`] and [`SealError::UnknownKey`] when the scope key is not that of
    /// the place, which nobody could open again; [`SealError::Randomness`].
    pub fn seal_value(
        &self,
        scope_key: &ScopeKey,
        place: &ValuePlace,
        plaintext: &[u8],
    ) -> Result<SealedValue, SealError> {
        let (data_key, nonces) = (FreshDataKey::generate()?, Nonces::generate()?);
        self.envelope(scope_key, place).seal(data_key, &nonces, plaintext)
    }

    /// Opens a value. The result is erased when dropped; keep it that short.
    ///
    /// # Errors
    /// Those of [`open_scope_key`](Self::open_scope_key), for either of the two columns;
    /// [`SealError::WrongScope`] when the scope key is not that of the place;
    /// [`SealError::BadPadding`] for authentic bytes that this crate did not write.
    pub fn open_value(
        &self,
        scope_key: &ScopeKey,
        place: &ValuePlace,
        sealed: &SealedValue,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.envelope(scope_key, place).open(sealed)
    }

    fn envelope<'a>(&'a self, scope_key: &'a ScopeKey, place: &'a ValuePlace) -> Envelope<'a> {
        Envelope { wrapping_key: &self.data_wrap, scope_key, instance: &self.instance, place }
    }

    #[cfg(test)]
    pub(crate) fn data_wrapping_key(&self) -> &WrappingKey {
        &self.data_wrap
    }
}

impl ZeroizeOnDrop for KeyRing {}

/// The key of one scope, in one version; knows which, so that it cannot be used for another.
pub struct ScopeKey {
    key: SecretKey,
    place: ScopePlace,
}

impl ScopeKey {
    pub(crate) fn key(&self) -> &SecretKey {
        &self.key
    }

    /// Refuses a place that this key is not for.
    pub(crate) fn check_place(&self, place: &ScopePlace) -> Result<(), SealError> {
        let own = &self.place;
        if (own.scope_kind, own.scope_id) != (place.scope_kind, place.scope_id) {
            return Err(SealError::WrongScope);
        }
        if own.key_version != place.key_version {
            let (found, expected) = (place.key_version, own.key_version);
            return Err(SealError::UnknownKey { found, expected });
        }
        Ok(())
    }
}

impl ZeroizeOnDrop for ScopeKey {}
