//! Each request gets an id of ours, and one log line that says how it went. Paths are logged as their template:
//! names, tokens of the setup link and whatever a client mistypes stay out of the log.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request},
    http::{HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::Response,
};
use domain::access::RequestInfo;
use tracing::Instrument;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request its id and answers with it. An id that the client sends means nothing to us.
pub(crate) async fn identify(mut request: Request, next: Next) -> Response {
    let request_id = Uuid::new_v4().simple().to_string();
    let header = HeaderValue::from_str(&request_id);
    let address = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| peer.ip().to_canonical().to_string())
        .unwrap_or_default();
    request.extensions_mut().insert(RequestInfo { request_id, address });
    let mut response = next.run(request).await;
    if let Ok(id) = header {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// One span around the request, one line at its end.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    let id = request.extensions().get::<RequestInfo>().map(|info| info.request_id.clone()).unwrap_or_default();
    let method = request.method().clone();
    let span = tracing::info_span!("request", %id, %method, path);
    async move {
        let begun = Instant::now();
        let response = next.run(request).await;
        log(&path, response.status(), begun.elapsed());
        response
    }
    .instrument(span)
    .await
}

fn log(path: &str, status: StatusCode, took: Duration) {
    let status = status.as_u16();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    match path {
        _ if status >= 500 => tracing::warn!(status, micros, "answered"),
        "/healthz" | "/readyz" => tracing::debug!(status, micros, "answered"),
        path if path.starts_with("/pkg/") => tracing::debug!(status, micros, "answered"),
        _ => tracing::info!(status, micros, "answered"),
    }
}
