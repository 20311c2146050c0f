//! Projects and their services.

use domain::api::Found;
use uuid::Uuid;

use super::{Tx, on, search::Searched};
use crate::row_mac::{Fields, guarded};

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredProject {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredProject, |row| Fields::of("projects")
    .id(row.id)
    .text(&row.slug)
    .text(&row.name)
    .text(&row.description)
    .number(row.created_at));

#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StoredService {
    pub(crate) id: Uuid,
    pub(crate) project_id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) mode: String,
    pub(crate) created_at: i64,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredService, |row| Fields::of("services")
    .id(row.id)
    .id(row.project_id)
    .text(&row.slug)
    .text(&row.name)
    .text(&row.description)
    .text(&row.mode)
    .number(row.created_at));

impl StoredProject {
    /// What a search finds it by.
    pub(crate) fn searched(&self) -> Searched {
        let text = format!("{}\n{}\n{}", self.slug, self.name, self.description);
        Searched { kind: Found::Project, id: self.id, text }
    }
}

impl StoredService {
    /// What a search finds it by.
    pub(crate) fn searched(&self) -> Searched {
        let text = format!("{}\n{}\n{}", self.slug, self.name, self.description);
        Searched { kind: Found::Service, id: self.id, text }
    }
}

impl Tx {
    pub(crate) async fn list_projects(&mut self) -> sqlx::Result<Vec<StoredProject>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, slug, name, description, created_at, mac FROM projects",
        )
        .fetch_all(c)
        .await)
    }

    /// How many services each project has; projects without any are absent.
    pub(crate) async fn list_service_counts(&mut self) -> sqlx::Result<Vec<(Uuid, i64)>> {
        on!(self, c => sqlx::query_as(
            "SELECT project_id, COUNT(*) FROM services GROUP BY project_id",
        )
        .fetch_all(c)
        .await)
    }

    pub(crate) async fn find_project(&mut self, slug: &str) -> sqlx::Result<Option<StoredProject>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, slug, name, description, created_at, mac FROM projects WHERE slug = $1",
        )
        .bind(slug)
        .fetch_optional(c)
        .await)
    }

    pub(crate) async fn append_project(&mut self, row: &StoredProject) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO projects (id, slug, name, description, created_at, mac)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(row.id)
        .bind(&row.slug)
        .bind(&row.name)
        .bind(&row.description)
        .bind(row.created_at)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop)?);
        self.append_searched(&[row.searched()]).await
    }

    pub(crate) async fn put_project(&mut self, row: &StoredProject) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE projects SET name = $2, description = $3, mac = $4 WHERE id = $1",
        )
        .bind(row.id)
        .bind(&row.name)
        .bind(&row.description)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop)?);
        self.append_searched(&[row.searched()]).await
    }

    /// Makes other editors of the project wait for this transaction; to be followed by a fresh read.
    pub(crate) async fn put_project_lock(&mut self, slug: &str) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("UPDATE projects SET name = name WHERE slug = $1")
            .bind(slug)
            .execute(c)
            .await
            .map(drop))
    }

    /// With everything in it.
    pub(crate) async fn delete_project(&mut self, id: Uuid) -> sqlx::Result<()> {
        self.delete_searched_project(id).await?;
        on!(self, c => sqlx::query("DELETE FROM projects WHERE id = $1")
            .bind(id)
            .execute(c)
            .await
            .map(drop))
    }

    pub(crate) async fn list_services(&mut self, project_id: Uuid) -> sqlx::Result<Vec<StoredService>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, project_id, slug, name, description, mode, created_at, mac
             FROM services WHERE project_id = $1",
        )
        .bind(project_id)
        .fetch_all(c)
        .await)
    }

    pub(crate) async fn list_all_services(&mut self) -> sqlx::Result<Vec<StoredService>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, project_id, slug, name, description, mode, created_at, mac FROM services",
        )
        .fetch_all(c)
        .await)
    }

    pub(crate) async fn find_service(&mut self, project_id: Uuid, slug: &str) -> sqlx::Result<Option<StoredService>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, project_id, slug, name, description, mode, created_at, mac
             FROM services WHERE project_id = $1 AND slug = $2",
        )
        .bind(project_id)
        .bind(slug)
        .fetch_optional(c)
        .await)
    }

    pub(crate) async fn append_service(&mut self, row: &StoredService) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO services (id, project_id, slug, name, description, mode, created_at, mac)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.id)
        .bind(row.project_id)
        .bind(&row.slug)
        .bind(&row.name)
        .bind(&row.description)
        .bind(&row.mode)
        .bind(row.created_at)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop)?);
        self.append_searched(&[row.searched()]).await
    }

    pub(crate) async fn put_service(&mut self, row: &StoredService) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE services SET name = $2, description = $3, mode = $4, mac = $5 WHERE id = $1",
        )
        .bind(row.id)
        .bind(&row.name)
        .bind(&row.description)
        .bind(&row.mode)
        .bind(&row.mac)
        .execute(c)
        .await
        .map(drop)?);
        self.append_searched(&[row.searched()]).await
    }

    /// Makes other editors of the service and its bindings wait for this transaction; to be followed by a fresh read.
    pub(crate) async fn put_service_lock(&mut self, project_id: Uuid, slug: &str) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE services SET name = name WHERE project_id = $1 AND slug = $2",
        )
        .bind(project_id)
        .bind(slug)
        .execute(c)
        .await
        .map(drop))
    }

    /// With everything in it.
    pub(crate) async fn delete_service(&mut self, id: Uuid) -> sqlx::Result<()> {
        self.delete_searched_service(id).await?;
        on!(self, c => sqlx::query("DELETE FROM services WHERE id = $1")
            .bind(id)
            .execute(c)
            .await
            .map(drop))
    }
}
