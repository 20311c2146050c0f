//! The people of a project.

use axum::{Json, extract::State, http::StatusCode};
use domain::api::{Member, NewMember, Page};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Body, Cut, Id, ProjectPath, Query},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(remove))
}

/// The members of a project.
#[utoipa::path(
    get, path = "/projects/{project}/members", tag = "people", operation_id = "list_members", params(Cut),
    responses((status = 200, body = Page<Member>))
)]
async fn list(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    ProjectPath(project): ProjectPath,
    Query(cut): Query<Cut>,
) -> List<Member> {
    let all = vault.list_members(&actor, &project).await?;
    Ok(Json(cut.of(all, |member| &member.id)?))
}

/// Adds someone to a project.
#[utoipa::path(
    post, path = "/projects/{project}/members", tag = "people", operation_id = "create_member",
    request_body = NewMember, responses((status = 201, body = Member))
)]
async fn create(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    ProjectPath(project): ProjectPath,
    Body(new): Body<NewMember>,
) -> Answer<(StatusCode, Json<Member>)> {
    let member = vault.create_member(&actor, &project, &new).await?;
    Ok((StatusCode::CREATED, Json(member)))
}

/// Takes someone out of a project; `id` is the person's.
#[utoipa::path(
    delete, path = "/projects/{project}/members/{id}", tag = "people", operation_id = "delete_member",
    responses((status = 204, description = "They are out."))
)]
async fn remove(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    ProjectPath(project): ProjectPath,
    Id(id): Id,
) -> Answer<StatusCode> {
    vault.delete_member(&actor, &project, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
