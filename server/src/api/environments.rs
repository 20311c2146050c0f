//! The ordered, platform-wide list of environments.

use axum::{Json, extract::State, http::StatusCode};
use domain::api::{Environment, NewEnvironment, Page, PatchEnvironment};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Body, Cut, EnvironmentPath, Query},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(update, remove))
}

/// The environments, in their order.
#[utoipa::path(
    get, path = "/environments", tag = "environments", operation_id = "list_environments", params(Cut),
    responses((status = 200, body = Page<Environment>))
)]
async fn list(Signed(actor): Signed, State(vault): State<Vault>, Query(cut): Query<Cut>) -> List<Environment> {
    let all = vault.list_environments(&actor).await?;
    Ok(Json(cut.of(all, |environment| environment.name.as_str())?))
}

/// Adds an environment.
#[utoipa::path(
    post, path = "/environments", tag = "environments", operation_id = "create_environment",
    request_body = NewEnvironment, responses((status = 201, body = Environment))
)]
async fn create(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    Body(new): Body<NewEnvironment>,
) -> Answer<(StatusCode, Json<Environment>)> {
    let environment = vault.create_environment(&actor, &new).await?;
    Ok((StatusCode::CREATED, Json(environment)))
}

/// Renames or moves an environment; what is absent stays.
#[utoipa::path(
    put, path = "/environments/{name}", tag = "environments", operation_id = "update_environment",
    request_body = PatchEnvironment, responses((status = 200, body = Environment))
)]
async fn update(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    EnvironmentPath(name): EnvironmentPath,
    Body(patch): Body<PatchEnvironment>,
) -> Answer<Json<Environment>> {
    Ok(Json(vault.update_environment(&actor, &name, &patch).await?))
}

/// Removes an environment that nothing uses.
#[utoipa::path(
    delete, path = "/environments/{name}", tag = "environments", operation_id = "delete_environment",
    responses((status = 204, description = "It is gone."))
)]
async fn remove(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    EnvironmentPath(name): EnvironmentPath,
) -> Answer<StatusCode> {
    vault.delete_environment(&actor, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
