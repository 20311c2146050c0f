//! The versions of secrets. The columns with ciphertext are read only where a value is opened.

use seal::SealedValue;
use uuid::Uuid;

use super::{ROWS, Tx, bind_list, on};
use crate::row_mac::{Fields, guarded};

/// What is known of a version without opening it. `kind` and `fingerprint` are absent for a deletion, `fingerprint` for a
/// value that was destroyed.
///
/// The MAC leaves the two columns with ciphertext out, so that lists need not read them: the seal binds them to
/// this secret and version, and what comes out is compared with the fingerprint, which the MAC does cover.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredVersion {
    #[sqlx(rename = "v_secret_id")]
    pub(crate) secret_id: Uuid,
    #[sqlx(rename = "v_version")]
    pub(crate) version: i64,
    #[sqlx(rename = "v_change_id")]
    pub(crate) change_id: Uuid,
    #[sqlx(rename = "v_kind")]
    pub(crate) kind: Option<String>,
    #[sqlx(rename = "v_fingerprint")]
    pub(crate) fingerprint: Option<Vec<u8>>,
    /// What a file is called.
    #[sqlx(rename = "v_file_name")]
    pub(crate) file_name: Option<String>,
    #[sqlx(rename = "v_created_at")]
    pub(crate) created_at: i64,
    #[sqlx(rename = "v_created_by")]
    pub(crate) created_by: String,
    /// None for those written before comments had versions.
    #[sqlx(rename = "v_comment")]
    pub(crate) comment: Option<String>,
    #[sqlx(rename = "v_destroyed_at")]
    pub(crate) destroyed_at: Option<i64>,
    /// The version this one continues, with the one below.
    #[sqlx(rename = "v_moved_from_secret")]
    pub(crate) moved_from_secret: Option<Uuid>,
    #[sqlx(rename = "v_moved_from_version")]
    pub(crate) moved_from_version: Option<i64>,
    #[sqlx(rename = "v_mac")]
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredVersion, |row| Fields::of("secret_versions")
    .id(row.secret_id)
    .number(row.version)
    .id(row.change_id)
    .optional(row.kind.as_deref().map(str::as_bytes))
    .optional(row.fingerprint.as_deref())
    .number(row.created_at)
    .text(&row.created_by)
    .optional(row.comment.as_deref().map(str::as_bytes))
    .optional(row.file_name.as_deref().map(str::as_bytes))
    .optional_number(row.destroyed_at)
    .optional_id(row.moved_from_secret)
    .optional_number(row.moved_from_version));

/// The ciphertext of one version.
#[derive(sqlx::FromRow)]
pub(crate) struct StoredSeal {
    pub(crate) secret_id: Uuid,
    pub(crate) wrapped_key: Option<Vec<u8>>,
    pub(crate) sealed: Option<Vec<u8>>,
}

macro_rules! version_columns {
    () => {
        "v.secret_id AS v_secret_id, v.version AS v_version, v.change_id AS v_change_id, v.kind AS v_kind, \
         v.fingerprint AS v_fingerprint, v.file_name AS v_file_name, v.created_at AS v_created_at, \
         v.created_by AS v_created_by, v.comment AS v_comment, v.destroyed_at AS v_destroyed_at, \
         v.moved_from_secret AS v_moved_from_secret, v.moved_from_version AS v_moved_from_version, v.mac AS v_mac"
    };
}
pub(crate) use version_columns;

