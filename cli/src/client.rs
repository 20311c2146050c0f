//! REST with one server: the token goes there and nowhere else, and errors become sentences.

mod events;
mod reply;

use std::time::Duration;

use domain::{EnvironmentName, Level, Scope, ServicePath};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use transit::{OneTimeKey, Subject};
use ureq::{
    Agent, Body, BodyReader, RequestBuilder,
    http::Response,
    tls::{RootCerts, TlsConfig},
};
use zeroize::Zeroizing;

use crate::{
    failure::Failure,
    settings::{ServerUrl, Settings, Token},
};

pub(crate) use events::Events;
use reply::Reply;

const USER_AGENT: &str = concat!("strongroom/", env!("CARGO_PKG_VERSION"));
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a whole exchange may take.
const EXCHANGE: Duration = Duration::from_mins(2);

/// How long a stream of events may be silent: the server says every 15 seconds that it is there.
const SILENCE: Duration = Duration::from_secs(45);

/// A connection to one server.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    server: ServerUrl,
    token: Token,
}

/// A path below `/api/v1` with its query.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    path: String,
    query: Vec<(&'static str, String)>,
}

impl Route {
    /// A path from parts that need no escaping: our names hold nothing that a path gives a meaning.
    pub(crate) fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), query: Vec::new() }
    }

    /// Something of a scope, for example `secrets/DB_PASS`.
    pub(crate) fn of_scope(scope: &Scope, rest: &str) -> Self {
        let level = match &scope.level {
            Level::Platform => "platform".to_owned(),
            Level::Project { project } => format!("projects/{project}"),
            Level::Service(service) => service_path(service),
        };
        let environment = scope.environment.as_ref().map(ToString::to_string);
        Self::new(format!("{level}/{rest}")).with_some("environment", environment)
    }

    /// Something that a service gets in an environment, for example `values`.
    pub(crate) fn of_service(service: &ServicePath, environment: &EnvironmentName, rest: &str) -> Self {
        Self::new(format!("{}/{rest}", service_path(service))).with("environment", environment.as_str())
    }

    /// With a parameter.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// With a parameter, if there is a value for it.
    pub(crate) fn with_some(self, name: &'static str, value: Option<String>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

fn service_path(service: &ServicePath) -> String {
    format!("projects/{}/services/{}", service.project, service.service)
}

impl Client {
    /// A client for the server and token of the settings.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        let server = settings.server()?.clone();
        if let Some(failure) = &settings.token_refused {
            return Err(failure.clone());
        }
        let token = settings.token.as_ref().ok_or_else(|| {
            Failure::usage(format!(
                "no token for {server}: set STRONGROOM_TOKEN or STRONGROOM_TOKEN_FILE, or `strongroom login --url {server}`"
            ))
        })?;
        Ok(Self::with_token(server, token.value.clone()))
    }

    /// A client with a token that is not stored yet.
    pub(crate) fn with_token(server: ServerUrl, token: Token) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let mut config = Agent::config_builder()
            .user_agent(USER_AGENT)
            .tls_config(tls)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(EXCHANGE))
            // A redirect would take the token somewhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false);
        if server.is_loopback() {
            config = config.proxy(None);
        }
        Self { agent: config.build().new_agent(), server, token }
    }

    /// What is there.
    pub(crate) fn get<T: DeserializeOwned>(&self, route: &Route) -> Result<T, Failure> {
        let request = self.agent.get(self.url(route));
        self.receive(self.dress(request, route).call())?.decode()
    }

    /// What a service gets, sealed on its way to this process: everything, or the value of one name.
    pub(crate) fn values<T: DeserializeOwned>(&self, subject: &Subject) -> Result<T, Failure> {
        let found = self.values_changed(subject, &mut None)?;
        found.ok_or_else(|| Failure::failed(format!("{} answered with nothing", self.server)))
    }

    /// The same, unless it is still what `tag` stands for, which stands for what is there then.
    pub(crate) fn values_changed<T: DeserializeOwned>(
        &self,
        subject: &Subject,
        tag: &mut Option<String>,
    ) -> Result<Option<T>, Failure> {
        let rest = subject.name.map_or_else(|| "values".to_owned(), |name| format!("values/{name}"));
        let route = Route::of_service(subject.service, subject.environment, &rest);
        let key = OneTimeKey::generate();
        let mut request = self.dress(self.agent.get(self.url(&route)), &route).header(transit::HEADER, key.public());
        if let Some(tag) = tag {
            request = request.header("if-none-match", tag.as_str());
        }
        let answered = request.call();
        if tag.is_some() && answered.as_ref().is_ok_and(|answer| answer.status() == 304) {
            return Ok(None);
        }
        let new = answered.as_ref().ok().and_then(|answer| answer.headers().get("etag")?.to_str().ok());
        let new = new.map(str::to_owned);
        let found = self.receive(answered)?.open(&self.server, key, subject)?.decode()?;
        *tag = new;
        Ok(Some(found))
    }

    /// The events of a stream that come after `last`, and what the server calls the watch. Reading fails when the server
    /// is silent for too long.
    pub(crate) fn events(
        &self,
        route: &Route,
        last: i64,
    ) -> Result<(Events<BodyReader<'static>>, Option<String>), Failure> {
        let request = self.dress(self.agent.get(self.url(route)), route);
        let request = request.header("last-event-id", last.to_string());
        let config = request.config().timeout_global(None).timeout_recv_response(Some(SILENCE));
        let answer = config.timeout_per_read(Some(SILENCE)).build().call();
        let is_stream = |answer: &Response<Body>| {
            let media = answer.headers().get("content-type");
            answer.status() == 200 && media.is_some_and(|media| media.as_bytes().starts_with(b"text/event-stream"))
        };
        match answer {
            Ok(answer) if is_stream(&answer) => {
                let watch = answer.headers().get("watch-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
                Ok((Events::new(answer.into_body().into_reader()), watch))
            }
            // What says yes otherwise is no stream of ours.
            answer => Err(match self.receive(answer) {
                Ok(_) => Failure::failed(format!("{} answered with no events", self.server)),
                Err(failure) => failure,
            }),
        }
    }

    /// Every item of a list, page by page.
    pub(crate) fn list(&self, route: &Route) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut cursor = None;
        loop {
            let page = route.clone().with("limit", domain::api::LIMIT_MAX.to_string());
            let page: domain::api::Page<Value> = self.get(&page.with_some("cursor", cursor))?;
            items.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(items);
            }
        }
    }

    /// The first items of a list.
    pub(crate) fn list_some(&self, route: &Route, limit: usize) -> Result<Vec<Value>, Failure> {
        let limit = limit.clamp(1, domain::api::LIMIT_MAX as usize);
        let page: domain::api::Page<Value> = self.get(&route.clone().with("limit", limit.to_string()))?;
        Ok(page.items)
    }

    /// Puts JSON.
    pub(crate) fn put<T: DeserializeOwned>(&self, route: &Route, body: &impl Serialize) -> Result<T, Failure> {
        self.put_bytes(route, "application/json", &json(body)?)
    }

    /// Posts JSON.
    pub(crate) fn post<T: DeserializeOwned>(&self, route: &Route, body: &impl Serialize) -> Result<T, Failure> {
        self.post_bytes(route, "application/json", &json(body)?)
    }

    /// Posts bytes of that type.
    pub(crate) fn post_bytes<T: DeserializeOwned>(
        &self,
        route: &Route,
        content_type: &str,
        body: &[u8],
    ) -> Result<T, Failure> {
        let request = self.agent.post(self.url(route)).content_type(content_type);
        self.receive(self.dress(request, route).send(body))?.decode()
    }

    /// A text that is there.
    pub(crate) fn get_bytes(&self, route: &Route) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let request = self.agent.get(self.url(route));
        Ok(self.receive(self.dress(request, route).call())?.into_bytes())
    }

    /// Puts bytes of that type.
    pub(crate) fn put_bytes<T: DeserializeOwned>(
        &self,
        route: &Route,
        content_type: &str,
        body: &[u8],
    ) -> Result<T, Failure> {
        let request = self.agent.put(self.url(route)).content_type(content_type);
        self.receive(self.dress(request, route).send(body))?.decode()
    }

    /// Posts JSON; the answer is a file.
    pub(crate) fn post_for_bytes(&self, route: &Route, body: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let request = self.agent.post(self.url(route)).content_type("application/json");
        Ok(self.receive(self.dress(request, route).send(&*json(body)?))?.into_bytes())
    }

    /// Deletes what is there.
    pub(crate) fn delete(&self, route: &Route) -> Result<(), Failure> {
        let request = self.agent.delete(self.url(route));
        self.receive(self.dress(request, route).call()).map(|_| ())
    }

    /// What a deletion answers that has something to tell.
    pub(crate) fn delete_for<T: DeserializeOwned>(&self, route: &Route) -> Result<T, Failure> {
        let request = self.agent.delete(self.url(route));
        self.receive(self.dress(request, route).call())?.decode()
    }

    fn url(&self, route: &Route) -> String {
        format!("{}/api/v1/{}", self.server, route.path)
    }

    fn dress<B>(&self, request: RequestBuilder<B>, route: &Route) -> RequestBuilder<B> {
        let bearer = Zeroizing::new(format!("Bearer {}", self.token.expose()));
        request
            .header("authorization", bearer.as_str())
            .header("accept", "application/json")
            .query_pairs(route.query.iter().map(|(name, value)| (*name, value.as_str())))
    }

    fn receive(&self, result: Result<Response<Body>, ureq::Error>) -> Result<Reply, Failure> {
        Reply::receive(&self.server, result)
    }
}

/// The JSON of a request. It may hold a value, so it is wiped after it was sent.
fn json(body: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let json = serde_json::to_vec(body).map_err(|_| Failure::failed("the request cannot be written as JSON"))?;
    Ok(Zeroizing::new(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_path_and_a_parameter() {
        let service = ServicePath::new("shop".parse().unwrap(), "api".parse().unwrap());
        let scope = Scope::service(service, Some("staging".parse().unwrap()));
        let route = Route::of_scope(&scope, "secrets/A.b-c");
        assert_eq!(route.path, "projects/shop/services/api/secrets/A.b-c");
        assert_eq!(route.query, [("environment", "staging".to_owned())]);
        let route = Route::of_scope(&Scope::platform(None), "secrets");
        assert_eq!((route.path.as_str(), route.query.len()), ("platform/secrets", 0));
    }
}
