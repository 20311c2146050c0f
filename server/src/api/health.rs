//! Whether the process lives, and whether it can work. Nothing else: anybody may ask.

use axum::{extract::State, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz))
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "health", security(()), responses((status = 200, description = "It does.")))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers.
#[utoipa::path(
    get, path = "/readyz", tag = "health", security(()),
    responses((status = 200, description = "It does."), (status = 503, description = "It does not."))
)]
async fn readyz(State(vault): State<Vault>) -> (StatusCode, &'static str) {
    if vault.is_ready().await { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready\n") }
}
