//! A file as text: what it must be before any format reads it, and where in it something stands.

use super::IMPORT_MAX;
use crate::{Code, Error, Problem};

/// How many bytes lie between two entries of the character index.
const STRIDE: usize = 1024;

/// What people upload by mistake, told by some bytes at an offset.
const SIGNATURES: &[(usize, &[u8], &str)] = &[
    (0, b"PK\x03\x04", "a zip archive or an office document"),
    (0, b"PK\x05\x06", "an empty zip archive"),
    (0, b"PK\x07\x08", "a part of a zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (4, b"1AY&SY", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a rar archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"\x89PNG", "a picture"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"\x7fELF", "a program"),
    (0, b"-----BEGIN ", "a PEM file (a key or a certificate)"),
];

/// Where something stands, as people count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    /// In characters.
    pub(super) column: u32,
}

/// The text of a file with an index of its lines and characters, so that finding a place never reads the
/// file again.
pub(super) struct Source<'a> {
    text: &'a str,
    /// The offset at which each line starts.
    lines: Vec<usize>,
    /// How many characters start before every [`STRIDE`]th byte.
    characters: Vec<usize>,
}

impl<'a> Source<'a> {
    /// The text of `file`; an error when it is too large, not UTF-8, or plainly something else.
    pub(super) fn new(file: &'a [u8]) -> Result<Self, Error> {
        if file.len() > IMPORT_MAX {
            return Err(Error::new(
                Code::TooLarge,
                format!("the file is too large: at most 5 MiB ({IMPORT_MAX} bytes), this one has {}", file.len()),
            ));
        }
        let text = text(file)?;
        if text.bytes().all(|b| b.is_ascii_whitespace()) {
            return Err(Error::new(Code::Malformed, "the file is empty"));
        }
        Ok(Self::index(text))
    }

    fn index(text: &'a str) -> Self {
        let mut characters = vec![0];
        let mut before = 0;
        for chunk in text.as_bytes().chunks(STRIDE) {
            before += starts(chunk);
            characters.push(before);
        }
        let lines = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(lines).collect(), characters }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The line and column of the character at `offset`.
    pub(super) fn place(&self, offset: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        let column = self.characters_before(offset) - self.characters_before(start) + 1;
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Place { line: number(line), column: number(column) }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let step = offset / STRIDE;
        self.characters[step] + starts(&self.text.as_bytes()[step * STRIDE..offset])
    }

    /// The offset of the character with that index, counted from the start of the file.
    #[cfg(feature = "formats")]
    pub(super) fn offset_of_character(&self, index: usize) -> usize {
        let step = self.characters.partition_point(|before| *before <= index).saturating_sub(1);
        // A character may have begun before the step.
        let start = self.text.ceil_char_boundary(step * STRIDE);
        let mut rest = self.text[start..].char_indices();
        rest.nth(index - self.characters[step]).map_or(self.text.len(), |(at, _)| start + at)
    }

    /// The offset of the character that the byte at a line and column counted in bytes belongs to; column 0
    /// is the line break before.
    pub(super) fn offset(&self, line: usize, column: usize) -> usize {
        let start = self.lines.get(line.saturating_sub(1)).copied();
        let offset = (start.unwrap_or(self.text.len()) + column).saturating_sub(1);
        self.text.floor_char_boundary(offset)
    }

    /// The offset of `part`, which must be borrowed from the text.
    pub(super) fn offset_of(&self, part: &str) -> usize {
        part.as_ptr().addr() - self.text.as_ptr().addr()
    }

    /// An error about the whole file whose reason stands at `offset`.
    pub(super) fn error(&self, code: Code, offset: usize, message: &str) -> Error {
        let Place { line, column } = self.place(offset);
        Error {
            code,
            detail: format!("line {line}, column {column}: {message}"),
            problems: vec![Problem { name: None, line: Some(line), column: Some(column), message: message.to_owned() }],
        }
    }
}

/// How many characters start in these bytes of UTF-8.
fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

fn text(file: &[u8]) -> Result<&str, Error> {
    let looks_like =
        SIGNATURES.iter().find(|(offset, magic, _)| file.get(*offset..).is_some_and(|rest| rest.starts_with(magic)));
    if let Some((_, _, what)) = looks_like {
        let message = format!("this looks like {what}, not like a file of secrets");
        return Err(Error::new(Code::Malformed, message));
    }
    if file.starts_with(b"\xef\xbb\xbf") {
        return Err(Source::index("").error(
            Code::Malformed,
            0,
            "the file starts with a byte order mark (BOM); save it as UTF-8 without BOM",
        ));
    }
    let utf16 = file.starts_with(b"\xff\xfe") || file.starts_with(b"\xfe\xff");
    if utf16 || file.iter().take(2).any(|byte| *byte == 0) {
        return Err(Source::index("").error(
            Code::Malformed,
            0,
            "the file looks like UTF-16; save it as UTF-8 without BOM",
        ));
    }
    std::str::from_utf8(file).map_err(|error| {
        let valid = file.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        Source::index(valid).error(
            Code::Malformed,
            error.valid_up_to(),
            "the file is not UTF-8: this byte cannot be read",
        )
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn places_are_those_that_counting_from_the_start_gives(text in "(\n|é|🔑|[a-c]){0,3000}") {
            let source = Source::index(&text);
            let (mut line, mut column) = (1, 1);
            for (index, (offset, character)) in text.char_indices().enumerate() {
                prop_assert_eq!(source.offset_of_character(index), offset);
                prop_assert_eq!(source.place(offset), Place { line, column });
                (line, column) = if character == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
            prop_assert_eq!(source.place(text.len()), Place { line, column });
        }
    }
}
