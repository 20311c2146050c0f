//! The ordered, platform-wide list of environments.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::api::{Environment, EnvironmentRemoval, NewEnvironment, Page, PatchEnvironment};
use serde::Deserialize;
use utoipa::IntoParams;
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

/// How an environment is removed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct How {
    /// Only answers what would go: 200 and the plan.
    dry_run: Option<bool>,
    /// Removes what is in it, too: secrets with their history, bindings, tokens.
    with_contents: Option<bool>,
    /// With `with_contents`: how many secrets the plan told; 409 when it is another number by now.
    expected_secrets: Option<u32>,
}

/// Removes an environment: one that nothing uses, or with its contents all that is in it.
#[utoipa::path(
    delete, path = "/environments/{name}", tag = "environments", operation_id = "delete_environment", params(How),
    responses(
        (status = 200, description = "With `dry_run`: what would go.", body = EnvironmentRemoval),
        (status = 204, description = "It is gone.")
    )
)]
async fn remove(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    EnvironmentPath(name): EnvironmentPath,
    Query(how): Query<How>,
) -> Answer<Response> {
    if how.dry_run == Some(true) {
        return Ok(Json(vault.plan_environment_removal(&actor, &name).await?).into_response());
    }
    if how.with_contents == Some(true) {
        vault.delete_environment_with_contents(&actor, &name, how.expected_secrets).await?;
    } else {
        vault.delete_environment(&actor, &name).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
