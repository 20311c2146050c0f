//! What the installation demands of people: a second factor, and to confirm again who they are.

use domain::{
    Action, Actor, Code, Error as PublicError, Scope,
    access::{Person, runs_something},
    api::{ConfirmRule, FactorRule, Policy},
};

use crate::{
    Vault,
    audit::Event,
    db::{Tx, policy::StoredPolicy},
    error::{Error, Result},
};

impl Vault {
    /// What the installation demands.
    pub async fn find_policy(&self, actor: &Actor) -> Result<Policy> {
        let event = Event::of("policy.read", "", "");
        self.authorise(actor, Action::ManagePeople, &Scope::platform(None), event).await?;
        self.policy(&mut self.inner.db.read().await?).await
    }

    /// Demands something else. Whoever lacks what is demanded is led to it with their next request.
    pub async fn put_policy(&self, actor: &Actor, policy: Policy) -> Result<Policy> {
        let event = Event::of("policy.change", "", "");
        self.authorise(actor, Action::ManagePeople, &Scope::platform(None), event.clone()).await?;
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        let row = self.guard(StoredPolicy {
            second_factor: policy.second_factor.word().to_owned(),
            reveal: policy.reveal.word().to_owned(),
            export: policy.export.word().to_owned(),
            mac: Vec::new(),
        });
        tx.put_policy(&row).await?;
        let reason = format!("second factor {}, reveal {}, export {}", row.second_factor, row.reveal, row.export);
        self.record(&mut tx, actor, event.reason(&reason)).await?;
        tx.commit().await?;
        Ok(policy)
    }

    pub(crate) async fn policy(&self, tx: &mut Tx) -> Result<Policy> {
        let Some(row) = tx.find_policy().await? else {
            return Ok(Policy::default());
        };
        let row = self.checked(row)?;
        let unknown = || Error::Unknown { table: "policy" };
        Ok(Policy {
            second_factor: FactorRule::from_word(&row.second_factor).ok_or_else(unknown)?,
            reveal: ConfirmRule::from_word(&row.reveal).ok_or_else(unknown)?,
            export: ConfirmRule::from_word(&row.export).ok_or_else(unknown)?,
        })
    }

    /// 403 `step_up_required` when the actor is a person who gave password or code too long ago. A bearer token is
    /// asked for nothing more: whoever holds it has nothing else to give.
    pub(crate) fn require_confirmed(&self, actor: &Actor) -> Result<()> {
        let Some(sign_in) = actor.sign_in else { return Ok(()) };
        let age = self.inner.clock.now().0.saturating_sub(sign_in.confirmed_at.0);
        if age <= self.inner.confirm_within {
            return Ok(());
        }
        Err(PublicError::new(
            Code::StepUpRequired,
            "this asks once more who you are: give your password or a code of your second factor, then do it again",
        )
        .into())
    }

    /// [`require_confirmed`](Self::require_confirmed) where the policy's `rule` says so.
    pub(crate) async fn require_confirmed_by(&self, actor: &Actor, rule: impl Fn(Policy) -> ConfirmRule) -> Result<()> {
        if actor.sign_in.is_none() {
            return Ok(());
        }
        let policy = self.policy(&mut self.inner.db.read().await?).await?;
        if rule(policy) == ConfirmRule::Always { self.require_confirmed(actor) } else { Ok(()) }
    }
}

/// Whether the policy demands a second factor of this person.
pub(crate) fn demands_factor(policy: Policy, person: &Person) -> bool {
    match policy.second_factor {
        FactorRule::Optional => false,
        FactorRule::Admins => runs_something(person),
        FactorRule::Everyone => true,
    }
}
