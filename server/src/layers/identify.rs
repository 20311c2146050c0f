//! Each request gets an id of ours, and one log line that says how it went. Paths are logged as their template:
//! names, tokens of the setup link and whatever a client mistypes stay out of the log.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::Response,
};
use domain::access::RequestInfo;
use tracing::Instrument;
use uuid::Uuid;

use crate::{config::Doors, state::Edge};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A trusted proxy says that the client came to it by HTTPS. An extension of the request.
#[derive(Clone, Copy)]
pub(crate) struct Forwarded;

/// Gives the request its id and answers with it. An id that the client sends means nothing to us.
pub(crate) async fn identify(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let request_id = Uuid::new_v4().simple().to_string();
    let header = HeaderValue::from_str(&request_id);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let address = peer.map(|peer| client(&edge.doors, peer, request.headers()).to_string()).unwrap_or_default();
    if peer.is_some_and(|peer| edge.doors.trusts(peer)) && is_forwarded_https(request.headers()) {
        request.extensions_mut().insert(Forwarded);
    }
    request.extensions_mut().insert(RequestInfo { request_id, address });
    let mut response = next.run(request).await;
    if let Ok(id) = header {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Where a request came from: the peer, or, as far as only trusted proxies stand between, whom they name. Every proxy
/// appends the address it saw, so the list is read from its end, up to the first that is no proxy of ours.
fn client(doors: &Doors, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut client = peer;
    let named = headers.get_all(FORWARDED_FOR).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let named: Vec<_> = named.collect();
    for text in named.into_iter().rev() {
        if !doors.trusts(client) {
            break;
        }
        match address(text) {
            Some(address) => client = address,
            // What cannot be read was not written by a proxy of ours.
            None => break,
        }
    }
    client
}

/// An address, perhaps in brackets, perhaps with a port.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// Whether the nearest proxy says `https`.
fn is_forwarded_https(headers: &HeaderMap) -> bool {
    let last = headers.get_all(FORWARDED_PROTO).iter().next_back();
    last.and_then(|value| value.to_str().ok()?.rsplit(',').next().map(str::trim))
        .is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, lines: &[&str]) -> String {
        let doors = Doors {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            ..Doors::default()
        };
        let headers = lines.iter().map(|line| (FORWARDED_FOR, line.parse().unwrap())).collect();
        client(&doors, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_client_is_whom_the_last_proxy_of_ours_saw() {
        assert_eq!(found("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(found("10.0.0.1", &["6.6.6.6, 198.51.100.7, 10.0.0.9"]), "198.51.100.7");
        assert_eq!(found("10.0.0.1", &["6.6.6.6", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(found("fd00::1", &["[2001:db8::1]:4321"]), "2001:db8::1");
        assert_eq!(found("10.0.0.1", &["10.0.0.3,10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn what_others_say_is_not_believed() {
        assert_eq!(found("198.51.100.7", &["6.6.6.6"]), "198.51.100.7");
        assert_eq!(found("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(found("10.0.0.1", &["6.6.6.6, unknown"]), "10.0.0.1");
        assert_eq!(found("10.0.0.1", &["6.6.6.6, <b>, 10.0.0.2"]), "10.0.0.2");
    }
}
