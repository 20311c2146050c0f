//! Projects.

use domain::{
    Actor, Slug,
    api::{NewProject, PatchPlace, Project},
};

use crate::{Vault, error::Result};

impl Vault {
    /// The projects the actor may see, by slug.
    pub async fn list_projects(&self, actor: &Actor) -> Result<Vec<Project>> {
        let _ = actor;
        todo!()
    }

    /// One project.
    pub async fn find_project(&self, actor: &Actor, slug: &Slug) -> Result<Project> {
        let _ = (actor, slug);
        todo!()
    }

    /// Creates a project; 409 when the slug is taken.
    pub async fn create_project(&self, actor: &Actor, new: &NewProject) -> Result<Project> {
        let _ = (actor, new);
        todo!()
    }

    /// Changes the words of a project.
    pub async fn update_project(
        &self,
        actor: &Actor,
        slug: &Slug,
        patch: &PatchPlace,
    ) -> Result<Project> {
        let _ = (actor, slug, patch);
        todo!()
    }

    /// Deletes a project with its services, secrets, bindings and tokens.
    pub async fn delete_project(&self, actor: &Actor, slug: &Slug) -> Result<()> {
        let _ = (actor, slug);
        todo!()
    }
}
