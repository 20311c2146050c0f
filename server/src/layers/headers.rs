//! The headers of every response. Whoever answers may say something else about caching and content; nobody may
//! leave it unsaid.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::Forwarded;
use crate::AppState;

/// What all responses say.
const ALWAYS: [(HeaderName, HeaderValue); 8] = [
    fixed("x-content-type-options", "nosniff"),
    // Names are in paths. `no-referrer` would lose the page that a form without script came from.
    fixed("referrer-policy", "same-origin"),
    fixed("cross-origin-opener-policy", "same-origin"),
    fixed("cross-origin-resource-policy", "same-origin"),
    fixed("cross-origin-embedder-policy", "require-corp"),
    fixed("permissions-policy", PERMISSIONS),
    fixed("x-frame-options", "DENY"),
    fixed("x-permitted-cross-domain-policies", "none"),
];

/// What responses say unless they know better.
const OTHERWISE: [(HeaderName, HeaderValue); 2] = [
    fixed("cache-control", "no-store"),
    fixed("content-security-policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
];

/// What the page of an invitation says instead: its path is a credential.
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");

const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), \
     fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
     publickey-credentials-get=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()";

const TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

const fn fixed(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from_static(value))
}

pub(crate) async fn secure_headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_https = state.edge.https || request.extensions().get::<Forwarded>().is_some();
    let is_invitation = request.uri().path().starts_with("/invite/");
    let mut response = next.run(request).await;
    let has_body = !matches!(response.status().as_u16(), 204 | 304);
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if is_invitation {
        headers.insert(header::REFERRER_POLICY, NO_REFERRER);
    }
    for (name, value) in OTHERWISE {
        headers.entry(name).or_insert(value);
    }
    if has_body {
        // Without one a browser may guess. Redirects and empty answers say it too; it costs nothing.
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT);
    }
    response
}
