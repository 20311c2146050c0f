//! The ordered list of environments.

use domain::Millis;
use uuid::Uuid;

use super::{
    Tx,
    bindings::StoredBinding,
    on,
    scopes::{StoredScope, scopes_where},
};
use crate::row_mac::{environment_row, guarded};

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredEnvironment {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) position: i64,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredEnvironment, |row| environment_row(row.id, &row.name, row.position, Millis(row.created_at)));

/// What still needs an environment.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct EnvironmentUse {
    pub(crate) secrets: i64,
    pub(crate) bindings: i64,
    pub(crate) tokens: i64,
}

impl Tx {
    pub(crate) async fn list_environments(&mut self) -> sqlx::Result<Vec<StoredEnvironment>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, name, position, created_at, mac FROM environments ORDER BY position, created_at",
        )
        .fetch_all(c)
        .await)
    }

    pub(crate) async fn find_environment(&mut self, name: &str) -> sqlx::Result<Option<StoredEnvironment>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, name, position, created_at, mac FROM environments WHERE name = $1",
        )
        .bind(name)
        .fetch_optional(c)
        .await)
    }

    pub(crate) async fn append_environment(&mut self, row: &StoredEnvironment) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO environments (id, name, position, created_at, mac) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(row.id)
        .bind(&row.name)
        .bind(row.position)
        .bind(row.created_at)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop))
    }

    pub(crate) async fn put_environment(&mut self, row: &StoredEnvironment) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE environments SET name = $2, position = $3, mac = $4 WHERE id = $1",
        )
        .bind(row.id)
        .bind(&row.name)
        .bind(row.position)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop))
    }

    /// Makes other editors of the list wait for this transaction. One row that is always there: two that locked the
    /// rows of the list, each in an order of its own, could wait for each other.
    pub(crate) async fn put_environments_lock(&mut self) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("UPDATE installation SET created_at = created_at")
            .execute(c)
            .await
            .map(drop))
    }

    pub(crate) async fn find_environment_use(&mut self, id: Uuid, now: i64) -> sqlx::Result<EnvironmentUse> {
        on!(self, c => sqlx::query_as(
            "SELECT
               (SELECT COUNT(*) FROM secrets s JOIN scopes c ON c.id = s.scope_id
                 WHERE c.environment_id = $1 AND s.deleted = false) AS secrets,
               (SELECT COUNT(*) FROM bindings
                 WHERE environment_id = $1 OR pin_environment_id = $1) AS bindings,
               (SELECT COUNT(*) FROM tokens
                 WHERE environment_id = $1 AND revoked = false AND expires_at > $2) AS tokens",
        )
        .bind(id)
        .bind(now)
        .fetch_one(c)
        .await)
    }

    /// Removes what would keep an environment: bindings of it or pinned to it, and its tokens.
    pub(crate) async fn delete_environment_uses(&mut self, id: Uuid) -> sqlx::Result<()> {
        let was = self.list_environment_bindings(id).await?;
        self.delete_searched(&was.iter().map(StoredBinding::searched).collect::<Vec<_>>()).await?;
        on!(self, c => {
            sqlx::query("DELETE FROM bindings WHERE environment_id = $1 OR pin_environment_id = $1")
                .bind(id)
                .execute(&mut *c)
                .await?;
            sqlx::query("DELETE FROM tokens WHERE environment_id = $1").bind(id).execute(c).await.map(drop)
        })
    }

    /// The scopes of an environment.
    pub(crate) async fn list_environment_scopes(&mut self, id: Uuid) -> sqlx::Result<Vec<StoredScope>> {
        on!(self, c => sqlx::query_as(scopes_where!("environment_id = $1")).bind(id).fetch_all(c).await)
    }

    /// The bindings of an environment, or pinned to it.
    pub(crate) async fn list_environment_bindings(&mut self, id: Uuid) -> sqlx::Result<Vec<StoredBinding>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, service_id, environment_id, position, target_kind, target, secret_name,
                    pin_level, pin_environment_id, mac
             FROM bindings WHERE environment_id = $1 OR pin_environment_id = $1 ORDER BY service_id, position",
        )
        .bind(id)
        .fetch_all(c)
        .await)
    }

    /// With its scopes and whatever they hold.
    pub(crate) async fn delete_environment(&mut self, id: Uuid) -> sqlx::Result<()> {
        self.delete_searched_environment(id).await?;
        on!(self, c => {
            sqlx::query("DELETE FROM scopes WHERE environment_id = $1").bind(id).execute(&mut *c).await?;
            sqlx::query("DELETE FROM environments WHERE id = $1").bind(id).execute(c).await.map(drop)
        })
    }
}
