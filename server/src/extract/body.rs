//! Bodies. JSON with errors that say where and what, but never quote; bytes that are wiped after use.

mod json;

use std::ops::Deref;

use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use domain::{Code, Error};
use http_body_util::{BodyExt, LengthLimitError};
use serde::de::DeserializeOwned;
use zeroize::{Zeroize, Zeroizing};

use crate::problem::{Answer, ApiError};

/// A JSON object as `T`.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        check_json(request.headers())?;
        let bytes = read(request).await?;
        Ok(Self(json::object(&bytes)?))
    }
}

/// A JSON list of objects.
pub(crate) struct ListBody<T>(pub(crate) Vec<T>);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for ListBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        check_json(request.headers())?;
        let bytes = read(request).await?;
        Ok(Self(json::list(&bytes)?))
    }
}

/// A JSON body as `T`, or none at all.
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let is_json = check_json(request.headers());
        let bytes = read(request).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        is_json?;
        Ok(Self(json::object(&bytes)?))
    }
}

/// The bytes of a body, wiped when dropped. Read only when asked for: checks come first.
pub(crate) struct SecretBody(Request);

impl<S: Sync> FromRequest<S> for SecretBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        Ok(Self(request))
    }
}

impl SecretBody {
    /// The headers the body came with.
    pub(crate) fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// The body.
    pub(crate) async fn read(self) -> Answer<Wiped> {
        read(self.0).await
    }
}

/// Bytes that leave no copy behind when they grow or go.
#[derive(Default)]
pub(crate) struct Wiped(Zeroizing<Vec<u8>>);

impl Wiped {
    fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    fn push(&mut self, more: &[u8]) {
        let needed = self.0.len() + more.len();
        if needed > self.0.capacity() {
            let mut larger = Vec::with_capacity(needed.max(2 * self.0.capacity()));
            larger.extend_from_slice(&self.0);
            self.0.zeroize();
            self.0 = Zeroizing::new(larger);
        }
        self.0.extend_from_slice(more);
    }
}

impl Deref for Wiped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl std::io::Write for Wiped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// How much is set aside for a body on the word of its `Content-Length` alone.
const TRUSTED_LENGTH: u64 = 64 * 1024;

async fn read(request: Request) -> Answer<Wiped> {
    let mut body = request.into_body();
    let length = http_body::Body::size_hint(&body).lower().min(TRUSTED_LENGTH);
    let mut bytes = Wiped::with_capacity(usize::try_from(length).unwrap_or_default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            let too_large = causes(&error).any(<dyn std::error::Error>::is::<LengthLimitError>);
            if too_large {
                Error::new(Code::TooLarge, "the body is too large")
            } else {
                Error::new(Code::Malformed, "the body ended before it was complete")
            }
        })?;
        if let Ok(data) = frame.into_data() {
            bytes.push(&data);
        }
    }
    Ok(bytes)
}

fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// The media type without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let media = text.split(';').next().unwrap_or_default().trim();
    Some(media.to_ascii_lowercase())
}

fn check_json(headers: &HeaderMap) -> Answer<()> {
    match media_type(headers).as_deref() {
        Some("application/json") => Ok(()),
        _ => Err(Error::new(
            Code::UnsupportedMediaType,
            "the body is JSON: send it with `Content-Type: application/json`",
        )
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wiped_bytes_keep_what_they_were_given() {
        let mut bytes = Wiped::default();
        for part in [&b"ab"[..], b"", b"cdefgh", &[b'x'; 100]] {
            bytes.push(part);
        }
        assert_eq!(&bytes[..8], b"abcdefgh");
        assert_eq!(bytes.len(), 108);
    }

    #[test]
    fn a_media_type_is_read_without_its_parameters() {
        let of = |text: &str| {
            let headers = [(header::CONTENT_TYPE, text.parse().unwrap())];
            media_type(&headers.into_iter().collect())
        };
        assert_eq!(of("application/json").as_deref(), Some("application/json"));
        assert_eq!(of("Application/JSON; charset=utf-8").as_deref(), Some("application/json"));
        assert_eq!(media_type(&HeaderMap::new()), None);
    }
}
