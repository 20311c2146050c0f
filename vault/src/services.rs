//! Services of a project.

use domain::{
    Actor, ServicePath, Slug,
    api::{NewProject, PatchPlace, Service},
};

use crate::{Vault, error::Result};

impl Vault {
    /// The services of a project that the actor may see, by slug.
    pub async fn list_services(&self, actor: &Actor, project: &Slug) -> Result<Vec<Service>> {
        let _ = (actor, project);
        todo!()
    }

    /// One service.
    pub async fn find_service(&self, actor: &Actor, path: &ServicePath) -> Result<Service> {
        let _ = (actor, path);
        todo!()
    }

    /// Creates a service; it starts with the mode `all`.
    pub async fn create_service(
        &self,
        actor: &Actor,
        project: &Slug,
        new: &NewProject,
    ) -> Result<Service> {
        let _ = (actor, project, new);
        todo!()
    }

    /// Changes the words of a service.
    pub async fn update_service(
        &self,
        actor: &Actor,
        path: &ServicePath,
        patch: &PatchPlace,
    ) -> Result<Service> {
        let _ = (actor, path, patch);
        todo!()
    }

    /// Deletes a service with its secrets, bindings and tokens.
    pub async fn delete_service(&self, actor: &Actor, path: &ServicePath) -> Result<()> {
        let _ = (actor, path);
        todo!()
    }
}
