//! The installation's one row, the environments it starts with, and the link of the first start.

use domain::Millis;
use uuid::Uuid;

use super::{Db, Engine, Tx, on};

/// What ties a database to its two key files.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredInstallation {
    pub(crate) id: Uuid,
    pub(crate) root_key_check: Vec<u8>,
    pub(crate) store_key_check: Vec<u8>,
    pub(crate) created_at: i64,
}

impl Db {
    /// Does the database answer?
    pub(crate) async fn ping(&self) -> crate::Result<()> {
        let mut tx = self.read().await?;
        on!(&mut tx, c => sqlx::query("SELECT 1").execute(c).await.map(drop)?);
        Ok(())
    }
}

impl Tx {
    /// Whether the schema was ever made here.
    pub(crate) async fn has_schema(&mut self) -> sqlx::Result<bool> {
        let found: Option<i64> = match &mut self.engine {
            Engine::Sqlite(transaction) => {
                sqlx::query_scalar(
                    "SELECT CAST(1 AS BIGINT) FROM sqlite_master WHERE type = 'table' AND name = 'installation'",
                )
                .fetch_optional(&mut **transaction)
                .await?
            }
            Engine::Postgres(transaction) => {
                sqlx::query_scalar("SELECT CAST(1 AS BIGINT) WHERE to_regclass('installation') IS NOT NULL")
                    .fetch_optional(&mut **transaction)
                    .await?
            }
        };
        Ok(found.is_some())
    }

    /// Lets one starting server at a time find out whether there is an installation. On Postgres the row is locked
    /// until the end of the transaction; on SQLite the transaction itself is the lock.
    pub(crate) async fn lock_for_start(&mut self) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("UPDATE change_sequence SET value = value WHERE id = 1")
            .execute(c).await.map(drop))
    }

    /// Lets one transaction at a time make the first admin.
    pub(crate) async fn lock_installation(&mut self) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("UPDATE installation SET created_at = created_at")
            .execute(c).await.map(drop))
    }

    pub(crate) async fn list_installations(&mut self) -> sqlx::Result<Vec<StoredInstallation>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, root_key_check, store_key_check, created_at FROM installation")
            .fetch_all(c).await)
    }

    pub(crate) async fn append_installation(&mut self, row: &StoredInstallation) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO installation (id, root_key_check, store_key_check, created_at) \
             VALUES ($1, $2, $3, $4)")
            .bind(row.id)
            .bind(&row.root_key_check)
            .bind(&row.store_key_check)
            .bind(row.created_at)
            .execute(c).await.map(drop))
    }

    pub(crate) async fn append_setup_link(&mut self, token_hash: &[u8], expires_at: Millis) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("INSERT INTO setup_links (token_hash, expires_at) VALUES ($1, $2)")
            .bind(token_hash)
            .bind(expires_at.0)
            .execute(c).await.map(drop))
    }

    /// Whether there is such a link that is not over at `now`.
    pub(crate) async fn find_setup_link(&mut self, token_hash: &[u8], now: Millis) -> sqlx::Result<bool> {
        let found: Option<i64> = on!(self, c => sqlx::query_scalar(
            "SELECT expires_at FROM setup_links WHERE token_hash = $1 AND expires_at > $2")
            .bind(token_hash)
            .bind(now.0)
            .fetch_optional(c).await?);
        Ok(found.is_some())
    }

    /// Uses a link up; `false` when there was none, or it was over at `now`.
    pub(crate) async fn delete_setup_link(&mut self, token_hash: &[u8], now: Millis) -> sqlx::Result<bool> {
        let found: Option<i64> = on!(self, c => sqlx::query_scalar(
            "DELETE FROM setup_links WHERE token_hash = $1 AND expires_at > $2 RETURNING expires_at")
            .bind(token_hash)
            .bind(now.0)
            .fetch_optional(c).await?);
        Ok(found.is_some())
    }

    pub(crate) async fn delete_setup_links(&mut self) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("DELETE FROM setup_links").execute(c).await.map(drop))
    }
}
