//! The audit log.

use axum::{Json, extract::State};
use domain::api::{AuditQuery, AuditRow, Page};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{AppState, auth::Signed, extract::Query};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only this actor, by e-mail address or token name.
    actor: Option<String>,
    /// Only this action, for example `secret.reveal`.
    action: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// The audit log, newest first.
#[utoipa::path(
    get, path = "/audit", tag = "audit", operation_id = "list_audit", params(Which),
    responses((status = 200, body = Page<AuditRow>))
)]
async fn list(Signed(actor): Signed, State(vault): State<Vault>, Query(which): Query<Which>) -> List<AuditRow> {
    let query = AuditQuery { actor: which.actor, action: which.action, cursor: which.cursor, limit: which.limit };
    Ok(Json(vault.list_audit(&actor, &query).await?))
}
