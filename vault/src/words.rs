//! Words people write beside secrets: comments, reasons, messages, descriptions. Shown as they are, so they
//! must be short and without what reorders or hides text.

use domain::{Error as PublicError, import::COMMENT_MAX};

/// The most characters of a comment, message or description.
pub(crate) const LONG: usize = COMMENT_MAX;
/// The most characters of a name or reason.
pub(crate) const SHORT: usize = 200;

/// 422 when `text` is longer than `max` characters or holds control characters (line breaks and tabs aside).
pub(crate) fn check_words(field: &str, text: &str, max: usize) -> Result<(), PublicError> {
    let count = text.chars().count();
    if count > max {
        return Err(PublicError::field(field, format!("`{field}` has at most {max} characters, this one has {count}")));
    }
    let odd = |c: &char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match text.chars().find(odd) {
        None => Ok(()),
        Some(odd) => Err(PublicError::field(
            field,
            format!("`{field}` cannot hold the control character U+{:04X}", u32::from(odd)),
        )),
    }
}

/// As [`check_words`], for what stands on one line: the names of people and tokens.
pub(crate) fn check_line(field: &str, text: &str) -> Result<(), PublicError> {
    check_words(field, text, SHORT)?;
    if text.chars().any(char::is_control) {
        return Err(PublicError::field(field, format!("`{field}` is one line, without tabs")));
    }
    Ok(())
}
