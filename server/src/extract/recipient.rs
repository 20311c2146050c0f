//! To whom an answer with values is sealed.

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::{Code, Error};
use transit::PublicKey;
use vault::Wrapping;

use crate::problem::{Answer, ApiError};

/// The key of a client that wants its answer sealed, from the header [`transit::HEADER`]; none for a plain answer.
///
/// A key that is none is an error and never a plain answer: who asks for one relies on it.
pub(crate) struct Recipient(pub(crate) Option<PublicKey>);

impl Recipient {
    /// How the answer will leave.
    pub(crate) fn wrapping(&self) -> Wrapping {
        match self.0 {
            Some(_) => Wrapping::Sealed,
            None => Wrapping::Plain,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Recipient {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut all = parts.headers.get_all(transit::HEADER).iter();
        let key = match (all.next(), all.next()) {
            (None, _) => None,
            (Some(only), None) => Some(read(only.to_str().unwrap_or("\u{e9}"))?),
            (Some(_), Some(_)) => return Err(refused("it is there more than once").into()),
        };
        Ok(Self(key))
    }
}

fn read(text: &str) -> Answer<PublicKey> {
    text.parse().map_err(|error: transit::KeyError| refused(&error.to_string()).into())
}

fn refused(why: &str) -> Error {
    let sentence = format!(
        "the header `Strongroom-Public-Key` holds no key that an answer can be sealed to: {why}. Nothing was delivered"
    );
    Error::new(Code::Malformed, sentence)
}
