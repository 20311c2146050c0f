//! Equal values in several places. No values.

use axum::{Json, extract::State};
use domain::api::{Duplicate, ListQuery, Page};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Cut, Query},
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Values that lie in more than one place, told by keyed fingerprint; those in most places first. For admins.
#[utoipa::path(
    get, path = "/duplicates", tag = "secrets", operation_id = "list_duplicates", params(Cut),
    responses((status = 200, body = Page<Duplicate>))
)]
async fn list(Signed(actor): Signed, State(vault): State<Vault>, Query(cut): Query<Cut>) -> List<Duplicate> {
    let query = ListQuery { search: None, cursor: cut.cursor, limit: cut.limit };
    Ok(Json(vault.list_duplicates(&actor, &query).await?))
}
