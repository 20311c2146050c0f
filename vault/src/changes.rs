//! Changes: one atomic write of one or many secrets.

mod undo;
pub(crate) mod write;

use std::collections::{HashMap, HashSet};

use domain::{
    Action, Actor, Error as PublicError, Millis, Scope, SecretName, access,
    api::{ChangeAction, ChangeItem, ChangeRow, ListQuery, Page, ScopeFilter},
};
use uuid::Uuid;

pub(crate) use write::{Ties, Write, WriteItem, until_won, value_place};

use crate::{
    Vault,
    db::{Tx, changes::StoredChange, scopes::StoredScope},
    error::{Error, Result},
    scopes::known,
};

/// How many changes are read at a time while looking for those the actor may see.
const BATCH: i64 = 500;
/// Up to so many scopes their changes are asked for; above, all changes are read and most are left out.
const SCOPES: usize = 500;

/// Every scope there is, by id.
pub(crate) type Scopes = HashMap<Uuid, (StoredScope, Scope)>;

impl Vault {
    /// The changes the actor may see, newest first. `search` is not used.
    pub async fn list_changes(&self, actor: &Actor, query: &ListQuery) -> Result<Page<ChangeRow>> {
        self.list_changes_of(actor, &ScopeFilter::default(), query).await
    }

    /// As [`Vault::list_changes`], of some scopes only.
    pub async fn list_changes_of(
        &self,
        actor: &Actor,
        filter: &ScopeFilter,
        query: &ListQuery,
    ) -> Result<Page<ChangeRow>> {
        let mut before = match query.cursor.as_deref() {
            None => i64::MAX,
            Some(cursor) => {
                cursor.parse().map_err(|_| PublicError::field("cursor", "this is not a cursor of this list"))?
            }
        };
        let rows = usize::try_from(query.rows()).unwrap_or(usize::MAX);
        let mut tx = self.inner.db.read().await?;
        let scopes = self.list_scopes_by_id(&mut tx).await?;
        let admitted = admitted(actor, filter, &scopes);
        let ids: Vec<Uuid> = admitted.iter().copied().collect();
        let mut seen = Vec::new();
        while seen.len() <= rows {
            let batch = if admitted.len() <= SCOPES {
                tx.list_changes_of(&ids, before, BATCH).await?
            } else {
                tx.list_changes(before, BATCH).await?
            };
            let batch = self.all_checked(batch)?;
            let Some(last) = batch.last() else { break };
            before = last.sequence;
            seen.extend(batch.into_iter().filter(|change| admitted.contains(&change.scope_id)));
        }
        let more = seen.len() > rows;
        seen.truncate(rows);
        let next_cursor = match seen.last() {
            Some(last) if more => Some(last.sequence.to_string()),
            _ => None,
        };
        let items = self.shown(&mut tx, &scopes, seen).await?;
        Ok(Page { items, next_cursor })
    }

    /// One change.
    pub async fn find_change(&self, actor: &Actor, id: &str) -> Result<ChangeRow> {
        let mut tx = self.inner.db.read().await?;
        let scopes = self.list_scopes_by_id(&mut tx).await?;
        let change = self.find_visible(&mut tx, actor, &scopes, id).await?;
        self.shown_one(&mut tx, &scopes, change).await
    }

    /// A change that the actor may see. Its scope is known only when it was read; whoever may not see it is told what
    /// whoever asks for nothing is.
    async fn find_visible(&self, tx: &mut Tx, actor: &Actor, scopes: &Scopes, id: &str) -> Result<StoredChange> {
        let absent = || PublicError::not_found(format!("the change {id:.64}"));
        let id = Uuid::parse_str(id).map_err(|_| absent())?;
        let change = self.checked(tx.find_change(id).await?.ok_or_else(absent)?)?;
        let scope = scopes.get(&change.scope_id);
        if scope.is_some_and(|(_, scope)| may_see(actor, scope)) { Ok(change) } else { Err(absent().into()) }
    }

