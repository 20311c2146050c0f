//! What a service gets in an environment, as far as it can be told without values: names, bindings, mode.

use domain::{
    Action, Actor, EnvironmentName, Scope, ServicePath, access,
    access::Principal,
    api::{BindingState, EffectiveBinding, EffectiveRow, Mode},
    injection::Given,
};

use crate::{Vault, audit::Event, bindings::mode_of, db::Tx, error::Result, secrets::kind_of};

/// What a service gets in an environment, without values.
pub struct GivenRows {
    /// Whether it gets everything or its bindings only.
    pub mode: Mode,
    /// Every name on its ladder that the actor may know of, by name.
    pub effective: Vec<EffectiveRow>,
    /// The bindings that count there, in their order.
    pub bindings: Vec<EffectiveBinding>,
}

impl GivenRows {
    /// The same, to be judged.
    pub fn as_given(&self) -> Given<'_> {
        Given { effective: &self.effective, bindings: &self.bindings, mode: self.mode }
    }
}

impl Vault {
    /// What `service` gets in `environment`, and as what.
    pub async fn given(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<GivenRows> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        let event = Event::of("service.effective", &scope, "");
        self.authorise(actor, Action::See, &scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        self.given_in(&mut tx, actor, service, environment).await
    }

    pub(crate) async fn given_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<GivenRows> {
        let ladder = self.find_ladder(tx, service, environment).await?;
        let effective = self.effective_rows(tx, actor, &ladder).await?;
        let mut bindings = Vec::new();
        for binding in self.active_bindings(tx, ladder.service.id, ladder.environment.id).await? {
            let pinned = self.pinned(tx, &ladder, service, &binding).await?;
            let scope = binding.pin.as_ref().map(|pin| pin.scope(service));
            let (state, kind, version, source) = match (&scope, pinned) {
                (Some(scope), _) if !may_know(actor, service, environment, scope) => {
                    (BindingState::Hidden, None, None, None)
                }
                (Some(_), Some(chosen)) => {
                    let (kind, version) = (kind_of(&chosen.held.version)?, chosen.held.secret.version);
                    (BindingState::Found, kind, Some(version), Some(chosen.source.to_string()))
                }
                (Some(_), None) => (BindingState::Missing, None, None, None),
                (None, _) => match effective.iter().find(|row| row.name == binding.secret) {
                    Some(row) => (BindingState::Found, Some(row.kind), Some(row.version), Some(row.source.clone())),
                    None => (BindingState::Missing, None, None, None),
                },
            };
            let (target, secret) = (binding.target, binding.secret);
            bindings.push(EffectiveBinding { target, secret, scope, state, kind, version, source });
        }
        Ok(GivenRows { mode: mode_of(&ladder.service)?, effective, bindings })
    }
}

/// May the actor know what a pinned scope holds? A token that gets its value anyway may.
fn may_know(actor: &Actor, service: &ServicePath, environment: &EnvironmentName, pinned: &Scope) -> bool {
    let own = Scope::service(service.clone(), Some(environment.clone()));
    let is_token = matches!(actor.principal, Principal::Token(_));
    access::check(actor, Action::See, pinned).is_ok() || (is_token && access::check(actor, Action::Use, &own).is_ok())
}
