//! Changes: one atomic write of one or many secrets; and what was deleted.

use axum::{Json, extract::State};
use domain::api::{ChangeRow, DeletedRow, ListQuery, Page, ScopeFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Id, Query},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(find)).routes(routes!(undo)).routes(routes!(deleted))
}

/// Which changes or deletions. What is absent narrows nothing.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those of this level: `platform`, `project` or `service`.
    level: Option<String>,
    /// Only those of this project, its services included.
    project: Option<String>,
    /// Only those of this service of the project.
    service: Option<String>,
    /// Only those of this environment; `all`: only those of all environments.
    environment: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

impl Which {
    fn read(self) -> Answer<(ScopeFilter, ListQuery)> {
        let word = |text: &Option<String>| text.clone().unwrap_or_default();
        let filter =
            ScopeFilter::of(&word(&self.level), &word(&self.project), &word(&self.service), &word(&self.environment))?;
        Ok((filter, ListQuery { search: None, cursor: self.cursor, limit: self.limit }))
    }
}

/// The changes you may see, newest first: of the installation, or of some scopes.
#[utoipa::path(
    get, path = "/changes", tag = "changes", operation_id = "list_changes", params(Which),
    responses((status = 200, body = Page<ChangeRow>))
)]
async fn list(Signed(actor): Signed, State(vault): State<Vault>, Query(which): Query<Which>) -> List<ChangeRow> {
    let (filter, query) = which.read()?;
    Ok(Json(vault.list_changes_of(&actor, &filter, &query).await?))
}

/// One change.
#[utoipa::path(
    get, path = "/changes/{id}", tag = "changes", operation_id = "find_change",
    responses((status = 200, body = ChangeRow))
)]
async fn find(Signed(actor): Signed, State(vault): State<Vault>, Id(id): Id) -> Answer<Json<ChangeRow>> {
    Ok(Json(vault.find_change(&actor, &id).await?))
}

/// Takes a change back, as a whole; answers the change that does.
///
/// 409 when a name was written again since, with each of them and the change that did. An undo is a change: undoing it
/// does again what was undone.
#[utoipa::path(
    post, path = "/changes/{id}/undo", tag = "changes", operation_id = "undo_change",
    responses((status = 200, body = ChangeRow))
)]
async fn undo(Signed(actor): Signed, State(vault): State<Vault>, Id(id): Id) -> Answer<Json<ChangeRow>> {
    Ok(Json(vault.undo_change(&actor, &id).await?))
}

/// The secrets that were deleted in the last 30 days, newest deletion first. `restore` brings one back.
#[utoipa::path(
    get, path = "/deleted", tag = "changes", operation_id = "list_deleted", params(Which),
    responses((status = 200, body = Page<DeletedRow>))
)]
async fn deleted(Signed(actor): Signed, State(vault): State<Vault>, Query(which): Query<Which>) -> List<DeletedRow> {
    let (filter, query) = which.read()?;
    Ok(Json(vault.list_deleted(&actor, &filter, &query).await?))
}
