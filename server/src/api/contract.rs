//! What services need, and whether they get it. No values.

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    Action, Code, Error, Scope, access,
    api::{ContractRow, Page, ServiceReadiness},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Cut, InService, ProjectPath, Query, SecretBody, Wiped, media_type},
    problem::Answer,
};

/// The media type of a contract.
const TOML: &str = "application/toml";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(find, put, remove)).routes(routes!(list)).routes(routes!(of_service))
}

/// The contract of a service.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/contract", tag = "bindings", operation_id = "find_contract",
    responses((status = 200, body = ContractRow))
)]
async fn find(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
) -> Answer<Json<ContractRow>> {
    Ok(Json(vault.find_contract(&actor, &service).await?))
}

/// Keeps a contract for a service: a `strongroom.contract.toml`, as it is. What is wrong in it is told by line and
/// column, and the contract before stays.
#[utoipa::path(
    put, path = "/projects/{project}/services/{service}/contract", tag = "bindings", operation_id = "put_contract",
    request_body(description = "The file itself, 64 KiB at most.", content((String = "application/toml"))),
    responses((status = 200, body = ContractRow))
)]
async fn put(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
    file: SecretBody,
) -> Answer<Json<ContractRow>> {
    let mut bytes = Wiped::default();
    // Of whoever may not, the file is not looked at: the vault will refuse, and record that it did.
    if access::check(&actor, Action::Bind, &Scope::service(service.clone(), None)).is_ok() {
        if media_type(file.headers()).as_deref() != Some(TOML) {
            let message = format!("the contract is sent as it is, with `Content-Type: {TOML}`");
            return Err(Error::new(Code::UnsupportedMediaType, message).into());
        }
        bytes = file.read().await?;
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::new(Code::Malformed, "the contract is no UTF-8 text"))?;
    Ok(Json(vault.put_contract(&actor, &service, text).await?))
}

/// Forgets the contract of a service.
#[utoipa::path(
    delete, path = "/projects/{project}/services/{service}/contract", tag = "bindings",
    operation_id = "delete_contract", responses((status = 204, description = "It is gone."))
)]
async fn remove(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
) -> Answer<StatusCode> {
    vault.delete_contract(&actor, &service).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How ready the services of a project are, environment by environment: what their contracts ask for and they do not get;
/// without a contract, what would stop a program from starting.
#[utoipa::path(
    get, path = "/projects/{project}/readiness", tag = "bindings", operation_id = "list_readiness", params(Cut),
    responses((status = 200, body = Page<ServiceReadiness>))
)]
async fn list(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    ProjectPath(project): ProjectPath,
    Query(cut): Query<Cut>,
) -> List<ServiceReadiness> {
    let all = vault.list_readiness(&actor, &project).await?;
    Ok(Json(cut.of(all, |row| row.service.as_str())?))
}

/// How ready a service is, environment by environment.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/readiness", tag = "bindings", operation_id = "find_readiness",
    responses((status = 200, body = ServiceReadiness))
)]
async fn of_service(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
) -> Answer<Json<ServiceReadiness>> {
    Ok(Json(vault.find_readiness(&actor, &service).await?))
}
