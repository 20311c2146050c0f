//! The contracts of services.

use uuid::Uuid;

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredContract {
    pub(crate) service_id: Uuid,
    pub(crate) text: String,
    pub(crate) updated_at: i64,
    pub(crate) updated_by: String,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredContract, |row| Fields::of("contracts")
    .id(row.service_id)
    .text(&row.text)
    .number(row.updated_at)
    .text(&row.updated_by));

impl Tx {
    pub(crate) async fn find_contract(&mut self, service_id: Uuid) -> sqlx::Result<Option<StoredContract>> {
        on!(self, c => sqlx::query_as(
            "SELECT service_id, text, updated_at, updated_by, mac FROM contracts WHERE service_id = $1",
        )
        .bind(service_id)
        .fetch_optional(c)
        .await)
    }

    pub(crate) async fn put_contract(&mut self, row: &StoredContract) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO contracts (service_id, text, updated_at, updated_by, mac) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (service_id) DO UPDATE
             SET text = excluded.text, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
                 mac = excluded.mac",
        )
        .bind(row.service_id)
        .bind(&row.text)
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop))
    }

    /// Answers whether there was one.
    pub(crate) async fn delete_contract(&mut self, service_id: Uuid) -> sqlx::Result<bool> {
        Ok(on!(self, c => sqlx::query("DELETE FROM contracts WHERE service_id = $1")
            .bind(service_id)
            .execute(c)
            .await?
            .rows_affected() == 1))
    }
}
