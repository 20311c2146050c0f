//! Second factors and their recovery codes.

use uuid::Uuid;

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

/// The second factor of a person, its secret sealed like a value.
#[derive(sqlx::FromRow)]
pub(crate) struct StoredFactor {
    pub(crate) person_id: Uuid,
    pub(crate) scope_id: Uuid,
    pub(crate) wrapped_key: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
    /// The newest step whose code was used.
    pub(crate) last_step: i64,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredFactor, |row| Fields::of("second_factors")
    .id(row.person_id)
    .id(row.scope_id)
    .bytes(&row.wrapped_key)
    .bytes(&row.sealed)
    .number(row.last_step)
    .number(row.created_at));

impl Tx {
    pub(crate) async fn find_factor(&mut self, person: Uuid) -> sqlx::Result<Option<StoredFactor>> {
        on!(self, c => sqlx::query_as(
            "SELECT person_id, scope_id, wrapped_key, sealed, last_step, created_at, mac \
             FROM second_factors WHERE person_id = $1")
            .bind(person)
            .fetch_optional(c).await)
    }

    /// Stores a factor in place of the one there was.
    pub(crate) async fn put_factor(&mut self, row: &StoredFactor) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO second_factors (person_id, scope_id, wrapped_key, sealed, last_step, created_at, mac) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (person_id) DO UPDATE SET scope_id = excluded.scope_id, \
             wrapped_key = excluded.wrapped_key, sealed = excluded.sealed, last_step = excluded.last_step, \
             created_at = excluded.created_at, mac = excluded.mac")
            .bind(row.person_id)
            .bind(row.scope_id)
            .bind(&row.wrapped_key)
            .bind(&row.sealed)
            .bind(row.last_step)
            .bind(row.created_at)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    /// Notes that the code of a step was used; `false` when one at or after it was used meanwhile.
    pub(crate) async fn put_factor_step(&mut self, row: &StoredFactor) -> sqlx::Result<bool> {
        Ok(on!(self, c => sqlx::query(
            "UPDATE second_factors SET last_step = $2, mac = $3 WHERE person_id = $1 AND last_step < $2")
            .bind(row.person_id)
            .bind(row.last_step)
            .bind(&row.mac)
            .execute(c).await?.rows_affected() > 0))
    }

    /// Removes a person's factor and its recovery codes.
    pub(crate) async fn delete_factor(&mut self, person: Uuid) -> sqlx::Result<()> {
        self.delete_recovery_codes(person).await?;
        on!(self, c => sqlx::query("DELETE FROM second_factors WHERE person_id = $1")
            .bind(person)
            .execute(c).await.map(drop))
    }

    pub(crate) async fn append_recovery_code(&mut self, person: Uuid, code_hash: &[u8]) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("INSERT INTO recovery_codes (code_hash, person_id) VALUES ($1, $2)")
            .bind(code_hash)
            .bind(person)
            .execute(c).await.map(drop))
    }

    /// Uses a recovery code up; `false` when there is none.
    pub(crate) async fn delete_recovery_code(&mut self, person: Uuid, code_hash: &[u8]) -> sqlx::Result<bool> {
        Ok(on!(self, c => sqlx::query("DELETE FROM recovery_codes WHERE code_hash = $1 AND person_id = $2")
            .bind(code_hash)
            .bind(person)
            .execute(c).await?.rows_affected() > 0))
    }

    pub(crate) async fn delete_recovery_codes(&mut self, person: Uuid) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("DELETE FROM recovery_codes WHERE person_id = $1")
            .bind(person)
            .execute(c).await.map(drop))
    }

    pub(crate) async fn find_recovery_code_count(&mut self, person: Uuid) -> sqlx::Result<i64> {
        on!(self, c => sqlx::query_scalar("SELECT COUNT(*) FROM recovery_codes WHERE person_id = $1")
            .bind(person)
            .fetch_one(c).await)
    }
}
