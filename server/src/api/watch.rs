//! Being told when what a service gets changes, without any value. For programs: a bearer token only.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::{Code, Error, api::WatchEvent};
use futures_util::stream;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use crate::{
    AppState,
    auth::TokenOnly,
    extract::{RequiredWhere, ServiceAt},
    problem::Answer,
};

/// What the client heard last.
const LAST_EVENT_ID: &str = "last-event-id";
/// How often a line says that the connection lives: less than what proxies take for its end.
const ALIVE: Duration = Duration::from_secs(15);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(watch))
}

/// Tells when what a service gets in an environment changes: Server-Sent Events, no values.
///
/// Each event has the sequence as its `id` and in its data. The first one comes at once, unless `Last-Event-ID` is
/// the newest sequence. After an event, ask for the values with `If-None-Match`. A comment every 15 seconds says that
/// the connection lives. The stream ends when the token is over, the service is removed or the server ends; asking
/// again tells which.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/watch", tag = "values", operation_id = "watch_values",
    params(RequiredWhere, ("Last-Event-ID" = Option<i64>, Header, description = "The `id` of the last event.")),
    responses(
        (status = 200, content_type = "text/event-stream", body = WatchEvent, description = "The data of each event."),
        (status = 429, description = "Too many watch, with this token or in all."),
    )
)]
async fn watch(
    TokenOnly(actor): TokenOnly,
    State(vault): State<Vault>,
    at: ServiceAt,
    headers: HeaderMap,
) -> Answer<Response> {
    let last = last_event_id(&headers)?;
    let watch = vault.watch(&actor, &at.service, &at.environment, last).await?;
    let events = stream::unfold(watch, async |mut watch| {
        let sequence = watch.next().await?;
        let event = Event::default().id(sequence.to_string()).json_data(WatchEvent { sequence });
        Some((Ok::<_, Infallible>(event.ok()?), watch))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Nginx keeps answers back otherwise until they are long enough.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

fn last_event_id(headers: &HeaderMap) -> Answer<Option<i64>> {
    let Some(id) = headers.get(LAST_EVENT_ID) else {
        return Ok(None);
    };
    let id = id.to_str().ok().and_then(|id| id.parse().ok());
    let wrong = || Error::new(Code::Malformed, "the header `Last-Event-ID` is not the `id` of an event of ours");
    Ok(Some(id.ok_or_else(wrong)?))
}
