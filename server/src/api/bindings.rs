//! Which variable or file each secret of a service feeds.

use axum::{Json, extract::State};
use domain::api::Binding;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use crate::{
    AppState,
    auth::Signed,
    extract::{InService, ListBody},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, put))
}

/// The bindings of a service, in their order.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/bindings", tag = "bindings", operation_id = "list_bindings",
    responses((status = 200, body = Vec<Binding>))
)]
async fn list(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
) -> Answer<Json<Vec<Binding>>> {
    Ok(Json(vault.list_bindings(&actor, &service).await?))
}

/// Replaces the bindings of a service: all of them or, when one cannot be, none.
#[utoipa::path(
    put, path = "/projects/{project}/services/{service}/bindings", tag = "bindings", operation_id = "put_bindings",
    request_body = Vec<Binding>, responses((status = 200, body = Vec<Binding>))
)]
async fn put(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
    ListBody(bindings): ListBody<Binding>,
) -> Answer<Json<Vec<Binding>>> {
    let bindings = vault.put_bindings(&actor, &service, &bindings).await?;
    Ok(Json(bindings))
}
