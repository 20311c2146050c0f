//! Services of a project.

use domain::{
    Action, Actor, Error as PublicError, Millis, Scope, ServicePath, Slug, access,
    api::{Mode, NewProject, PatchPlace, Service},
};

use crate::{
    Vault,
    audit::Event,
    clock::new_id,
    db::{Tx, places::StoredService},
    error::{Error, Result},
    projects::{checked_description, checked_name},
    scopes::known,
};

impl Vault {
    /// The services of a project that the actor may see, by slug.
    pub async fn list_services(&self, actor: &Actor, project: &Slug) -> Result<Vec<Service>> {
        let scope = Scope::project(project.clone(), None);
        if !access::sees_project(actor, project) {
            let event = Event::of("service.list", &scope, "");
            self.authorise(actor, Action::See, &scope, event).await?;
        }
        let mut tx = self.inner.db.read().await?;
        let place = self.find_place(&mut tx, &scope).await?;
        let mut services = Vec::new();
        if let Some(project_id) = place.project_id() {
            for row in self.all_checked(tx.list_services(project_id).await?)? {
                let service = shown(row, project)?;
                let path = ServicePath::new(project.clone(), service.slug.clone());
                if access::sees_service(actor, &path) {
                    services.push(service);
                }
            }
        }
        services.sort_by(|a, b| a.slug.cmp(&b.slug));
        Ok(services)
    }

    /// One service.
    pub async fn find_service(&self, actor: &Actor, path: &ServicePath) -> Result<Service> {
        self.sees_service(actor, path, "service.find").await?;
        let mut tx = self.inner.db.read().await?;
        shown(self.service(&mut tx, path).await?, &path.project)
    }

    /// Creates a service; it starts with the mode `all`.
    pub async fn create_service(&self, actor: &Actor, project: &Slug, new: &NewProject) -> Result<Service> {
        let scope = Scope::project(project.clone(), None);
        let event = Event::of("service.create", &scope, new.slug.as_str());
        self.authorise(actor, Action::ManageProject, &scope, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        tx.put_project_lock(project.as_str()).await?;
        let place = self.find_place(&mut tx, &scope).await?;
        let project_id = place.project_id().ok_or_else(|| PublicError::not_found(&scope))?;
        let row = StoredService {
            id: new_id(),
            project_id,
            slug: new.slug.to_string(),
            name: checked_name(new.name.as_deref(), &new.slug)?,
            description: checked_description(new.description.as_deref())?,
            mode: Mode::All.word().to_owned(),
            created_at: self.inner.clock.now().0,
            mac: Vec::new(),
        };
        let row = self.guard(row);
        tx.append_service(&row).await.map_err(|error| Error::conflict(error, format!("the service `{}`", new.slug)))?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        shown(row, project)
    }

    /// Changes the words of a service.
    pub async fn update_service(&self, actor: &Actor, path: &ServicePath, change: &PatchPlace) -> Result<Service> {
        let scope = Scope::service(path.clone(), None);
        let event = Event::of("service.update", &scope, path.service.as_str());
        self.authorise(actor, Action::ManageProject, &scope, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        let mut row = self.locked_service(&mut tx, path).await?;
        if let Some(name) = &change.name {
            row.name = checked_name(Some(name), &path.service)?;
        }
        if let Some(description) = &change.description {
            row.description = checked_description(Some(description))?;
        }
        let row = self.guard(row);
        tx.put_service(&row).await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        shown(row, &path.project)
    }

    /// Deletes a service with its secrets, bindings and tokens.
    pub async fn delete_service(&self, actor: &Actor, path: &ServicePath) -> Result<()> {
        let scope = Scope::service(path.clone(), None);
        let event = Event::of("service.delete", &scope, path.service.as_str());
        self.authorise(actor, Action::ManageProject, &scope, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        let row = self.locked_service(&mut tx, path).await?;
        tx.delete_service(row.id).await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        self.wake_watches().await;
        Ok(())
    }

    /// 404 for whoever does not see the service at all. A token of one environment sees the service it is for.
    pub(crate) async fn sees_service(&self, actor: &Actor, path: &ServicePath, action: &'static str) -> Result<()> {
        if access::sees_service(actor, path) {
            return Ok(());
        }
        let scope = Scope::service(path.clone(), None);
        let event = Event::of(action, &scope, "");
        self.authorise(actor, Action::See, &scope, event).await
    }

    pub(crate) async fn service(&self, tx: &mut Tx, path: &ServicePath) -> Result<StoredService> {
        let scope = Scope::service(path.clone(), None);
        let place = self.find_place(tx, &scope).await?;
        Ok(place.service.ok_or_else(|| PublicError::not_found(&scope))?)
    }

    /// The service, with its other editors waiting until this transaction ends.
    pub(crate) async fn locked_service(&self, tx: &mut Tx, path: &ServicePath) -> Result<StoredService> {
        let row = self.service(tx, path).await?;
        tx.put_service_lock(row.project_id, &row.slug).await?;
        self.service(tx, path).await
    }
}

fn shown(row: StoredService, project: &Slug) -> Result<Service> {
    Ok(Service {
        project: project.clone(),
        slug: known(row.slug, "services")?,
        name: row.name,
        description: row.description,
        mode: Mode::from_word(&row.mode).ok_or(Error::Unknown { table: "services" })?,
        created_at: Millis(row.created_at),
    })
}
