//! Sessions: opaque text under a keyed hash, until a time.

use domain::Millis;
use uuid::Uuid;

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

/// A session, as it is stored.
#[derive(sqlx::FromRow)]
pub(crate) struct StoredSession {
    pub(crate) id_hash: Vec<u8>,
    /// Who is signed in.
    pub(crate) person_id: Option<Uuid>,
    pub(crate) data: String,
    pub(crate) seen_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredSession, |row| Fields::of("sessions")
    .bytes(&row.id_hash)
    .optional_id(row.person_id)
    .text(&row.data)
    .number(row.seen_at)
    .number(row.expires_at));

impl Tx {
    /// A session that is not over at `now`.
    pub(crate) async fn find_session(&mut self, id_hash: &[u8], now: Millis) -> sqlx::Result<Option<StoredSession>> {
        on!(self, c => sqlx::query_as(
            "SELECT id_hash, person_id, data, seen_at, expires_at, mac FROM sessions \
             WHERE id_hash = $1 AND expires_at > $2")
            .bind(id_hash)
            .bind(now.0)
            .fetch_optional(c).await)
    }

    /// The sessions of a person that are not over at `now`.
    pub(crate) async fn list_sessions(&mut self, person: Uuid, now: Millis) -> sqlx::Result<Vec<StoredSession>> {
        on!(self, c => sqlx::query_as(
            "SELECT id_hash, person_id, data, seen_at, expires_at, mac FROM sessions \
             WHERE person_id = $1 AND expires_at > $2")
            .bind(person)
            .bind(now.0)
            .fetch_all(c).await)
    }

    /// Adds a session; `false` when there is one under this hash.
    pub(crate) async fn append_session(&mut self, row: &StoredSession) -> sqlx::Result<bool> {
        Ok(on!(self, c => sqlx::query(
            "INSERT INTO sessions (id_hash, person_id, data, seen_at, expires_at, mac) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id_hash) DO NOTHING")
            .bind(&row.id_hash)
            .bind(row.person_id)
            .bind(&row.data)
            .bind(row.seen_at)
            .bind(row.expires_at)
            .bind(&row.mac)
            .execute(c).await?.rows_affected() > 0))
    }

    /// Changes a session that is there; one that was ended stays ended.
    pub(crate) async fn put_session(&mut self, row: &StoredSession) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE sessions SET person_id = $2, data = $3, seen_at = $4, expires_at = $5, mac = $6 \
             WHERE id_hash = $1")
            .bind(&row.id_hash)
            .bind(row.person_id)
            .bind(&row.data)
            .bind(row.seen_at)
            .bind(row.expires_at)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    /// Ends a session; `false` when it was over.
    pub(crate) async fn delete_session(&mut self, id_hash: &[u8]) -> sqlx::Result<bool> {
        Ok(on!(self, c => sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(id_hash)
            .execute(c).await?.rows_affected() > 0))
    }

    /// Ends the sessions of a person, except the one under `kept`; answers how many.
    pub(crate) async fn delete_sessions_of(&mut self, person: Uuid, kept: &[u8]) -> sqlx::Result<u64> {
        Ok(on!(self, c => sqlx::query("DELETE FROM sessions WHERE person_id = $1 AND id_hash <> $2")
            .bind(person)
            .bind(kept)
            .execute(c).await?.rows_affected()))
    }

    /// Removes every session.
    pub(crate) async fn delete_sessions(&mut self) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("DELETE FROM sessions").execute(c).await.map(drop))
    }

    /// Removes what is over at `now`; answers how many.
    pub(crate) async fn delete_sessions_over(&mut self, now: Millis) -> sqlx::Result<u64> {
        Ok(on!(self, c => sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
            .bind(now.0)
            .execute(c).await?.rows_affected()))
    }
}
