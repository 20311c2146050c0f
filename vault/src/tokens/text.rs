//! The text of a token: `srm_`, 43 random letters and digits (256 bits), and six more that are a checksum.
//!
//! The checksum is the CRC-32 of everything before it, in base 62: a scanner of leaked secrets tells our tokens from
//! anything else, and a mistyped one is refused without asking the database.

use zeroize::{Zeroize, Zeroizing};

use crate::error::Result;

const PREFIX: &str = "srm_";
/// log2(62^43) = 256.03.
const RANDOM: usize = 43;
const CHECKSUM: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new token.
pub(crate) fn new_token() -> Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + RANDOM + CHECKSUM));
    text.push_str(PREFIX);
    while text.len() < PREFIX.len() + RANDOM {
        let mut bytes: [u8; 64] = seal::random_bytes()?;
        // 248 is four times 62: what lies above would make some letters likelier than others.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let missing = PREFIX.len() + RANDOM - text.len();
        for byte in fair.take(missing) {
            text.push(letter(u32::from(*byte)));
        }
        bytes.zeroize();
    }
    let checksum = checksum_of(&text);
    text.push_str(&checksum);
    Ok(text)
}

/// Whether this could be a token at all.
pub(crate) fn is_well_formed(text: &str) -> bool {
    text.len() == PREFIX.len() + RANDOM + CHECKSUM
        && text.starts_with(PREFIX)
        && text[PREFIX.len()..].bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.ends_with(&checksum_of(&text[..PREFIX.len() + RANDOM]))
}

/// The last four characters, which lists show.
pub(crate) fn hint_of(token: &str) -> String {
    token[token.len().saturating_sub(4)..].to_owned()
}

fn checksum_of(text: &str) -> String {
    let mut rest = crc32(text.as_bytes());
    let mut letters = ['0'; CHECKSUM];
    for place in letters.iter_mut().rev() {
        *place = letter(rest);
        rest /= 62;
    }
    letters.iter().collect()
}

fn letter(number: u32) -> char {
    char::from(ALPHABET[number as usize % ALPHABET.len()])
}

/// CRC-32 as in Ethernet and zip.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = crc & 1;
            crc >>= 1;
            if carry == 1 {
                crc ^= 0xEDB8_8320;
            }
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_token_is_well_formed_and_no_other_like_it() {
        let token = new_token().unwrap();
        assert!(is_well_formed(&token), "{}", token.as_str());
        assert_ne!(token, new_token().unwrap());
        assert!(token.ends_with(&hint_of(&token)));
        assert_eq!(hint_of(&token).len(), 4);
    }

    #[test]
    fn any_changed_missing_or_added_character_is_noticed() {
        let token = new_token().unwrap();
        for place in 0..token.len() {
            let mut bytes = token.as_bytes().to_vec();
            bytes[place] = if bytes[place] == b'x' { b'y' } else { b'x' };
            assert!(!is_well_formed(std::str::from_utf8(&bytes).unwrap()));
            bytes.remove(place);
            assert!(!is_well_formed(std::str::from_utf8(&bytes).unwrap()));
        }
        for odd in ["", "srm_", "srm_ü", &format!("{}x", token.as_str()), &"ü".repeat(26)] {
            assert!(!is_well_formed(odd), "{odd}");
        }
        let spaced = format!("srm_ {}", &token[5..]);
        assert!(!is_well_formed(&spaced));
    }

    #[test]
    fn the_checksum_is_the_known_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(checksum_of("123456789"), "3jZRME");
    }
}
