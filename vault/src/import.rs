//! An upload becomes a plan, and a plan becomes one change.

use domain::{Action, Actor, Scope, api::Plan, import::Import};

use crate::{
    Vault,
    audit::Event,
    changes::until_won,
    error::Result,
    plan::{Applying, Planning},
    words::{LONG, check_words},
};

/// How an upload is applied.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// Names to leave out on purpose.
    pub leave_out: Vec<String>,
    /// Names whose texts are stored as files.
    pub as_file: Vec<String>,
    /// Why; goes into the change.
    pub message: String,
    /// The basis of the plan that is applied; without it, whatever the plan is at that moment.
    pub basis: Option<String>,
}

impl Vault {
    /// What applying `import` to `scope` would do. Writes nothing.
    pub async fn plan_import(
        &self,
        actor: &Actor,
        scope: &Scope,
        import: &Import,
        options: &ImportOptions,
    ) -> Result<Plan> {
        let event = Event::of("secret.plan", scope, "");
        self.authorise(actor, Action::WriteSecrets, scope, event).await?;
        check_words("message", &options.message, LONG)?;
        let wishes = self.wishes_of(import, &options.as_file)?;
        let mut tx = self.inner.db.read().await?;
        let place = self.find_place(&mut tx, scope).await?;
        let stored = self.find_scope(&mut tx, &place).await?;
        let planning = Planning {
            actor,
            place: &place,
            stored: stored.as_ref(),
            wishes: &wishes,
            leave_out: &options.leave_out,
            source: None,
        };
        Ok(self.plan(&mut tx, &planning).await?.plan)
    }

    /// Applies `import` to `scope`: one change in one transaction. While a key is invalid and not left out,
    /// nothing is stored and every problem is answered (422). With a basis that does not hold any more nothing is
    /// stored, and the new plan is answered ([`crate::Error::Stale`]).
    pub async fn import(&self, actor: &Actor, scope: &Scope, import: &Import, options: &ImportOptions) -> Result<Plan> {
        let event = Event::of("secret.import", scope, "");
        self.authorise(actor, Action::WriteSecrets, scope, event).await?;
        check_words("message", &options.message, LONG)?;
        until_won!(locked => self.try_import(actor, scope, import, options, locked))
    }

    async fn try_import(
        &self,
        actor: &Actor,
        scope: &Scope,
        import: &Import,
        options: &ImportOptions,
        locked: bool,
    ) -> Result<Option<Plan>> {
        let wishes = self.wishes_of(import, &options.as_file)?;
        // Whoever has seen a plan gets it as it is: no change may come between looking again and writing.
        let mut tx = self.begin(locked || options.basis.is_some()).await?;
        let place = self.find_place(&mut tx, scope).await?;
        let stored = self.obtain_scope(&mut tx, &place).await?;
        let planning = Planning {
            actor,
            place: &place,
            stored: Some(&stored),
            wishes: &wishes,
            leave_out: &options.leave_out,
            source: None,
        };
        let planned = self.plan(&mut tx, &planning).await?;
        let applying = Applying {
            actor,
            scope,
            stored: &stored,
            action: ("import", "secret.import"),
            message: &options.message,
            source: None,
            basis: options.basis.as_deref(),
        };
        self.apply(tx, planned, &applying).await
    }
}
