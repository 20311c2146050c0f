//! One way to write a list of byte strings, such that two different lists never give the same
//! bytes. After the pre-authentication encoding of PASETO (there little-endian, here big-endian).
//!
//! ```text
//! count u64be | ( length u64be | bytes )*
//! ```

/// Writes the list into `write`, piece by piece: a `Vec` or a MAC takes it without a copy between.
pub(crate) fn encode(fields: &[&[u8]], mut write: impl FnMut(&[u8])) {
    write(&(fields.len() as u64).to_be_bytes());
    for field in fields {
        write(&(field.len() as u64).to_be_bytes());
        write(field);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(fields: &[Vec<u8>]) -> Vec<u8> {
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        let mut out = Vec::new();
        encode(&fields, |bytes| out.extend_from_slice(bytes));
        out
    }

    #[test]
    fn the_encoding_is_a_count_and_then_each_length_with_its_bytes() {
        let bytes = encoded(&[b"ab".to_vec(), Vec::new()]);
        assert_eq!(bytes, b"\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x02ab\0\0\0\0\0\0\0\0");
    }

    fn short_lists() -> impl Strategy<Value = Vec<Vec<u8>>> {
        // Few, short fields over few letters: that is where two lists come close to each other.
        proptest::collection::vec(proptest::collection::vec(0_u8..3, 0..4), 0..4)
    }

    proptest! {
        #[test]
        fn two_different_lists_never_have_one_encoding(a in short_lists(), b in short_lists()) {
            prop_assert_eq!(a == b, encoded(&a) == encoded(&b));
        }

        #[test]
        fn no_encoding_is_the_beginning_of_another(a in short_lists(), b in short_lists()) {
            prop_assert_eq!(a == b, encoded(&b).starts_with(&encoded(&a)));
        }
    }
}
