//! An upload becomes a plan, and a plan becomes one change.

mod plan;

use domain::{
    Action, Actor, Error as PublicError, Scope,
    api::{Plan, PlanAction},
    import::Import,
};

use plan::Planned;

use crate::{
    Vault,
    audit::Event,
    changes::{Write, WriteItem, until_won},
    error::Result,
    words::{LONG, check_words},
};

/// How an upload is applied.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// Names to leave out on purpose.
    pub leave_out: Vec<String>,
    /// Why; goes into the change.
    pub message: String,
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
        let mut tx = self.inner.db.read().await?;
        let place = self.find_place(&mut tx, scope).await?;
        let stored = self.find_scope(&mut tx, &place).await?;
        let planned = self.plan(&mut tx, actor, &place, stored.as_ref(), import, options).await?;
        Ok(planned.plan)
    }

    /// Applies `import` to `scope`: one change in one transaction. While a key is invalid and not left out,
    /// nothing is stored and every problem is answered (422).
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
        let mut tx = self.begin(locked).await?;
        let place = self.find_place(&mut tx, scope).await?;
        let stored = self.obtain_scope(&mut tx, &place).await?;
        let planned = self.plan(&mut tx, actor, &place, Some(&stored), import, options).await?;
        let Planned { mut plan, changes } = planned;
        if plan.counts.invalid > 0 {
            let invalid = plan.items.into_iter().filter(|item| item.action == PlanAction::Invalid);
            let problems = invalid.filter_map(|item| item.problem).collect();
            return Err(PublicError::invalid(problems).into());
        }
        if changes.is_empty() {
            return Ok(Some(plan));
        }
        let write = Write {
            actor,
            scope: &stored,
            action: "import",
            message: &options.message,
            items: changes
                .into_iter()
                .map(|(entry, current)| WriteItem {
                    name: &entry.name,
                    current,
                    value: Some(&entry.value),
                    comment: None,
                    care: None,
                })
                .collect(),
        };
        let Some(written) = self.write(&mut tx, &write).await? else {
            return Ok(None);
        };
        let change_id = written.change_id.to_string();
        let counts = plan.counts;
        let summary = format!(
            "{} created, {} updated, {} unchanged, {} left out",
            counts.create, counts.update, counts.unchanged, counts.left_out
        );
        let mut events = Vec::with_capacity(written.held.len() + 1);
        for held in &written.held {
            let event = Event::of("secret.put", scope, &held.secret.name);
            events.push(event.version(held.secret.version).reason("import"));
        }
        events.push(Event::of("secret.import", scope, &change_id).reason(&summary));
        self.record_all(&mut tx, actor, events).await?;
        tx.commit().await?;
        plan.change_id = Some(change_id);
        Ok(Some(plan))
    }
}
