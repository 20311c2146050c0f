//! What can go wrong. Messages name lengths, versions and ids, never a byte of a key or a value.

/// Why a key, a sealed value or a wrapped key was refused.
///
/// The variants are in the order in which they are checked: the form of the bytes first, then the
/// keys they ask for, then the cryptography. Nothing is ever decrypted with a second key "to see".
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// A root or store key is not [`KEY_LEN`](crate::KEY_LEN) bytes long.
    #[error("a key has 32 bytes, this one has {found}")]
    KeyLength {
        /// The length given, in bytes.
        found: usize,
    },
    /// A root or store key is all zeros: an empty disk block or a forgotten placeholder.
    #[error("a key must not be all zeros")]
    WeakKey,
    /// The kernel gave no randomness; nothing was sealed.
    #[error("the kernel gave no randomness")]
    Randomness,
    /// A value, or sealed bytes, longer than the format allows.
    #[error("longer than the format allows")]
    TooLarge,
    /// Sealed bytes that were cut: shorter than the format's shortest, or of a length between two
    /// that padding produces.
    #[error("the sealed bytes are cut short")]
    Truncated,
    /// The first byte names a format version this program does not know.
    #[error("unknown format version {0}")]
    UnknownVersion(u8),
    /// The second byte names a cipher suite this program does not know.
    #[error("unknown cipher suite {0}")]
    UnknownSuite(u8),
    /// The header asks for a key other than the one at hand.
    #[error("sealed under key {found}, but key {expected} was given")]
    UnknownKey {
        /// The key id in the sealed bytes, or the key version in the place.
        found: u32,
        /// The id or version of the key at hand.
        expected: u32,
    },
    /// The scope key belongs to another scope than the value's place.
    #[error("the scope key belongs to another scope")]
    WrongScope,
    /// The wrapped key was made under another wrapping key: a wrong root or store key, another
    /// instance, or damage to the commitment or the nonce.
    #[error("the wrapped key was made under another root or store key, or was damaged")]
    CommitmentMismatch,
    /// Right key, wrong bytes or wrong place: damage, forgery, or a row moved elsewhere.
    #[error("the sealed bytes were altered or do not belong here")]
    AuthenticationFailed,
    /// The bytes are authentic, but padded otherwise than this format pads.
    #[error("the padding is not the one this format prescribes")]
    BadPadding,
}
