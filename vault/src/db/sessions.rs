//! Sessions: opaque text under a keyed hash, until a time.

use domain::Millis;

use super::{Tx, on};

/// A session, as it is stored.
#[derive(sqlx::FromRow)]
pub(crate) struct StoredSession {
    pub(crate) data: String,
    pub(crate) expires_at: i64,
}

impl Tx {
    /// A session that is not over at `now`.
    pub(crate) async fn find_session(&mut self, id_hash: &[u8], now: Millis) -> sqlx::Result<Option<StoredSession>> {
        on!(self, c => sqlx::query_as(
            "SELECT data, expires_at FROM sessions WHERE id_hash = $1 AND expires_at > $2")
            .bind(id_hash)
            .bind(now.0)
            .fetch_optional(c).await)
    }

    /// Adds a session; `false` when there is one under this hash.
    pub(crate) async fn append_session(
        &mut self,
        id_hash: &[u8],
        data: &str,
        expires_at: Millis,
    ) -> sqlx::Result<bool> {
        Ok(on!(self, c => sqlx::query(
            "INSERT INTO sessions (id_hash, data, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (id_hash) DO NOTHING")
            .bind(id_hash)
            .bind(data)
            .bind(expires_at.0)
            .execute(c).await?.rows_affected() > 0))
    }

    /// Changes a session that is there; one that was ended stays ended.
    pub(crate) async fn put_session(&mut self, id_hash: &[u8], data: &str, expires_at: Millis) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE sessions SET data = $2, expires_at = $3 WHERE id_hash = $1")
            .bind(id_hash)
            .bind(data)
            .bind(expires_at.0)
            .execute(c).await.map(drop))
    }

    pub(crate) async fn delete_session(&mut self, id_hash: &[u8]) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(id_hash)
            .execute(c).await.map(drop))
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
