//! Secrets of a page as a file to be saved. A form, so that it works without script and never leaves an address behind.

use app::{
    notice::Notice,
    pages::secrets::{Place, environment_of},
    paths::forms,
};
use axum::{
    Form, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{Error, Level, export::Format};
use serde::Deserialize;
use tower_sessions::Session;
use vault::{ExportOptions, Vault};

use super::{lead, short};
use crate::{AppState, auth::Signed, local_path::local_path, problem::Answer, respond::SecretFile};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::EXPORT, post(export))
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
    /// `true` for what the service gets, instead of one scope's own.
    #[serde(default)]
    effective: bool,
    format: String,
    #[serde(default)]
    back: String,
}

async fn export(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(asked): Form<Asked>,
) -> Answer<Response> {
    let place = Place::of(&asked.project, &asked.service, &asked.level)?;
    let scope = place.level.at(environment_of(&asked.environment)?);
    let format = Format::from_word(&asked.format).ok_or_else(|| Error::field("format", "this is no format of ours"))?;
    let options = ExportOptions { format, reason: String::new() };
    let exported = match (&scope.level, &scope.environment) {
        (Level::Service(service), Some(environment)) if asked.effective => {
            vault.export_effective(&actor, service, environment, &options).await
        }
        _ => vault.export(&actor, &scope, &options).await,
    };
    match exported {
        Ok(exported) => Ok(SecretFile { format, exported }.into_response()),
        Err(error) => lead(&session, local_path(&asked.back), Notice::bad(short(error.public()))).await,
    }
}
