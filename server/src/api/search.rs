//! Search over everything the actor may see.

use axum::{Json, extract::State};
use domain::api::{ListQuery, Page, SearchHit};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{AppState, auth::Signed, extract::Query};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Words that must all be there, without regard to case, and filters: `kind:text|json|file`, `env:NAME|all`,
    /// `level:platform|project|service`, `unused:true|false`, `stale:>90d`. At most 200 characters.
    q: String,
    /// Where the last page ended.
    cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Projects, services, secrets and bindings by their words, each with its source; never a value. A page may hold
/// fewer hits than asked for, even none, while `next_cursor` leads on.
#[utoipa::path(
    get, path = "/search", tag = "search", operation_id = "search", params(Which),
    responses((status = 200, body = Page<SearchHit>))
)]
async fn search(Signed(actor): Signed, State(vault): State<Vault>, Query(which): Query<Which>) -> List<SearchHit> {
    let list = ListQuery { search: None, cursor: which.cursor, limit: which.limit };
    Ok(Json(vault.search(&actor, &which.q, &list).await?))
}
