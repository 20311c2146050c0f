//! Projects.

use std::collections::HashMap;

use domain::{
    Action, Actor, Error as PublicError, Millis, Scope, Slug, access,
    api::{NewProject, PatchPlace, Project},
};
use uuid::Uuid;

use crate::{
    Vault,
    audit::Event,
    clock::new_id,
    db::{Tx, places::StoredProject},
    error::{Error, Result},
    scopes::known,
    words::{LONG, SHORT, check_words},
};

impl Vault {
    /// The projects the actor may see, by slug.
    pub async fn list_projects(&self, actor: &Actor) -> Result<Vec<Project>> {
        let mut tx = self.inner.db.read().await?;
        let rows = self.all_checked(tx.list_projects().await?)?;
        let services: HashMap<Uuid, i64> = tx.list_service_counts().await?.into_iter().collect();
        let mut projects = Vec::with_capacity(rows.len());
        for row in rows {
            let count = services.get(&row.id).copied().unwrap_or_default();
            let project = shown(row, count)?;
            if access::sees_project(actor, &project.slug) {
                projects.push(project);
            }
        }
        projects.sort_by(|a, b| a.slug.cmp(&b.slug));
        Ok(projects)
    }

    /// One project.
    pub async fn find_project(&self, actor: &Actor, slug: &Slug) -> Result<Project> {
        self.sees_project(actor, slug, Event::of("project.find", "", slug.as_str())).await?;
        let mut tx = self.inner.db.read().await?;
        let row = self.project(&mut tx, slug).await?;
        let services = tx.list_services(row.id).await?.len();
        shown(row, i64::try_from(services).unwrap_or(i64::MAX))
    }

    /// Creates a project, and makes whoever does its owner; 409 when the slug is taken.
    pub async fn create_project(&self, actor: &Actor, new: &NewProject) -> Result<Project> {
        let event = Event::of("project.create", source(&new.slug), new.slug.as_str());
        let platform = Scope::platform(None);
        self.authorise(actor, Action::CreateProjects, &platform, event.clone()).await?;
        let row = StoredProject {
            id: new_id(),
            slug: new.slug.to_string(),
            name: checked_name(new.name.as_deref(), &new.slug)?,
            description: checked_description(new.description.as_deref())?,
            created_at: self.inner.clock.now().0,
            mac: Vec::new(),
        };
        let row = self.guard(row);
        let mut tx = self.inner.db.write().await?;
        tx.append_project(&row).await.map_err(|error| Error::conflict(error, format!("the project `{}`", new.slug)))?;
        self.append_owner(&mut tx, actor, &row).await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        shown(row, 0)
    }

    /// Changes the words of a project.
    pub async fn update_project(&self, actor: &Actor, slug: &Slug, patch: &PatchPlace) -> Result<Project> {
        let scope = source(slug);
        let event = Event::of("project.update", &scope, slug.as_str());
        self.authorise(actor, Action::ManageProject, &scope, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        tx.put_project_lock(slug.as_str()).await?;
        let mut row = self.project(&mut tx, slug).await?;
        if let Some(name) = &patch.name {
            row.name = checked_name(Some(name), slug)?;
        }
        if let Some(description) = &patch.description {
            row.description = checked_description(Some(description))?;
        }
        let row = self.guard(row);
        tx.put_project(&row).await?;
        let services = tx.list_services(row.id).await?.len();
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        shown(row, i64::try_from(services).unwrap_or(i64::MAX))
    }

    /// Deletes a project with its services, secrets, bindings and tokens.
    pub async fn delete_project(&self, actor: &Actor, slug: &Slug) -> Result<()> {
        let scope = source(slug);
        let event = Event::of("project.delete", &scope, slug.as_str());
        self.authorise(actor, Action::OwnProject, &scope, event.clone()).await?;
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        tx.put_project_lock(slug.as_str()).await?;
        let row = self.project(&mut tx, slug).await?;
        tx.delete_project(row.id).await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        self.wake_watches().await;
        Ok(())
    }

    /// 404 for whoever does not see the project at all. A token of one service sees the project it is in.
    async fn sees_project(&self, actor: &Actor, slug: &Slug, event: Event<'_>) -> Result<()> {
        if access::sees_project(actor, slug) {
            return Ok(());
        }
        self.authorise(actor, Action::See, &source(slug), event).await
    }

    async fn project(&self, tx: &mut Tx, slug: &Slug) -> Result<StoredProject> {
        let row = tx.find_project(slug.as_str()).await?;
        self.checked(row.ok_or_else(|| PublicError::not_found(source(slug)))?)
    }
}

fn source(slug: &Slug) -> Scope {
    Scope::project(slug.clone(), None)
}

fn shown(row: StoredProject, services: i64) -> Result<Project> {
    Ok(Project {
        slug: known(row.slug, "projects")?,
        name: row.name,
        description: row.description,
        services: u32::try_from(services).unwrap_or(u32::MAX),
        created_at: Millis(row.created_at),
    })
}

/// A name for people; the slug when it is absent or blank.
pub(crate) fn checked_name(name: Option<&str>, slug: &Slug) -> Result<String, PublicError> {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let name = name.unwrap_or(slug.as_str());
    check_words("name", name, SHORT)?;
    Ok(name.to_owned())
}

pub(crate) fn checked_description(description: Option<&str>) -> Result<String, PublicError> {
    let description = description.unwrap_or_default();
    check_words("description", description, LONG)?;
    Ok(description.to_owned())
}
