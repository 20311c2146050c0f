//! Changes and their sequence.

use uuid::Uuid;

use super::{
    ROWS, Tx, bind_list, on,
    secrets::{StoredSecret, secret_columns},
    versions::{StoredVersion, version_columns},
};
use crate::row_mac::{Fields, guarded};

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredChange {
    pub(crate) id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) scope_id: Uuid,
    pub(crate) action: String,
    pub(crate) actor: String,
    pub(crate) message: String,
    pub(crate) created_at: i64,
    /// The change this one takes back.
    pub(crate) undoes: Option<Uuid>,
    /// The other half of a change over two scopes.
    pub(crate) partner: Option<Uuid>,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredChange, |row| Fields::of("changes")
    .id(row.id)
    .number(row.sequence)
    .id(row.scope_id)
    .text(&row.action)
    .text(&row.actor)
    .text(&row.message)
    .number(row.created_at)
    .optional_id(row.undoes)
    .optional_id(row.partner));

macro_rules! changes_where {
    ($rest:literal) => {
        concat!(
            "SELECT id, sequence, scope_id, action, actor, message, created_at, undoes, partner, mac FROM changes WHERE ",
            $rest
        )
    };
}

/// A version that a change wrote, with its secret as it is now.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct StoredWritten {
    #[sqlx(flatten)]
    pub(crate) secret: StoredSecret,
    #[sqlx(flatten)]
    pub(crate) version: StoredVersion,
}

impl Tx {
    /// The sequence: the number of the newest change, or higher (see [`Tx::put_sequence`]).
    pub(crate) async fn find_sequence(&mut self) -> sqlx::Result<i64> {
        on!(self, c => sqlx::query_scalar("SELECT value FROM change_sequence WHERE id = 1")
            .fetch_one(c)
            .await)
    }

    /// Moves the sequence on, and wakes who follows it after the commit: the number of the change to be written, or
    /// of something else that decides what a service gets or who may have it, and which is no change. Other changes
    /// wait until this transaction ends.
    pub(crate) async fn put_sequence(&mut self) -> sqlx::Result<i64> {
        let now = on!(self, c => sqlx::query_scalar(
            "UPDATE change_sequence SET value = value + 1 WHERE id = 1 RETURNING value",
        )
        .fetch_one(c)
        .await)?;
        self.moved = Some(now);
        Ok(now)
    }

    /// Makes other changes wait for this transaction.
    pub(crate) async fn put_changes_lock(&mut self) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("UPDATE change_sequence SET value = value WHERE id = 1")
            .execute(c)
            .await
            .map(drop))
    }

    pub(crate) async fn append_change(&mut self, row: &StoredChange) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO changes (id, sequence, scope_id, action, actor, message, created_at, undoes, partner, mac)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(row.id)
        .bind(row.sequence)
        .bind(row.scope_id)
        .bind(&row.action)
        .bind(&row.actor)
        .bind(&row.message)
        .bind(row.created_at)
        .bind(row.undoes)
        .bind(row.partner)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop))
    }

    /// Changes before a sequence number, newest first.
    pub(crate) async fn list_changes(&mut self, before: i64, limit: i64) -> sqlx::Result<Vec<StoredChange>> {
        on!(self, c => sqlx::query_as(changes_where!("sequence < $1 ORDER BY sequence DESC LIMIT $2"))
        .bind(before)
        .bind(limit)
        .fetch_all(c)
        .await)
    }

    pub(crate) async fn find_change(&mut self, id: Uuid) -> sqlx::Result<Option<StoredChange>> {
        on!(self, c => sqlx::query_as(changes_where!("id = $1"))
            .bind(id)
            .fetch_optional(c)
            .await)
    }

    /// As [`Tx::list_changes`], of these scopes only; at most [`ROWS`] of them.
    pub(crate) async fn list_changes_of(
        &mut self,
        scopes: &[Uuid],
        before: i64,
        limit: i64,
    ) -> sqlx::Result<Vec<StoredChange>> {
        if scopes.is_empty() {
            return Ok(Vec::new());
        }
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new(changes_where!("sequence < "));
            query.push_bind(before).push(" AND scope_id IN ");
            bind_list!(query, scopes);
            query.push(" ORDER BY sequence DESC LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(c).await
        })
    }

    /// The changes with these ids.
    pub(crate) async fn list_changes_by_id(&mut self, ids: &[Uuid]) -> sqlx::Result<Vec<StoredChange>> {
        let mut rows = Vec::with_capacity(ids.len());
        for ids in ids.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(changes_where!("id IN "));
                bind_list!(query, ids);
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }

    /// The changes that take one of these back.
    pub(crate) async fn list_undos(&mut self, changes: &[Uuid]) -> sqlx::Result<Vec<StoredChange>> {
        let mut rows = Vec::new();
        for changes in changes.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(changes_where!("undoes IN "));
                bind_list!(query, changes);
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }

    /// What these changes wrote; at most a page of them.
    pub(crate) async fn list_written(&mut self, changes: &[Uuid]) -> sqlx::Result<Vec<StoredWritten>> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new(concat!(
                "SELECT ", secret_columns!(), ", ", version_columns!(),
                " FROM secret_versions v JOIN secrets s ON s.id = v.secret_id WHERE v.change_id IN ",
            ));
            bind_list!(query, changes);
            query.build_query_as().fetch_all(c).await
        })
    }
}
