//! The people of a project.

use axum::{Json, extract::State, http::StatusCode};
use domain::api::{Member, NewMember, Page, PutMember};
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
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(put, remove))
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

/// Gives someone a role in a project, for all environments or for some; 409 where it meets one they have.
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

/// Replaces the roles of a member; `id` is the person's.
#[utoipa::path(
    put, path = "/projects/{project}/members/{id}", tag = "people", operation_id = "put_member",
    request_body = PutMember, responses((status = 200, body = Member))
)]
async fn put(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    ProjectPath(project): ProjectPath,
    Id(id): Id,
    Body(put): Body<PutMember>,
) -> Answer<Json<Member>> {
    Ok(Json(vault.put_member(&actor, &project, &id, &put).await?))
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
