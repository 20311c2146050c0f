//! How large a body may be. The limit holds whether the client says how long its body is or not.

use axum::{
    body::Body,
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Code, Error, import::IMPORT_MAX};
use http_body_util::Limited;
use tower_http::limit::RequestBodyLimitLayer;

use crate::problem::ApiError;

/// Signing in, and whatever carries words only.
pub(crate) const SMALL: usize = 64 * 1024;
/// One value of 1 MiB in base64, or a service's bindings.
pub(crate) const WRITE: usize = 2 * 1024 * 1024;
/// A file to import.
pub(crate) const UPLOAD: usize = IMPORT_MAX;
/// A value typed into a form: percent-encoding may make three bytes out of one.
const FORM: usize = 4 * 1024 * 1024;
/// A file to import among the fields of a form, with the boxes of its plan.
const FORM_UPLOAD: usize = IMPORT_MAX + 1024 * 1024;

/// A layer for a group of routes.
pub(crate) fn limit(bytes: usize) -> RequestBodyLimitLayer {
    RequestBodyLimitLayer::new(bytes)
}

/// Forms: small before the sign-in, larger after it.
pub(crate) async fn limit_form(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let bytes = match path {
        app::paths::forms::IMPORT => FORM_UPLOAD,
        path if path.starts_with("/forms/") => FORM,
        _ => SMALL,
    };
    let said =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|said| said > bytes) {
        let sentence = format!("the form is too large: at most {} KiB", bytes / 1024);
        return ApiError(Error::new(Code::TooLarge, sentence)).into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, bytes)))).await
}
