//! What shall be written: names with their values, from a file or from another scope.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use domain::{
    Error as PublicError, Kind, Problem, SecretName, SecretValue,
    api::FileLook,
    import::{Import, as_file, file_look},
};
use uuid::Uuid;

use crate::{
    Vault,
    db::{secrets::StoredHeld, versions::StoredVersion},
    error::{Error, Result},
    secrets::kind_of,
};

/// A value as far as it can be told from others without being shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Print {
    /// Kind and keyed fingerprint.
    Open(Kind, Vec<u8>),
    /// A value of a secret that the actor may not compare with: it is like no other.
    Closed(Kind, Uuid),
}

/// A name and the value it shall have.
pub(crate) struct Wish<'a> {
    pub(crate) name: &'a SecretName,
    pub(crate) print: Print,
    /// The value of a file's entry; a copied one is opened only when it is written.
    pub(crate) value: Option<Cow<'a, SecretValue>>,
    /// The comment; none keeps what is there.
    pub(crate) comment: Option<&'a str>,
    /// What the value looks like, as long as it is a text.
    pub(crate) look: Option<FileLook>,
    /// Line and column, or the place in the order of a copy.
    pub(super) place: (u32, u32),
    /// The fingerprint of what was given, before advice was taken.
    pub(super) given: Vec<u8>,
    /// What a copy is made of.
    pub(crate) from: Option<&'a StoredHeld>,
}

/// Everything that shall be written, and what cannot be.
pub(crate) struct Wishes<'a> {
    pub(crate) list: Vec<Wish<'a>>,
    pub(crate) problems: Cow<'a, [Problem]>,
}

impl Wish<'_> {
    /// Whether a file says something else beside the value than what stands there. A copy keeps what stands there.
    pub(super) fn brings_words(&self, held: &StoredHeld) -> bool {
        self.from.is_none() && self.comment.is_some_and(|comment| comment != held.secret.comment)
    }
}

impl Print {
    /// The kind of the value.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Open(kind, _) | Self::Closed(kind, _) => *kind,
        }
    }

    /// Whether a version holds this very value and kind.
    pub(super) fn is_of(&self, version: &StoredVersion) -> bool {
        match self {
            Self::Open(kind, print) => {
                version.kind.as_deref() == Some(kind.word()) && version.fingerprint.as_ref() == Some(print)
            }
            Self::Closed(..) => false,
        }
    }
}

impl Vault {
    /// What a file asks for; `as_file` names the texts to store as files.
    pub(crate) fn wishes_of<'a>(&self, import: &'a Import, files: &[String]) -> Result<Wishes<'a>> {
        let wanted: HashSet<&str> = files.iter().map(String::as_str).collect();
        let mut problems = Cow::Borrowed(import.problems.as_slice());
        let mut list = Vec::with_capacity(import.entries.len());
        for entry in &import.entries {
            let given = self.fingerprint(&entry.value);
            let mut value = Cow::Borrowed(&entry.value);
            let mut print = given.clone();
            if wanted.contains(entry.name.as_str()) {
                match as_file(&entry.value) {
                    Ok(file) => {
                        print = self.fingerprint(&file);
                        value = Cow::Owned(file);
                    }
                    Err(error) => {
                        let (line, column) = (Some(entry.line), Some(entry.column));
                        let name = Some(entry.name.to_string());
                        problems.to_mut().push(Problem { name, line, column, message: error.detail });
                        continue;
                    }
                }
            }
            list.push(Wish {
                name: &entry.name,
                print: Print::Open(value.kind(), print),
                look: file_look(&value),
                value: Some(value),
                comment: entry.comment.as_deref(),
                place: (entry.line, entry.column),
                given,
                from: None,
            });
        }
        let wishes = Wishes { list, problems };
        wishes.check_written(files, "stored as a file")?;
        Ok(wishes)
    }
}

/// What a copy of these secrets asks for; `names` are what was asked for by name.
pub(crate) fn wishes_to_copy<'a>(
    held: &'a HashMap<SecretName, StoredHeld>,
    names: &'a [SecretName],
    absent: impl Fn(&SecretName) -> String,
) -> Result<Wishes<'a>> {
    let mut wishes = Wishes { list: Vec::with_capacity(names.len()), problems: Cow::Owned(Vec::new()) };
    let mut seen = HashSet::new();
    for (place, name) in (0..).zip(names.iter().filter(|name| seen.insert(*name))) {
        let Some(held) = held.get(name) else {
            wishes.problems.to_mut().push(Problem::field(name.as_str(), absent(name)));
            continue;
        };
        let unknown = || Error::Unknown { table: "secret_versions" };
        let kind = kind_of(&held.version)?.ok_or_else(unknown)?;
        let given = held.version.fingerprint.clone().ok_or_else(unknown)?;
        wishes.list.push(Wish {
            name,
            print: Print::Open(kind, given.clone()),
            value: None,
            comment: Some(held.secret.comment.as_str()).filter(|comment| !comment.is_empty()),
            look: None,
            place: (place, 0),
            given,
            from: Some(held),
        });
    }
    Ok(wishes)
}

impl Wishes<'_> {
    /// 422 for names that are to be `treated` in some way and are not there.
    pub(super) fn check_written(&self, names: &[String], treated: &str) -> Result<(), PublicError> {
        let good = self.list.iter().map(|wish| wish.name.as_str());
        let bad = self.problems.iter().filter_map(|problem| problem.name.as_deref());
        let written: HashSet<&str> = if names.is_empty() { HashSet::new() } else { good.chain(bad).collect() };
        let absent: Vec<Problem> = names
            .iter()
            .filter(|name| !written.contains(name.as_str()))
            .map(|name| {
                let shown: String = name.chars().take(253).collect();
                let what = if self.list.first().is_some_and(|wish| wish.from.is_some()) { "copy" } else { "file" };
                let message = format!("`{}` is to be {treated}, but the {what} does not hold it", shown.escape_debug());
                Problem::field(&shown, message)
            })
            .collect();
        if absent.is_empty() { Ok(()) } else { Err(PublicError::invalid(absent)) }
    }
}
