//! Tokens of programs.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::api::{CreatedToken, NewToken, Page, TokenRow};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Body, Cut, Id, Query},
    problem::Answer,
    respond::SecretJson,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(remove))
}

/// The tokens you may manage, newest first.
#[utoipa::path(
    get, path = "/tokens", tag = "tokens", operation_id = "list_tokens", params(Cut),
    responses((status = 200, body = Page<TokenRow>))
)]
async fn list(Signed(actor): Signed, State(vault): State<Vault>, Query(cut): Query<Cut>) -> List<TokenRow> {
    let all = vault.list_tokens(&actor).await?;
    Ok(Json(cut.of(all, |token| &token.id)?))
}

/// Makes a token. This answer is the only one that ever carries it.
#[utoipa::path(
    post, path = "/tokens", tag = "tokens", operation_id = "create_token",
    request_body = NewToken, responses((status = 201, body = CreatedToken))
)]
async fn create(Signed(actor): Signed, State(vault): State<Vault>, Body(new): Body<NewToken>) -> Answer<Response> {
    let token = vault.create_token(&actor, &new).await?;
    Ok((StatusCode::CREATED, SecretJson(token)).into_response())
}

/// Takes a token back; it is refused from the next request on.
#[utoipa::path(
    delete, path = "/tokens/{id}", tag = "tokens", operation_id = "revoke_token",
    responses((status = 204, description = "It works no more."))
)]
async fn remove(Signed(actor): Signed, State(vault): State<Vault>, Id(id): Id) -> Answer<StatusCode> {
    vault.revoke_token(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
