//! Secrets of one scope. The same routes lie under each of the three places; see [`super::SCOPES`].

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    Error, Kind, SecretValue,
    api::{
        ListQuery, MoveRequest, MovedSecret, Page, RestoreRequest, RevealRequest, Revealed, RowWrite, RowWritten,
        SecretPatch, SecretRow, SecretWrite, VersionDiff, VersionRow,
    },
    generate,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::{Care, NewValue, RowCell, Vault};

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Body, In, JustWhere, Named, NewName, OptionalBody, Where, cut},
    problem::Answer,
    respond::SecretJson,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(find, put, update, remove))
        .routes(routes!(put_row))
        .routes(routes!(reveal))
        .routes(routes!(versions, destroy))
        .routes(routes!(diff))
        .routes(routes!(shift))
        .routes(routes!(restore))
}

macro_rules! with_environment {
    ($type:ty) => {
        impl Where for $type {
            fn environment(&self) -> Option<&str> {
                self.environment.as_deref()
            }
        }
    };
}

/// Which secrets of a scope.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// The environment; all environments when absent.
    environment: Option<String>,
    /// Only names that contain this text, without regard to ASCII case.
    search: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}
with_environment!(Which);

/// Which page of a history.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhichVersions {
    /// The environment; all environments when absent.
    environment: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}
with_environment!(WhichVersions);

/// Which two versions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Two {
    /// The environment; all environments when absent.
    environment: Option<String>,
    /// The one.
    from: i64,
    /// The other.
    to: i64,
}
with_environment!(Two);

/// What is to be destroyed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Destruction {
    /// The environment; all environments when absent.
    environment: Option<String>,
    /// One version that is not the current one; every version of a deleted secret when absent.
    version: Option<i64>,
}
with_environment!(Destruction);

/// What is to be deleted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Deletion {
    /// The environment; all environments when absent.
    environment: Option<String>,
    /// The version this follows: 409 when another came between.
    expected_version: Option<i64>,
}
with_environment!(Deletion);

/// No parameters: the environments are in the body.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Nowhere {}

impl Where for Nowhere {
    fn environment(&self) -> Option<&str> {
        None
    }
}

/// The secrets of a scope, by name: kinds, versions, who and when; never a value.
#[utoipa::path(
    get, path = "/secrets", tag = "secrets", operation_id = "list_secrets", params(Which),
    responses((status = 200, body = Page<SecretRow>))
)]
async fn list(Signed(actor): Signed, State(vault): State<Vault>, In { scope, query }: In<Which>) -> List<SecretRow> {
    let query = ListQuery { search: query.search, cursor: query.cursor, limit: query.limit };
    Ok(Json(vault.list_secrets(&actor, &scope, &query).await?))
}

/// One secret, without its value.
#[utoipa::path(
    get, path = "/secrets/{name}", tag = "secrets", operation_id = "find_secret", params(JustWhere),
    responses((status = 200, body = SecretRow))
)]
async fn find(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, .. }: In,
    Named(name): Named,
) -> Answer<Json<SecretRow>> {
    Ok(Json(vault.find_secret(&actor, &scope, &name).await?))
}

/// Writes a secret: a new one, or a new version. The value it has already makes no new version.
#[utoipa::path(
    put, path = "/secrets/{name}", tag = "secrets", operation_id = "put_secret", params(JustWhere),
    request_body = SecretWrite, responses((status = 200, body = SecretRow))
)]
async fn put(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, .. }: In,
    NewName(name): NewName,
    Body(write): Body<SecretWrite>,
) -> Answer<Json<SecretRow>> {
    let value = match generate::one_of(write.value, write.generate)? {
        Ok(value) => {
            let value = SecretValue::from_wire(write.kind, &value.0)?;
            NewValue::Given(value.with_file_name(write.file_name.as_deref().unwrap_or_default())?)
        }
        Err(generate) if write.kind == Kind::Text => NewValue::Generated(generate),
        Err(_) => return Err(Error::field("kind", "a generated value is a `text`").into()),
    };
    let care = Care::of(write.owner.as_deref(), write.rotate_by.as_deref())?;
    let (comment, expected) = (write.comment.as_deref(), write.expected_version);
    let row = vault.write_secret(&actor, &scope, &name, value, comment, &care, expected).await?;
    Ok(Json(row))
}

/// Changes what stands beside a value: comment, owner, the day it is to be replaced by. No new version.
#[utoipa::path(
    patch, path = "/secrets/{name}", tag = "secrets", operation_id = "update_secret", params(JustWhere),
    request_body = SecretPatch, responses((status = 200, body = SecretRow))
)]
async fn update(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, .. }: In,
    Named(name): Named,
    Body(patch): Body<SecretPatch>,
) -> Answer<Json<SecretRow>> {
    Ok(Json(vault.update_secret(&actor, &scope, &name, &patch).await?))
}

