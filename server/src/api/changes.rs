//! Changes: one atomic write of one or many secrets.

use axum::{Json, extract::State};
use domain::api::{ChangeRow, ListQuery, Page};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Cut, Id, Query},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(find))
}

/// The changes you may see, newest first.
#[utoipa::path(
    get, path = "/changes", tag = "changes", operation_id = "list_changes", params(Cut),
    responses((status = 200, body = Page<ChangeRow>))
)]
async fn list(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    Query(Cut { cursor, limit }): Query<Cut>,
) -> List<ChangeRow> {
    let query = ListQuery { search: None, cursor, limit };
    Ok(Json(vault.list_changes(&actor, &query).await?))
}

/// One change.
#[utoipa::path(
    get, path = "/changes/{id}", tag = "changes", operation_id = "find_change",
    responses((status = 200, body = ChangeRow))
)]
async fn find(Signed(actor): Signed, State(vault): State<Vault>, Id(id): Id) -> Answer<Json<ChangeRow>> {
    Ok(Json(vault.find_change(&actor, &id).await?))
}
