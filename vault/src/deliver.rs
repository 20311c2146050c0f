//! What a service gets, values included. Authorised, audited, then answered.

use domain::{
    Actor, EnvironmentName, SecretName, ServicePath,
    api::{Delivery, NamedValue},
};

use crate::{Vault, error::Result};

impl Vault {
    /// Everything `service` gets in `environment`. One audit record names how many values left.
    pub async fn deliver(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<Delivery> {
        let _ = (actor, service, environment);
        todo!()
    }

    /// The value `service` gets under `name`; 404 when no rung holds it.
    pub async fn deliver_one(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
        name: &SecretName,
    ) -> Result<NamedValue> {
        let _ = (actor, service, environment, name);
        todo!()
    }

    /// The entity tag of what [`Vault::deliver`] would answer: it changes when any value, binding or mode of the
    /// service does. Lets a client that is up to date be answered 304 without a value leaving.
    pub async fn delivery_tag(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<String> {
        let _ = (actor, service, environment);
        todo!()
    }
}
