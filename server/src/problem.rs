//! Errors on their way out. A handler answers with an [`ApiError`]; the outermost layer, [`answer`], writes it down in
//! the form the client reads, with the id of the request. What axum and the layers refuse by themselves takes the
//! same way, so no client ever sees a sentence that quotes its request.

mod page;

use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Code, Error, Problem, access::RequestInfo, api::Plan};
use serde::Serialize;
use utoipa::ToSchema;

use crate::layers::{accepts_html, is_api};

/// The media type of an error (RFC 9457).
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// The error of every handler.
#[derive(Debug)]
pub(crate) struct ApiError(pub(crate) Error);

/// What a handler answers.
pub(crate) type Answer<T> = Result<T, ApiError>;

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<vault::Error> for ApiError {
    fn from(error: vault::Error) -> Self {
        Self(error.public())
    }
}

/// The error of a response that [`answer`] has yet to write down.
#[derive(Clone)]
struct Unwritten(Error);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = status_of(self.0.code).into_response();
        response.extensions_mut().insert(Unwritten(self.0));
        response
    }
}

/// The new plan of an answer that says that the old one does not hold any more.
#[derive(Clone)]
struct Replanned(Box<Plan>);

/// The answer of what applies a plan: where the plan does not hold any more it is 409 with the new one in it.
pub(crate) fn refused_plan(error: vault::Error) -> Response {
    let plan = match &error {
        vault::Error::Stale(plan) => Some(plan.clone()),
        _ => None,
    };
    let mut response = ApiError::from(error).into_response();
    if let Some(plan) = plan {
        response.extensions_mut().insert(Replanned(plan));
    }
    response
}

/// The word of a code, as JSON has it.
fn word(code: Code) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn status_of(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// An error as REST answers it (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// A URN of the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:strongroom:not_found")]
    pub(crate) kind: String,
    /// The same for every error of this code.
    pub(crate) title: &'static str,
    /// The status of the response.
    #[schema(example = 404)]
    pub(crate) status: u16,
    /// What happened, in a sentence. It never quotes a value.
    pub(crate) detail: String,
    /// A stable word to match on.
    pub(crate) code: Code,
    /// Every problem, where there are several or where a place in the file is known.
    #[schema(schema_with = problems)]
    pub(crate) problems: Vec<Problem>,
    /// What to look for in the server's log and in the audit log.
    pub(crate) request_id: String,
    /// With 409 where a plan was to be applied: the plan as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub(crate) plan: Option<Box<Plan>>,
}

/// The two are both called a problem; the document has the name in the schema.
fn problems() -> utoipa::openapi::schema::Array {
    utoipa::openapi::schema::Array::new(utoipa::openapi::Ref::from_schema_name("ListedProblem"))
}

impl ProblemDocument {
    fn new(error: Error, request_id: String, plan: Option<Box<Plan>>) -> Self {
        Self {
            kind: format!("urn:strongroom:{}", word(error.code)),
            title: error.code.title(),
            status: error.code.status(),
            detail: error.detail,
            code: error.code,
            problems: error.problems,
            request_id,
            plan,
        }
    }
}

/// How long an error of a server function may be: every line of an upload can have a problem.
const ERROR_MAX: usize = 16 * 1024 * 1024;

/// Writes errors down: problem documents for REST, [`Error`] itself for server functions, a small page for a browser,
/// text for anything else.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    let reader = Reader::of(&request);
    let request_id = request.extensions().get::<RequestInfo>().map(|info| info.request_id.clone()).unwrap_or_default();
    let head = request.method() == Method::HEAD;
    let mut response = next.run(request).await;
    let error = match response.extensions_mut().remove::<Unwritten>() {
        Some(Unwritten(error)) => error,
        None if reader.rewrites(&response) => of_status(response.status()),
        None if reader == Reader::ServerFunction => return with_its_status(response).await,
        None => return response,
    };
    let plan = response.extensions_mut().remove::<Replanned>().map(|Replanned(plan)| plan);
    let written = reader.write(error, request_id, plan);
    let (mut parts, _) = response.into_parts();
    let (new, body) = written.into_parts();
    for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::CONTENT_ENCODING] {
        parts.headers.remove(name);
    }
    parts.headers.extend(new.headers);
    parts.status = new.status;
    if matches!(parts.status.as_u16(), 429 | 503) {
        parts.headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    Response::from_parts(parts, if head { Body::empty() } else { body })
}

/// Server functions fail with 500, whatever failed: the status of the error they carry takes its place.
async fn with_its_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = axum::body::to_bytes(body, ERROR_MAX).await else {
        return status_of(Code::Internal).into_response();
    };
    if let Ok(error) = serde_json::from_slice::<Error>(&body) {
        parts.status = status_of(error.code);
    }
    Response::from_parts(parts, Body::from(body))
}

