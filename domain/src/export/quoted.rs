//! Quotes for `.env` files. Readers agree on less than it seems:
//!
//! | | our reader | python-dotenv | Node `--env-file` |
//! |---|---|---|---|
//! | bare | up to blank and `#` | the same | up to any `#` |
//! | `'…'` | as it is | `\\` and `\'` are escapes | as it is |
//! | `"…"` | `\n \r \t \" \\ \$` are escapes | these and more, `\$` aside | `\n` is one |
//! | `` `…` `` | as it is | no quote at all | as it is |
//! | `${A}` | as it is | replaced, in quotes too | as it is |
//! | CR | as it is | LF | left out |
//!
//! So a value is written in the first way that means the same to all of them, and refused where there is none.

use super::write::Refused;

/// The quote to put around a value as it stands; none at all where it needs none.
pub(super) fn dotenv(text: &str) -> Result<&'static str, Refused> {
    if text.contains("${") {
        return Err("its value holds `${`, which python-dotenv would replace; export as shell, JSON or YAML");
    }
    if text.contains('\r') {
        return Err(
            "its value holds a carriage return, which readers of .env files change; export as shell, JSON or YAML",
        );
    }
    if let Some(odd) = text.chars().find(|c| is_odd(*c)) {
        return Err(if odd.is_control() {
            "its value holds a control character, which readers of .env files change; export as shell, JSON or YAML"
        } else {
            "its value holds an unusual space or line break, which readers of .env files change; export as shell, JSON or YAML"
        });
    }
    if text.is_empty() {
        return Ok("\"");
    }
    if is_bare(text) {
        return Ok("");
    }
    // No reader sees anything in these but what ends them, as long as there is no backslash.
    let has_backslash = text.contains('\\');
    if !text.contains('\'') && !has_backslash {
        return Ok("'");
    }
    if !text.contains('"') && !has_backslash {
        return Ok("\"");
    }
    // A backslash that stands alone is one everywhere.
    let doubled = text.contains("\\\\") || text.ends_with('\\') || text.contains("\\'");
    if !text.contains('\'') && !doubled {
        return Ok("'");
    }
    // Without blanks at its ends and comments in it, a line needs no quotes.
    if is_line(text) {
        return Ok("");
    }
    Err("readers of .env files disagree about its quotes and backslashes; export as shell, JSON or YAML")
}

/// Certainly nothing special to anybody, a shell included.
fn is_bare(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.,:/@%+=".contains(&byte))
}

/// Nothing that ends or begins something.
fn is_line(text: &str) -> bool {
    !text.contains(['\n', '#'])
        && !text.starts_with(['\'', '"', '`', ' ', '\t'])
        && !text.ends_with(['\'', '"', '`', ' ', '\t'])
}

/// What one reader or another trims or takes for a line break.
fn is_odd(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || (c.is_whitespace() && !c.is_ascii()) || c == '\u{feff}'
}
