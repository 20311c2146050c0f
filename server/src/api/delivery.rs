//! What a service gets: every effective secret, or its bindings only.

use axum::{Json, extract::State};
use domain::api::DeliveryMode;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use crate::{
    AppState,
    auth::Signed,
    extract::{Body, InService},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(find, update))
}

/// The mode of a service.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/delivery", tag = "bindings", operation_id = "find_delivery",
    responses((status = 200, body = DeliveryMode))
)]
async fn find(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
) -> Answer<Json<DeliveryMode>> {
    let mode = vault.find_mode(&actor, &service).await?;
    Ok(Json(DeliveryMode { mode }))
}

/// Sets the mode of a service.
#[utoipa::path(
    patch, path = "/projects/{project}/services/{service}/delivery", tag = "bindings", operation_id = "update_delivery",
    request_body = DeliveryMode, responses((status = 200, body = DeliveryMode))
)]
async fn update(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
    Body(delivery): Body<DeliveryMode>,
) -> Answer<Json<DeliveryMode>> {
    let mode = vault.put_mode(&actor, &service, delivery.mode).await?;
    Ok(Json(DeliveryMode { mode }))
}
