//! What a service sees: the ladder's result with its sources, and why. No values.

use domain::{
    Actor, EnvironmentName, SecretName, ServicePath,
    api::{EffectiveRow, Explanation},
};

use crate::{Vault, error::Result};

impl Vault {
    /// Every name `service` gets in `environment`, by name, with source and what it shadows.
    pub async fn effective(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<Vec<EffectiveRow>> {
        let _ = (actor, service, environment);
        todo!()
    }

    /// The six rungs for one name. A name on no rung is answered with six absent rungs.
    pub async fn explain(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
        name: &SecretName,
    ) -> Result<Explanation> {
        let _ = (actor, service, environment, name);
        todo!()
    }
}
