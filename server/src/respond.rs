//! Answers that carry values.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::{Code, Error};
use serde::Serialize;

use crate::{extract::Wiped, problem::ApiError};

/// JSON whose bytes are wiped once they are sent.
pub(crate) struct SecretJson<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for SecretJson<T> {
    fn into_response(self) -> Response {
        let mut bytes = Wiped::default();
        if serde_json::to_writer(&mut bytes, &self.0).is_err() {
            let error = Error::new(Code::Internal, "the answer cannot be written");
            return ApiError(error).into_response();
        }
        let mut response = Response::new(Body::from(Bytes::from_owner(bytes)));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}
