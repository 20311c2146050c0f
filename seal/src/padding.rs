//! Padding: the stored length tells a PIN from a PEM file, so values are stored in few lengths.
//!
//! ```text
//! length u32be | value | zeros
//! ```
//!
//! The whole is a multiple of 32 bytes up to 256, then a Padmé length: at most 12 % longer, and
//! O(log log n) bits of the length leak (Nikitin et al., "Reducing Metadata Leakage from Encrypted
//! Files and Communication with PURBs", 2019, section 4). There is one padding for each value, and
//! any other is refused: sealed bytes have no room for a hidden message.

use crate::SealError;

/// The longest value, in bytes: 16 MiB. The product's own limit is lower and not of this crate.
pub const MAX_VALUE_LEN: usize = 16 * 1024 * 1024;

/// Length of the length, in bytes.
const PREFIX_LEN: usize = 4;

/// Up to here in steps of [`STEP`], from here on in Padmé's.
const SMALL: usize = 256;
const STEP: usize = 32;

/// The shortest and the longest padded value, in bytes.
pub(crate) const MIN_PADDED_LEN: usize = STEP;
pub(crate) const MAX_PADDED_LEN: usize = rounded(PREFIX_LEN + MAX_VALUE_LEN);

/// The padded length of a value of `len` bytes.
pub(crate) fn padded_len(len: usize) -> Result<usize, SealError> {
    if len > MAX_VALUE_LEN {
        return Err(SealError::TooLarge);
    }
    Ok(rounded(PREFIX_LEN + len))
}

/// Whether some value has this padded length.
pub(crate) fn is_padded_len(len: usize) -> bool {
    (MIN_PADDED_LEN..=MAX_PADDED_LEN).contains(&len) && rounded(len) == len
}

/// Appends the padded value to `out`, which has room for it: a `Vec` that grows would leave a copy.
pub(crate) fn append_padded(value: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
    let padded = padded_len(value.len())?;
    let prefix = u32::try_from(value.len()).map_err(|_| SealError::TooLarge)?;
    debug_assert!(out.capacity() - out.len() >= padded);
    let end = out.len() + padded;
    out.extend_from_slice(&prefix.to_be_bytes());
    out.extend_from_slice(value);
    out.resize(end, 0);
    Ok(())
}

/// The value inside, or [`SealError::BadPadding`]. For authenticated bytes only.
pub(crate) fn unpadded(padded: &[u8]) -> Result<&[u8], SealError> {
    let (prefix, rest) = padded.split_first_chunk::<PREFIX_LEN>().ok_or(SealError::BadPadding)?;
    let len = usize::try_from(u32::from_be_bytes(*prefix)).map_err(|_| SealError::BadPadding)?;
    let (value, zeros) = rest.split_at_checked(len).ok_or(SealError::BadPadding)?;
    let canonical = padded_len(len) == Ok(padded.len()) && zeros.iter().all(|byte| *byte == 0);
    if canonical { Ok(value) } else { Err(SealError::BadPadding) }
}

/// The next length that padding produces. A fixed point of itself: rounding twice changes nothing.
const fn rounded(len: usize) -> usize {
    if len <= SMALL {
        return len.next_multiple_of(STEP);
    }
    // Padmé: as many low bits are zero as the exponent has bits more than its own length.
    let exponent = len.ilog2();
    let kept = exponent.ilog2() + 1;
    len.next_multiple_of(1 << (exponent - kept))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn padded(value: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(padded_len(value.len()).unwrap_or(0));
        append_padded(value, &mut out).expect("short enough");
        out
    }

    #[test]
    fn every_length_comes_back_and_is_one_that_padding_produces() {
        for len in (0..2100).chain([65_535, 65_536, 1 << 20]) {
            let value = vec![0xa5; len];
            let padded = padded(&value);
            assert!(is_padded_len(padded.len()), "{len}");
            assert_eq!(unpadded(&padded), Ok(value.as_slice()), "{len}");
        }
    }

    #[test]
    fn padding_costs_at_most_twelve_percent_above_256_bytes() {
        for len in (253..20_000).chain([1 << 20, MAX_VALUE_LEN]) {
            let total = PREFIX_LEN + len;
            let padded = padded_len(len).expect("short enough");
            assert!((padded - total) * 100 <= total * 12, "{len} -> {padded}");
        }
    }

    #[test]
    fn a_mebibyte_of_lengths_takes_few_stored_lengths() {
        let seen: HashSet<_> = (0..=1 << 20).map(|len| padded_len(len).expect("short enough")).collect();
        assert_eq!(seen.len(), 265);
    }

    #[test]
    fn known_lengths_pad_to_known_lengths() {
        let table = [
            (0, 32),
            (28, 32),
            (29, 64),
            (60, 64),
            (61, 96),
            (252, 256),
            (253, 272),
            (1000, 1024),
            (1 << 20, 1_081_344),
        ];
        for (len, expected) in table {
            assert_eq!(padded_len(len), Ok(expected), "{len}");
        }
    }

    #[test]
    fn a_value_above_the_limit_is_refused_and_one_at_the_limit_is_not() {
        assert_eq!(padded_len(MAX_VALUE_LEN + 1), Err(SealError::TooLarge));
        assert_eq!(padded_len(usize::MAX), Err(SealError::TooLarge));
        assert_eq!(padded_len(MAX_VALUE_LEN), Ok(MAX_PADDED_LEN));
    }

    #[test]
    fn any_other_padding_of_the_same_value_is_refused() {
        let good = padded(b"abc");
        for at in 7..good.len() {
            let mut bad = good.clone();
            bad[at] = 1;
            assert_eq!(unpadded(&bad), Err(SealError::BadPadding), "{at}");
        }
        let mut longer = good.clone();
        longer.resize(64, 0);
        assert_eq!(unpadded(&longer), Err(SealError::BadPadding));
        for len in 0..good.len() {
            assert_eq!(unpadded(&good[..len]), Err(SealError::BadPadding), "{len}");
        }
        for prefix in [29_u32, 32, u32::MAX] {
            let mut bad = good.clone();
            bad[..4].copy_from_slice(&prefix.to_be_bytes());
            assert_eq!(unpadded(&bad), Err(SealError::BadPadding), "{prefix}");
        }
    }
}