/// Writes one name in several environments as one change: all of them, or none.
#[utoipa::path(
    put, path = "/secrets/{name}/environments", tag = "secrets", operation_id = "put_secret_row",
    request_body = RowWrite, responses((status = 200, body = RowWritten))
)]
async fn put_row(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, .. }: In<Nowhere>,
    NewName(name): NewName,
    Body(write): Body<RowWrite>,
) -> Answer<Json<RowWritten>> {
    let cells = write.cells.into_iter().map(|cell| {
        let value = SecretValue::from_wire(cell.kind, &cell.value.0)?;
        Ok(RowCell { environment: cell.environment, value, expected: cell.expected_version })
    });
    let cells: Vec<RowCell> = cells.collect::<Result<_, Error>>()?;
    Ok(Json(vault.put_row(&actor, &scope.level, &name, &cells, &write.message).await?))
}

/// Deletes a secret; for 30 days it can be brought back, then its values are destroyed.
#[utoipa::path(
    delete, path = "/secrets/{name}", tag = "secrets", operation_id = "delete_secret", params(Deletion),
    responses((status = 204, description = "It is gone."))
)]
async fn remove(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, query }: In<Deletion>,
    Named(name): Named,
) -> Answer<StatusCode> {
    vault.delete_secret(&actor, &scope, &name, query.expected_version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One value. It is authorised and recorded before it is answered; `audit_id` names the record.
#[utoipa::path(
    post, path = "/secrets/{name}/reveal", tag = "secrets", operation_id = "reveal_secret", params(JustWhere),
    request_body(content = Option<RevealRequest>), responses((status = 200, body = Revealed))
)]
async fn reveal(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, .. }: In,
    Named(name): Named,
    OptionalBody(request): OptionalBody<RevealRequest>,
) -> Answer<SecretJson<Revealed>> {
    let revealed = vault.reveal(&actor, &scope, &name, &request).await?;
    Ok(SecretJson(revealed))
}

/// The versions of a secret, newest first; a deleted secret's too.
#[utoipa::path(
    get, path = "/secrets/{name}/versions", tag = "secrets", operation_id = "list_versions", params(WhichVersions),
    responses((status = 200, body = Page<VersionRow>))
)]
async fn versions(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, query }: In<WhichVersions>,
    Named(name): Named,
) -> List<VersionRow> {
    let all = vault.list_versions(&actor, &scope, &name).await?;
    let page = cut(all, query.cursor.as_deref(), query.limit, |version| version.version.to_string().into())?;
    Ok(Json(page))
}

/// Makes the value of an old version the newest one.
#[utoipa::path(
    post, path = "/secrets/{name}/restore", tag = "secrets", operation_id = "restore_secret", params(JustWhere),
    request_body = RestoreRequest, responses((status = 200, body = SecretRow))
)]
async fn restore(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, .. }: In,
    Named(name): Named,
    Body(request): Body<RestoreRequest>,
) -> Answer<Json<SecretRow>> {
    let row = vault.restore_secret(&actor, &scope, &name, request.version).await?;
    Ok(Json(row))
}

/// Compares two versions by keyed fingerprint: whether value, kind and comment are the same. No value is opened.
#[utoipa::path(
    get, path = "/secrets/{name}/diff", tag = "secrets", operation_id = "diff_versions", params(Two),
    responses((status = 200, body = VersionDiff))
)]
async fn diff(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, query }: In<Two>,
    Named(name): Named,
) -> Answer<Json<VersionDiff>> {
    Ok(Json(vault.diff_versions(&actor, &scope, &name, query.from, query.to).await?))
}

/// Destroys values for good: all versions of a deleted secret, or one old version. For admins.
///
/// Key, ciphertext and fingerprint are removed; the versions stay in history without them. Revealing, restoring or
/// undoing to such a version answers 410.
#[utoipa::path(
    delete, path = "/secrets/{name}/versions", tag = "secrets", operation_id = "destroy_versions", params(Destruction),
    responses((status = 204, description = "They are destroyed."))
)]
async fn destroy(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, query }: In<Destruction>,
    Named(name): Named,
) -> Answer<StatusCode> {
    vault.destroy_versions(&actor, &scope, &name, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a secret another name, another scope, or both. Its history goes on, and bindings that took it follow.
#[utoipa::path(
    post, path = "/secrets/{name}/move", tag = "secrets", operation_id = "move_secret", params(JustWhere),
    request_body = MoveRequest, responses((status = 200, body = MovedSecret))
)]
async fn shift(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, .. }: In,
    Named(name): Named,
    Body(request): Body<MoveRequest>,
) -> Answer<Json<MovedSecret>> {
    Ok(Json(vault.move_secret(&actor, &scope, &name, &request).await?))
}
