//! The six bytes both formats begin with: `version u8 | suite u8 | key id u32be`.

use crate::SealError;

/// Length of a header, in bytes.
pub(crate) const HEADER_LEN: usize = 6;

/// The only format version so far.
pub(crate) const VERSION: u8 = 1;

/// XChaCha20-Poly1305 with HKDF-SHA256; the only suite so far. Another one is another `match` arm
/// where [`Header::read`] is called, and another byte here.
pub(crate) const SUITE: u8 = 1;

/// A header that was read or is to be written. It is part of the AAD of what follows it.
pub(crate) struct Header {
    key_id: u32,
}

impl Header {
    pub(crate) fn new(key_id: u32) -> Self {
        Self { key_id }
    }

    /// Reads version, suite and key id, in this order: a later version may mean the rest otherwise.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, SealError> {
        match *bytes {
            [version, ..] if version != VERSION => Err(SealError::UnknownVersion(version)),
            [_, suite, ..] if suite != SUITE => Err(SealError::UnknownSuite(suite)),
            [_, _, a, b, c, d, ..] => Ok(Self::new(u32::from_be_bytes([a, b, c, d]))),
            _ => Err(SealError::Truncated),
        }
    }

    /// The key id: of the wrapping key in a wrapped key, of the scope key in a value.
    pub(crate) fn key_id(&self) -> u32 {
        self.key_id
    }

    /// Refuses a key other than the one the header names.
    pub(crate) fn expect_key(&self, expected: u32) -> Result<(), SealError> {
        if self.key_id == expected { Ok(()) } else { Err(SealError::UnknownKey { found: self.key_id, expected }) }
    }

    pub(crate) fn bytes(&self) -> [u8; HEADER_LEN] {
        let [a, b, c, d] = self.key_id.to_be_bytes();
        [VERSION, SUITE, a, b, c, d]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_as_it_was_written() {
        for id in [0, 1, 0x0102_0304, u32::MAX] {
            assert_eq!(Header::read(&Header::new(id).bytes()).map(|h| h.key_id()), Ok(id));
        }
        assert_eq!(Header::new(0x0102_0304).bytes(), [1, 1, 1, 2, 3, 4]);
    }

    #[test]
    fn version_is_judged_before_suite_and_suite_before_length() {
        let refused = |bytes: &[u8]| Header::read(bytes).err();
        assert_eq!(refused(&[]), Some(SealError::Truncated));
        assert_eq!(refused(&[2]), Some(SealError::UnknownVersion(2)));
        assert_eq!(refused(&[0, 9]), Some(SealError::UnknownVersion(0)));
        assert_eq!(refused(&[1]), Some(SealError::Truncated));
        assert_eq!(refused(&[1, 2]), Some(SealError::UnknownSuite(2)));
        assert_eq!(refused(&[1, 1, 0, 0, 0]), Some(SealError::Truncated));
    }

    #[test]
    fn another_key_id_is_named_together_with_the_expected_one() {
        let refused = Header::new(7).expect_key(8);
        assert_eq!(refused, Err(SealError::UnknownKey { found: 7, expected: 8 }));
        assert_eq!(Header::new(7).expect_key(7), Ok(()));
    }
}
