//! The token: sent to the server, shown to nobody.

use std::path::Path;

use zeroize::Zeroizing;

use crate::failure::Failure;

/// A bearer token. Wiped when dropped; no `Debug`, no `Display`.
#[derive(Clone)]
pub(crate) struct Token(Zeroizing<String>);

impl Token {
    /// The token in `text`, without white space around it; `origin` says in an error where it was read.
    pub(crate) fn new(text: &str, origin: &str) -> Result<Self, Failure> {
        let token = text.trim();
        if token.is_empty() {
            return Err(Failure::usage(format!("{origin} holds no token")));
        }
        if !token.chars().all(|c| c.is_ascii_graphic()) {
            return Err(Failure::usage(format!(
                "{origin} holds something that no token has: a space, a line break or a character beyond ASCII"
            )));
        }
        Ok(Self(Zeroizing::new(token.to_owned())))
    }

    /// The token in a file.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("cannot read the token file {}: {error}", path.display())))?;
        Self::new(&Zeroizing::new(text), &path.display().to_string())
    }

    /// The token itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}
