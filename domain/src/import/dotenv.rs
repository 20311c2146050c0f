//! `.env` files. The grammar is ours and written down in `docs/formats.md`; where the readers of such files agree, it
//! is theirs.

use super::{
    Import, KEYS_MAX,
    gather::{Found, Wrong, check_count, gather},
    source::Source,
};
use crate::{Error, Kind, SecretValue, wiped::WipedText};

const NO_EQUALS: &str = "a `=` is missing: a line is `NAME=value`, a comment, or empty";
const FOLLOWED: &str = "something follows the closing quote; only a comment may";
const CLOSED_LATE: &str =
    "this quote is closed on a later line, and something follows there; is its own closing quote missing?";

/// Reads a `.env` file: every value is [`Kind::Text`]. An error when the file as a whole cannot be read; what is wrong
/// with single lines is in [`Import::problems`].
pub fn parse_dotenv(file: &[u8]) -> Result<Import, Error> {
    let source = Source::new(file)?;
    let mut reader = Reader { text: source.text(), at: 0 };
    let mut found = Vec::new();
    let mut first_too_many = None;
    let mut count = 0;
    // Comment lines since the last line that was none.
    let mut above: Vec<&str> = Vec::new();
    while !reader.is_at_end() {
        let line = reader.rest_of_line();
        match line.trim().strip_prefix('#') {
            Some(comment) => {
                above.extend(told(comment));
                reader.next_line();
            }
            None if line.trim().is_empty() => {
                above.clear();
                reader.next_line();
            }
            None => {
                let entry = reader.entry(std::mem::take(&mut above));
                count += 1;
                if count > KEYS_MAX {
                    first_too_many.get_or_insert(entry.offset);
                } else {
                    found.push(entry);
                }
            }
        }
    }
    check_count(&source, count, first_too_many)?;
    Ok(gather(&source, found))
}

/// What a comment tells; nothing when it is an entry that was commented out: that may hold an old value, and
/// comments are for everyone who sees the name.
fn told(comment: &str) -> Option<&str> {
    let comment = comment.strip_prefix(' ').unwrap_or(comment).trim_end();
    let entry = comment.trim_start_matches(|c: char| c == '#' || c.is_whitespace());
    let entry = entry.strip_prefix("export ").unwrap_or(entry).trim_start();
    let name = entry.split('=').next().unwrap_or_default().trim_end();
    let is_entry = entry.contains('=')
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    (!is_entry).then_some(comment)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// What is left of the line, without its line break.
    fn rest_of_line(&self) -> &'a str {
        let rest = self.rest();
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        line.strip_suffix('\r').unwrap_or(line)
    }

    fn next_line(&mut self) {
        self.at = self.rest().find('\n').map_or(self.text.len(), |at| self.at + at + 1);
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest_of_line();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    /// Reads an entry with its line break, and whatever its value spans.
    fn entry(&mut self, above: Vec<&'a str>) -> Found {
        self.skip_blanks();
        if let Some(rest) = self.rest_of_line().strip_prefix("export")
            && rest.starts_with([' ', '\t'])
            && !rest.trim_start_matches([' ', '\t']).starts_with('=')
        {
            self.at += "export".len();
            self.skip_blanks();
        }
        let offset = self.at;
        let Some(equals) = self.rest_of_line().find('=') else {
            self.next_line();
            let wrong = || Wrong { offset, message: NO_EQUALS.to_owned() };
            return Found { offset, key: Err(wrong()), value: Err(wrong()), comment: None };
        };
        let key = self.rest()[..equals].trim_end_matches([' ', '\t']).to_owned();
        self.at += equals + 1;
        let after_equals = self.at;
        self.skip_blanks();
        let spaced = self.at > after_equals;
        let (start, first_line) = (self.at, self.rest_of_line());
        let bytes = match self.rest().chars().next() {
            Some(quote @ ('\'' | '"' | '`')) => self.quoted(quote),
            _ => Ok(self.bare(spaced)),
        };
        let behind = self.rest_of_line().trim();
        let mut comment = above;
        let value = match behind.strip_prefix('#') {
            Some(more) => {
                comment.extend(told(more));
                bytes
            }
            None if behind.is_empty() => bytes,
            None if self.at <= start + first_line.len() => bytes.and_then(|_| {
                self.skip_blanks();
                Err(Wrong { offset: self.at, message: FOLLOWED.to_owned() })
            }),
            None => {
                // It was another entry's quote; the lines in between are entries of their own.
                self.at = start;
                Err(Wrong { offset: start, message: CLOSED_LATE.to_owned() })
            }
        };
        self.next_line();
        let value = value.and_then(|text| {
            SecretValue::new(Kind::Text, text.into_bytes()).map_err(|error| Wrong { offset, message: error.detail })
        });
        let comment = comment.join("\n");
        let comment = comment.trim_matches('\n');
        Found { offset, key: Ok(key), value, comment: (!comment.is_empty()).then(|| comment.to_owned()) }
    }

    /// A value without quotes: up to a comment or the end of the line, without the blanks around it. A `#` begins a
    /// comment only behind a blank.
    fn bare(&mut self, spaced: bool) -> WipedText {
        let line = self.rest_of_line();
        let mut blank = spaced;
        let end = line.find(|c| {
            let comment = c == '#' && blank;
            blank = matches!(c, ' ' | '\t');
            comment
        });
        let value = &line[..end.unwrap_or(line.len())];
        self.at += value.len();
        let value = value.trim_end_matches([' ', '\t']);
        let mut text = WipedText::with_capacity(value.len());
        text.push_str(value);
        text
    }

    /// A value in quotes; stands behind the closing one afterwards, or at the end of the line when there is none.
    fn quoted(&mut self, quote: char) -> Result<WipedText, Wrong> {
        let opening = self.at;
        let Some(length) = closing(&self.text[opening + 1..], quote) else {
            // So that the lines that follow are read nevertheless, and everything is told at once.
            self.at += self.rest_of_line().len();
            return Err(Wrong { offset: opening, message: format!("the quote {quote} is never closed") });
        };
        let inside = &self.text[opening + 1..opening + 1 + length];
        self.at = opening + length + 2;
        let mut text = WipedText::with_capacity(inside.len());
        let mut characters = inside.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, characters.peek()) {
                // A line break is one, however the file ends its lines.
                ('\r', Some('\n')) => {}
                ('\\', Some(escaped)) if quote == '"' => {
                    match escaped {
                        'n' => text.push('\n'),
                        'r' => text.push('\r'),
                        't' => text.push('\t'),
                        '"' | '\\' | '$' => text.push(*escaped),
                        // Every other backslash is one: `"C:\dir"`.
                        _ => {
                            text.push('\\');
                            continue;
                        }
                    }
                    characters.next();
                }
                _ => text.push(character),
            }
        }
        Ok(text)
    }
}

/// How long the text is that ends with `quote`.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' && quote == '"' {
            bytes.next();
        } else if char::from(byte) == quote {
            return Some(at);
        }
    }
    None
}
