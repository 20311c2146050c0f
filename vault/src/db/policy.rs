//! What the installation demands.

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

/// The one row; there is none before the first change.
#[derive(sqlx::FromRow)]
pub(crate) struct StoredPolicy {
    pub(crate) second_factor: String,
    pub(crate) reveal: String,
    pub(crate) export: String,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredPolicy, |row| Fields::of("policy").text(&row.second_factor).text(&row.reveal).text(&row.export));

impl Tx {
    pub(crate) async fn find_policy(&mut self) -> sqlx::Result<Option<StoredPolicy>> {
        on!(self, c => sqlx::query_as("SELECT second_factor, reveal, export, mac FROM policy WHERE id = 1")
            .fetch_optional(c).await)
    }

    pub(crate) async fn put_policy(&mut self, row: &StoredPolicy) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO policy (id, second_factor, reveal, export, mac) VALUES (1, $1, $2, $3, $4) \
             ON CONFLICT (id) DO UPDATE SET second_factor = excluded.second_factor, reveal = excluded.reveal, \
             export = excluded.export, mac = excluded.mac")
            .bind(&row.second_factor)
            .bind(&row.reveal)
            .bind(&row.export)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }
}
