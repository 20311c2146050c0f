//! Invitations, by the keyed hash of their links.

use uuid::Uuid;

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

/// The one invitation of a person.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredInvitation {
    pub(crate) person_id: Uuid,
    pub(crate) token_hash: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredInvitation, |row| Fields::of("invitations")
    .id(row.person_id)
    .bytes(&row.token_hash)
    .number(row.created_at)
    .number(row.expires_at));

impl Tx {
    pub(crate) async fn find_invitation(&mut self, token_hash: &[u8]) -> sqlx::Result<Option<StoredInvitation>> {
        on!(self, c => sqlx::query_as(
            "SELECT person_id, token_hash, created_at, expires_at, mac FROM invitations WHERE token_hash = $1")
            .bind(token_hash)
            .fetch_optional(c).await)
    }

    pub(crate) async fn list_invitations(&mut self) -> sqlx::Result<Vec<StoredInvitation>> {
        on!(self, c => sqlx::query_as("SELECT person_id, token_hash, created_at, expires_at, mac FROM invitations")
            .fetch_all(c).await)
    }

    pub(crate) async fn append_invitation(&mut self, row: &StoredInvitation) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO invitations (person_id, token_hash, created_at, expires_at, mac) \
             VALUES ($1, $2, $3, $4, $5)")
            .bind(row.person_id)
            .bind(&row.token_hash)
            .bind(row.created_at)
            .bind(row.expires_at)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    /// Ends the invitation of a person; `false` when there was none.
    pub(crate) async fn delete_invitation(&mut self, person: Uuid) -> sqlx::Result<bool> {
        Ok(on!(self, c => sqlx::query("DELETE FROM invitations WHERE person_id = $1")
            .bind(person)
            .execute(c).await?.rows_affected() > 0))
    }
}
