//! The ordered, platform-wide list of environments.

use domain::{
    Actor, EnvironmentName,
    api::{Environment, NewEnvironment, PatchEnvironment},
};

use crate::{Vault, error::Result};

/// What a new installation starts with.
pub(crate) const FIRST: [&str; 3] = ["development", "staging", "production"];

impl Vault {
    /// The environments in their order. Everyone signed in sees them.
    pub async fn list_environments(&self, actor: &Actor) -> Result<Vec<Environment>> {
        let _ = actor;
        todo!()
    }

    /// Adds an environment; 409 when it exists.
    pub async fn create_environment(
        &self,
        actor: &Actor,
        new: &NewEnvironment,
    ) -> Result<Environment> {
        let _ = (actor, new);
        todo!()
    }

    /// Renames or moves an environment.
    pub async fn update_environment(
        &self,
        actor: &Actor,
        name: &EnvironmentName,
        patch: &PatchEnvironment,
    ) -> Result<Environment> {
        let _ = (actor, name, patch);
        todo!()
    }

    /// Removes an empty environment; 409 while a secret or binding uses it.
    pub async fn delete_environment(&self, actor: &Actor, name: &EnvironmentName) -> Result<()> {
        let _ = (actor, name);
        todo!()
    }
}
