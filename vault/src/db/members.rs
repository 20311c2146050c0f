//! Who has which role in which project.

use uuid::Uuid;

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

/// A role of a person in a project, with the words that name its places.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredMember {
    pub(crate) id: Uuid,
    pub(crate) project_id: Uuid,
    pub(crate) person_id: Uuid,
    /// None for all environments.
    pub(crate) environment_id: Option<Uuid>,
    pub(crate) role: String,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
    /// The project's; checked where the project is used.
    pub(crate) project_slug: String,
    /// The environment's; checked where the environment is used.
    pub(crate) environment_name: Option<String>,
}

guarded!(StoredMember, |row| Fields::of("memberships")
    .id(row.id)
    .id(row.project_id)
    .id(row.person_id)
    .optional_id(row.environment_id)
    .text(&row.role)
    .number(row.created_at));

/// A member of before there were roles.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredOldMember {
    pub(crate) project_id: Uuid,
    pub(crate) person_id: Uuid,
    pub(crate) role: String,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredOldMember, |row| Fields::of("members")
    .id(row.project_id)
    .id(row.person_id)
    .text(&row.role)
    .number(row.created_at));

macro_rules! select_members {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.project_id, m.person_id, m.environment_id, m.role, m.created_at, m.mac, \
             COALESCE(p.slug, '') AS project_slug, e.name AS environment_name FROM memberships m \
             LEFT JOIN projects p ON p.id = m.project_id \
             LEFT JOIN environments e ON e.id = m.environment_id ",
            $rest
        )
    };
}

impl Tx {
    /// The roles of a person.
    pub(crate) async fn list_memberships(&mut self, person: Uuid) -> sqlx::Result<Vec<StoredMember>> {
        on!(self, c => sqlx::query_as(select_members!("WHERE m.person_id = $1"))
            .bind(person)
            .fetch_all(c).await)
    }

    /// The roles in a project.
    pub(crate) async fn list_members(&mut self, project: Uuid) -> sqlx::Result<Vec<StoredMember>> {
        on!(self, c => sqlx::query_as(select_members!("WHERE m.project_id = $1"))
            .bind(project)
            .fetch_all(c).await)
    }

    /// The roles in every project.
    pub(crate) async fn list_all_members(&mut self) -> sqlx::Result<Vec<StoredMember>> {
        on!(self, c => sqlx::query_as(select_members!("")).fetch_all(c).await)
    }

    pub(crate) async fn append_member(&mut self, row: &StoredMember) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO memberships (id, project_id, person_id, environment_id, role, created_at, mac) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(row.id)
            .bind(row.project_id)
            .bind(row.person_id)
            .bind(row.environment_id)
            .bind(&row.role)
            .bind(row.created_at)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    /// Takes every role in a project from a person.
    pub(crate) async fn delete_member(&mut self, project: Uuid, person: Uuid) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("DELETE FROM memberships WHERE project_id = $1 AND person_id = $2")
            .bind(project)
            .bind(person)
            .execute(c).await.map(drop))
    }

    pub(crate) async fn list_old_members(&mut self) -> sqlx::Result<Vec<StoredOldMember>> {
        on!(self, c => sqlx::query_as("SELECT project_id, person_id, role, created_at, mac FROM members")
            .fetch_all(c).await)
    }

    pub(crate) async fn delete_old_members(&mut self) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("DELETE FROM members").execute(c).await.map(drop))
    }
}
