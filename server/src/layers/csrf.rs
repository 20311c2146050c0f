//! Cross-site request forgery: whatever changes something and comes with a cookie comes from our own pages.
//!
//! Browsers say where a request was made: `Sec-Fetch-Site`, or `Origin` in older ones. There are no tokens in forms.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use domain::{Code, Error};
use tower_http::csrf::{CsrfLayer, ProtectionError, ResponseForProtectionError};

use crate::{problem::ApiError, state::Edge};

/// Answers a request that another site caused.
#[derive(Clone, Copy)]
pub(crate) struct Refusal;

impl ResponseForProtectionError<Body> for Refusal {
    fn response_for_protection_error(&mut self, _: ProtectionError) -> Response {
        ApiError(Error::new(
            Code::Denied,
            "this request was made by another site; a proxy in between must pass on `Host` and `Origin`, and a further \
             address of this server belongs into `--trusted-origin`",
        ))
        .into_response()
    }
}

/// The layer over everything that accepts the cookie.
pub(crate) fn csrf(edge: &Edge) -> CsrfLayer<Refusal> {
    edge.origins
        .iter()
        .fold(CsrfLayer::new(), |layer, origin| {
            layer.add_trusted_origin(origin.as_str()).expect("an origin is checked when it is parsed")
        })
        .with_rejection_response(Refusal)
}
