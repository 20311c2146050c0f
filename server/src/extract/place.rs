//! Places in paths: `/platform`, `/projects/{project}`, `/projects/{project}/services/{service}`, with
//! `?environment=NAME`. A name that cannot exist is as absent as one that does not.

use axum::{
    extract::{FromRequestParts, RawPathParams, rejection::RawPathParamsRejection},
    http::request::Parts,
};
use domain::{EnvironmentName, Error, Level, Scope, SecretName, ServicePath, Slug};
use serde::Deserialize;
use utoipa::IntoParams;

use super::query::{self, Where};
use crate::problem::{Answer, ApiError};

/// The parameters of the path.
struct Words(Option<RawPathParams>);

impl Words {
    async fn of<S: Send + Sync>(parts: &mut Parts, state: &S) -> Answer<Self> {
        match RawPathParams::from_request_parts(parts, state).await {
            Ok(words) => Ok(Self(Some(words))),
            // As in `/platform/secrets`.
            Err(RawPathParamsRejection::MissingPathParams(_)) => Ok(Self(None)),
            // Bytes that are no text name nothing; they must never read as the platform.
            Err(_) => Err(Error::not_found("this address").into()),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        let words = self.0.as_ref()?;
        words.iter().find(|(key, _)| *key == name).map(|(_, word)| word)
    }

    fn slug(&self, name: &str, what: &str) -> Answer<Slug> {
        self.get(name).and_then(|word| word.parse().ok()).ok_or_else(|| Error::not_found(what).into())
    }

    fn project(&self) -> Answer<Slug> {
        self.slug("project", "this project")
    }

    fn service(&self) -> Answer<ServicePath> {
        Ok(ServicePath::new(self.project()?, self.slug("service", "this service")?))
    }

    fn level(&self) -> Answer<Level> {
        if self.get("service").is_some() {
            Ok(Level::Service(self.service()?))
        } else if self.get("project").is_some() {
            let project = self.project()?;
            Ok(Level::Project { project })
        } else {
            Ok(Level::Platform)
        }
    }
}

fn environment(text: &str) -> Answer<EnvironmentName> {
    text.parse().map_err(|_| Error::not_found("this environment").into())
}

macro_rules! from_parts {
    ($type:ty, |$parts:ident, $words:ident| $make:expr $(, $generic:ident: $bound:ident)?) => {
        impl<S: Send + Sync $(, $generic: $bound)?> FromRequestParts<S> for $type {
            type Rejection = ApiError;

            async fn from_request_parts($parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                let $words = Words::of($parts, state).await?;
                Ok($make)
            }
        }
    };
}

/// No parameters but `?environment=`.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JustWhere {
    /// The environment; all environments when absent.
    environment: Option<String>,
}

impl Where for JustWhere {
    fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }
}

/// No parameters but `?environment=`, which has to be there.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequiredWhere {
    /// The environment.
    #[param(required = true)]
    environment: Option<String>,
}

impl Where for RequiredWhere {
    fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }
}

/// The scope a request is about, and its query.
pub(crate) struct In<Q = JustWhere> {
    pub(crate) scope: Scope,
    pub(crate) query: Q,
}

from_parts!(In<Q>, |parts, words| {
    let level = words.level()?;
    let query: Q = query::read(&parts.uri)?;
    let environment = query.environment().map(environment).transpose()?;
    Self { scope: level.at(environment), query }
}, Q: Where);

/// A service in one environment, which has to be named, and the query.
pub(crate) struct ServiceAt<Q = RequiredWhere> {
    pub(crate) service: ServicePath,
    pub(crate) environment: EnvironmentName,
    pub(crate) query: Q,
}

from_parts!(ServiceAt<Q>, |parts, words| {
    let service = words.service()?;
    let query: Q = query::read(&parts.uri)?;
    let name = query.environment().ok_or_else(|| {
        Error::field("environment", "say in which environment: `?environment=NAME`")
    })?;
    Self { service, environment: environment(name)?, query }
}, Q: Where);

/// A project.
pub(crate) struct ProjectPath(pub(crate) Slug);

from_parts!(ProjectPath, |parts, words| Self(words.project()?));

/// A service.
pub(crate) struct InService(pub(crate) ServicePath);

from_parts!(InService, |parts, words| Self(words.service()?));

/// An environment of the path.
pub(crate) struct EnvironmentPath(pub(crate) EnvironmentName);

from_parts!(EnvironmentPath, |parts, words| Self(environment(words.get("name").unwrap_or_default())?));

/// The name of a secret that is there, or is not: 404 for one that cannot be.
pub(crate) struct Named(pub(crate) SecretName);

from_parts!(Named, |parts, words| Self(
    words.get("name").and_then(|name| name.parse().ok()).ok_or_else(|| Error::not_found("this secret"))?
));

/// The name of a secret to be: 422 with the rule for one that cannot be.
pub(crate) struct NewName(pub(crate) SecretName);

from_parts!(NewName, |parts, words| Self(words.get("name").unwrap_or_default().parse().map_err(Error::from)?));

/// An id of the path, as the client wrote it.
pub(crate) struct Id(pub(crate) String);

from_parts!(Id, |parts, words| Self(words.get("id").unwrap_or_default().to_owned()));
