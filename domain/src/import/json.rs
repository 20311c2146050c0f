//! A flat JSON object. `serde_json` finds the members; what they mean is read from their own text, so that a
//! value of kind `json` keeps its exact bytes and everything has its place.

mod text;

use std::fmt;

use serde::{
    Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{error::Category, value::RawValue};

use super::{
    DEPTH_MAX, Import, KEYS_MAX,
    gather::{Found, Wrong, check_count, gather, problem},
    source::Source,
};
use crate::{Code, Error, Kind, Problem, SecretValue};

const LONE_SURROGATE: &str = "this `\\u` escape is one half of a surrogate pair and lacks its other half";

/// Reads a flat `secrets.json`: strings become [`Kind::Text`], everything else [`Kind::Json`] with its bytes
/// as written. An error when the file as a whole cannot be read; what is wrong with single keys is in
/// [`Import::problems`].
pub fn parse_json(file: &[u8]) -> Result<Import, Error> {
    let source = Source::new(file)?;
    let text = source.text();
    let body = text.trim_start_matches([' ', '\t', '\r', '\n']);
    if !body.starts_with('{') {
        return Err(not_an_object(&source, body));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let members = json
        .deserialize_map(MembersVisitor)
        .and_then(|members| json.end().map(|()| members))
        .map_err(|error| syntax(&source, &error))?;
    let first_too_many = members.list.get(KEYS_MAX).map(|member| source.offset_of(member.key));
    check_count(&source, members.count, first_too_many)?;
    check_depth(&source, &members.list)?;
    let found = members.list.iter().map(|member| read(&source, member));
    Ok(gather(&source, found.collect()))
}

/// One key and its value as they are written.
struct Member<'a> {
    key: &'a str,
    value: &'a str,
}

/// The members of the object; one more than allowed at most.
struct Members<'a> {
    list: Vec<Member<'a>>,
    count: usize,
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members { list: Vec::new(), count: 0 };
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            members.count += 1;
            if members.list.len() <= KEYS_MAX {
                let (key, value) = (key.get(), value.get());
                members.list.push(Member { key, value });
            }
        }
        Ok(members)
    }
}

fn check_depth(source: &Source, members: &[Member]) -> Result<(), Error> {
    let problems: Vec<Problem> = members
        .iter()
        .filter_map(|member| {
            let depth = text::depth(member.value);
            (depth > DEPTH_MAX).then(|| {
                problem(
                    text::decode(member.key).ok().as_ref().map(|key| key.as_str()),
                    source.place(source.offset_of(member.key)),
                    format!("the value nests {depth} levels deep; at most {DEPTH_MAX} are allowed"),
                )
            })
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::invalid(problems)) }
}

fn read(source: &Source, member: &Member) -> Found {
    let offset = source.offset_of(member.key);
    let lone_surrogate =
        |within: &str, at: usize| Wrong { offset: source.offset_of(within) + at, message: LONE_SURROGATE.into() };
    let key =
        text::decode(member.key).map(|mut key| std::mem::take(&mut *key)).map_err(|at| lone_surrogate(member.key, at));
    let bytes = if member.value.starts_with('"') {
        text::decode(member.value).map(|mut text| (Kind::Text, std::mem::take(&mut *text).into_bytes()))
    } else {
        match text::lone_surrogate(member.value) {
            Some(at) => Err(at),
            None => Ok((Kind::Json, member.value.as_bytes().to_vec())),
        }
    };
    let value = bytes.map_err(|at| lone_surrogate(member.value, at)).and_then(|(kind, bytes)| {
        SecretValue::new(kind, bytes).map_err(|error| Wrong { offset, message: error.detail })
    });
    Found { offset, key, value, comment: None }
}

/// The error for a file whose first character is not `{`: a wrong shape, or no JSON at all.
fn not_an_object(source: &Source, body: &str) -> Error {
    if let Err(error) = serde_json::from_str::<&RawValue>(source.text()) {
        return syntax(source, &error);
    }
    let what = match body.as_bytes().first() {
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    };
    source.error(
        Code::Invalid,
        source.offset_of(body),
        &format!("the file holds {what}, not an object; write {{\"NAME\": \"value\"}}"),
    )
}

/// The error for a file that is not JSON, in our words: those of `serde_json` may quote what it found.
fn syntax(source: &Source, error: &serde_json::Error) -> Error {
    let text = source.text();
    let reported = source.offset(error.line(), error.column());
    let (offset, message) = if error.classify() == Category::Eof {
        let end = text.trim_end_matches([' ', '\t', '\r', '\n']).len();
        let message = "the file ends too early: a quote, bracket or brace is not closed";
        (end, message)
    } else {
        let theirs = error.to_string();
        let known = SENTENCES.iter().find(|(start, _)| theirs.starts_with(start));
        let message = known.map_or("this is not JSON", |(_, ours)| *ours);
        let offset = match known {
            // Reported is the character before it, or the escape's last one.
            Some(("control character", _)) => {
                text[reported..].find(|c: char| c < ' ').map_or(reported, |at| reported + at)
            }
            Some(("invalid escape", _)) => text[..reported].rfind('\\').unwrap_or(reported),
            _ => reported,
        };
        (offset, message)
    };
    source.error(Code::Malformed, offset, message)
}

/// How the messages of `serde_json` start, and what we say instead.
const SENTENCES: &[(&str, &str)] = &[
    ("trailing comma", "there is a comma after the last entry; JSON does not allow one"),
    ("trailing characters", "something follows the end of the JSON; a file holds one object"),
    ("expected `:`", "a colon is missing between a key and its value"),
    ("expected `,` or `}`", "a comma or the closing brace is missing"),
    ("expected `,` or `]`", "a comma or the closing bracket is missing"),
    ("key must be a string", "a key is missing, or lacks its double quotes"),
    ("expected value", "a value is missing, or a text lacks its double quotes"),
    ("expected ident", "this is no value; a text needs double quotes"),
    ("invalid number", "this is not a number as JSON writes it"),
    ("invalid escape", "JSON has no such escape; a backslash itself is written as two"),
    (
        "control character",
        "a line break, tab or other control character inside a text; write it as an escape such as `\\n`",
    ),
];
