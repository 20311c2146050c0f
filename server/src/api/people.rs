//! Everyone who may sign in.

use axum::{Json, extract::State, http::StatusCode};
use domain::api::{NewPerson, Page, PersonRow};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Body, Cut, Query},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create))
}

/// Everyone.
#[utoipa::path(
    get, path = "/people", tag = "people", operation_id = "list_people", params(Cut),
    responses((status = 200, body = Page<PersonRow>))
)]
async fn list(Signed(actor): Signed, State(vault): State<Vault>, Query(cut): Query<Cut>) -> List<PersonRow> {
    let all = vault.list_people(&actor).await?;
    Ok(Json(cut.of(all, |person| &person.id)?))
}

/// Adds a person with their first password.
#[utoipa::path(
    post, path = "/people", tag = "people", operation_id = "create_person",
    request_body = NewPerson, responses((status = 201, body = PersonRow))
)]
async fn create(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    Body(new): Body<NewPerson>,
) -> Answer<(StatusCode, Json<PersonRow>)> {
    let person = vault.create_person(&actor, new).await?;
    Ok((StatusCode::CREATED, Json(person)))
}
