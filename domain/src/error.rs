//! The only error that leaves the server: a stable code, a sentence, and every problem at once (RFC 9457).

use serde::{Deserialize, Serialize};

/// A stable word for what went wrong; scripts match on it, people read the sentence beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Code {
    /// 400: the request or file cannot be read.
    Malformed,
    /// 401: no credentials, or wrong, expired or revoked ones.
    Unauthenticated,
    /// 403: seen, but not allowed.
    Denied,
    /// 403: allowed, once the password or a code is given again; then the same request is made anew.
    StepUpRequired,
    /// 403: the installation demands a second factor, and this person has none yet.
    SecondFactorRequired,
    /// 404: absent, or not visible to whom asks.
    NotFound,
    /// 405: the path exists, the method does not.
    MethodNotAllowed,
    /// 409: it exists already, or changed since it was read.
    Conflict,
    /// 410: it was there, and was destroyed for good.
    Gone,
    /// 413: the body is too large.
    TooLarge,
    /// 415: the media type is not one of those accepted.
    UnsupportedMediaType,
    /// 422: understood, but one or more names or fields are not allowed.
    Invalid,
    /// 422: a name breaks its rule.
    InvalidName,
    /// 422: a value does not fit its kind.
    InvalidValue,
    /// 422: a value is longer than 1 MiB.
    ValueTooLarge,
    /// 429: too many attempts.
    TooManyRequests,
    /// 500: ours. The text says only which request to look for in the log.
    Internal,
    /// 503: not ready, or too busy.
    Unavailable,
}

impl Code {
    /// The HTTP status of this code.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unauthenticated => 401,
            Self::Denied | Self::StepUpRequired | Self::SecondFactorRequired => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::Gone => 410,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid | Self::InvalidName | Self::InvalidValue | Self::ValueTooLarge => 422,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// The title of the problem: the same for every occurrence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Malformed => "Malformed request",
            Self::Unauthenticated => "Sign in or send a token",
            Self::Denied => "Not allowed",
            Self::StepUpRequired => "Confirm that it is you",
            Self::SecondFactorRequired => "Set up your second factor",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::Conflict => "Conflict",
            Self::Gone => "Gone",
            Self::TooLarge => "Too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::Invalid => "Invalid request",
            Self::InvalidName => "Invalid name",
            Self::InvalidValue => "Invalid value",
            Self::ValueTooLarge => "Value too large",
            Self::TooManyRequests => "Too many requests",
            Self::Internal => "Internal error",
            Self::Unavailable => "Not ready",
        }
    }
}

/// One thing that is wrong, and where. Never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The name or field it is about, as written; cut to 253 characters.
    pub name: Option<String>,
    /// Line in the file, from 1.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl Problem {
    /// A problem of a named field, without a place in a file.
    pub fn field(name: &str, message: impl Into<String>) -> Self {
        Self { name: Some(name.to_owned()), line: None, column: None, message: message.into() }
    }
}

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Error {
    /// The stable word.
    pub code: Code,
    /// The sentence.
    pub detail: String,
    /// Every single problem, where there are several or where a place is known.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

impl Error {
    /// An error with a sentence and no list.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), problems: Vec::new() }
    }

    /// 422 with its list of problems; the sentence counts them.
    pub fn invalid(problems: Vec<Problem>) -> Self {
        let detail = match problems.as_slice() {
            [only] => only.message.clone(),
            many => format!("{} problems; nothing was stored", many.len()),
        };
        Self { code: Code::Invalid, detail, problems }
    }

    /// 422 for one field.
    pub fn field(name: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![Problem::field(name, message)])
    }

    /// 404: `what` is absent or invisible; the two are told alike on purpose.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("{what} does not exist, or you may not see it"))
    }
}

impl From<crate::name::NameError> for Error {
    fn from(error: crate::name::NameError) -> Self {
        Self::new(Code::InvalidName, error.to_string())
    }
}
