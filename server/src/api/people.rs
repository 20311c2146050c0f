//! Everyone who may sign in.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use domain::api::{CreatedPerson, Invitation, NewPerson, Page, PatchPerson, PersonRow};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::{Invited, Vault};

use super::List;
use crate::{
    AppState, Edge,
    auth::Signed,
    extract::{Body, Cut, Id, Query},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(update, remove)).routes(routes!(invite))
}

/// The invitation with its whole address.
pub(crate) fn invitation(edge: &Edge, invited: &Invited) -> Invitation {
    let link = format!("{}{}", edge.public, app::paths::invite(&invited.token));
    Invitation { link: link.into(), expires_at: invited.expires_at }
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

/// Adds a person. Without a password they are invited: the answer has the link to send them, this one time.
#[utoipa::path(
    post, path = "/people", tag = "people", operation_id = "create_person",
    request_body = NewPerson, responses((status = 201, body = CreatedPerson))
)]
async fn create(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    State(edge): State<Arc<Edge>>,
    Body(new): Body<NewPerson>,
) -> Answer<(StatusCode, Json<CreatedPerson>)> {
    let (row, invited) = vault.create_person(&actor, new).await?;
    let invitation = invited.map(|invited| invitation(&edge, &invited));
    Ok((StatusCode::CREATED, Json(CreatedPerson { invitation, row })))
}

/// Changes a person. Another role, and disabling, end their sessions and tokens; the last admin stays one (409).
#[utoipa::path(
    patch, path = "/people/{id}", tag = "people", operation_id = "update_person",
    request_body = PatchPerson, responses((status = 200, body = PersonRow))
)]
async fn update(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    Id(id): Id,
    Body(patch): Body<PatchPerson>,
) -> Answer<Json<PersonRow>> {
    Ok(Json(vault.update_person(&actor, &id, &patch).await?))
}

/// Removes a person, with their roles, sessions and tokens. History keeps their name. The last admin stays (409).
#[utoipa::path(
    delete, path = "/people/{id}", tag = "people", operation_id = "delete_person",
    responses((status = 204, description = "They are gone."))
)]
async fn remove(Signed(actor): Signed, State(vault): State<Vault>, Id(id): Id) -> Answer<StatusCode> {
    vault.delete_person(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new link for somebody who has not accepted theirs; the one before stops working.
#[utoipa::path(
    post, path = "/people/{id}/invitation", tag = "people", operation_id = "renew_invitation",
    responses((status = 201, body = Invitation))
)]
async fn invite(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    State(edge): State<Arc<Edge>>,
    Id(id): Id,
) -> Answer<(StatusCode, Json<Invitation>)> {
    let invited = vault.renew_invitation(&actor, &id).await?;
    Ok((StatusCode::CREATED, Json(invitation(&edge, &invited))))
}
