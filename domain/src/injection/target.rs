//! What a secret can become: a variable with a name, or a file with a path.

use std::{fmt, str::FromStr};

use super::TOKEN_VARIABLE;
use crate::{SecretName, api::BindingTarget};

/// Where files go whose binding names no directory of its own.
pub const DEFAULT_FILE_DIRECTORY: &str = "/etc/flyte/secrets";

/// The longest path, in bytes.
pub const PATH_MAX: usize = 4096;

/// The longest name of a variable, in bytes.
pub const VARIABLE_MAX: usize = 1024;

/// Why a text is no variable or no path; the sentence says what is allowed. Never quotes the whole text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TargetError(String);

impl TargetError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

macro_rules! target_type {
    ($(#[$doc:meta])* $type:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(String);

        impl $type {
            /// The target as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = TargetError;

            fn from_str(text: &str) -> Result<Self, TargetError> {
                $check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

target_type! {
    /// The name of an environment variable: `[A-Za-z_][A-Za-z0-9_]*`, the whole string.
    VariableName, check_variable
}

target_type! {
    /// The absolute path of a file: no `.`, `..` or empty segment, no control character, at most [`PATH_MAX`] bytes.
    FilePath, check_path
}

impl FilePath {
    /// The path a secret has where none is given: its name in [`DEFAULT_FILE_DIRECTORY`].
    pub fn of(name: &SecretName) -> Self {
        Self(format!("{DEFAULT_FILE_DIRECTORY}/{name}"))
    }
}

fn check_variable(text: &str) -> Result<(), TargetError> {
    let Some(first) = text.chars().next() else {
        return Err(TargetError::new("a variable's name cannot be empty"));
    };
    if first.is_ascii_digit() {
        return Err(TargetError::new("a variable's name starts with a letter or `_`, not with a digit"));
    }
    if let Some(odd) = text.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '_')) {
        // `Debug` writes what cannot be seen by its number.
        return Err(TargetError::new(format!(
            "{odd:?} is not allowed in a variable's name; use letters, digits and `_`"
        )));
    }
    if text.len() > VARIABLE_MAX {
        return Err(TargetError::new(format!(
            "a variable's name has at most {VARIABLE_MAX} characters, this one has {}",
            text.len()
        )));
    }
    Ok(())
}

fn check_path(text: &str) -> Result<(), TargetError> {
    let refuse = |message: &str| Err(TargetError::new(message));
    let Some(segments) = text.strip_prefix('/') else {
        return refuse("a file's path is absolute: it starts with `/`");
    };
    if text.len() > PATH_MAX {
        return Err(TargetError::new(format!(
            "a file's path has at most {PATH_MAX} bytes, this one has {}",
            text.len()
        )));
    }
    if let Some(odd) = text.chars().find(|c| c.is_control()) {
        return Err(TargetError::new(format!(
            "the control character U+{:04X} is not allowed in a file's path",
            u32::from(odd)
        )));
    }
    if segments.is_empty() || segments.ends_with('/') {
        return refuse("a file's path ends with the file's name, not with `/`");
    }
    for segment in segments.split('/') {
        match segment {
            "" => return refuse("a file's path has one `/` between its parts, not several"),
            "." | ".." => return refuse("a file's path has no part that is `.` or `..`"),
            _ => {}
        }
    }
    Ok(())
}

/// A checked target of a binding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A variable.
    Variable(VariableName),
    /// A file.
    File(FilePath),
}

impl TryFrom<&BindingTarget> for Target {
    type Error = TargetError;

    fn try_from(target: &BindingTarget) -> Result<Self, TargetError> {
        match target {
            BindingTarget::Env(name) if name == TOKEN_VARIABLE => {
                Err(TargetError::new(format!("{TOKEN_VARIABLE} carries the client's own token and cannot be set")))
            }
            BindingTarget::Env(name) => Ok(Self::Variable(name.parse()?)),
            BindingTarget::File(path) => Ok(Self::File(path.parse()?)),
        }
    }
}

/// `the variable X` or `the file /path`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the variable {name}"),
            Self::File(path) => write!(f, "the file {path}"),
        }
    }
}
