//! Signing in and out, the first admin, and light or dark.

use app::{notice::Notice, paths};
use axum::{
    Form, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::post,
};
use domain::{access::RequestInfo, api::WireValue};
use serde::Deserialize;
use tower_sessions::Session;
use vault::{Device, LogIn, Vault};

use super::lead;
use crate::{
    AppState,
    auth::Present,
    device::device,
    local_path::{local_path, login},
    problem::Answer,
    session,
};

/// How long a browser remembers light or dark, in seconds.
const YEAR: u32 = 365 * 24 * 60 * 60;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(paths::LOGIN, post(sign_in))
        .route(paths::LOGIN_CODE, post(second_step))
        .route(paths::LOGOUT, post(sign_out))
        .route("/setup/{token}", post(set_up))
        .route(paths::THEME, post(choose_theme))
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: WireValue,
    #[serde(default)]
    next: String,
}

async fn sign_in(
    State(vault): State<Vault>,
    session: Session,
    axum::Extension(request): axum::Extension<RequestInfo>,
    headers: HeaderMap,
    Form(form): Form<Credentials>,
) -> Answer<Response> {
    let next = local_path(&form.next);
    match vault.log_in(&request, &form.email, form.password.0).await {
        Ok(LogIn::Done(signed_in)) => {
            session::sign_in(&session, signed_in, on(&headers, &request)).await?;
            Ok(Redirect::to(next).into_response())
        }
        Ok(LogIn::SecondStep(half)) => {
            session::half_sign_in(&session, half).await?;
            Ok(Redirect::to(&step(next)).into_response())
        }
        Err(refused) => {
            let notice = Notice::bad(refused.public()).of(paths::LOGIN).keep("email", form.email);
            lead(&session, &login(next), notice).await
        }
    }
}

/// The device of a browser, for the list of sessions.
pub(super) fn on(headers: &HeaderMap, request: &RequestInfo) -> Device {
    Device { name: device(headers), address: request.address.clone() }
}

/// The page of the second step, which leads on to `next`.
fn step(next: &str) -> String {
    let next = if next == paths::HOME { "" } else { next };
    paths::query(paths::LOGIN_CODE, &[("next", next)])
}

#[derive(Deserialize)]
struct SecondStep {
    code: WireValue,
    #[serde(default)]
    next: String,
}

async fn second_step(
    State(vault): State<Vault>,
    session: Session,
    axum::Extension(request): axum::Extension<RequestInfo>,
    headers: HeaderMap,
    Form(form): Form<SecondStep>,
) -> Answer<Response> {
    let next = local_path(&form.next);
    let Some(half) = session::half_signed_in(&session).await? else {
        return Ok(Redirect::to(&login(next)).into_response());
    };
    match vault.finish_log_in(&request, half, form.code.0).await {
        Ok(signed_in) => {
            session::sign_in(&session, signed_in, on(&headers, &request)).await?;
            Ok(Redirect::to(next).into_response())
        }
        Err(refused) => {
            let notice = Notice::bad(refused.public()).of(paths::LOGIN_CODE);
            lead(&session, &step(next), notice).await
        }
    }
}

async fn sign_out(Present(actor): Present, State(vault): State<Vault>, session: Session) -> Answer<Response> {
    vault.log_out(&actor).await?;
    session::sign_out(&session).await?;
    let cleared = [("clear-site-data", "\"cache\", \"storage\"")];
    Ok((AppendHeaders(cleared), Redirect::to(paths::LOGIN)).into_response())
}

#[derive(Deserialize)]
struct FirstAdmin {
    email: String,
    #[serde(default)]
    name: String,
    password: WireValue,
}

async fn set_up(
    State(vault): State<Vault>,
    session: Session,
    axum::Extension(request): axum::Extension<RequestInfo>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(form): Form<FirstAdmin>,
) -> Answer<Response> {
    let made = vault.set_up(&request, &token, &form.email, &form.name, form.password.0).await;
    match made {
        Ok(signed_in) => {
            session::sign_in(&session, signed_in, on(&headers, &request)).await?;
            Ok(Redirect::to(paths::START).into_response())
        }
        Err(refused) => {
            let path = paths::setup(&token);
            let notice =
                Notice::bad(refused.public()).of(path.as_str()).keep("email", form.email).keep("name", form.name);
            lead(&session, local_path(&path), notice).await
        }
    }
}

#[derive(Deserialize)]
struct Theme {
    theme: String,
}

/// Remembers light or dark in a cookie of its own: it is the browser's, not the person's.
async fn choose_theme(
    State(state): State<AppState>,
    headers: HeaderMap,
    Form(Theme { theme }): Form<Theme>,
) -> Response {
    let secure = if state.edge.https { "; Secure" } else { "" };
    let attributes = format!("Path=/; SameSite=Lax; HttpOnly{secure}");
    let cookie = match theme.as_str() {
        "light" | "dark" => format!("theme={theme}; Max-Age={YEAR}; {attributes}"),
        _ => format!("theme=; Max-Age=0; {attributes}"),
    };
    let mut response = Redirect::to(&came_from(&headers)).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The path the browser says it comes from; `/` where it does not.
fn came_from(headers: &HeaderMap) -> String {
    let path = headers
        .get(header::REFERER)
        .and_then(|referer| referer.to_str().ok()?.parse::<Uri>().ok())
        .and_then(|uri| uri.path_and_query().map(ToString::to_string));
    local_path(path.as_deref().unwrap_or_default()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_form_leads_back_to_a_path_of_ours() {
        let from = |referer: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, referer.parse().unwrap());
            came_from(&headers)
        };
        assert_eq!(from("https://here.example/audit?actor=a"), "/audit?actor=a");
        assert_eq!(from("https://evil.example//evil.example"), "/");
        assert_eq!(from("nonsense"), "/");
        assert_eq!(came_from(&HeaderMap::new()), "/");
    }
}
