//! Services of a project.

use axum::{Json, extract::State, http::StatusCode};
use domain::api::{NewProject, Page, PatchPlace, Service};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Body, Cut, InService, ProjectPath, Query},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(find, update, remove))
}

/// The services of a project that you may see, by slug.
#[utoipa::path(
    get, path = "/projects/{project}/services", tag = "services", operation_id = "list_services", params(Cut),
    responses((status = 200, body = Page<Service>))
)]
async fn list(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    ProjectPath(project): ProjectPath,
    Query(cut): Query<Cut>,
) -> List<Service> {
    let all = vault.list_services(&actor, &project).await?;
    Ok(Json(cut.of(all, |service| service.slug.as_str())?))
}

/// Creates a service; it gets all its effective secrets until its delivery says otherwise.
#[utoipa::path(
    post, path = "/projects/{project}/services", tag = "services", operation_id = "create_service",
    request_body = NewProject, responses((status = 201, body = Service))
)]
async fn create(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    ProjectPath(project): ProjectPath,
    Body(new): Body<NewProject>,
) -> Answer<(StatusCode, Json<Service>)> {
    let service = vault.create_service(&actor, &project, &new).await?;
    Ok((StatusCode::CREATED, Json(service)))
}

/// One service.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}", tag = "services", operation_id = "find_service",
    responses((status = 200, body = Service))
)]
async fn find(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
) -> Answer<Json<Service>> {
    Ok(Json(vault.find_service(&actor, &service).await?))
}

/// Changes the words of a service; what is absent stays.
#[utoipa::path(
    patch, path = "/projects/{project}/services/{service}", tag = "services", operation_id = "update_service",
    request_body = PatchPlace, responses((status = 200, body = Service))
)]
async fn update(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
    Body(patch): Body<PatchPlace>,
) -> Answer<Json<Service>> {
    Ok(Json(vault.update_service(&actor, &service, &patch).await?))
}

/// Deletes a service with its secrets, bindings and tokens.
#[utoipa::path(
    delete, path = "/projects/{project}/services/{service}", tag = "services", operation_id = "delete_service",
    responses((status = 204, description = "It is gone."))
)]
async fn remove(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
) -> Answer<StatusCode> {
    vault.delete_service(&actor, &service).await?;
    Ok(StatusCode::NO_CONTENT)
}
