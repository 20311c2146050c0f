//! `NAME=VALUE`, `NAME=@FILE`, `NAME=-`.

use std::{
    io::{self, Read},
    path::Path,
};

use domain::{Kind, Problem, SecretName, SecretValue};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// A secret to write.
pub(super) struct Assignment {
    pub(super) name: SecretName,
    pub(super) value: SecretValue,
}

/// Where the value of an assignment is.
#[derive(Debug, PartialEq, Eq)]
enum Source<'a> {
    Text(&'a str),
    File(&'a Path),
    Stdin,
}

/// Reads all assignments; every problem is told at once, and no message holds a value.
pub(super) fn read_all(texts: &[String], kind: Kind) -> Result<Vec<Assignment>, Failure> {
    let mut assignments = Vec::<Assignment>::new();
    let mut problems = Vec::new();
    let mut stdin_is_read = false;
    for text in texts {
        let (name, source) = split(text)?;
        let mut refuse = |message: String| problems.push(Problem::field(&shown(name), message));
        let parsed = match name.parse::<SecretName>() {
            Ok(parsed) => parsed,
            Err(error) => {
                refuse(error.to_string());
                continue;
            }
        };
        if assignments.iter().any(|other| other.name == parsed) {
            refuse(format!("{name} is given twice; keep one"));
            continue;
        }
        if source == Source::Stdin && std::mem::replace(&mut stdin_is_read, true) {
            refuse("only one value can come from stdin".to_owned());
            continue;
        }
        match read(&source).and_then(|bytes| SecretValue::new(kind, bytes).map_err(|error| error.detail)) {
            Ok(value) => match value.with_file_name(&file_name(&source)) {
                Ok(value) => assignments.push(Assignment { name: parsed, value }),
                Err(error) => refuse(error.detail),
            },
            Err(message) => refuse(message),
        }
    }
    if problems.is_empty() { Ok(assignments) } else { Err(domain::Error::invalid(problems).into()) }
}

fn split(text: &str) -> Result<(&str, Source<'_>), Failure> {
    // Without `=` the whole text may be a value: it is not quoted.
    let (name, value) = text.split_once('=').ok_or_else(|| {
        Failure::usage("a secret is set with NAME=VALUE, NAME=@FILE or NAME=-; one argument has no `=`")
    })?;
    let source = match value {
        "-" => Source::Stdin,
        "\\-" => Source::Text("-"),
        _ if value.starts_with("\\@") => Source::Text(&value[1..]),
        _ => match value.strip_prefix('@') {
            Some("") => return Err(Failure::usage(format!("{name}=@ needs the path of a file"))),
            Some(path) => Source::File(Path::new(path)),
            None => Source::Text(value),
        },
    };
    Ok((name, source))
}

/// At most this much of a name is shown: a value may have slipped into its place.
fn shown(name: &str) -> String {
    name.chars().take(253).collect()
}

/// What a file is called where its bytes come from one.
fn file_name(source: &Source<'_>) -> String {
    match source {
        Source::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        Source::Text(_) | Source::Stdin => String::new(),
    }
}

fn read(source: &Source) -> Result<Zeroizing<Vec<u8>>, String> {
    // One byte more than allowed is enough to tell that it is too much.
    const LIMIT: u64 = domain::value::VALUE_MAX as u64 + 1;
    let mut bytes = Zeroizing::new(Vec::new());
    match source {
        Source::Text(text) => bytes.extend_from_slice(text.as_bytes()),
        Source::Stdin => {
            let read = io::stdin().lock().take(LIMIT).read_to_end(&mut bytes);
            read.map_err(|error| format!("cannot read stdin: {error}"))?;
        }
        Source::File(path) => {
            let read = std::fs::File::open(path).and_then(|file| file.take(LIMIT).read_to_end(&mut bytes));
            read.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_equals_sign_ends_the_name() {
        for (text, name, source) in [
            ("A=b", "A", Source::Text("b")),
            ("A=", "A", Source::Text("")),
            ("A=b=c", "A", Source::Text("b=c")),
            ("A= b\n", "A", Source::Text(" b\n")),
            ("A=-", "A", Source::Stdin),
            ("A=--", "A", Source::Text("--")),
            ("A=@b", "A", Source::File(Path::new("b"))),
            ("A=\\@b", "A", Source::Text("@b")),
            ("A=\\-", "A", Source::Text("-")),
            ("A=\\n", "A", Source::Text("\\n")),
        ] {
            assert_eq!(split(text).unwrap(), (name, source), "{text}");
        }
        assert!(split("A").is_err() && split("A=@").is_err());
    }

    #[test]
    fn all_problems_are_told_at_once_and_none_tells_a_value() {
        let texts = ["A=canary", "A=canary", "B C=canary", "D=@/nowhere/file"].map(str::to_owned);
        let lines = read_all(&texts, Kind::Text).err().unwrap().lines();
        assert_eq!(lines[0], "3 problems; nothing was stored");
        assert_eq!(lines.len(), 4);
        assert!(!lines.concat().contains("canary"), "{lines:?}");
        assert!(read_all(&["A=canary".to_owned()], Kind::Json).is_err());
        assert!(!read_all(&["canary".to_owned()], Kind::Text).err().unwrap().lines().concat().contains("canary"));
    }
}
