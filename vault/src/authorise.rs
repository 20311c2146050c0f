//! The first line of every use-case.

use domain::{
    Actor, Scope,
    access::{self, Action},
    api::Outcome,
};

use crate::{Vault, audit::Event, error::Result};

impl Vault {
    /// May `actor` do `action` in `scope`? A refusal is recorded under `event` before it is answered.
    pub(crate) async fn authorise(
        &self,
        actor: &Actor,
        action: Action,
        scope: &Scope,
        event: Event<'_>,
    ) -> Result<()> {
        let Err(denied) = access::check(actor, action, scope) else {
            return Ok(());
        };
        let mut tx = self.inner.db.write().await?;
        self.record(
            &mut tx,
            actor,
            Event {
                outcome: Outcome::Denied,
                reason: "not allowed",
                ..event
            },
        )
        .await?;
        tx.commit().await?;
        Err((denied, scope).into())
    }
}
