//! The audit log.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    Millis,
    api::{AuditQuery, AuditReport, AuditRow, AuditStatus, Outcome, Page},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{AppState, auth::Signed, extract::Query, problem::Answer, respond::AuditLines};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(export)).routes(routes!(status)).routes(routes!(verify))
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
    /// Only what was done, or only what was refused.
    outcome: Option<Outcome>,
    /// Only this scope and what lies in it, as a source text: `project: shop`.
    scope: Option<String>,
    /// Only what is about this name.
    name: Option<String>,
    /// Only from this time on.
    from: Option<Millis>,
    /// Only before this time.
    to: Option<Millis>,
    /// Only where one of the texts contains this; or the record with this id.
    text: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

impl From<Which> for AuditQuery {
    fn from(which: Which) -> Self {
        let Which { actor, action, outcome, scope, name, from, to, text, cursor, limit } = which;
        Self { actor, action, outcome, scope, name, from, to, text, cursor, limit }
    }
}

/// The audit log, newest first.
#[utoipa::path(
    get, path = "/audit", tag = "audit", operation_id = "list_audit", params(Which),
    responses((status = 200, body = Page<AuditRow>))
)]
async fn list(Signed(actor): Signed, State(vault): State<Vault>, Query(which): Query<Which>) -> List<AuditRow> {
    Ok(Json(vault.list_audit(&actor, &which.into()).await?))
}

/// All records that fit, newest first, a JSON object on each line. On record itself.
#[utoipa::path(
    get, path = "/audit/export", tag = "audit", operation_id = "export_audit", params(Which),
    responses((status = 200, body = String, content_type = "application/x-ndjson"))
)]
async fn export(Signed(actor): Signed, State(vault): State<Vault>, Query(which): Query<Which>) -> Answer<Response> {
    Ok(AuditLines(vault.export_audit(&actor, &which.into()).await?).into_response())
}

/// How many records there are, and what the last check by this server found.
#[utoipa::path(
    get, path = "/audit/status", tag = "audit", operation_id = "audit_status",
    responses((status = 200, body = AuditStatus))
)]
async fn status(Signed(actor): Signed, State(vault): State<Vault>) -> Answer<Json<AuditStatus>> {
    Ok(Json(vault.audit_status(&actor).await?))
}

/// Checks the whole log: each chain from its first record to its last, and against the head file.
#[utoipa::path(
    post, path = "/audit/verify", tag = "audit", operation_id = "verify_audit",
    responses((status = 200, body = AuditReport))
)]
async fn verify(Signed(actor): Signed, State(vault): State<Vault>) -> Answer<Json<AuditReport>> {
    Ok(Json(vault.check_audit(&actor).await?))
}
