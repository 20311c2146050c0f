//! Values that were typed while another write came between.

use uuid::Uuid;

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

/// One of them, sealed in the scope it was meant for.
#[derive(sqlx::FromRow)]
pub(crate) struct StoredDraft {
    pub(crate) id: Uuid,
    pub(crate) person_id: Uuid,
    pub(crate) scope_id: Uuid,
    pub(crate) name: String,
    pub(crate) base_version: i64,
    pub(crate) kind: String,
    pub(crate) file_name: Option<String>,
    /// None keeps what is there.
    pub(crate) comment: Option<String>,
    /// The same.
    pub(crate) owner: Option<String>,
    /// The same; empty means never.
    pub(crate) rotate_by: Option<String>,
    pub(crate) wrapped_key: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredDraft, |row| Fields::of("drafts")
    .id(row.id)
    .id(row.person_id)
    .id(row.scope_id)
    .text(&row.name)
    .number(row.base_version)
    .text(&row.kind)
    .optional(row.file_name.as_deref().map(str::as_bytes))
    .optional(row.comment.as_deref().map(str::as_bytes))
    .optional(row.owner.as_deref().map(str::as_bytes))
    .optional(row.rotate_by.as_deref().map(str::as_bytes))
    .bytes(&row.wrapped_key)
    .bytes(&row.sealed)
    .bytes(&row.fingerprint)
    .number(row.created_at)
    .number(row.expires_at));

impl Tx {
    pub(crate) async fn append_draft(&mut self, row: &StoredDraft) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO drafts (id, person_id, scope_id, name, base_version, kind, file_name, comment, owner,
                                 rotate_by, wrapped_key, sealed, fingerprint, created_at, expires_at, mac)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(row.id)
        .bind(row.person_id)
        .bind(row.scope_id)
        .bind(&row.name)
        .bind(row.base_version)
        .bind(&row.kind)
        .bind(&row.file_name)
        .bind(&row.comment)
        .bind(&row.owner)
        .bind(&row.rotate_by)
        .bind(&row.wrapped_key)
        .bind(&row.sealed)
        .bind(&row.fingerprint)
        .bind(row.created_at)
        .bind(row.expires_at)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop))
    }

    /// A draft of this person that is not over at `now`.
    pub(crate) async fn find_draft(&mut self, id: Uuid, person: Uuid, now: i64) -> sqlx::Result<Option<StoredDraft>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, person_id, scope_id, name, base_version, kind, file_name, comment, owner, rotate_by, wrapped_key,
                    sealed, fingerprint, created_at, expires_at, mac
             FROM drafts WHERE id = $1 AND person_id = $2 AND expires_at > $3",
        )
        .bind(id)
        .bind(person)
        .bind(now)
        .fetch_optional(c)
        .await)
    }

    pub(crate) async fn delete_draft(&mut self, id: Uuid) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("DELETE FROM drafts WHERE id = $1").bind(id).execute(c).await.map(drop))
    }

    /// Removes what is over at `now`; answers how many.
    pub(crate) async fn delete_drafts_over(&mut self, now: i64) -> sqlx::Result<u64> {
        Ok(on!(self, c => sqlx::query("DELETE FROM drafts WHERE expires_at <= $1")
            .bind(now)
            .execute(c)
            .await?
            .rows_affected()))
    }
}
