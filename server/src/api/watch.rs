//! Being told when what a service gets changes, without any value, and telling who has applied it.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::{
    Code, Error,
    api::{Applied, Page, WatchEvent, Watcher},
};
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::{List, effective::Which};
use crate::{
    AppState,
    auth::{Signed, TokenOnly},
    extract::{Body, RequiredWhere, ServiceAt, Where, cut},
    problem::Answer,
};

/// What the client heard last.
const LAST_EVENT_ID: &str = "last-event-id";
const WATCH_ID: HeaderName = HeaderName::from_static("watch-id");
/// How often a line says that the connection lives: less than what proxies take for its end.
const ALIVE: Duration = Duration::from_secs(15);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(watch)).routes(routes!(put_applied)).routes(routes!(watchers))
}

/// Who watches, and where.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Who {
    /// The environment.
    #[param(required = true)]
    environment: Option<String>,
    /// What the program calls itself, for the list of those who watch: its host, for example.
    client: Option<String>,
}

impl Where for Who {
    fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }
}

/// Tells when what a service gets in an environment changes: Server-Sent Events, no values.
///
/// Each event has the sequence as its `id` and in its data. The first one comes at once, unless `Last-Event-ID` is
/// the newest sequence. After an event, ask for the values with `If-None-Match`. A comment every 15 seconds says that
/// the connection lives. The stream ends when the token is over, the service is removed or the server ends; asking
/// again tells which.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/watch", tag = "values", operation_id = "watch_values",
    params(Who, ("Last-Event-ID" = Option<i64>, Header, description = "The `id` of the last event.")),
    responses(
        (status = 200, content_type = "text/event-stream", body = WatchEvent, description = "The data of each event.",
         headers(("Watch-Id" = String, description = "What to name once a change is applied."))),
        (status = 429, description = "Too many watch, with this token or in all."),
    )
)]
async fn watch(
    TokenOnly(actor): TokenOnly,
    State(vault): State<Vault>,
    at: ServiceAt<Who>,
    headers: HeaderMap,
) -> Answer<Response> {
    let last = last_event_id(&headers)?;
    let client = at.query.client.unwrap_or_default();
    let watch = vault.watch(&actor, &at.service, &at.environment, last, &client).await?;
    let id = HeaderValue::from_str(&watch.id());
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
    if let Ok(id) = id {
        headers.insert(WATCH_ID, id);
    }
    Ok(response)
}

/// Notes what a program that watches has applied. Kept in memory, for as long as it watches.
#[utoipa::path(
    post, path = "/projects/{project}/services/{service}/watch/applied", tag = "values", operation_id = "put_applied",
    params(RequiredWhere), request_body = Applied, responses((status = 204, description = "Noted."))
)]
async fn put_applied(
    TokenOnly(actor): TokenOnly,
    State(vault): State<Vault>,
    at: ServiceAt,
    Body(applied): Body<Applied>,
) -> Answer<StatusCode> {
    vault.put_applied(&actor, &at.service, &at.environment, &applied.watch, applied.sequence).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The programs that watch through this server, and whether each has applied the newest.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/watchers", tag = "effective", operation_id = "list_watchers",
    params(Which), responses((status = 200, body = Page<Watcher>))
)]
async fn watchers(Signed(actor): Signed, State(vault): State<Vault>, at: ServiceAt<Which>) -> List<Watcher> {
    let all = vault.list_watchers(&actor, &at.service, &at.environment).await?;
    let Which { cursor, limit, .. } = at.query;
    Ok(Json(cut(all, cursor.as_deref(), limit, |watcher| watcher.id.as_str().into())?))
}

fn last_event_id(headers: &HeaderMap) -> Answer<Option<i64>> {
    let Some(id) = headers.get(LAST_EVENT_ID) else {
        return Ok(None);
    };
    let id = id.to_str().ok().and_then(|id| id.parse().ok());
    let wrong = || Error::new(Code::Malformed, "the header `Last-Event-ID` is not the `id` of an event of ours");
    Ok(Some(id.ok_or_else(wrong)?))
}
