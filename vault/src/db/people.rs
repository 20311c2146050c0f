//! People and members.

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
    pub(crate) password_hash: String,
    pub(crate) credential_epoch: i64,
    pub(crate) disabled: bool,
    /// Whether signing in takes a code, too.
    pub(crate) second_factor: bool,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
}

/// A person in a project, with the words that name both.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredMember {
    pub(crate) project_id: Uuid,
    pub(crate) person_id: Uuid,
    pub(crate) role: String,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
    /// The project's; checked where the project is used.
    pub(crate) project_slug: String,
}

guarded!(StoredPerson, |row| {
    let fields = Fields::of("people")
        .id(row.id)
        .text(&row.email)
        .text(&row.name)
        .text(&row.role)
        .text(&row.password_hash)
        .number(row.credential_epoch)
        .flag(row.disabled)
        .number(row.created_at);
    // A field more only where there is one: rows of before this column carry their MAC still.
    if row.second_factor { fields.text("second factor") } else { fields }
});

guarded!(StoredMember, |row| Fields::of("members")
    .id(row.project_id)
    .id(row.person_id)
    .text(&row.role)
    .number(row.created_at));

impl Tx {
    pub(crate) async fn find_person(&mut self, id: Uuid) -> sqlx::Result<Option<StoredPerson>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, email, name, role, password_hash, credential_epoch, disabled, second_factor, created_at, \
             mac FROM people WHERE id = $1")
            .bind(id)
            .fetch_optional(c).await)
    }

    pub(crate) async fn find_person_by_email(&mut self, email: &str) -> sqlx::Result<Option<StoredPerson>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, email, name, role, password_hash, credential_epoch, disabled, second_factor, created_at, \
             mac FROM people WHERE email = $1")
            .bind(email)
            .fetch_optional(c).await)
    }

    pub(crate) async fn list_people(&mut self) -> sqlx::Result<Vec<StoredPerson>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, email, name, role, password_hash, credential_epoch, disabled, second_factor, created_at, \
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
            "INSERT INTO people (id, email, name, role, password_hash, credential_epoch, disabled, \
             created_at, mac, second_factor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(row.id)
            .bind(&row.email)
            .bind(&row.name)
            .bind(&row.role)
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

    /// The projects a person belongs to.
    pub(crate) async fn list_memberships(&mut self, person: Uuid) -> sqlx::Result<Vec<StoredMember>> {
        on!(self, c => sqlx::query_as(
            "SELECT m.project_id, m.person_id, m.role, m.created_at, m.mac, p.slug AS project_slug \
             FROM members m JOIN projects p ON p.id = m.project_id WHERE m.person_id = $1")
            .bind(person)
            .fetch_all(c).await)
    }

    /// The members of a project.
    pub(crate) async fn list_members(&mut self, project: Uuid) -> sqlx::Result<Vec<StoredMember>> {
        on!(self, c => sqlx::query_as(
            "SELECT m.project_id, m.person_id, m.role, m.created_at, m.mac, p.slug AS project_slug \
             FROM members m JOIN projects p ON p.id = m.project_id WHERE m.project_id = $1")
            .bind(project)
            .fetch_all(c).await)
    }

    pub(crate) async fn append_member(&mut self, row: &StoredMember) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO members (project_id, person_id, role, created_at, mac) \
             VALUES ($1, $2, $3, $4, $5)")
            .bind(row.project_id)
            .bind(row.person_id)
            .bind(&row.role)
            .bind(row.created_at)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    /// Removes a member; `false` when they were none.
    pub(crate) async fn delete_member(&mut self, project: Uuid, person: Uuid) -> sqlx::Result<bool> {
        Ok(on!(self, c => sqlx::query(
            "DELETE FROM members WHERE project_id = $1 AND person_id = $2")
            .bind(project)
            .bind(person)
            .execute(c).await?.rows_affected() > 0))
    }
}
