//! Projects.

use axum::{Json, extract::State, http::StatusCode};
use domain::api::{NewProject, Page, PatchPlace, Project};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Body, Cut, ProjectPath, Query},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(find, update, remove))
}

/// The projects you may see, by slug.
#[utoipa::path(
    get, path = "/projects", tag = "projects", operation_id = "list_projects", params(Cut),
    responses((status = 200, body = Page<Project>))
)]
async fn list(Signed(actor): Signed, State(vault): State<Vault>, Query(cut): Query<Cut>) -> List<Project> {
    let all = vault.list_projects(&actor).await?;
    Ok(Json(cut.of(all, |project| project.slug.as_str())?))
}

/// Creates a project.
#[utoipa::path(
    post, path = "/projects", tag = "projects", operation_id = "create_project",
    request_body = NewProject, responses((status = 201, body = Project))
)]
async fn create(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    Body(new): Body<NewProject>,
) -> Answer<(StatusCode, Json<Project>)> {
    let project = vault.create_project(&actor, &new).await?;
    Ok((StatusCode::CREATED, Json(project)))
}

/// One project.
#[utoipa::path(
    get, path = "/projects/{project}", tag = "projects", operation_id = "find_project",
    responses((status = 200, body = Project))
)]
async fn find(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    ProjectPath(project): ProjectPath,
) -> Answer<Json<Project>> {
    Ok(Json(vault.find_project(&actor, &project).await?))
}

/// Changes the words of a project; what is absent stays.
#[utoipa::path(
    patch, path = "/projects/{project}", tag = "projects", operation_id = "update_project",
    request_body = PatchPlace, responses((status = 200, body = Project))
)]
async fn update(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    ProjectPath(project): ProjectPath,
    Body(patch): Body<PatchPlace>,
) -> Answer<Json<Project>> {
    Ok(Json(vault.update_project(&actor, &project, &patch).await?))
}

/// Deletes a project with its services, secrets, bindings and tokens.
#[utoipa::path(
    delete, path = "/projects/{project}", tag = "projects", operation_id = "delete_project",
    responses((status = 204, description = "It is gone."))
)]
async fn remove(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    ProjectPath(project): ProjectPath,
) -> Answer<StatusCode> {
    vault.delete_project(&actor, &project).await?;
    Ok(StatusCode::NO_CONTENT)
}
