//! A plan becomes one change in one transaction.

use std::{borrow::Cow, collections::HashMap};

use domain::{
    Actor, Error as PublicError, Scope, SecretValue,
    api::{Plan, PlanAction},
};
use seal::ScopeKey;
use uuid::Uuid;

use super::{Planned, Wish};
use crate::{
    Vault,
    audit::Event,
    changes::{Write, WriteItem},
    db::{Tx, scopes::StoredScope, secrets::StoredHeld, versions::StoredSeal},
    error::{Error, Result},
};

/// How a plan is applied.
pub(crate) struct Applying<'a> {
    pub(crate) actor: &'a Actor,
    /// Where it writes.
    pub(crate) scope: &'a Scope,
    pub(crate) stored: &'a StoredScope,
    /// The change's word, and that of the audit record of the whole.
    pub(crate) action: (&'static str, &'static str),
    pub(crate) message: &'a str,
    /// Where a copy comes from.
    pub(crate) source: Option<(&'a Scope, &'a StoredScope)>,
    /// The basis of the plan that the actor has seen; none applies whatever the plan is now.
    pub(crate) basis: Option<&'a str>,
}

impl Vault {
    /// Applies a plan made in `tx`, and commits. `None` when another write came between: nothing was committed then.
    pub(crate) async fn apply(
        &self,
        mut tx: Tx,
        planned: Planned<'_>,
        applying: &Applying<'_>,
    ) -> Result<Option<Plan>> {
        let Planned { mut plan, changes, removals } = planned;
        if applying.basis.is_some_and(|basis| basis != plan.basis) {
            return Err(Error::Stale(Box::new(plan)));
        }
        if plan.counts.invalid > 0 {
            let invalid = plan.items.into_iter().filter(|item| item.action == PlanAction::Invalid);
            let problems = invalid.filter_map(|item| item.problem).collect();
            return Err(PublicError::invalid(problems).into());
        }
        if changes.is_empty() && removals.is_empty() {
            return Ok(Some(plan));
        }
        let (actor, scope) = (applying.actor, applying.scope);
        let mut values = Vec::with_capacity(changes.len());
        let mut opener = self.copy_opener(&mut tx, applying, &changes).await?;
        for (wish, _) in &changes {
            values.push(match &wish.value {
                Some(value) => Cow::Borrowed(&**value),
                None => Cow::Owned(opener.open(self, wish)?),
            });
        }
        let items = changes.iter().zip(&values).map(|((wish, current), value)| WriteItem {
            name: wish.name,
            current: current.clone(),
            value: Some(value),
            comment: wish
                .comment
                .filter(|_| wish.from.is_none() || current.as_ref().is_none_or(|held| held.secret.deleted)),
        });
        let write = Write {
            actor,
            scope: applying.stored,
            action: applying.action.0,
            message: applying.message,
            items: items.collect(),
        };
        let removed: Vec<WriteItem<'_>> = removals
            .iter()
            .map(|wish| WriteItem { name: wish.name, current: wish.from.cloned(), value: None, comment: None })
            .collect();
        let also = applying.source.filter(|_| !removed.is_empty()).map(|(_, stored)| (stored, removed.as_slice()));
        let Some(written) = self.write_both(&mut tx, &write, also).await? else {
            return Ok(None);
        };
        let change_id = written.change_id.to_string();
        let (put, deleted) = written.held.split_at(changes.len());
        let to = format!("to {scope}");
        let mut events = Vec::with_capacity(written.held.len() + changes.len() + 1);
        if let Some((source, _)) = applying.source {
            for (wish, _) in &changes {
                let version = wish.from.map(|held| held.secret.version).unwrap_or_default();
                events.push(Event::of("secret.copy", source, wish.name.as_str()).version(version).reason(&to));
            }
        }
        for held in put {
            let event = Event::of("secret.put", scope, &held.secret.name);
            events.push(event.version(held.secret.version).reason(applying.action.0));
        }
        for held in deleted {
            let event =
                Event::of("secret.delete", applying.source.map_or(scope, |(source, _)| source), &held.secret.name);
            events.push(event.version(held.secret.version).reason(&to));
        }
        let counts = plan.counts;
        let mut summary = format!(
            "{} created, {} updated, {} unchanged, {} left out",
            counts.create, counts.update, counts.unchanged, counts.left_out
        );
        if let Some((source, _)) = applying.source {
            summary = format!("{summary}, {} removed, from {source}", counts.removed);
        }
        events.push(Event::of(applying.action.1, scope, &change_id).reason(&summary));
        self.record_all(&mut tx, actor, events).await?;
        tx.commit().await?;
        plan.change_id = Some(change_id);
        Ok(Some(plan))
    }

    /// What a copy is opened with; for a file there is nothing to open.
    async fn copy_opener<'a>(
        &self,
        tx: &mut Tx,
        applying: &Applying<'a>,
        changes: &[(&Wish<'_>, Option<StoredHeld>)],
    ) -> Result<Opener<'a>> {
        let Some((_, scope)) = applying.source else {
            return Ok(Opener { source: None, seals: HashMap::new() });
        };
        let versions: Vec<(Uuid, i64)> = changes
            .iter()
            .filter_map(|(wish, _)| wish.from.map(|held| (held.secret.id, held.secret.version)))
            .collect();
        let seals = tx.list_seals(&versions).await?;
        Ok(Opener {
            source: Some((scope, self.scope_key(scope)?)),
            seals: seals.into_iter().map(|seal| (seal.secret_id, seal)).collect(),
        })
    }
}

struct Opener<'a> {
    source: Option<(&'a StoredScope, ScopeKey)>,
    seals: HashMap<Uuid, StoredSeal>,
}

impl Opener<'_> {
    fn open(&mut self, vault: &Vault, wish: &Wish<'_>) -> Result<SecretValue> {
        let missing = || Error::Tampered { table: "secret_versions" };
        let held = wish.from.ok_or_else(missing)?;
        let seal = self.seals.remove(&held.secret.id).ok_or_else(missing)?;
        let (scope, key) = self.source.as_ref().ok_or_else(missing)?;
        vault.open_seal(scope, key, &held.version, &seal)
    }
}
