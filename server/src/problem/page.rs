//! A small page for a browser whose request was refused before any page of the app could say so.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use domain::Error;

use crate::assets;

/// No script, and nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

pub(super) fn render(status: StatusCode, error: &Error, request_id: &str) -> Response {
    let style = match assets::css() {
        "" => String::new(),
        css => format!("<link rel=\"stylesheet\" href=\"{css}\">"),
    };
    let (title, detail) = (escape(error.code.title()), escape(&error.detail));
    let problems = error.problems.iter().map(|problem| escape(&problem.message));
    let problems = problems.fold(String::new(), |list, text| list + "<li>" + &text + "</li>");
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} · Strongroom</title>{style}</head><body><main><h1>{title}</h1><p>{detail}</p>\
         <ul>{problems}</ul><p><a href=\"/\">To the dashboard</a></p><p><small>Request {request_id}</small></p>\
         </main></body></html>"
    );
    let policy = (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    (status, [policy], Html(html)).into_response()
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(super::escape("<a href='x'>&\""), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
    }
}
