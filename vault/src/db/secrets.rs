//! Secrets, and what they hold now. Their versions are in `versions`.

use domain::api::Found;
use uuid::Uuid;

use super::{
    ROWS, Tx, bind_list, on,
    search::Searched,
    versions::{StoredVersion, version_columns},
};
use crate::row_mac::{Fields, guarded};

/// A name in a scope.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredSecret {
    pub(crate) id: Uuid,
    pub(crate) scope_id: Uuid,
    pub(crate) name: String,
    pub(crate) comment: String,
    /// Who looks after it; empty where nobody said.
    pub(crate) owner: String,
    /// The first moment of the last day of its value.
    pub(crate) rotate_by: Option<i64>,
    /// The newest version.
    pub(crate) version: i64,
    /// Whether the newest version says that the secret was deleted.
    pub(crate) deleted: bool,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredSecret, |row| Fields::of("secrets")
    .id(row.id)
    .id(row.scope_id)
    .text(&row.name)
    .text(&row.comment)
    .number(row.version)
    .flag(row.deleted)
    .number(row.created_at)
    .text(&row.owner)
    .optional_number(row.rotate_by));

impl StoredSecret {
    /// What a search finds it by: nothing when it was deleted.
    pub(crate) fn searched(&self) -> Searched {
        let text = if self.deleted { String::new() } else { format!("{}\n{}", self.name, self.comment) };
        Searched { kind: Found::Secret, id: self.id, text }
    }
}

/// A secret with its newest version.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredHeld {
    #[sqlx(flatten)]
    pub(crate) secret: StoredSecret,
    #[sqlx(flatten)]
    pub(crate) version: StoredVersion,
}

macro_rules! secret_columns {
    () => {
        "s.id, s.scope_id, s.name, s.comment, s.owner, s.rotate_by, s.version, s.deleted, s.created_at, s.mac"
    };
}
pub(crate) use secret_columns;

/// Everything a secret is but its value, in its newest version.
macro_rules! held {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            secret_columns!(),
            ", ",
            version_columns!(),
            " FROM secrets s JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.version WHERE ",
            $condition
        )
    };
}

/// Above this many names, reading a whole scope is cheaper than asking for each.
const NAMES: usize = 2000;

impl Tx {
    pub(crate) async fn find_held(&mut self, scope_id: Uuid, name: &str) -> sqlx::Result<Option<StoredHeld>> {
        on!(self, c => sqlx::query_as(held!("s.scope_id = $1 AND s.name = $2"))
            .bind(scope_id)
            .bind(name)
            .fetch_optional(c)
            .await)
    }

