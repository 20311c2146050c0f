//! From JSON to a type. Serde's sentences quote the value they stumble over; ours keep the part that names the rule.

use domain::{Code, Error, Problem};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// How much of a field's name a sentence repeats.
const SHOWN_MAX: usize = 100;

/// Reads an object as `T`. Serde would take a list of its fields' values as well, in an order nobody wrote down.
pub(super) fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if start == Some(&b'[') {
        return Err(Error::new(Code::Malformed, "the body is a list; expected an object"));
    }
    parse(bytes)
}

/// Reads a list of `T`.
pub(super) fn list<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, Error> {
    parse(bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let (code, message) = match error.classify() {
            Category::Eof => (Code::Malformed, "the JSON ends too early".to_owned()),
            Category::Syntax | Category::Io => (Code::Malformed, "this is not JSON".to_owned()),
            Category::Data => shape(&error.to_string()),
        };
        Error {
            code,
            detail: message.clone(),
            problems: vec![Problem {
                name: None,
                line: u32::try_from(line).ok().filter(|line| *line > 0),
                column: u32::try_from(column).ok().filter(|_| line > 0),
                message,
            }],
        }
    })
}

/// What may be said of JSON that has the wrong shape.
fn shape(sentence: &str) -> (Code, String) {
    let sentence = match sentence.rfind(" at line ") {
        Some(place) => &sentence[..place],
        None => sentence,
    };
    let malformed = |message: String| (Code::Malformed, message);
    if let Some(rest) = sentence.strip_prefix("unknown field `") {
        // What the type expects comes last, so that nothing in the name can be taken for it.
        let (name, known) = rest.rsplit_once("`, expected ").unwrap_or((rest, "none"));
        let name: String = name.chars().take(SHOWN_MAX).collect();
        return malformed(format!("unknown field `{}`; expected {known}", name.escape_default()));
    }
    for fixed in ["missing field `", "duplicate field `"] {
        if sentence.starts_with(fixed) {
            return malformed(sentence.to_owned());
        }
    }
    for quoting in ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant `"] {
        if sentence.starts_with(quoting) {
            // The rule comes last, so that nothing in the value can be taken for it.
            let rule = sentence.rsplit_once(", expected ").map_or("something else", |(_, rule)| rule);
            return malformed(format!("a field does not fit: expected {rule}"));
        }
    }
    // A rule of ours, whose sentence quotes one character at most.
    (Code::InvalidName, sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use domain::api::{Binding, NewProject, NewToken, SecretWrite};

    use super::*;

    fn refused<T: DeserializeOwned>(text: &str) -> (Code, String) {
        let error = parse::<T>(text.as_bytes()).err().unwrap();
        assert_eq!(error.problems.len(), 1);
        (error.code, error.detail)
    }

    #[test]
    fn what_is_wrong_is_told_without_the_value() {
        let cases = [
            (refused::<SecretWrite>("{\"value\": canary}"), "this is not JSON"),
            (refused::<SecretWrite>("{\"value\": \"canary"), "the JSON ends too early"),
            (refused::<SecretWrite>("{\"value\": 5}"), "a field does not fit: expected a string"),
            (
                refused::<SecretWrite>("{\"value\":\"x\",\"expected_version\":\"canary, expected a\"}"),
                "a field does not fit: expected i64",
            ),
            (
                refused::<SecretWrite>("{\"value\":\"x\",\"kind\":\"canary\"}"),
                "a field does not fit: expected one of `text`, `json`, `file`",
            ),
            (refused::<NewToken>("{}"), "missing field `name`"),
            (refused::<SecretWrite>("\"canary\""), "a field does not fit: expected struct SecretWrite"),
            (refused::<NewToken>("{\"name\":\"a\",\"name\":\"canary\"}"), "duplicate field `name`"),
            (
                refused::<Vec<Binding>>("[{\"target\":{\"canary\":\"x\"},\"secret\":\"A\"}]"),
                "a field does not fit: expected `env` or `file`",
            ),
        ];
        for ((code, detail), expected) in cases {
            assert_eq!((code, detail.as_str()), (Code::Malformed, expected));
        }
    }

    #[test]
    fn a_misspelt_field_is_named() {
        let (code, detail) = refused::<SecretWrite>("{\"valeu\": \"canary\"}");
        assert_eq!(code, Code::Malformed);
        assert_eq!(
            detail,
            "unknown field `valeu`; expected one of `value`, `generate`, `kind`, `file_name`, `comment`, `owner`, `rotate_by`, `expected_version`"
        );
        let (_, detail) = refused::<SecretWrite>("{\"a\\n`, expected x\": \"canary\"}");
        assert!(detail.starts_with("unknown field `a\\n`"), "{detail}");
    }

    #[test]
    fn a_name_that_breaks_its_rule_is_told_the_rule() {
        let (code, detail) = refused::<NewProject>("{\"slug\": \"My Shop\"}");
        assert_eq!(code, Code::InvalidName);
        assert!(detail.contains("lower-case letters"), "{detail}");
    }
}
