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
    changes::{Ties, Write, WriteItem},
    clock::new_id,
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
            care: None,
        });
        let items: Vec<WriteItem<'_>> = items.collect();
        // With removals it is two changes of one transaction, each of the scope it is written in, taken back together.
        let halves = (!items.is_empty() && !removals.is_empty()).then(|| (new_id(), new_id()));
        let mut deleted = None;
        if let Some((_, stored)) = applying.source.filter(|_| !removals.is_empty()) {
            let removed = removals.iter().map(|wish| WriteItem {
                name: wish.name,
                current: wish.from.cloned(),
                value: None,
                comment: None,
                care: None,
            });
            let (action, message) = (applying.action.0, applying.message);
            let write = Write { actor, scope: stored, action, message, items: removed.collect() };
            let ties = Ties { id: halves.map(|ids| ids.1), partner: halves.map(|ids| ids.0), ..Ties::default() };
            deleted = self.write_tied(&mut tx, &write, ties).await?;
            if deleted.is_none() {
                return Ok(None);
            }
        }
        let mut put = None;
        if !items.is_empty() {
            let (action, message) = (applying.action.0, applying.message);
            let write = Write { actor, scope: applying.stored, action, message, items };
            let ties = Ties { id: halves.map(|ids| ids.0), partner: halves.map(|ids| ids.1), ..Ties::default() };
            put = self.write_tied(&mut tx, &write, ties).await?;
            if put.is_none() {
                return Ok(None);
            }
        }
        let Some(change_id) = put.as_ref().or(deleted.as_ref()).map(|written| written.change_id.to_string()) else {
            return Ok(Some(plan));
        };
        let to = format!("to {scope}");
        let mut events = Vec::with_capacity(2 * changes.len() + removals.len() + 1);
        if let Some((source, _)) = applying.source {
            for (wish, _) in &changes {
                let version = wish.from.map(|held| held.secret.version).unwrap_or_default();
                events.push(Event::of("secret.copy", source, wish.name.as_str()).version(version).reason(&to));
            }
        }
        for held in put.iter().flat_map(|written| &written.held) {
            let event = Event::of("secret.put", scope, &held.secret.name);
            events.push(event.version(held.secret.version).reason(applying.action.0));
        }
        for held in deleted.iter().flat_map(|written| &written.held) {
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
