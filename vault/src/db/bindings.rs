//! The bindings of services.

use domain::api::Found;
use uuid::Uuid;

use super::{Tx, on, search::Searched};
use crate::row_mac::{Fields, guarded};

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredBinding {
    pub(crate) id: Uuid,
    pub(crate) service_id: Uuid,
    pub(crate) environment_id: Option<Uuid>,
    pub(crate) position: i64,
    pub(crate) target_kind: String,
    pub(crate) target: String,
    pub(crate) secret_name: String,
    pub(crate) pin_level: Option<String>,
    pub(crate) pin_environment_id: Option<Uuid>,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredBinding, |row| Fields::of("bindings")
    .id(row.id)
    .id(row.service_id)
    .optional_id(row.environment_id)
    .number(row.position)
    .text(&row.target_kind)
    .text(&row.target)
    .text(&row.secret_name)
    .optional(row.pin_level.as_deref().map(str::as_bytes))
    .optional_id(row.pin_environment_id));

impl StoredBinding {
    /// What a search finds it by.
    pub(crate) fn searched(&self) -> Searched {
        Searched { kind: Found::Binding, id: self.id, text: format!("{}\n{}", self.target, self.secret_name) }
    }
}

impl Tx {
    pub(crate) async fn list_bindings(&mut self, service_id: Uuid) -> sqlx::Result<Vec<StoredBinding>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, service_id, environment_id, position, target_kind, target, secret_name,
                    pin_level, pin_environment_id, mac
             FROM bindings WHERE service_id = $1 ORDER BY position",
        )
        .bind(service_id)
        .fetch_all(c)
        .await)
    }

    pub(crate) async fn delete_bindings(&mut self, service_id: Uuid) -> sqlx::Result<()> {
        let was = self.list_bindings(service_id).await?;
        self.delete_searched(&was.iter().map(StoredBinding::searched).collect::<Vec<_>>()).await?;
        on!(self, c => sqlx::query("DELETE FROM bindings WHERE service_id = $1")
            .bind(service_id)
            .execute(c)
            .await
            .map(drop))
    }

    pub(crate) async fn append_binding(&mut self, row: &StoredBinding) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO bindings
               (id, service_id, environment_id, position, target_kind, target, secret_name,
                pin_level, pin_environment_id, mac)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(row.id)
        .bind(row.service_id)
        .bind(row.environment_id)
        .bind(row.position)
        .bind(&row.target_kind)
        .bind(&row.target)
        .bind(&row.secret_name)
        .bind(&row.pin_level)
        .bind(row.pin_environment_id)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop)?);
        self.append_searched(&[row.searched()]).await
    }
}
