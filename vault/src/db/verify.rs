//! Whole tables, for a check of every row. `SELECT *`: whatever a row struct reads is there, and nothing else is bound.

use uuid::Uuid;

use super::{
    Tx, bindings::StoredBinding, changes::StoredChange, contracts::StoredContract, drafts::StoredDraft, on,
    second_factors::StoredFactor, sessions::StoredSession,
};

impl Tx {
    /// Changes in the order of their ids, after one of them.
    pub(crate) async fn list_changes_after(&mut self, after: Uuid, limit: i64) -> sqlx::Result<Vec<StoredChange>> {
        on!(self, c => sqlx::query_as("SELECT * FROM changes WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(after)
            .bind(limit)
            .fetch_all(c).await)
    }

    pub(crate) async fn list_all_bindings(&mut self) -> sqlx::Result<Vec<StoredBinding>> {
        on!(self, c => sqlx::query_as("SELECT * FROM bindings").fetch_all(c).await)
    }

    pub(crate) async fn list_all_drafts(&mut self) -> sqlx::Result<Vec<StoredDraft>> {
        on!(self, c => sqlx::query_as("SELECT * FROM drafts").fetch_all(c).await)
    }

    pub(crate) async fn list_all_contracts(&mut self) -> sqlx::Result<Vec<StoredContract>> {
        on!(self, c => sqlx::query_as("SELECT * FROM contracts").fetch_all(c).await)
    }

    pub(crate) async fn list_all_factors(&mut self) -> sqlx::Result<Vec<StoredFactor>> {
        on!(self, c => sqlx::query_as("SELECT * FROM second_factors").fetch_all(c).await)
    }

    pub(crate) async fn list_all_sessions(&mut self) -> sqlx::Result<Vec<StoredSession>> {
        on!(self, c => sqlx::query_as("SELECT * FROM sessions").fetch_all(c).await)
    }

    /// How many versions of secrets there are, of whatever secret.
    pub(crate) async fn find_version_count(&mut self) -> sqlx::Result<i64> {
        on!(self, c => sqlx::query_scalar("SELECT COUNT(*) FROM secret_versions").fetch_one(c).await)
    }

    /// The number of the newest change there is, and the sequence, which is never less.
    pub(crate) async fn find_sequences(&mut self) -> sqlx::Result<(Option<i64>, i64)> {
        on!(self, c => sqlx::query_as(
            "SELECT (SELECT MAX(sequence) FROM changes), value FROM change_sequence WHERE id = 1")
            .fetch_one(c).await)
    }
}