    pub(crate) async fn list_scopes_by_id(&self, tx: &mut Tx) -> Result<Scopes> {
        let words = self.list_words(tx).await?;
        let rows = self.all_checked(tx.list_scopes().await?)?;
        rows.into_iter()
            .map(|row| {
                let scope = words.scope(&row)?;
                Ok((row.id, (row, scope)))
            })
            .collect()
    }

    async fn shown_one(&self, tx: &mut Tx, scopes: &Scopes, change: StoredChange) -> Result<ChangeRow> {
        let mut rows = self.shown(tx, scopes, vec![change]).await?;
        rows.pop().ok_or(Error::Unknown { table: "changes" })
    }

    async fn shown(&self, tx: &mut Tx, scopes: &Scopes, changes: Vec<StoredChange>) -> Result<Vec<ChangeRow>> {
        let ids: Vec<Uuid> = changes.iter().map(|change| change.id).collect();
        let mut items = self.items_of(tx, &ids).await?;
        let undone_by = self.undone_by(tx, &ids).await?;
        changes
            .into_iter()
            .map(|change| {
                let mut items = items.remove(&change.id).unwrap_or_default();
                items.sort_unstable_by(|a, b| a.name.cmp(&b.name));
                let (_, scope) = scopes.get(&change.scope_id).ok_or(Error::Unknown { table: "changes" })?;
                Ok(ChangeRow {
                    id: change.id.to_string(),
                    sequence: change.sequence,
                    created_at: Millis(change.created_at),
                    actor: change.actor,
                    action: change.action,
                    source: scope.to_string(),
                    scope: scope.clone(),
                    message: change.message,
                    names: items.iter().map(|item| item.name.to_string()).collect(),
                    items,
                    undoes: change.undoes.map(|id| id.to_string()),
                    undone_by: undone_by.get(&change.id).map(|undo| undo.id.to_string()),
                    partner: change.partner.map(|id| id.to_string()),
                })
            })
            .collect()
    }

    /// What these changes did, by change.
    async fn items_of(&self, tx: &mut Tx, changes: &[Uuid]) -> Result<HashMap<Uuid, Vec<ChangeItem>>> {
        let mut written = Vec::new();
        for row in tx.list_written(changes).await? {
            written.push((self.checked(row.secret)?, self.checked(row.version)?));
        }
        let before: Vec<(Uuid, i64)> =
            written.iter().map(|(secret, version)| (secret.id, version.version - 1)).filter(|(_, n)| *n > 0).collect();
        let before = self.all_checked(tx.list_versions_at(&before).await?)?;
        let held: HashMap<(Uuid, i64), bool> =
            before.iter().map(|row| ((row.secret_id, row.version), row.kind.is_some())).collect();
        let mut items: HashMap<Uuid, Vec<ChangeItem>> = HashMap::new();
        for (secret, version) in written {
            let from = version.version - 1;
            let from = held.get(&(secret.id, from)).copied().unwrap_or_default().then_some(from);
            let action = match (&version.kind, from) {
                (None, _) => ChangeAction::Delete,
                (Some(_), None) => ChangeAction::Create,
                (Some(_), Some(_)) => ChangeAction::Update,
            };
            let name: SecretName = known(secret.name, "secrets")?;
            let item = ChangeItem { name, action, from, to: version.version };
            items.entry(version.change_id).or_default().push(item);
        }
        Ok(items)
    }

    /// Those of these changes that were taken back, with the change that did.
    pub(crate) async fn undone_by(&self, tx: &mut Tx, changes: &[Uuid]) -> Result<HashMap<Uuid, StoredChange>> {
        let undos = self.all_checked(tx.list_undos(changes).await?)?;
        Ok(undos.into_iter().filter_map(|undo| Some((undo.undoes?, undo))).collect())
    }
}

/// The scopes that a list is about and the actor may see.
pub(crate) fn admitted(actor: &Actor, filter: &ScopeFilter, scopes: &Scopes) -> HashSet<Uuid> {
    let admitted = scopes.iter().filter(|(_, (_, scope))| filter.admits(scope) && may_see(actor, scope));
    admitted.map(|(id, _)| *id).collect()
}

pub(crate) fn may_see(actor: &Actor, scope: &Scope) -> bool {
    access::check(actor, Action::See, scope).is_ok()
}
