//! Uploads without script: read, planned and applied in one step, all or nothing.

use app::{
    notice::Notice,
    pages::secrets::{Place, environment_of, import_sentence},
    paths::forms,
};
use axum::{
    Router,
    extract::{Multipart, State},
    response::Response,
    routing::post,
};
use domain::{Actor, Code, Error, Scope, api::Plan, import::parse_json};
use tower_sessions::Session;
use vault::{ImportOptions, Vault};

use super::{lead, parts::Parts, short};
use crate::{
    AppState,
    auth::Signed,
    problem::{Answer, ApiError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::IMPORT, post(import))
}

async fn import(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    form: Multipart,
) -> Answer<Response> {
    let mut parts = Parts::read(form).await?;
    let place = Place::of(parts.text("project")?, parts.text("service")?, parts.text("level")?)?;
    let scope = place.level.at(environment_of(parts.text("environment")?)?);
    let notice = match apply(&vault, &actor, &scope, &mut parts).await {
        Ok(plan) => Notice::good(import_sentence(&scope, plan.counts)).undoable(plan.change_id),
        Err(ApiError(error)) => Notice::bad(short(error)),
    };
    lead(&session, &place.path(), notice).await
}

async fn apply(vault: &Vault, actor: &Actor, scope: &Scope, parts: &mut Parts) -> Answer<Plan> {
    let file = parts.file("file").ok_or_else(|| Error::new(Code::Invalid, "nothing was stored: no file was chosen"))?;
    let import = parse_json(&file)?;
    let options = ImportOptions::default();
    Ok(vault.import(actor, scope, &import, &options).await?)
}
