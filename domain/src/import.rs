//! Reading files of secrets: every problem at once, each with its line and column.
//!
//! A file passes through three steps, and only the middle one knows its format: `source` is what every file
//! must be (small enough, UTF-8, text) and finds lines and columns; a format such as [`parse_json`] finds keys
//! and values; `gather` tells what may be stored from what may not. No message ever quotes the file.
//!
//! JSON and dotenv are read in the browser too; YAML and TOML need the feature `formats`. What each format says is
//! in `docs/formats.md`.

mod dotenv;
mod file_look;
mod format;
mod gather;
mod json;
#[cfg(feature = "formats")]
mod nested;
mod source;
#[cfg(feature = "formats")]
mod toml;
#[cfg(feature = "formats")]
mod yaml;

use crate::{Problem, SecretName, SecretValue};

pub use dotenv::parse_dotenv;
pub use file_look::{as_file, file_look};
pub use format::Format;
pub use json::parse_json;
#[cfg(feature = "formats")]
pub use {toml::parse_toml, yaml::parse_yaml};

/// The largest file, in bytes: 5 MiB.
pub const IMPORT_MAX: usize = 5 * 1024 * 1024;
/// The most keys of one file.
pub const KEYS_MAX: usize = 10_000;
/// How deep a value may nest: a number is 0 deep, `[]` and `{}` are 1 deep, `[[]]` is 2 deep.
pub const DEPTH_MAX: usize = 32;
/// The longest comment, in characters.
pub const COMMENT_MAX: usize = 2000;

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
    /// What the file says about it; none where it says nothing, and where the format has no comments.
    pub comment: Option<String>,
    /// Line in the file, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Reads a file of a format.
#[cfg(feature = "formats")]
pub fn parse(format: Format, file: &[u8]) -> Result<Import, crate::Error> {
    match format {
        Format::Json => parse_json(file),
        Format::Env => parse_dotenv(file),
        Format::Yaml => parse_yaml(file),
        Format::Toml => parse_toml(file),
    }
}
