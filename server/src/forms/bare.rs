//! Answers that are pages of their own, without script.

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

/// Nothing runs, and forms go to this server only.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// The page, kept by nobody.
pub(super) fn bare(page: String) -> Response {
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
