//! The two keys a person keeps, and the private type that holds every key in memory.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::SealError;
use crate::random;

/// Length of every key, in bytes.
pub const KEY_LEN: usize = 32;

/// The root key: custody A. Wraps the data keys and keys every MAC.
///
/// 32 uniformly random bytes, erased when dropped. A passphrase is not a root key: stretch it
/// first. Neither `Debug` nor `Clone`: a key that cannot be printed or copied is not printed or
/// copied by accident.
pub struct RootKey(SecretKey);

/// The store key: custody B. Wraps the scope keys.
///
/// As [`RootKey`], but kept in another place: the database and one of the two give nothing.
pub struct StoreKey(SecretKey);

impl RootKey {
    /// A new key from the kernel's randomness.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn generate() -> Result<Self, SealError> {
        SecretKey::generate().map(Self)
    }

    /// The key in these bytes. The caller erases its own copy.
    ///
    /// # Errors
    /// [`SealError::KeyLength`] unless there are 32 bytes, [`SealError::WeakKey`] if all are zero.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        SecretKey::from_bytes(bytes).map(Self)
    }

    /// The raw key, to be written to its file and nowhere else.
    pub fn expose_bytes(&self) -> &[u8; KEY_LEN] {
        self.0.expose_bytes()
    }
}

impl StoreKey {
    /// A new key from the kernel's randomness.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn generate() -> Result<Self, SealError> {
        SecretKey::generate().map(Self)
    }

    /// The key in these bytes. The caller erases its own copy.
    ///
    /// # Errors
    /// [`SealError::KeyLength`] unless there are 32 bytes, [`SealError::WeakKey`] if all are zero.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        SecretKey::from_bytes(bytes).map(Self)
    }

    /// The raw key, to be written to its file and nowhere else.
    pub fn expose_bytes(&self) -> &[u8; KEY_LEN] {
        self.0.expose_bytes()
    }
}

impl ZeroizeOnDrop for RootKey {}
impl ZeroizeOnDrop for StoreKey {}

/// Any 32-byte key in memory.
///
/// Boxed and filled in place: moving the owner moves a pointer, so no copy of the key is left
/// behind on the stack where nothing would erase it.
pub(crate) struct SecretKey(Box<[u8; KEY_LEN]>);

impl SecretKey {
    /// A key that `fill` writes; on error the half-written key is erased.
    pub(crate) fn try_init(fill: impl FnOnce(&mut [u8; KEY_LEN]) -> Result<(), SealError>) -> Result<Self, SealError> {
        let mut key = Self(Box::new([0; KEY_LEN]));
        fill(&mut key.0)?;
        Ok(key)
    }

    /// A key that `fill` writes and that cannot fail.
    pub(crate) fn init(fill: impl FnOnce(&mut [u8; KEY_LEN])) -> Self {
        let mut key = Self(Box::new([0; KEY_LEN]));
        fill(&mut key.0);
        key
    }

    pub(crate) fn generate() -> Result<Self, SealError> {
        let key = Self::try_init(|key| random::fill(key))?;
        // A source that answers zeros is not one.
        if key.is_zero() { Err(SealError::Randomness) } else { Ok(key) }
    }

    pub(crate) fn expose_bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        if bytes.len() != KEY_LEN {
            return Err(SealError::KeyLength { found: bytes.len() });
        }
        let key = Self::init(|key| key.copy_from_slice(bytes));
        if key.is_zero() { Err(SealError::WeakKey) } else { Ok(key) }
    }

    /// Looks at every byte, whatever the first ones are.
    fn is_zero(&self) -> bool {
        self.0.iter().fold(0, |seen, byte| seen | byte) == 0
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for SecretKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_another_length_is_refused_with_the_length_found() {
        for found in [0, 1, 31, 33, 64] {
            let bytes = vec![7; found];
            assert_eq!(RootKey::from_bytes(&bytes).err(), Some(SealError::KeyLength { found }));
            assert_eq!(StoreKey::from_bytes(&bytes).err(), Some(SealError::KeyLength { found }));
        }
    }

    #[test]
    fn a_key_of_zeros_is_refused_and_one_bit_is_enough_to_be_a_key() {
        let mut bytes = [0; KEY_LEN];
        assert_eq!(RootKey::from_bytes(&bytes).err(), Some(SealError::WeakKey));
        assert_eq!(StoreKey::from_bytes(&bytes).err(), Some(SealError::WeakKey));
        bytes[KEY_LEN - 1] = 1;
        assert!(RootKey::from_bytes(&bytes).is_ok());
        assert!(StoreKey::from_bytes(&bytes).is_ok());
    }

    #[test]
    fn a_key_gives_back_the_bytes_it_was_made_of() {
        let bytes: [u8; KEY_LEN] = std::array::from_fn(|i| u8::try_from(i).unwrap_or(0));
        assert_eq!(RootKey::from_bytes(&bytes).map(|k| *k.expose_bytes()), Ok(bytes));
        assert_eq!(StoreKey::from_bytes(&bytes).map(|k| *k.expose_bytes()), Ok(bytes));
    }

    #[test]
    fn two_generated_keys_differ() {
        let keys = [RootKey::generate(), RootKey::generate()].map(|k| k.map(|k| *k.expose_bytes()));
        assert!(keys[0].is_ok());
        assert_ne!(keys[0], keys[1]);
    }
}
