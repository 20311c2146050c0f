//! YAML. `saphyr-parser` finds nodes and their places; what they mean is ours: a plain scalar is JSON where it is
//! written as JSON writes it, and text as it stands otherwise. So `yes`, `0777`, `1_000` and `2026-11-22`, about
//! which YAML's versions disagree, are never turned into something else.

use std::collections::HashSet;

use base64::{Engine, prelude::BASE64_STANDARD};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};
use zeroize::Zeroizing;

use super::{
    DEPTH_MAX, Import, KEYS_MAX,
    gather::{Found, Wrong, check_count, gather},
    nested::{Nested, is_literal},
    source::Source,
};
use crate::{Code, Error, Kind, SecretValue};

const NO_ALIAS: &str = "an alias (`*name`) is not followed; write the value itself";
const ODD_KEY: &str = "a key has to be a text";
const ODD_TAG: &str = "this tag is not known; `!!str` and `!!binary` are";
const TWICE: &str = "this key is written twice in its mapping; keep one of the two";

/// Reads a YAML file: quoted and block scalars become [`Kind::Text`], `!!binary` [`Kind::File`], numbers, `true`,
/// `false`, `null`, lists and mappings [`Kind::Json`]. An error when the file as a whole cannot be read; what is wrong
/// with single keys is in [`Import::problems`].
pub fn parse_yaml(file: &[u8]) -> Result<Import, Error> {
    let source = Source::new(file)?;
    let mut reader = Reader { source: &source, parser: Parser::new_from_str(source.text()) };
    let found = reader.file()?;
    Ok(gather(&source, found))
}

struct Reader<'a> {
    source: &'a Source<'a>,
    parser: Parser<'a, StrInput<'a>>,
}

