//! One value on a page of its own, for browsers without script.

use app::{
    context::Assets,
    notice::Notice,
    pages::secrets::{Place, RevealedPage, environment_of, revealed_page},
    paths::forms,
};
use axum::{
    Form, Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{Html, IntoResponse, Response},
    routing::post,
};
use domain::{SecretName, api::RevealRequest};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{lead, name};
use crate::{AppState, auth::Signed, local_path::local_path, pages::theme, problem::Answer};

/// How long the page stays, in seconds.
const SHOWN_SECONDS: u32 = 30;

/// Nothing runs, and nothing comes from elsewhere.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::REVEAL, post(reveal))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    project: String,
    #[serde(default)]
    service: String,
    level: String,
    #[serde(default)]
    environment: String,
    name: String,
    version: i64,
    #[serde(default)]
    back: String,
}

async fn reveal(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    State(assets): State<Assets>,
    session: Session,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Answer<Response> {
    let place = Place::of(&asked.project, &asked.service, &asked.level)?;
    let scope = place.level.at(environment_of(&asked.environment)?);
    let name: SecretName = name("name", &asked.name)?;
    let back = local_path(&asked.back);
    let request = RevealRequest { reason: None, version: Some(asked.version) };
    let revealed = match vault.reveal(&actor, &scope, &name, &request).await {
        Ok(revealed) => revealed,
        Err(error) => return lead(&session, back, Notice::bad(error.public())).await,
    };
    let page = revealed_page(RevealedPage {
        scope,
        name,
        revealed,
        back: back.to_owned(),
        css: assets.css,
        theme: theme(&headers),
    });
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(away) = HeaderValue::from_str(&format!("{SHOWN_SECONDS}; url={back}")) {
        headers.insert(HeaderName::from_static("refresh"), away);
    }
    Ok(response)
}
