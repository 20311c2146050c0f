//! People.

use uuid::Uuid;

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

/// A person, as they are stored.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredPerson {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) role: String,
    /// Beside the role `member` only.
    pub(crate) auditor: bool,
    /// Empty until they have chosen one.
    pub(crate) password_hash: String,
    pub(crate) credential_epoch: i64,
    pub(crate) disabled: bool,
    /// Whether signing in takes a code, too.
    pub(crate) second_factor: bool,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
}

// The marks are covered where they are set: rows of before them keep their MACs.
guarded!(StoredPerson, |row| {
    let mut fields = Fields::of("people")
        .id(row.id)
        .text(&row.email)
        .text(&row.name)
        .text(&row.role)
        .text(&row.password_hash)
        .number(row.credential_epoch)
        .flag(row.disabled)
        .number(row.created_at);
    if row.second_factor {
        fields = fields.text("second factor");
    }
    if row.auditor { fields.text("auditor") } else { fields }
});

impl Tx {
    pub(crate) async fn find_person(&mut self, id: Uuid) -> sqlx::Result<Option<StoredPerson>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, email, name, role, auditor, password_hash, credential_epoch, disabled, second_factor, created_at, \
             mac FROM people WHERE id = $1")
            .bind(id)
            .fetch_optional(c).await)
    }

    pub(crate) async fn find_person_by_email(&mut self, email: &str) -> sqlx::Result<Option<StoredPerson>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, email, name, role, auditor, password_hash, credential_epoch, disabled, second_factor, created_at, \
             mac FROM people WHERE email = $1")
            .bind(email)
            .fetch_optional(c).await)
    }

    pub(crate) async fn list_people(&mut self) -> sqlx::Result<Vec<StoredPerson>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, email, name, role, auditor, password_hash, credential_epoch, disabled, second_factor, created_at, \
             mac FROM people")
            .fetch_all(c).await)
    }

    /// Whether anyone is an admin.
    pub(crate) async fn has_admin(&mut self) -> sqlx::Result<bool> {
        let found: Option<i64> = on!(self, c => sqlx::query_scalar(
            "SELECT created_at FROM people WHERE role = 'admin' LIMIT 1")
            .fetch_optional(c).await?);
        Ok(found.is_some())
    }

    pub(crate) async fn append_person(&mut self, row: &StoredPerson) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO people (id, email, name, role, auditor, password_hash, credential_epoch, disabled, \
             created_at, mac, second_factor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
            .bind(row.id)
            .bind(&row.email)
            .bind(&row.name)
            .bind(&row.role)
            .bind(row.auditor)
            .bind(&row.password_hash)
            .bind(row.credential_epoch)
            .bind(row.disabled)
            .bind(row.created_at)
            .bind(&row.mac)
            .bind(row.second_factor)
            .execute(c).await.map(drop))
    }

    /// Changes what a person signs in with.
    pub(crate) async fn put_credentials(&mut self, row: &StoredPerson) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE people SET password_hash = $2, credential_epoch = $3, second_factor = $4, mac = $5 WHERE id = $1")
            .bind(row.id)
            .bind(&row.password_hash)
            .bind(row.credential_epoch)
            .bind(row.second_factor)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    /// Lets one transaction at a time change a person; read them after it.
    pub(crate) async fn put_person_lock(&mut self, id: Uuid) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("UPDATE people SET created_at = created_at WHERE id = $1")
            .bind(id)
            .execute(c).await.map(drop))
    }

    /// Changes everything that can change of a person.
    pub(crate) async fn put_person(&mut self, row: &StoredPerson) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE people SET name = $2, role = $3, auditor = $4, password_hash = $5, credential_epoch = $6, \
             disabled = $7, mac = $8 WHERE id = $1")
            .bind(row.id)
            .bind(&row.name)
            .bind(&row.role)
            .bind(row.auditor)
            .bind(&row.password_hash)
            .bind(row.credential_epoch)
            .bind(row.disabled)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    /// Removes a person, with their memberships, tokens and invitation.
    pub(crate) async fn delete_person(&mut self, id: Uuid) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("DELETE FROM people WHERE id = $1").bind(id).execute(c).await.map(drop))
    }
}