impl<'a> Reader<'a> {
    /// The next event, and where it stands.
    fn next(&mut self) -> Result<(Event<'a>, usize), Error> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.source.offset_of_character(span.start.index()))),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, self.source.text().len())),
        }
    }

    fn file(&mut self) -> Result<Vec<Found>, Error> {
        self.start()?;
        let mut found = Vec::new();
        let (mut count, mut first_too_many) = (0, None);
        loop {
            let (event, offset) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let key = self.key(event, offset)?;
            let value = self.value(offset)?;
            count += 1;
            if count > KEYS_MAX {
                first_too_many.get_or_insert(offset);
            } else {
                found.push(Found { offset, key, value, comment: None });
            }
        }
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => break,
                (Event::DocumentStart(_), offset) => {
                    let message = "a second document begins here; a file holds one";
                    return Err(self.source.error(Code::Invalid, offset, message));
                }
                _ => {}
            }
        }
        check_count(self.source, count, first_too_many)?;
        Ok(found)
    }

    /// Reads up to the mapping that the file has to be.
    fn start(&mut self) -> Result<(), Error> {
        let (event, offset) = loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                other => break other,
            }
        };
        let what = match event {
            Event::MappingStart(..) => return Ok(()),
            Event::SequenceStart(..) => "a list",
            Event::StreamEnd => "nothing but comments",
            _ => "a single value",
        };
        let message = format!("the file holds {what}, not a mapping; write `NAME: value`");
        Err(self.source.error(Code::Invalid, offset, &message))
    }

    /// A key, of the file or of a mapping in it.
    fn key(&mut self, event: Event<'a>, offset: usize) -> Result<Result<String, Wrong>, Error> {
        Ok(match event {
            Event::Scalar(text, ..) => Ok(text.into_owned()),
            Event::Alias(_) => Err(wrong(offset, NO_ALIAS)),
            other => {
                self.skip(&other)?;
                Err(wrong(offset, ODD_KEY))
            }
        })
    }

    /// The value of the key that stands at `key`.
    fn value(&mut self, key: usize) -> Result<Result<SecretValue, Wrong>, Error> {
        let (event, offset) = self.next()?;
        let make = |kind, bytes| SecretValue::new(kind, bytes).map_err(|error| wrong(key, &error.detail));
        if let Event::Scalar(text, style, _, tag) = event {
            let text = Zeroizing::new(text.into_owned());
            return Ok(match meaning(&text, style, tag.as_deref()) {
                Meaning::Text => make(Kind::Text, text.as_bytes().to_vec()),
                Meaning::Literal(literal) => make(Kind::Json, literal.as_bytes().to_vec()),
                Meaning::Binary => {
                    let packed: Zeroizing<Vec<u8>> =
                        Zeroizing::new(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
                    match BASE64_STANDARD.decode(&packed) {
                        Ok(bytes) => make(Kind::File, bytes),
                        Err(_) => Err(wrong(offset, "`!!binary` is base64 (RFC 4648, with padding)")),
                    }
                }
                Meaning::Unknown => Err(wrong(offset, ODD_TAG)),
            });
        }
        let mut json = Nested::default();
        self.node(event, offset, &mut json)?;
        Ok(json.finish(key))
    }

    /// A node inside of a value, whose first event was read. Goes no deeper than a value may.
    fn node(&mut self, event: Event<'a>, offset: usize, json: &mut Nested) -> Result<(), Error> {
        match event {
            Event::Scalar(text, style, _, tag) => {
                let text = Zeroizing::new(text.into_owned());
                match meaning(&text, style, tag.as_deref()) {
                    Meaning::Text => json.text(&text),
                    Meaning::Literal(literal) => json.literal(literal),
                    Meaning::Binary => json.refuse(offset, "a file (`!!binary`) cannot stand inside of a value"),
                    Meaning::Unknown => json.refuse(offset, ODD_TAG),
                }
            }
            Event::Alias(_) => json.refuse(offset, NO_ALIAS),
            Event::SequenceStart(_, ref tag) | Event::MappingStart(_, ref tag) => {
                if tag.as_ref().is_some_and(|tag| !is_core(tag, &["seq", "map"])) {
                    json.refuse(offset, ODD_TAG);
                }
                if json.depth() >= DEPTH_MAX {
                    let deeper = self.skip(&event)?;
                    json.reaches(json.depth() + deeper);
                } else if matches!(event, Event::SequenceStart(..)) {
                    self.list(json)?;
                } else {
                    self.mapping(json)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn list(&mut self, json: &mut Nested) -> Result<(), Error> {
        json.open('[');
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => break,
                (event, offset) => self.node(event, offset, json)?,
            }
        }
        json.close(']');
        Ok(())
    }

    fn mapping(&mut self, json: &mut Nested) -> Result<(), Error> {
        json.open('{');
        let mut keys = HashSet::new();
        loop {
            let (event, offset) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            match self.key(event, offset)? {
                Ok(key) => {
                    json.key(&key);
                    if !keys.insert(key) {
                        json.refuse(offset, TWICE);
                    }
                }
                Err(Wrong { offset, message }) => json.refuse(offset, &message),
            }
            let (event, offset) = self.next()?;
            self.node(event, offset, json)?;
        }
        json.close('}');
        Ok(())
    }

    /// Reads a node to its end; how deep it was.
    fn skip(&mut self, start: &Event<'a>) -> Result<usize, Error> {
        let mut depth = usize::from(matches!(start, Event::SequenceStart(..) | Event::MappingStart(..)));
        let mut deepest = depth;
        while depth > 0 {
            match self.next()?.0 {
                Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
                Event::SequenceEnd | Event::MappingEnd => depth -= 1,
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        Ok(deepest)
    }

    /// The error for a file that is not YAML, in our words: those of the parser may quote what it found.
    fn syntax(&self, error: &ScanError) -> Error {
        let theirs = error.info();
        let known = SENTENCES.iter().find(|(part, _)| theirs.contains(part));
        let message =
            known.map_or("this is not YAML; is a quote, a colon or the indentation wrong?", |(_, ours)| *ours);
        let end = self.source.text().trim_end().len();
        let offset = self.source.offset_of_character(error.marker().index()).min(end);
        self.source.error(Code::Malformed, offset, message)
    }
}

/// What a scalar is.
enum Meaning<'a> {
    Text,
    /// As JSON writes it.
    Literal(&'a str),
    /// Base64.
    Binary,
    /// Its tag says something we do not know.
    Unknown,
}

fn meaning<'a>(text: &'a str, style: ScalarStyle, tag: Option<&Tag>) -> Meaning<'a> {
    let plain = style == ScalarStyle::Plain;
    match tag {
        None if plain && (text.is_empty() || text == "~") => Meaning::Literal("null"),
        None if plain && is_literal(text) => Meaning::Literal(text),
        None => Meaning::Text,
        Some(tag) if is_core(tag, &["binary"]) => Meaning::Binary,
        // `! 1` is a text too, by YAML's own rule.
        Some(tag) if is_core(tag, &["str"]) || (tag.handle.is_empty() && tag.suffix == "!") => Meaning::Text,
        Some(tag) if is_core(tag, &["int", "float", "bool", "null"]) && is_literal(text) => Meaning::Literal(text),
        Some(_) => Meaning::Unknown,
    }
}

fn is_core(tag: &Tag, names: &[&str]) -> bool {
    tag.is_yaml_core_schema() && names.contains(&tag.suffix.as_str())
}

fn wrong(offset: usize, message: &str) -> Wrong {
    Wrong { offset, message: message.to_owned() }
}

/// Parts of the parser's messages, and what we say instead.
const SENTENCES: &[(&str, &str)] = &[
    ("found unexpected end of stream", "the file ends inside of quotes"),
    ("unexpected eof", "the file ends too early: a quote, bracket or brace is not closed"),
    ("did not find expected ',' or", "a comma or the closing bracket or brace is missing"),
    ("expected ',' or", "a comma or the closing bracket or brace is missing"),
    ("tab", "a tab stands where YAML wants blanks; indent with blanks"),
    ("mapping values are not allowed", "a second `: ` on a line; put the value into quotes"),
    ("simple key expect", "a `:` is missing between a key and its value"),
    ("unknown escape", "YAML has no such escape in double quotes; write a backslash twice, or use single quotes"),
    ("Unicode character escape", "this escape names no character"),
    ("hexadecimal", "an escape lacks its hexadecimal digits"),
    ("trailing content", "something follows the closing quote"),
    ("unknown anchor", "an alias (`*name`) is not followed; write the value itself"),
    ("ndent", "this line is indented by the wrong number of blanks"),
    ("expected key", "this line is indented by the wrong number of blanks, or no `NAME: value`"),
    ("recursion limit", "the file nests too deep"),
    ("unprintable", "a control character; write it as an escape in double quotes"),
];
