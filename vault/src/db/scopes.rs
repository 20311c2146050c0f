//! Scopes with their wrapped keys.

use uuid::Uuid;

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredScope {
    pub(crate) id: Uuid,
    pub(crate) level: String,
    pub(crate) project_id: Option<Uuid>,
    pub(crate) service_id: Option<Uuid>,
    pub(crate) environment_id: Option<Uuid>,
    pub(crate) key_version: i64,
    pub(crate) wrapped_key: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredScope, |row| Fields::of("scopes")
    .id(row.id)
    .text(&row.level)
    .optional_id(row.project_id)
    .optional_id(row.service_id)
    .optional_id(row.environment_id)
    .number(row.key_version)
    .bytes(&row.wrapped_key)
    .number(row.created_at));

macro_rules! scopes_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, level, project_id, service_id, environment_id, key_version, wrapped_key, created_at, mac \
             FROM scopes WHERE ",
            $condition
        )
    };
}

pub(crate) use scopes_where;

impl Tx {
    /// The scopes of the platform, of one project and of one service, in every environment. One branch per
    /// unique index, so that neither engine reads the other services' scopes.
    pub(crate) async fn list_chain_scopes(
        &mut self,
        project_id: Option<Uuid>,
        service_id: Option<Uuid>,
    ) -> sqlx::Result<Vec<StoredScope>> {
        on!(self, c => sqlx::query_as(concat!(
            scopes_where!("level = 'platform' AND environment_id IS NULL"),
            " UNION ALL ",
            scopes_where!("level = 'platform' AND environment_id IS NOT NULL"),
            " UNION ALL ",
            scopes_where!("level = 'project' AND project_id = $1 AND environment_id IS NULL"),
            " UNION ALL ",
            scopes_where!("level = 'project' AND project_id = $1 AND environment_id IS NOT NULL"),
            " UNION ALL ",
            scopes_where!("level = 'service' AND service_id = $2 AND environment_id IS NULL"),
            " UNION ALL ",
            scopes_where!("level = 'service' AND service_id = $2 AND environment_id IS NOT NULL"),
        ))
        .bind(project_id)
        .bind(service_id)
        .fetch_all(c)
        .await)
    }

    /// The scopes of the platform, of one project and of all its services.
    pub(crate) async fn list_project_scopes(&mut self, project_id: Uuid) -> sqlx::Result<Vec<StoredScope>> {
        on!(self, c => sqlx::query_as(scopes_where!("level = 'platform' OR project_id = $1"))
            .bind(project_id)
            .fetch_all(c)
            .await)
    }

    pub(crate) async fn list_scopes(&mut self) -> sqlx::Result<Vec<StoredScope>> {
        on!(self, c => sqlx::query_as(scopes_where!("1 = 1")).fetch_all(c).await)
    }

    /// Nothing happens when the scope is there already.
    pub(crate) async fn append_scope(&mut self, row: &StoredScope) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO scopes
               (id, level, project_id, service_id, environment_id, key_version, wrapped_key, created_at, mac)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT DO NOTHING",
        )
        .bind(row.id)
        .bind(&row.level)
        .bind(row.project_id)
        .bind(row.service_id)
        .bind(row.environment_id)
        .bind(row.key_version)
        .bind(&row.wrapped_key)
        .bind(row.created_at)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop))
    }
}