    /// All secrets of these scopes, deleted ones too; at most a few scopes.
    pub(crate) async fn list_held(&mut self, scopes: &[Uuid]) -> sqlx::Result<Vec<StoredHeld>> {
        if scopes.is_empty() {
            return Ok(Vec::new());
        }
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new(held!("s.scope_id IN "));
            bind_list!(query, scopes);
            query.build_query_as().fetch_all(c).await
        })
    }

    /// The secrets of these scopes with one name, deleted ones too.
    pub(crate) async fn list_held_of_name(&mut self, scopes: &[Uuid], name: &str) -> sqlx::Result<Vec<StoredHeld>> {
        if scopes.is_empty() {
            return Ok(Vec::new());
        }
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new(held!("s.name = "));
            query.push_bind(name).push(" AND s.scope_id IN ");
            bind_list!(query, scopes);
            query.build_query_as().fetch_all(c).await
        })
    }

    /// The secrets with these ids.
    pub(crate) async fn list_held_by_id(&mut self, ids: &[Uuid]) -> sqlx::Result<Vec<StoredHeld>> {
        let mut rows = Vec::with_capacity(ids.len());
        for ids in ids.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(held!("s.id IN "));
                bind_list!(query, ids);
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }

    /// The secrets of one scope with these names, deleted ones too.
    pub(crate) async fn list_held_of_names(&mut self, scope_id: Uuid, names: &[&str]) -> sqlx::Result<Vec<StoredHeld>> {
        if names.len() > NAMES {
            return self.list_held(&[scope_id]).await;
        }
        let mut rows = Vec::new();
        for names in names.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(held!("s.scope_id = "));
                query.push_bind(scope_id).push(" AND s.name IN ");
                bind_list!(query, names.iter().copied());
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }

    /// The secrets of these scopes with these names, deleted ones too; the caller drops what it did not ask for: above
    /// a number of names, all of the scopes come.
    pub(crate) async fn list_held_among(&mut self, scopes: &[Uuid], names: &[&str]) -> sqlx::Result<Vec<StoredHeld>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let few = names.len() <= NAMES;
        let mut rows = Vec::new();
        for scopes in scopes.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(held!("s.scope_id IN "));
                bind_list!(query, scopes);
                if few {
                    query.push(" AND s.name IN ");
                    bind_list!(query, names.iter().copied());
                }
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }

    /// The secrets of a scope whose names are these but for upper and lower case, deleted ones too; `lowered` is lower
    /// case. The caller drops what it did not ask for, as above.
    pub(crate) async fn list_secrets_folded(
        &mut self,
        scope_id: Uuid,
        lowered: &[String],
    ) -> sqlx::Result<Vec<StoredSecret>> {
        if lowered.len() > NAMES {
            return self.list_secrets(&[scope_id], None).await;
        }
        let mut rows = Vec::new();
        for lowered in lowered.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(concat!(
                    "SELECT ", secret_columns!(), " FROM secrets s WHERE s.scope_id = "
                ));
                query.push_bind(scope_id).push(" AND lower(s.name) IN ");
                bind_list!(query, lowered);
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }

    /// The names of these scopes, deleted ones too; the caller drops what it did not ask for: above a number
    /// of names, all of the scopes come.
    pub(crate) async fn list_secrets(
        &mut self,
        scopes: &[Uuid],
        names: Option<&[&str]>,
    ) -> sqlx::Result<Vec<StoredSecret>> {
        let names = names.filter(|names| names.len() <= NAMES);
        let mut rows = Vec::new();
        for scopes in scopes.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(concat!(
                    "SELECT ", secret_columns!(), " FROM secrets s WHERE s.scope_id IN "
                ));
                bind_list!(query, scopes);
                if let Some(names) = names {
                    query.push(" AND s.name IN ");
                    bind_list!(query, names.iter().copied());
                }
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }

    /// The live secrets whose newest value lies in more than one place: `limit` values after the first `skip`, those
    /// in most places first. Which are equal the caller tells by what the checked rows say.
    pub(crate) async fn list_held_twice(&mut self, limit: i64, skip: i64) -> sqlx::Result<Vec<StoredHeld>> {
        on!(self, c => sqlx::query_as(held!(
            "s.deleted = false AND v.fingerprint IN (
               SELECT d.fingerprint FROM secrets h
                 JOIN secret_versions d ON d.secret_id = h.id AND d.version = h.version
               WHERE h.deleted = false AND d.fingerprint IS NOT NULL
               GROUP BY d.fingerprint HAVING COUNT(*) > 1
               ORDER BY COUNT(*) DESC, d.fingerprint LIMIT $1 OFFSET $2)"
        ))
        .bind(limit)
        .bind(skip)
        .fetch_all(c)
        .await)
    }

    /// Answers how many rows were new: a name that is there already is left alone.
    pub(crate) async fn append_secrets(&mut self, rows: &[StoredSecret]) -> sqlx::Result<usize> {
        let mut written = 0;
        for rows in rows.chunks(ROWS) {
            written += on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO secrets (id, scope_id, name, comment, owner, rotate_by, version, deleted, created_at, mac) ",
                );
                query.push_values(rows, |mut values, row| {
                    values
                        .push_bind(row.id)
                        .push_bind(row.scope_id)
                        .push_bind(&row.name)
                        .push_bind(&row.comment)
                        .push_bind(&row.owner)
                        .push_bind(row.rotate_by)
                        .push_bind(row.version)
                        .push_bind(row.deleted)
                        .push_bind(row.created_at)
                        .push_bind(&row.mac);
                });
                query.push(" ON CONFLICT (scope_id, name) DO NOTHING");
                query.build().execute(c).await?.rows_affected()
            });
        }
        self.append_searched(&rows.iter().map(StoredSecret::searched).collect::<Vec<_>>()).await?;
        Ok(usize::try_from(written).unwrap_or(usize::MAX))
    }

    /// Replaces rows that were read before, and answers how many were still what was read: compare and set, so
    /// that two servers cannot lose an update.
    pub(crate) async fn put_secrets(&mut self, rows: &[(StoredSecret, StoredSecret)]) -> sqlx::Result<usize> {
        let mut written = 0;
        for rows in rows.chunks(ROWS) {
            written += on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "UPDATE secrets SET comment = x.column4, version = x.column5, deleted = x.column6, \
                     mac = x.column7, owner = x.column8, rotate_by = x.column9 FROM (",
                );
                query.push_values(rows, |mut values, (was, row)| {
                    values
                        .push_bind(was.id)
                        .push_bind(was.version)
                        .push_bind(&was.mac)
                        .push_bind(&row.comment)
                        .push_bind(row.version)
                        .push_bind(row.deleted)
                        .push_bind(&row.mac)
                        .push_bind(&row.owner)
                        .push_bind(row.rotate_by);
                });
                query.push(
                    ") AS x WHERE secrets.id = x.column1 AND secrets.version = x.column2 AND secrets.mac = x.column3",
                );
                query.build().execute(c).await?.rows_affected()
            });
        }
        let other =
            |(was, row): &&(StoredSecret, StoredSecret)| was.comment != row.comment || was.deleted != row.deleted;
        let (was, now): (Vec<_>, Vec<_>) =
            rows.iter().filter(other).map(|(was, row)| (was.searched(), row.searched())).unzip();
        self.delete_searched(&was).await?;
        self.append_searched(&now).await?;
        Ok(usize::try_from(written).unwrap_or(usize::MAX))
    }
}
