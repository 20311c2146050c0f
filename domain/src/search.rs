//! What someone looks for: words that must all be there, and filters.
//!
//! ```text
//! stripe "rolled in" kind:file env:production level:service unused:true stale:>90d
//! ```
//!
//! A filter is one of these five keys with a value its rule allows; anything else with a colon is a word. Quotes keep
//! a space inside a word. Nothing in a word has a meaning of its own: `%`, `_` and `*` are characters.

use crate::{EnvironmentName, Error, Kind, Millis, Scope, time::DAY};

/// The longest query, in characters.
pub const QUERY_MAX: usize = 200;
/// The most words of a query.
pub const WORDS_MAX: usize = 12;

/// A query that was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The words, folded by [`fold`]: a hit has all of them.
    pub words: Vec<String>,
    /// Only secrets of this kind.
    pub kind: Option<Kind>,
    /// Only what is set for this environment, or for all of them.
    pub environment: Option<Option<EnvironmentName>>,
    /// Only what lies on this level: `platform`, `project` or `service`.
    pub level: Option<&'static str>,
    /// Only secrets that no service gets in any environment, or only those that one gets.
    pub unused: Option<bool>,
    /// Only secrets whose newest version is older than this many days.
    pub stale: Option<u32>,
}

impl Query {
    /// Reads a query; 422 when it is too long, or when a filter has a value it does not know.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let count = text.chars().count();
        if count > QUERY_MAX {
            let sentence = format!("a search has at most {QUERY_MAX} characters, this one has {count}");
            return Err(Error::field("q", sentence));
        }
        let mut query = Self::default();
        for token in tokens(text) {
            query.take(token)?;
        }
        if query.words.len() > WORDS_MAX {
            return Err(Error::field("q", format!("a search has at most {WORDS_MAX} words")));
        }
        Ok(query)
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether only a secret can be a hit.
    pub fn is_for_secrets(&self) -> bool {
        self.kind.is_some() || self.unused.is_some() || self.stale.is_some()
    }

    /// Whether a text, folded, has all the words.
    pub fn is_in(&self, folded: &str) -> bool {
        self.words.iter().all(|word| folded.contains(word.as_str()))
    }

    /// Whether a scope is one that level and environment leave.
    pub fn allows(&self, scope: &Scope) -> bool {
        self.level.is_none_or(|level| scope.level.word() == level)
            && self.environment.as_ref().is_none_or(|environment| *environment == scope.environment)
    }

    /// Whether a version written at `then` is old enough.
    pub fn is_stale(&self, then: Millis, now: Millis) -> bool {
        self.stale.is_none_or(|days| now.0.saturating_sub(then.0) > i64::from(days).saturating_mul(DAY))
    }

    fn take(&mut self, token: Token<'_>) -> Result<(), Error> {
        let filter = if token.quoted { None } else { token.text.split_once(':') };
        let unknown = |key: &str, allowed: &str| Error::field("q", format!("`{key}:` takes {allowed}"));
        match filter {
            Some(("kind", value)) => {
                let kind = Kind::from_word(value).ok_or_else(|| unknown("kind", "`text`, `json` or `file`"))?;
                self.kind = Some(kind);
            }
            Some(("env", "all")) => self.environment = Some(None),
            Some(("env", value)) => {
                let name = value.parse().map_err(|_| unknown("env", "the name of an environment, or `all`"))?;
                self.environment = Some(Some(name));
            }
            Some(("level", value)) => {
                let level = LEVELS.into_iter().find(|level| *level == value);
                self.level = Some(level.ok_or_else(|| unknown("level", "`platform`, `project` or `service`"))?);
            }
            Some(("unused", value)) => {
                let unused = value.parse().map_err(|_| unknown("unused", "`true` or `false`"))?;
                self.unused = Some(unused);
            }
            Some(("stale", value)) => {
                let days = days(value).ok_or_else(|| unknown("stale", "an age such as `>90d`, `>6w` or `>1y`"))?;
                self.stale = Some(days);
            }
            _ => self.words.push(fold(token.text)),
        }
        Ok(())
    }
}

const LEVELS: [&str; 3] = ["platform", "project", "service"];