impl Tx {
    /// Versions with their ciphertext; none for a deletion.
    pub(crate) async fn append_versions(&mut self, rows: &[(StoredVersion, Option<SealedValue>)]) -> sqlx::Result<()> {
        for rows in rows.chunks(ROWS) {
            on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO secret_versions (secret_id, version, change_id, kind, wrapped_key, sealed, \
                     fingerprint, file_name, created_at, created_by, comment, destroyed_at, moved_from_secret, \
                     moved_from_version, mac) ",
                );
                query.push_values(rows, |mut values, (row, sealed)| {
                    values
                        .push_bind(row.secret_id)
                        .push_bind(row.version)
                        .push_bind(row.change_id)
                        .push_bind(&row.kind)
                        .push_bind(sealed.as_ref().map(|sealed| &sealed.wrapped_key))
                        .push_bind(sealed.as_ref().map(|sealed| &sealed.blob))
                        .push_bind(&row.fingerprint)
                        .push_bind(&row.file_name)
                        .push_bind(row.created_at)
                        .push_bind(&row.created_by)
                        .push_bind(&row.comment)
                        .push_bind(row.destroyed_at)
                        .push_bind(row.moved_from_secret)
                        .push_bind(row.moved_from_version)
                        .push_bind(&row.mac);
                });
                query.build().execute(c).await?;
            });
        }
        Ok(())
    }

    /// The versions of a secret, newest first.
    pub(crate) async fn list_versions(&mut self, secret_id: Uuid) -> sqlx::Result<Vec<StoredVersion>> {
        on!(self, c => sqlx::query_as(concat!(
            "SELECT ", version_columns!(),
            " FROM secret_versions v WHERE v.secret_id = $1 ORDER BY v.version DESC",
        ))
        .bind(secret_id)
        .fetch_all(c)
        .await)
    }

    pub(crate) async fn find_version(&mut self, secret_id: Uuid, version: i64) -> sqlx::Result<Option<StoredVersion>> {
        on!(self, c => sqlx::query_as(concat!(
            "SELECT ", version_columns!(),
            " FROM secret_versions v WHERE v.secret_id = $1 AND v.version = $2",
        ))
        .bind(secret_id)
        .bind(version)
        .fetch_optional(c)
        .await)
    }

    /// These versions of these secrets, as far as they are there.
    pub(crate) async fn list_versions_at(&mut self, versions: &[(Uuid, i64)]) -> sqlx::Result<Vec<StoredVersion>> {
        let mut rows = Vec::with_capacity(versions.len());
        for versions in versions.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(concat!(
                    "SELECT ", version_columns!(), " FROM secret_versions v WHERE (v.secret_id, v.version) IN (",
                ));
                query.push_values(versions, |mut values, (secret, version)| {
                    values.push_bind(*secret).push_bind(*version);
                });
                query.push(")");
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }

    /// The versions that continue one of these secrets elsewhere.
    pub(crate) async fn list_moved_from(&mut self, secrets: &[Uuid]) -> sqlx::Result<Vec<StoredVersion>> {
        let mut rows = Vec::new();
        for secrets in secrets.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(concat!(
                    "SELECT ", version_columns!(), " FROM secret_versions v WHERE v.moved_from_secret IN ",
                ));
                bind_list!(query, secrets);
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }

    /// Replaces what is known of a version that was read before; its value stays. Answers whether it was still what
    /// was read.
    pub(crate) async fn put_version_comment(&mut self, was: &StoredVersion, row: &StoredVersion) -> sqlx::Result<bool> {
        Ok(on!(self, c => sqlx::query(
            "UPDATE secret_versions SET comment = $1, mac = $2 WHERE secret_id = $3 AND version = $4 AND mac = $5",
        )
        .bind(&row.comment)
        .bind(&row.mac)
        .bind(was.secret_id)
        .bind(was.version)
        .bind(&was.mac)
        .execute(c)
        .await?
        .rows_affected() == 1))
    }

    /// Destroys the value of a version that was read before: its key, ciphertext and fingerprint are gone, the row stays.
    pub(crate) async fn put_version_destroyed(
        &mut self,
        was: &StoredVersion,
        row: &StoredVersion,
    ) -> sqlx::Result<bool> {
        Ok(on!(self, c => sqlx::query(
            "UPDATE secret_versions
             SET wrapped_key = NULL, sealed = NULL, fingerprint = NULL, destroyed_at = $1, mac = $2
             WHERE secret_id = $3 AND version = $4 AND mac = $5",
        )
        .bind(row.destroyed_at)
        .bind(&row.mac)
        .bind(was.secret_id)
        .bind(was.version)
        .bind(&was.mac)
        .execute(c)
        .await?
        .rows_affected() == 1))
    }

    /// The ciphertext of these versions of these secrets.
    pub(crate) async fn list_seals(&mut self, versions: &[(Uuid, i64)]) -> sqlx::Result<Vec<StoredSeal>> {
        let mut rows = Vec::with_capacity(versions.len());
        for versions in versions.chunks(ROWS) {
            rows.extend(on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "SELECT secret_id, wrapped_key, sealed FROM secret_versions WHERE (secret_id, version) IN (",
                );
                query.push_values(versions, |mut values, (secret, version)| {
                    values.push_bind(*secret).push_bind(*version);
                });
                query.push(")");
                query.build_query_as().fetch_all(c).await
            })?);
        }
        Ok(rows)
    }
}
