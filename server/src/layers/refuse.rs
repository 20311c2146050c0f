//! Requests that are refused before anyone reads them.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Code, Error, access::RequestInfo};
use vault::Vault;

use super::{brings_credentials, is_api};
use crate::problem::ApiError;

const FETCH_DEST: &str = "sec-fetch-dest";

/// What of a browser speaks for a request without its user having meant it: cookies, and where the request came from.
const AMBIENT: [HeaderName; 4] =
    [header::COOKIE, header::ORIGIN, header::REFERER, HeaderName::from_static("sec-fetch-site")];

/// Refuses what would have to be unpacked, tokens in addresses, and REST answers as parts of a page.
pub(crate) async fn refuse(State(vault): State<Vault>, request: Request, next: Next) -> Response {
    if has_token(request.uri().query().unwrap_or_default()) {
        let info = request.extensions().get::<RequestInfo>().cloned().unwrap_or_default();
        return in_address(&vault, &info).await.into_response();
    }
    match refusal(&request) {
        Some(error) => ApiError(error).into_response(),
        None => next.run(request).await,
    }
}

/// The request says its length in two ways. An extension of the request.
#[derive(Clone, Copy)]
pub(crate) struct Ambiguity;

/// A token in an address: recorded, and refused wherever it was sent.
async fn in_address(vault: &Vault, info: &RequestInfo) -> ApiError {
    match vault.note_token_in_address(info).await {
        Err(error) => error.into(),
        Ok(()) => Error::new(
            Code::Malformed,
            "a token does not belong into an address, where logs and histories keep it: send it as \
             `Authorization: Bearer …`, and take this one back",
        )
        .into(),
    }
}

fn refusal(request: &Request) -> Option<Error> {
    let headers = request.headers();
    if request.extensions().get::<Ambiguity>().is_some() {
        return Some(Error::new(
            Code::Malformed,
            "the request says its length in two ways: send either `Content-Length` or `Transfer-Encoding`",
        ));
    }
    if is_encoded(headers) {
        return Some(Error::new(
            Code::UnsupportedMediaType,
            "a compressed body is not accepted; send it without `Content-Encoding`",
        ));
    }
    if !is_api(request.uri().path()) {
        return None;
    }
    if is_embedded(headers) {
        return Some(Error::new(Code::Denied, "REST answers cannot be scripts, images or frames of a page"));
    }
    None
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Whether a query names a token, or holds one under any name.
fn has_token(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes())
        .any(|(name, text)| matches!(&*name, "token" | "access_token") || vault::is_token(text.trim()))
}

fn is_embedded(headers: &HeaderMap) -> bool {
    headers.get(FETCH_DEST).is_some_and(|dest| !matches!(dest.as_bytes(), b"empty" | b"document" | b""))
}

/// A request to REST with credentials of its own is judged by those alone: neither a cookie nor the page it was sent
/// from can add to it or take from it.
pub(crate) async fn drop_ambient_proof(mut request: Request, next: Next) -> Response {
    if brings_credentials(&request) {
        for name in AMBIENT {
            request.headers_mut().remove(name);
        }
    }
    next.run(request).await
}
