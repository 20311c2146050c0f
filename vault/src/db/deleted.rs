//! Deleted secrets: those that can be brought back, and those whose values are to be destroyed.

use uuid::Uuid;

use super::{
    Db, Pool, ROWS, Tx, bind_list, on,
    secrets::{StoredHeld, secret_columns},
    versions::version_columns,
};

macro_rules! deleted {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            secret_columns!(),
            ", ",
            version_columns!(),
            " FROM secrets s JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.version WHERE s.deleted AND ",
            $condition
        )
    };
}

impl Tx {
    /// The secrets of these scopes that were deleted after a time, with the version that says so.
    pub(crate) async fn list_deleted(&mut self, scopes: &[Uuid], after: i64) -> sqlx::Result<Vec<StoredHeld>> {
        let mut rows = Vec::new();
        for scopes in scopes.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(deleted!("v.created_at > "));
                query.push_bind(after).push(" AND s.scope_id IN ");
                bind_list!(query, scopes);
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }

    /// Some secrets that were deleted at a time or before and still hold values. A value stays while a version that
    /// continues it elsewhere does.
    pub(crate) async fn list_overdue(&mut self, until: i64, limit: i64) -> sqlx::Result<Vec<StoredHeld>> {
        on!(self, c => sqlx::query_as(deleted!(
            "v.created_at <= $1 AND EXISTS (
                SELECT 1 FROM secret_versions d WHERE d.secret_id = s.id AND d.sealed IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM secret_versions m
                    WHERE m.moved_from_secret = s.id AND m.moved_from_version >= d.version AND m.destroyed_at IS NULL))
             LIMIT $2"
        ))
        .bind(until)
        .bind(limit)
        .fetch_all(c)
        .await)
    }
}

impl Db {
    /// Folds SQLite's write-ahead log into the file and empties it: what was destroyed is in neither. Postgres has
    /// `VACUUM` and its own log for that.
    pub(crate) async fn empty_log(&self) -> sqlx::Result<()> {
        match &self.pool {
            Pool::Sqlite(pool) => sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(pool).await.map(drop),
            Pool::Postgres(_) => Ok(()),
        }
    }
}
