//! Bindings and the delivery mode of a service.

use domain::{
    Actor, ServicePath,
    api::{Binding, Mode},
};

use crate::{Vault, error::Result};

impl Vault {
    /// The bindings of a service, in their order.
    pub async fn list_bindings(
        &self,
        actor: &Actor,
        service: &ServicePath,
    ) -> Result<Vec<Binding>> {
        let _ = (actor, service);
        todo!()
    }

    /// Replaces the bindings of a service; all or nothing. 422 with every problem: bad targets, collisions, unknown environments.
    pub async fn put_bindings(
        &self,
        actor: &Actor,
        service: &ServicePath,
        bindings: &[Binding],
    ) -> Result<Vec<Binding>> {
        let _ = (actor, service, bindings);
        todo!()
    }

    /// What a service gets: everything, or its bindings only.
    pub async fn find_mode(&self, actor: &Actor, service: &ServicePath) -> Result<Mode> {
        let _ = (actor, service);
        todo!()
    }

    /// Sets what a service gets.
    pub async fn put_mode(&self, actor: &Actor, service: &ServicePath, mode: Mode) -> Result<Mode> {
        let _ = (actor, service, mode);
        todo!()
    }
}
