//! Bindings for what a file asks for.

use domain::{
    Action, Actor, EnvironmentName, Scope, ServicePath, access,
    api::{Binding, ProposedBinding},
    injection::Given,
    wiring::{Wanted, propose},
};

use crate::{Vault, error::Result, given::GivenRows, scopes::known};

impl Vault {
    /// What there is to do so that a service gets every variable of `wanted`, in their order. Nothing is changed.
    pub async fn propose_bindings(
        &self,
        actor: &Actor,
        service: &ServicePath,
        wanted: &[Wanted],
    ) -> Result<Vec<ProposedBinding>> {
        let bindings = self.list_bindings(actor, service).await?;
        let mut tx = self.inner.db.read().await?;
        let mut rows: Vec<GivenRows> = Vec::new();
        for environment in self.all_checked(tx.list_environments().await?)? {
            let environment: EnvironmentName = known(environment.name, "environments")?;
            let scope = Scope::service(service.clone(), Some(environment.clone()));
            if access::check(actor, Action::See, &scope).is_ok() {
                rows.push(self.given_in(&mut tx, actor, service, &environment).await?);
            }
        }
        let given: Vec<Given> = rows.iter().map(GivenRows::as_given).collect();
        Ok(propose(wanted, &bindings, &given))
    }

    /// Adds the bindings that a service needs for every variable of `wanted` but those in `leave_out`, for all
    /// environments; answers what there was to do.
    pub async fn import_bindings(
        &self,
        actor: &Actor,
        service: &ServicePath,
        wanted: &[Wanted],
        leave_out: &[String],
    ) -> Result<Vec<ProposedBinding>> {
        let mut proposed = self.propose_bindings(actor, service, wanted).await?;
        proposed.retain(|proposed| !leave_out.contains(&proposed.variable));
        let adds = proposed.iter().filter(|proposed| proposed.proposal.adds());
        let new: Vec<Binding> = adds.map(ProposedBinding::binding).collect();
        self.append_bindings(actor, service, &new).await?;
        Ok(proposed)
    }
}
