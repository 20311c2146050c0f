//! The bindings of services.

use std::collections::HashSet;

use domain::api::Found;
use uuid::Uuid;

use super::{ROWS, Tx, bind_list, on, search::Searched};
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

    /// The bindings of every service that take a secret of this name.
    pub(crate) async fn list_bindings_of_name(&mut self, secret_name: &str) -> sqlx::Result<Vec<StoredBinding>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, service_id, environment_id, position, target_kind, target, secret_name,
                    pin_level, pin_environment_id, mac
             FROM bindings WHERE secret_name = $1 ORDER BY service_id, position",
        )
        .bind(secret_name)
        .fetch_all(c)
        .await)
    }

    /// Lets a binding that was read before take another secret; answers whether it was still what was read.
    pub(crate) async fn put_binding_secret(&mut self, was: &StoredBinding, row: &StoredBinding) -> sqlx::Result<bool> {
        let written = on!(&mut *self, c => sqlx::query(
            "UPDATE bindings SET secret_name = $1, pin_level = $2, pin_environment_id = $3, mac = $4
             WHERE id = $5 AND mac = $6",
        )
        .bind(&row.secret_name)
        .bind(&row.pin_level)
        .bind(row.pin_environment_id)
        .bind(&row.mac)
        .bind(was.id)
        .bind(&was.mac)
        .execute(c)
        .await?
        .rows_affected() == 1);
        if written {
            self.delete_searched(&[was.searched()]).await?;
            self.append_searched(&[row.searched()]).await?;
        }
        Ok(written)
    }

    /// All bindings of every service that has one for one of these names.
    pub(crate) async fn list_bindings_around(&mut self, names: &[&str]) -> sqlx::Result<Vec<StoredBinding>> {
        let mut rows = Vec::new();
        let mut seen = HashSet::new();
        for names in names.chunks(ROWS) {
            let found: Vec<StoredBinding> = on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "SELECT id, service_id, environment_id, position, target_kind, target, secret_name,
                            pin_level, pin_environment_id, mac
                     FROM bindings WHERE service_id IN (SELECT service_id FROM bindings WHERE secret_name IN ",
                );
                bind_list!(query, names.iter().copied());
                query.push(")");
                query.build_query_as().fetch_all(c).await
            })?;
            rows.extend(found.into_iter().filter(|row| seen.insert(row.id)));
        }
        Ok(rows)
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
