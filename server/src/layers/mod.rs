//! What every request passes through on its way in and every response on its way out.

mod csrf;
mod headers;
mod identify;
mod isolate;
mod limit;
mod refuse;

use axum::{
    extract::Request,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use domain::{Code, Error};

pub(crate) use csrf::csrf;
pub(crate) use headers::secure_headers;
pub(crate) use identify::{Forwarded, identify, trace};
pub(crate) use isolate::{Root, isolate};
pub(crate) use limit::{SMALL, UPLOAD, WRITE, limit, limit_form};
pub(crate) use refuse::{Ambiguity, drop_ambient_proof, refuse};

use crate::problem::ApiError;

/// Where REST lives.
pub(crate) const API: &str = "/api/v1";

/// Whether a path belongs to REST, known or not.
pub(crate) fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// Whether the client would show a page.
pub(crate) fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .any(|accept| accept.contains("text/html"))
}

/// Whether a request to REST brings credentials of its own. It is then judged by those alone.
fn brings_credentials(request: &Request) -> bool {
    is_api(request.uri().path()) && request.headers().contains_key(header::AUTHORIZATION)
}

/// A panic in a handler: 500, and a log line by the panic hook.
#[allow(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    ApiError(Error::new(Code::Internal, "something failed on the server; its log has the reason under this request id"))
        .into_response()
}
