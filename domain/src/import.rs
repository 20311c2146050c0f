//! Reading `secrets.json`: every problem at once, each with its line and column.

use crate::{Error, Problem, SecretName, SecretValue};

/// An upload that could be read: the entries that may be stored and the keys that may not.
pub struct Import {
    /// What can be stored, in the order of the file.
    pub entries: Vec<Entry>,
    /// What cannot: one problem per key, with line and column.
    pub problems: Vec<Problem>,
}

/// One key of an upload.
#[derive(Clone)]
pub struct Entry {
    /// The name.
    pub name: SecretName,
    /// Its value.
    pub value: SecretValue,
    /// Line in the file, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Reads a flat `secrets.json`.
pub fn parse_json(_file: &[u8]) -> Result<Import, Error> {
    Err(Error::new(crate::Code::Malformed, "not written yet"))
}