/// Who reads the answer.
#[derive(Clone, Copy, PartialEq)]
enum Reader {
    Rest,
    ServerFunction,
    Browser,
    Other,
}

impl Reader {
    fn of(request: &Request) -> Self {
        let path = request.uri().path();
        if is_api(path) {
            Self::Rest
        } else if path.starts_with("/ui/") {
            Self::ServerFunction
        } else if accepts_html(request.headers()) {
            Self::Browser
        } else {
            Self::Other
        }
    }

    /// Whether a response that failed without one of our errors is written anew. Server functions and pages have
    /// their own ways to say what failed.
    fn rewrites(self, response: &Response) -> bool {
        let status = response.status();
        let written = |media: &str| {
            response.headers().get(header::CONTENT_TYPE).is_some_and(|is| is.as_bytes().starts_with(media.as_bytes()))
        };
        (status.is_client_error() || status.is_server_error())
            && match self {
                Self::Rest => !written(PROBLEM_JSON),
                Self::ServerFunction => !written("application/json"),
                Self::Browser | Self::Other => !written("text/html"),
            }
    }

    fn write(self, error: Error, request_id: String, plan: Option<Box<Plan>>) -> Response {
        let status = status_of(error.code);
        match self {
            Self::Rest => {
                let media = [(header::CONTENT_TYPE, PROBLEM_JSON)];
                let body = Json(ProblemDocument::new(error, request_id, plan));
                let mut response = (status, media, body).into_response();
                // Json's own type comes first; ours is the one to keep.
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
                if status == StatusCode::UNAUTHORIZED {
                    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"strongroom\""));
                }
                response
            }
            Self::ServerFunction => (status, Json(error)).into_response(),
            Self::Browser => page::render(status, &error, &request_id),
            Self::Other => {
                let text = format!("{}: {}\n", error.code.title(), error.detail);
                (status, text).into_response()
            }
        }
    }
}

/// The error for a status that axum or a layer chose.
fn of_status(status: StatusCode) -> Error {
    let (code, detail) = match status {
        StatusCode::UNAUTHORIZED => (Code::Unauthenticated, "sign in, or send a bearer token"),
        StatusCode::FORBIDDEN => (Code::Denied, "this is not allowed"),
        StatusCode::NOT_FOUND => (Code::NotFound, "there is nothing at this address"),
        StatusCode::METHOD_NOT_ALLOWED => {
            (Code::MethodNotAllowed, "this address does not take this method; the header `Allow` names those it takes")
        }
        StatusCode::CONFLICT => (Code::Conflict, "this conflicts with what is there"),
        StatusCode::GONE => (Code::Gone, "what was there is destroyed"),
        StatusCode::PAYLOAD_TOO_LARGE => (Code::TooLarge, "the body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (Code::UnsupportedMediaType, "the media type is not one of those accepted here")
        }
        StatusCode::UNPROCESSABLE_ENTITY => (Code::Invalid, "the request is not valid"),
        StatusCode::TOO_MANY_REQUESTS => (Code::TooManyRequests, "too many requests"),
        StatusCode::SERVICE_UNAVAILABLE => (Code::Unavailable, "this took too long; try again in a moment"),
        status if status.is_client_error() => (Code::Malformed, "the request cannot be understood"),
        _ => (Code::Internal, "something failed on the server; its log has the reason under this request id"),
    };
    Error::new(code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_answers_with_its_status() {
        for (code, status) in [
            (Code::Malformed, 400),
            (Code::Unauthenticated, 401),
            (Code::Denied, 403),
            (Code::NotFound, 404),
            (Code::MethodNotAllowed, 405),
            (Code::Conflict, 409),
            (Code::Gone, 410),
            (Code::TooLarge, 413),
            (Code::UnsupportedMediaType, 415),
            (Code::InvalidName, 422),
            (Code::TooManyRequests, 429),
            (Code::Internal, 500),
            (Code::Unavailable, 503),
        ] {
            let response = ApiError(Error::new(code, "x")).into_response();
            assert_eq!(response.status().as_u16(), status);
        }
    }

    #[test]
    fn a_status_without_an_error_gets_the_error_of_that_status() {
        for status in [401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(status_of(of_status(status).code), status);
        }
        assert_eq!(of_status(StatusCode::REQUEST_TIMEOUT).code, Code::Malformed);
        assert_eq!(of_status(StatusCode::BAD_GATEWAY).code, Code::Internal);
    }
}
