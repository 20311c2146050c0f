//! Answers that carry values.

use axum::{
    Json,
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::{Code, Error, export};
use serde::Serialize;
use transit::Subject;
use vault::Exported;

use crate::{
    extract::{Recipient, Wiped},
    problem::{Answer, ApiError},
};

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

/// JSON that nobody but the recipient can read; plain where there is none.
pub(crate) fn json_for(
    recipient: &Recipient,
    subject: &Subject,
    sequence: i64,
    answer: &impl Serialize,
) -> Answer<Response> {
    let Some(key) = &recipient.0 else {
        return Ok(SecretJson(answer).into_response());
    };
    let failed = || Error::new(Code::Internal, "the answer cannot be sealed");
    let mut json = Wiped::default();
    serde_json::to_writer(&mut json, answer).map_err(|_| failed())?;
    let sealed = key.seal(subject, sequence, &json).map_err(|_| failed())?;
    let mut response = Json(sealed).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(transit::MEDIA_TYPE));
    Ok(response)
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

/// The audit log as lines of JSON, as fast as the client takes them.
pub(crate) struct AuditLines(pub(crate) vault::AuditExport);

impl IntoResponse for AuditLines {
    fn into_response(self) -> Response {
        let lines = futures_util::stream::unfold(Some(self.0), async |export| {
            let mut export = export?;
            match export.next().await {
                Ok(rows) if rows.is_empty() => None,
                Ok(rows) => {
                    let mut lines = Vec::new();
                    for row in rows {
                        // Plain texts and numbers: nothing that JSON cannot hold.
                        serde_json::to_writer(&mut lines, &row).ok()?;
                        lines.push(b'\n');
                    }
                    Some((Ok(Bytes::from(lines)), Some(export)))
                }
                // The answer has begun: breaking it off is all that can still be said.
                Err(error) => Some((Err(error.public().detail), None)),
            }
        });
        let mut response = Response::new(Body::from_stream(lines));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
        headers.insert(
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"strongroom-audit.jsonl\""),
        );
        response
    }
}
