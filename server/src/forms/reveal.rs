//! One value on a page of its own, for browsers without script; and the bytes of a file.

use std::fmt::Write as _;

use app::{
    context::Assets,
    notice::Notice,
    pages::{
        Look,
        secrets::{Place, RevealedPage, environment_of, revealed_page},
    },
    paths::forms,
};
use axum::{
    Form, Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{SecretName, SecretValue, api::RevealRequest};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{bare::bare, lead, name};
use crate::{AppState, auth::Signed, local_path::local_path, pages::theme, problem::Answer};

/// How long the page stays, in seconds.
const SHOWN_SECONDS: u32 = 30;

/// Nothing runs, nothing comes from elsewhere, and no form leads away.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::REVEAL, post(reveal)).route(forms::DOWNLOAD, post(download))
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
        look: Look { css: assets.css, theme: theme(&headers) },
    });
    let mut response = bare(page);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    if let Ok(away) = HeaderValue::from_str(&format!("{SHOWN_SECONDS}; url={back}")) {
        response.headers_mut().insert(HeaderName::from_static("refresh"), away);
    }
    Ok(response)
}

/// The bytes of a value as a file to save: revealed and recorded like any other.
async fn download(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(asked): Form<Asked>,
) -> Answer<Response> {
    let place = Place::of(&asked.project, &asked.service, &asked.level)?;
    let scope = place.level.at(environment_of(&asked.environment)?);
    let name: SecretName = name("name", &asked.name)?;
    let request = RevealRequest { reason: Some("download".to_owned()), version: Some(asked.version) };
    let revealed = match vault.reveal(&actor, &scope, &name, &request).await {
        Ok(revealed) => revealed,
        Err(error) => return lead(&session, local_path(&asked.back), Notice::bad(error.public())).await,
    };
    let value = SecretValue::from_wire(revealed.kind, &revealed.value.0)?;
    let file_name = revealed.file_name.unwrap_or_else(|| name.to_string());
    let mut response = value.expose().to_vec().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&attachment(&file_name)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// RFC 6266: a plain name for those who read no other, and the name itself.
fn attachment(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut exact = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            let _ = write!(exact, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_file_is_offered_under_its_name_whatever_is_in_it() {
        assert_eq!(attachment("tls.p12"), "attachment; filename=\"tls.p12\"; filename*=UTF-8''tls.p12");
        assert_eq!(
            attachment("a\"b; Schlüssel"),
            "attachment; filename=\"a_b_ Schl_ssel\"; filename*=UTF-8''a%22b%3B%20Schl%C3%BCssel"
        );
    }
}