/// A text without regard to case: every character by itself, so that a part of a text folds to a part of it.
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// `>90d`: days, weeks, years.
fn days(text: &str) -> Option<u32> {
    let text = text.strip_prefix('>')?;
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let unit = match unit {
        "d" => 1,
        "w" => 7,
        "y" => 365,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(unit)
}

struct Token<'a> {
    text: &'a str,
    quoted: bool,
}

/// Cuts a query at its spaces, those within quotes aside. A quote that is not closed is a character.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let quoted = rest.strip_prefix('"').and_then(|inner| {
            let (inside, after) = inner.split_once('"')?;
            let ends = after.is_empty() || after.starts_with(char::is_whitespace);
            (ends && !inside.trim().is_empty()).then_some((inside, after))
        });
        let (token, after) = if let Some((inside, after)) = quoted {
            (Token { text: inside, quoted: true }, after)
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            (Token { text: &rest[..end], quoted: false }, &rest[end..])
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        Query::parse(text).unwrap().words
    }

    #[test]
    fn words_are_cut_at_spaces_and_kept_together_by_quotes() {
        assert_eq!(words("  Stripe  KEY "), ["stripe", "key"]);
        assert_eq!(words(r#""rolled in" spring"#), ["rolled in", "spring"]);
        assert_eq!(words(r#"say "hi"#), ["say", "\"hi"]);
        assert_eq!(words(r#"a"b c" """#), ["a\"b", "c\"", "\"\""]);
        assert_eq!(words("100% _ \\ ' *"), ["100%", "_", "\\", "'", "*"]);
        assert!(Query::parse(" ").unwrap().is_empty());
    }

    #[test]
    fn filters_are_five_keys_and_everything_else_is_a_word() {
        let query = Query::parse("kind:file env:production level:service unused:true stale:>90d x").unwrap();
        assert_eq!(query.kind, Some(Kind::File));
        assert_eq!(query.environment, Some(Some("production".parse().unwrap())));
        assert_eq!((query.level, query.unused, query.stale), (Some("service"), Some(true), Some(90)));
        assert_eq!(query.words, ["x"]);
        assert_eq!(Query::parse("env:all").unwrap().environment, Some(None));
        assert_eq!(Query::parse("stale:>2w").unwrap().stale, Some(14));
        assert_eq!(words(r#"https://a "kind:file" colour:red :"#), ["https://a", "kind:file", "colour:red", ":"]);
    }

    #[test]
    fn a_filter_that_is_not_understood_says_what_it_takes() {
        for (query, allowed) in [
            ("kind:planet", "`text`, `json` or `file`"),
            ("env:A!", "the name of an environment, or `all`"),
            ("level:moon", "`platform`, `project` or `service`"),
            ("unused:perhaps", "`true` or `false`"),
            ("stale:90d", "an age such as `>90d`, `>6w` or `>1y`"),
            ("stale:>d", "an age such as `>90d`, `>6w` or `>1y`"),
            ("stale:>é", "an age such as `>90d`, `>6w` or `>1y`"),
            ("stale:>99999999999d", "an age such as `>90d`, `>6w` or `>1y`"),
        ] {
            let error = Query::parse(query).unwrap_err();
            assert!(error.detail.ends_with(allowed), "{query}: {}", error.detail);
        }
        assert!(Query::parse(&"x".repeat(10_000)).unwrap_err().detail.contains("at most 200 characters"));
        assert!(Query::parse(&"x ".repeat(13)).unwrap_err().detail.contains("at most 12 words"));
    }

    #[test]
    fn what_is_as_old_as_the_limit_is_not_stale() {
        let query = Query::parse("stale:>1d").unwrap();
        assert!(!query.is_stale(Millis(0), Millis(DAY)));
        assert!(query.is_stale(Millis(0), Millis(DAY + 1)));
        assert!(!query.is_stale(Millis(i64::MAX), Millis(0)));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,220}") {
            if let Ok(query) = Query::parse(&text) {
                prop_assert!(query.words.iter().all(|word| !word.is_empty()));
            }
        }

        #[test]
        fn a_part_of_a_text_folds_to_a_part_of_it(before in ".{0,8}", part in ".{0,8}", after in ".{0,8}") {
            let whole = format!("{before}{part}{after}");
            prop_assert!(fold(&whole).contains(&fold(&part)));
        }
    }
}
