//! The first line of every use-case.

use domain::{
    Actor, Scope,
    access::{self, Action, Denied},
    api::Outcome,
};

use crate::{
    Vault,
    audit::Event,
    error::{Error, Result},
};

impl Vault {
    /// May `actor` do `action` in `scope`? A refusal is recorded under `event` before it is answered.
    pub(crate) async fn authorise(&self, actor: &Actor, action: Action, scope: &Scope, event: Event<'_>) -> Result<()> {
        match access::check(actor, action, scope) {
            Ok(()) => Ok(()),
            Err(denied) => Err(self.refuse(actor, denied, scope, event).await?),
        }
    }

    /// Records a refusal under `event`; the error to answer with. What is not there is told as absent to everybody.
    pub(crate) async fn refuse(&self, actor: &Actor, denied: Denied, scope: &Scope, event: Event<'_>) -> Result<Error> {
        let mut tx = self.inner.db.write().await?;
        let denied = match self.find_place(&mut tx, scope).await {
            Err(Error::Public(_)) => Denied::Invisible,
            place => place.map(|_| denied)?,
        };
        self.record(&mut tx, actor, Event { outcome: Outcome::Denied, reason: "not allowed", ..event }).await?;
        tx.commit().await?;
        Ok((denied, scope).into())
    }
}
