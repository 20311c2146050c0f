//! What may be stored and what may not, whatever the format.

use std::collections::BTreeMap;

use super::{
    COMMENT_MAX, Entry, Import, KEYS_MAX,
    source::{Place, Source},
};
use crate::{Code, Error, Problem, SecretName, SecretValue};

/// How much of a key a problem shows, in characters.
const SHOWN_MAX: usize = 253;

/// Why a key or its value cannot be stored, and where in the file that stands.
pub(super) struct Wrong {
    pub(super) offset: usize,
    pub(super) message: String,
}

/// A key as a format found it.
pub(super) struct Found {
    /// Where the key starts.
    pub(super) offset: usize,
    /// The key, decoded; not yet checked.
    pub(super) key: Result<String, Wrong>,
    pub(super) value: Result<SecretValue, Wrong>,
    pub(super) comment: Option<String>,
}

/// A key that is written more than once.
#[derive(Clone, Copy)]
struct Repeat {
    /// The index of its first occurrence.
    first: usize,
    times: usize,
}

/// Checks names and duplicates. A name that is written twice is not stored at all: nobody can know which
/// of the two was meant.
pub(super) fn gather(source: &Source, found: Vec<Found>) -> Import {
    let repeats = repeats(&found);
    let places: Vec<Place> = found.iter().map(|f| source.place(f.offset)).collect();
    let mut import = Import { entries: Vec::new(), problems: Vec::new() };
    for (index, found) in found.into_iter().enumerate() {
        let place = places[index];
        let at = |offset| source.place(offset);
        let key = match found.key {
            Ok(key) => key,
            Err(wrong) => {
                let place = at(wrong.offset);
                import.problems.push(problem(None, place, wrong.message));
                continue;
            }
        };
        let refuse = |place, message| problem(Some(&key), place, message);
        let name: SecretName = match key.parse() {
            Ok(name) => name,
            Err(error) => {
                import.problems.push(refuse(place, error.to_string()));
                continue;
            }
        };
        match (repeats[index], found.value) {
            (Some(repeat), _) if repeat.first != index => {
                let message = written_twice(repeat.times, places[repeat.first], place);
                import.problems.push(refuse(place, message));
            }
            (_, Err(wrong)) => {
                import.problems.push(refuse(at(wrong.offset), wrong.message));
            }
            (Some(_), Ok(_)) => {}
            (None, Ok(value)) => {
                if let Some(message) = comment_problem(found.comment.as_deref()) {
                    import.problems.push(refuse(place, message));
                    continue;
                }
                let (comment, Place { line, column }) = (found.comment, place);
                import.entries.push(Entry { name, value, comment, line, column });
            }
        }
    }
    import
}

/// An error when a file has more keys than one file may have; `first_too_many` is where the first of those starts.
pub(super) fn check_count(source: &Source, count: usize, first_too_many: Option<usize>) -> Result<(), Error> {
    match first_too_many {
        Some(offset) if count > KEYS_MAX => {
            let message = format!("the file has {count} keys; one file has at most {KEYS_MAX}");
            Err(source.error(Code::Invalid, offset, &message))
        }
        _ => Ok(()),
    }
}

/// What is wrong with a comment.
fn comment_problem(comment: Option<&str>) -> Option<String> {
    let comment = comment?;
    let count = comment.chars().count();
    if count > COMMENT_MAX {
        return Some(format!("its comment has {count} characters; a comment has at most {COMMENT_MAX}"));
    }
    let odd = comment.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'))?;
    Some(format!("its comment holds the control character U+{:04X}", u32::from(odd)))
}

/// A problem of a key; shows at most [`SHOWN_MAX`] characters of it.
pub(super) fn problem(key: Option<&str>, place: Place, message: String) -> Problem {
    Problem {
        name: key.map(|key| key.chars().take(SHOWN_MAX).collect()),
        line: Some(place.line),
        column: Some(place.column),
        message,
    }
}

/// For every key whether it is repeated.
fn repeats(found: &[Found]) -> Vec<Option<Repeat>> {
    let mut keys: BTreeMap<&str, Repeat> = BTreeMap::new();
    for (first, key) in found.iter().enumerate() {
        if let Ok(key) = &key.key {
            let repeat = keys.entry(key).or_insert(Repeat { first, times: 0 });
            repeat.times += 1;
        }
    }
    found
        .iter()
        .map(|found| {
            let key = found.key.as_deref().ok()?;
            keys.get(key).copied().filter(|repeat| repeat.times > 1)
        })
        .collect()
}

fn written_twice(times: usize, first: Place, here: Place) -> String {
    let Place { line, column } = first;
    let place = if line == here.line { format!("line {line}, column {column}") } else { format!("line {line}") };
    match times {
        2 => format!("written twice, first on {place}; keep one of the two"),
        _ => format!("written {times} times, first on {place}; keep one of them"),
    }
}
