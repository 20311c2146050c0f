//! The error of every server function: the one clients of the REST interface get, too.

use domain::{Code, Error};
use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;

/// A [`domain::Error`] that can cross to the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error(transparent)]
pub struct UiError(#[from] pub Error);

impl FromServerFnError for UiError {
    type Encoder = JsonEncoding;

    /// What failed between browser and server, in words that help; the details would not.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => {
                Error::new(Code::Unavailable, "the server cannot be reached; try again in a moment")
            }
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Error::new(Code::Malformed, "the server did not understand this request")
            }
            _ => Error::new(Code::Internal, "the server's answer was not understood; reload the page"),
        })
    }
}

impl From<domain::name::NameError> for UiError {
    fn from(error: domain::name::NameError) -> Self {
        Self(error.into())
    }
}

#[cfg(feature = "ssr")]
impl From<vault::Error> for UiError {
    fn from(error: vault::Error) -> Self {
        Self(error.public())
    }
}
