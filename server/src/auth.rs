//! Who asks: found out once per request, before any handler runs.
//!
//! REST takes a bearer token, or else the session; everything else takes the session only.

use axum::{
    extract::{FromRequestParts, OriginalUri, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::{Actor, Code, Error, access::RequestInfo};
use tower_sessions::Session;
use vault::Vault;

use crate::{
    layers::is_api,
    problem::{Answer, ApiError},
    session,
};

/// Who asks. An extension of every request.
#[derive(Clone)]
pub(crate) enum Caller {
    /// No credentials.
    Nobody,
    /// A person, by their session.
    Session(Actor),
    /// A person who must get a second factor before anything else.
    Enrolling(Actor),
    /// A program, by its token.
    Token(Actor),
    /// Credentials that were refused or could not be checked. Told only where someone has to be known.
    Refused(Error),
}

impl Caller {
    /// The person of the session.
    pub(crate) fn person(&self) -> Option<&Actor> {
        match self {
            Self::Session(actor) => Some(actor),
            _ => None,
        }
    }
}

/// Finds out who asks.
pub(crate) async fn authenticate(State(vault): State<Vault>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = caller(&vault, &parts).await.unwrap_or_else(|ApiError(error)| Caller::Refused(error));
    parts.extensions.insert(caller);
    next.run(Request::from_parts(parts, body)).await
}

async fn caller(vault: &Vault, parts: &Parts) -> Answer<Caller> {
    let info = parts.extensions.get::<RequestInfo>().cloned().unwrap_or_default();
    if is_api(parts.uri.path()) && parts.headers.contains_key(header::AUTHORIZATION) {
        let token = bearer(&parts.headers)
            .ok_or_else(|| Error::new(Code::Unauthenticated, "the header `Authorization` is not `Bearer TOKEN`"))?;
        return Ok(Caller::Token(vault.actor_of_token(info, token).await?));
    }
    let Some(session) = parts.extensions.get::<Session>() else {
        return Ok(Caller::Nobody);
    };
    let Some(signed_in) = session::signed_in(session).await? else {
        return Ok(Caller::Nobody);
    };
    let Some(actor) = vault.actor_of_session(info, signed_in).await? else {
        session::sign_out(session).await?;
        return Ok(Caller::Nobody);
    };
    session::touch(session).await?;
    Ok(if actor.must_enrol() { Caller::Enrolling(actor) } else { Caller::Session(actor) })
}

/// The token of `Authorization: Bearer …`; the header must come once.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Someone known: a person or a program. REST answers anybody else with 401, pages and forms lead to the sign-in.
pub(crate) struct Signed(pub(crate) Actor);

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Session(actor) | Caller::Token(actor)) => Ok(Self(actor.clone())),
            Some(Caller::Enrolling(_)) if reads_rest(parts) => Err(must_enrol().into_response()),
            Some(Caller::Enrolling(_)) => Err(Redirect::to(app::paths::SECOND_FACTOR).into_response()),
            Some(Caller::Refused(error)) => Err(ApiError(error.clone()).into_response()),
            Some(Caller::Nobody) | None if reads_rest(parts) => Err(nobody().into_response()),
            Some(Caller::Nobody) | None => Err(Redirect::to(app::paths::LOGIN).into_response()),
        }
    }
}

/// A person at their own account: also one who must get a second factor before anything else. A program gets here, too,
/// and is refused by the vault.
pub(crate) struct Present(pub(crate) Actor);

impl<S: Send + Sync> FromRequestParts<S> for Present {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Enrolling(actor)) => Ok(Self(actor.clone())),
            _ => Signed::from_request_parts(parts, state).await.map(|Signed(actor)| Self(actor)),
        }
    }
}

fn must_enrol() -> ApiError {
    Error::new(
        Code::SecondFactorRequired,
        "this installation demands a second factor: set yours up on the page of your account, then go on",
    )
    .into()
}

/// Whether the request is one to REST; a nested router sees only the rest of its path.
fn reads_rest(parts: &Parts) -> bool {
    let whole = parts.extensions.get::<OriginalUri>();
    is_api(whole.map_or(parts.uri.path(), |uri| uri.path()))
}

/// A program. People see values one at a time, by revealing them.
pub(crate) struct TokenOnly(pub(crate) Actor);

impl<S: Send + Sync> FromRequestParts<S> for TokenOnly {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Token(actor)) => Ok(Self(actor.clone())),
            Some(Caller::Session(_) | Caller::Enrolling(_)) => Err(Error::new(
                Code::Denied,
                "everything a service gets is handed to programs only: send a bearer token; a person reveals one \
                 value at a time",
            )
            .into()),
            Some(Caller::Refused(error)) => Err(error.clone().into()),
            Some(Caller::Nobody) | None => Err(nobody()),
        }
    }
}

fn nobody() -> ApiError {
    Error::new(Code::Unauthenticated, "send a token as `Authorization: Bearer …`, or sign in").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let values = values.iter().map(|value| value.parse().unwrap());
        values.map(|value| (header::AUTHORIZATION, value)).collect()
    }

    #[test]
    fn a_bearer_token_is_the_only_authorization() {
        assert_eq!(bearer(&headers(&["Bearer srm_x"])), Some("srm_x"));
        assert_eq!(bearer(&headers(&["bearer  srm_x "])), Some("srm_x"));
        for bad in
            [vec![], vec!["srm_x"], vec!["Bearer"], vec!["Bearer "], vec!["Basic srm_x"], vec!["Bearer a", "Bearer b"]]
        {
            assert_eq!(bearer(&headers(&bad)), None, "{bad:?}");
        }
    }
}
