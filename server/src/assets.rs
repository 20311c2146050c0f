//! The browser's program, the stylesheet and what else the site has: embedded, compressed once at build time.

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::AppState;

/// One file of the site.
struct File {
    path: &'static str,
    content_type: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

// const JS, WASM, CSS: &str; const FILES: &[File]
include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// Names under `/pkg/` carry the hash of their content.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The address of the browser's program; empty when the site was not built.
pub(crate) fn js() -> &'static str {
    JS
}

/// The address of its WASM half.
pub(crate) fn wasm() -> &'static str {
    WASM
}

/// The address of the stylesheet.
pub(crate) fn css() -> &'static str {
    CSS
}

/// A route for each file, and 404 for any other under `/pkg/`.
pub(crate) fn routes() -> Router<AppState> {
    let router = Router::new().route("/pkg/{*file}", get(async || StatusCode::NOT_FOUND));
    FILES
        .iter()
        .fold(router, |router, file| router.route(file.path, get(async move |headers: HeaderMap| send(file, &headers))))
}

fn send(file: &'static File, headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    let forms = [("br", file.brotli), ("gzip", file.gzip)];
    let packed =
        forms.into_iter().find_map(|(name, content)| content.filter(|_| accepts(accepted, name)).map(|c| (name, c)));
    let mut response = packed.map_or(file.plain, |(_, content)| content).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some((name, _)) = packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    if file.path.starts_with("/pkg/") {
        headers.insert(header::CACHE_CONTROL, FOREVER);
    }
    response
}

/// Whether `Accept-Encoding` names `coding` and does not forbid it.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        let named = words.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let forbidden = words.any(|parameter| {
            parameter
                .strip_prefix("q=")
                .and_then(|weight| weight.parse::<f32>().ok())
                .is_some_and(|weight| weight <= 0.0)
        });
        named && !forbidden
    })
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn a_form_is_sent_only_where_it_is_accepted() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("gzip;q=0.5, BR;q=1.0", "br"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("brotli", "br"));
        assert!(!accepts("", "gzip"));
    }
}
