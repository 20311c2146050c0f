//! Changes: one atomic write of one or many secrets.

pub(crate) mod write;

use std::collections::HashMap;

use domain::{
    Action, Actor, Error as PublicError, Millis, Scope, access,
    api::{ChangeRow, ListQuery, Page},
};
use uuid::Uuid;

pub(crate) use write::{Write, WriteItem, until_won, value_place};

use crate::{
    Vault,
    db::{Tx, changes::StoredChange},
    error::Result,
    scopes::Words,
};

/// How many changes are read at a time while looking for those the actor may see.
const BATCH: i64 = 500;

impl Vault {
    /// The changes the actor may see, newest first. `search` is not used.
    pub async fn list_changes(&self, actor: &Actor, query: &ListQuery) -> Result<Page<ChangeRow>> {
        let mut before = match query.cursor.as_deref() {
            None => i64::MAX,
            Some(cursor) => {
                cursor.parse().map_err(|_| PublicError::field("cursor", "this is not a cursor of this list"))?
            }
        };
        let rows = usize::try_from(query.rows()).unwrap_or(usize::MAX);
        let mut tx = self.inner.db.read().await?;
        let scopes = self.scopes_by_id(&mut tx).await?;
        let mut seen = Vec::new();
        while seen.len() <= rows {
            let batch = self.all_checked(tx.list_changes(before, BATCH).await?)?;
            let Some(last) = batch.last() else { break };
            before = last.sequence;
            for change in batch {
                let scope = scopes.get(&change.scope_id);
                if scope.is_some_and(|scope| may_see(actor, scope)) {
                    seen.push(change);
                }
            }
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
        let absent = || PublicError::not_found(format!("the change {id:.64}"));
        let id = Uuid::parse_str(id).map_err(|_| absent())?;
        let mut tx = self.inner.db.read().await?;
        let change = self.checked(tx.find_change(id).await?.ok_or_else(absent)?)?;
        let scopes = self.scopes_by_id(&mut tx).await?;
        // Its scope is known only now; whoever may not see it is told what whoever asks for nothing is.
        if !scopes.get(&change.scope_id).is_some_and(|scope| may_see(actor, scope)) {
            return Err(absent().into());
        }
        let mut rows = self.shown(&mut tx, &scopes, vec![change]).await?;
        Ok(rows.pop().ok_or_else(absent)?)
    }

    async fn scopes_by_id(&self, tx: &mut Tx) -> Result<HashMap<Uuid, Scope>> {
        let words: Words = self.list_words(tx).await?;
        let rows = self.all_checked(tx.list_scopes().await?)?;
        rows.iter().map(|row| Ok((row.id, words.scope(row)?))).collect()
    }

    async fn shown(
        &self,
        tx: &mut Tx,
        scopes: &HashMap<Uuid, Scope>,
        changes: Vec<StoredChange>,
    ) -> Result<Vec<ChangeRow>> {
        let ids: Vec<Uuid> = changes.iter().map(|change| change.id).collect();
        let mut names: HashMap<Uuid, Vec<String>> = HashMap::new();
        for written in tx.list_written(&ids).await? {
            let secret = self.checked(written.secret)?;
            let version = self.checked(written.version)?;
            names.entry(version.change_id).or_default().push(secret.name);
        }
        Ok(changes
            .into_iter()
            .map(|change| {
                let mut names = names.remove(&change.id).unwrap_or_default();
                names.sort_unstable();
                let source = scopes.get(&change.scope_id).map(Scope::to_string);
                ChangeRow {
                    id: change.id.to_string(),
                    sequence: change.sequence,
                    created_at: Millis(change.created_at),
                    actor: change.actor,
                    action: change.action,
                    source: source.unwrap_or_default(),
                    message: change.message,
                    names,
                }
            })
            .collect())
    }
}

fn may_see(actor: &Actor, scope: &Scope) -> bool {
    access::check(actor, Action::See, scope).is_ok()
}
