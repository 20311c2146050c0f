//! Names people give to things. Each type holds only what its rule allows; the message is built from the rule.

use std::{borrow::Borrow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

/// Why a text is not a name: the sentence says what was wrong and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameError(String);

macro_rules! name_type {
    ($(#[$doc:meta])* $type:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                $check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                $check(&text)?;
                Ok(Self(text))
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> String {
                name.0
            }
        }
    };
}

name_type! {
    /// The name of a secret: `[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}`, ASCII, the whole string.
    SecretName, check_secret_name
}

name_type! {
    /// The name of a project or service in paths: `[a-z][a-z0-9-]{0,62}`.
    Slug, check_slug
}

name_type! {
    /// The name of an environment; the rule is that of [`Slug`], and `all` is taken (it means *all environments*).
    EnvironmentName, check_environment
}

const SECRET_NAME_MAX: usize = 253;
const SLUG_MAX: usize = 63;
/// Words that would read as a place of ours in a path or a source text.
const RESERVED_SLUGS: &[&str] = &["platform", "root", "system", "new"];

fn check_secret_name(text: &str) -> Result<(), NameError> {
    check(text, "a secret name", SECRET_NAME_MAX, "letters, digits, `_`, `.` and `-`", |c| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
    })?;
    if text.starts_with(['.', '-']) {
        return Err(NameError("a secret name starts with a letter, a digit or `_`".into()));
    }
    Ok(())
}

fn check_slug(text: &str) -> Result<(), NameError> {
    check_slug_shape(text, "a project or service name")?;
    if RESERVED_SLUGS.contains(&text) {
        return Err(NameError(format!("`{text}` is reserved; choose another name")));
    }
    Ok(())
}

fn check_environment(text: &str) -> Result<(), NameError> {
    check_slug_shape(text, "an environment name")?;
    if text == "all" {
        return Err(NameError("`all` means all environments; choose another name".into()));
    }
    Ok(())
}

fn check_slug_shape(text: &str, what: &str) -> Result<(), NameError> {
    check(text, what, SLUG_MAX, "lower-case letters, digits and `-`", |c| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
    })?;
    if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(NameError(format!("{what} starts with a lower-case letter")));
    }
    Ok(())
}

fn check(text: &str, what: &str, max: usize, allowed: &str, fits: impl Fn(char) -> bool) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError(format!("{what} cannot be empty")));
    }
    if let Some(odd) = text.chars().find(|c| !fits(*c)) {
        return Err(NameError(format!("{} is not allowed in {what}; use {allowed}", shown(odd))));
    }
    if text.len() > max {
        return Err(NameError(format!("{what} has at most {max} characters, this one has {}", text.len())));
    }
    Ok(())
}

/// A character in a message: printable ASCII as it is, everything else by its number, so that a message can
/// neither forge a log line nor reorder itself.
fn shown(c: char) -> String {
    if c.is_ascii_graphic() { format!("`{c}`") } else { format!("the character U+{:04X}", u32::from(c)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_names_are_ascii_words_with_dots_and_dashes() {
        for good in ["DB_PASS", "my-secret", "a", "0", "_", "tls.crt", "7ZIP", &"x".repeat(253)] {
            assert!(good.parse::<SecretName>().is_ok(), "{good}");
        }
        for bad in
            ["", ".", "..", "-a", ".a", "a b", "a/b", "A\u{430}", "a\n", "a\0", "\u{202e}", "é", &"x".repeat(254)]
        {
            assert!(bad.parse::<SecretName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn slugs_are_lower_case_and_some_words_are_taken() {
        for good in ["shop", "a", "a-b", "api2", &"a".repeat(63)] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in ["", "Shop", "2a", "-a", "a_b", "platform", "new", "a.b", "a/b", &"a".repeat(64)] {
            assert!(bad.parse::<Slug>().is_err(), "{bad:?}");
        }
        assert!("all".parse::<EnvironmentName>().is_err());
        assert!("development".parse::<EnvironmentName>().is_ok());
    }

    #[test]
    fn messages_name_the_rule_and_cannot_forge_a_line() {
        let error = "A\nB".parse::<SecretName>().unwrap_err().to_string();
        assert_eq!(
            error,
            "the character U+000A is not allowed in a secret name; use letters, digits, `_`, `.` and `-`"
        );
    }
}
