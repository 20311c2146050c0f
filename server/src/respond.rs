//! Answers that carry values.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::{Code, Error, export};
use serde::Serialize;
use vault::Exported;

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

/// A file of values to be saved; its bytes are wiped once they are sent.
pub(crate) struct SecretFile {
    pub(crate) format: export::Format,
    pub(crate) exported: Exported,
}

impl IntoResponse for SecretFile {
    fn into_response(self) -> Response {
        let Exported { file_name, bytes } = self.exported;
        let mut response = Response::new(Body::from(Bytes::from_owner(bytes)));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.format.media_type()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Slugs and names of environments: nothing that a header could mistake.
        let disposition = format!("attachment; filename=\"{file_name}\"");
        if let Ok(disposition) = HeaderValue::from_str(&disposition) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }
}
