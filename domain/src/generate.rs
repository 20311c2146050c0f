//! New values that nobody has to think of. The caller brings the randomness.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    error::{Code, Error},
    value::{Kind, SecretValue},
};

/// The characters a value is made of when none are given.
pub const LETTERS_AND_DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Hexadecimal digits.
pub const HEX: &str = "0123456789abcdef";
/// Letters, digits and signs that no shell, URL user part or dotenv file gives a meaning.
pub const WITH_SIGNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+,";
/// How long a value is when nobody says.
pub const LENGTH: u32 = 32;
/// The longest generated value, in characters.
pub const LENGTH_MAX: u32 = 4096;

/// How a value is made: so many characters, each drawn from the alphabet with the same chance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Generate {
    /// How many characters: 1 to 4096, 32 when not given.
    pub length: u32,
    /// The characters to draw from: 2 to 256 different ones; ASCII letters and digits when not given.
    pub alphabet: String,
}

impl Default for Generate {
    fn default() -> Self {
        Self { length: LENGTH, alphabet: LETTERS_AND_DIGITS.to_owned() }
    }
}

impl Generate {
    /// A new text value; `random` fills its argument with random bytes. Refused when length or alphabet are wrong.
    pub fn draw<E: From<Error>>(&self, mut random: impl FnMut(&mut [u8]) -> Result<(), E>) -> Result<SecretValue, E> {
        let alphabet = self.checked()?;
        let width = alphabet.iter().map(|character| character.len_utf8()).max().unwrap_or(1);
        let length = usize::try_from(self.length).unwrap_or_default();
        let mut text = Zeroizing::new(String::with_capacity(length * width));
        // Bytes above the last whole multiple are drawn again: every character has the same chance.
        let fair = 256 - 256 % alphabet.len();
        let mut bytes = Zeroizing::new([0; 64]);
        let mut left = length;
        while left > 0 {
            random(&mut *bytes)?;
            for byte in bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair).take(left) {
                text.push(alphabet[byte % alphabet.len()]);
                left -= 1;
            }
        }
        Ok(SecretValue::new(Kind::Text, Zeroizing::new(text.as_bytes().to_vec()))?)
    }

    fn checked(&self) -> Result<Vec<char>, Error> {
        if !(1..=LENGTH_MAX).contains(&self.length) {
            return Err(Error::field("length", format!("a generated value has 1 to {LENGTH_MAX} characters")));
        }
        let mut alphabet: Vec<char> = self.alphabet.chars().take(257).collect();
        if alphabet.iter().any(|character| character.is_control()) {
            return Err(Error::field("alphabet", "an alphabet has no control characters"));
        }
        let given = alphabet.len();
        alphabet.sort_unstable();
        alphabet.dedup();
        if !(2..=256).contains(&given) || alphabet.len() != given {
            return Err(Error::field("alphabet", "an alphabet has 2 to 256 characters, each once"));
        }
        Ok(alphabet)
    }
}

/// What may be asked for together: a value, or one to be generated, and not both.
pub fn one_of<T>(value: Option<T>, generate: Option<Generate>) -> Result<Result<T, Generate>, Error> {
    match (value, generate) {
        (Some(value), None) => Ok(Ok(value)),
        (None, Some(generate)) => Ok(Err(generate)),
        (Some(_), Some(_)) => Err(Error::field("generate", "give `value` or `generate`, not both")),
        (None, None) => Err(Error::new(Code::Invalid, "give a `value`, or `generate` one")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn draw(generate: &Generate, mut next: impl FnMut() -> u8) -> Result<String, Error> {
        let value = generate.draw(|bytes: &mut [u8]| {
            bytes.fill_with(&mut next);
            Ok::<_, Error>(())
        })?;
        Ok(String::from_utf8(value.expose().to_vec()).unwrap())
    }

    #[test]
    fn every_character_has_the_same_chance() {
        // Each byte value once, over and over: what is above the last multiple of 10 is not used.
        let mut byte = 255_u8;
        let digits = Generate { length: 2500, alphabet: "9876543210".into() };
        let text = draw(&digits, || {
            byte = byte.wrapping_add(1);
            byte
        })
        .unwrap();
        for digit in '0'..='9' {
            assert_eq!(text.chars().filter(|c| *c == digit).count(), 250, "{digit}");
        }
    }

    #[test]
    fn wrong_wishes_are_refused_at_their_field() {
        let field = |length, alphabet: &str| {
            let error = draw(&Generate { length, alphabet: alphabet.into() }, || 0).unwrap_err();
            error.problems[0].name.clone().unwrap()
        };
        for length in [0, LENGTH_MAX + 1] {
            assert_eq!(field(length, HEX), "length");
        }
        let long: String = (0..257).map(|n| char::from_u32(0x4e00 + n).unwrap()).collect();
        for alphabet in ["", "a", "aa", "ab\n", &long] {
            assert_eq!(field(8, alphabet), "alphabet");
        }
        assert!(one_of::<()>(None, None).is_err());
        assert!(one_of(Some(()), Some(Generate::default())).is_err());
    }

    proptest! {
        #[test]
        fn a_value_has_its_length_and_only_its_characters(
            length in 1u32..300,
            alphabet in proptest::collection::hash_set(any::<char>().prop_filter("no control", |c| !c.is_control()), 2..40),
            seed in any::<u64>(),
        ) {
            let mut state = seed | 1;
            let generate = Generate { length, alphabet: alphabet.iter().collect() };
            let text = draw(&generate, || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            }).unwrap();
            prop_assert_eq!(text.chars().count(), length as usize);
            prop_assert!(text.chars().all(|c| alphabet.contains(&c)));
        }
    }
}
