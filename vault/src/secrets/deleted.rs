//! What was deleted: brought back for 30 days, then destroyed; or destroyed at once.
//!
//! Destroying is crypto-shredding: the wrapped data key, the ciphertext and the fingerprint of a version are removed,
//! the row stays and says when. A value that was moved is destroyed with the secret that continues it.

use std::collections::{HashMap, HashSet};

use domain::{
    Action, Actor, Code, Error as PublicError, Millis, Scope, SecretName,
    access::RequestInfo,
    api::{DeletedRow, ListQuery, Page, ScopeFilter},
};
use uuid::Uuid;

use super::{absent, kind_of};
use crate::{
    Vault,
    audit::Event,
    changes::{admitted, until_won},
    db::{Tx, secrets::StoredSecret, versions::StoredVersion},
    error::{Error, Result},
    scopes::known,
};

/// For how long a deleted secret can be brought back.
pub(crate) const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;
/// How many secrets one transaction of the sweep destroys.
const BATCH: i64 = 100;

impl Vault {
    /// The secrets that were deleted in the last 30 days and can be brought back, newest deletion first, of the scopes the
    /// actor may see. `search` is for a part of the name.
    pub async fn list_deleted(
        &self,
        actor: &Actor,
        filter: &ScopeFilter,
        query: &ListQuery,
    ) -> Result<Page<DeletedRow>> {
        let mut tx = self.inner.db.read().await?;
        let scopes = self.list_scopes_by_id(&mut tx).await?;
        let ids: Vec<Uuid> = admitted(actor, filter, &scopes).into_iter().collect();
        let mut deleted = Vec::new();
        for held in tx.list_deleted(&ids, self.inner.clock.now().0 - KEPT).await? {
            deleted.push(self.checked_held(held)?);
        }
        let last: Vec<(Uuid, i64)> = deleted.iter().map(|held| (held.secret.id, held.secret.version - 1)).collect();
        let last = self.all_checked(tx.list_versions_at(&last).await?)?;
        let last: HashMap<Uuid, StoredVersion> = last.into_iter().map(|version| (version.secret_id, version)).collect();
        let changes: Vec<Uuid> = deleted.iter().map(|held| held.version.change_id).collect();
        let changes = self.all_checked(tx.list_changes_by_id(&changes).await?)?;
        let moves: HashSet<Uuid> = changes.iter().filter(|c| c.action == "move").map(|c| c.id).collect();

        deleted.retain(|held| !moves.contains(&held.version.change_id));
        deleted.sort_unstable_by_key(|held| std::cmp::Reverse((held.version.created_at, held.secret.id)));
        let search = query.search.as_deref().unwrap_or_default().to_ascii_lowercase();
        let mut items = Vec::new();
        let mut next_cursor = None;
        let rows = usize::try_from(query.rows()).unwrap_or(usize::MAX);
        let after = query.cursor.as_deref().map(read_cursor).transpose()?;
        for held in deleted {
            let key = (held.version.created_at, held.secret.id);
            let Some(last) = last.get(&held.secret.id).filter(|last| last.destroyed_at.is_none()) else { continue };
            if after.is_some_and(|after| key >= after) || !held.secret.name.to_ascii_lowercase().contains(&search) {
                continue;
            }
            if items.len() == rows {
                next_cursor = items.last().map(|(key, _): &((i64, Uuid), _)| format!("{}.{}", key.0, key.1));
                break;
            }
            let (_, scope) = scopes.get(&held.secret.scope_id).ok_or(Error::Unknown { table: "secrets" })?;
            items.push((
                key,
                DeletedRow {
                    name: known(held.secret.name, "secrets")?,
                    kind: kind_of(last)?.ok_or(Error::Unknown { table: "secret_versions" })?,
                    comment: held.secret.comment,
                    source: scope.to_string(),
                    scope: scope.clone(),
                    version: last.version,
                    deleted_at: Millis(held.version.created_at),
                    deleted_by: held.version.created_by,
                    change_id: held.version.change_id.to_string(),
                    destroyed_from: Millis(held.version.created_at + KEPT),
                },
            ));
        }
        Ok(Page { items: items.into_iter().map(|(_, row)| row).collect(), next_cursor })
    }

    /// Destroys values for good, now: all versions of a deleted secret, or one version that is not the current one.
    /// Answers how many.
    pub async fn destroy_versions(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        version: Option<i64>,
    ) -> Result<u64> {
        let event = Event::of("secret.destroy", scope, name.as_str());
        self.authorise(actor, Action::DestroySecrets, scope, event).await?;
        self.require_confirmed(actor)?;
        let destroyed = until_won!(_locked => self.try_destroy(actor, scope, name, version))?;
        self.inner.db.empty_log().await?;
        Ok(destroyed)
    }

    async fn try_destroy(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        version: Option<i64>,
    ) -> Result<Option<u64>> {
        let mut tx = self.begin(true).await?;
        let (_, held) = self.find_held(&mut tx, scope, name).await?;
        let secret = held.ok_or_else(|| absent(scope, name))?.secret;
        let destroyed = match version {
            None if secret.deleted => self.destroy_secret(&mut tx, &secret).await?,
            None => {
                let sentence = format!("`{name}` is in use; delete it first, or name an old version to destroy");
                return Err(PublicError::new(Code::Conflict, sentence).into());
            }
            Some(number) if number == secret.version && !secret.deleted => {
                let sentence = format!("version {number} of `{name}` is in use; delete it or write another one first");
                return Err(PublicError::new(Code::Conflict, sentence).into());
            }
            Some(number) => {
                let row = tx.find_version(secret.id, number).await?;
                let what = || PublicError::not_found(format!("version {number} of `{name}` in {scope}"));
                let row = self.checked(row.ok_or_else(what)?)?;
                if row.destroyed_at.is_some() {
                    let sentence = format!("version {number} of `{name}` was destroyed already");
                    return Err(PublicError::new(Code::Gone, sentence).into());
                }
                if row.kind.is_none() {
                    let sentence = format!("version {number} of `{name}` is its deletion; there is no value in it");
                    return Err(PublicError::field("version", sentence).into());
                }
                self.destroy_rows(&mut tx, vec![row]).await?
            }
        };
        let Some(destroyed) = destroyed else { return Ok(None) };
        if destroyed == 0 {
            let sentence = format!("every version of `{name}` was destroyed already");
            return Err(PublicError::new(Code::Gone, sentence).into());
        }
        let count = format!("{destroyed} versions");
        let mut event = Event::of("secret.destroy", scope, name.as_str()).reason(&count);
        event.version = version;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        Ok(Some(destroyed))
    }

    /// Destroys what was deleted 30 days ago or before, and drops values whose writes came too late; answers how many
    /// versions were destroyed.
    pub async fn sweep_deleted(&self) -> Result<u64> {
        let mut tx = self.inner.db.write().await?;
        tx.delete_drafts_over(self.inner.clock.now().0).await?;
        tx.commit().await?;
        let mut all = 0;
        loop {
            match self.sweep_some().await? {
                0 => break,
                destroyed => all += destroyed,
            }
        }
        if all > 0 {
            self.inner.db.empty_log().await?;
        }
        Ok(all)
    }

    /// Under the lock of all changes: what is brought back at this moment is not destroyed.
    async fn sweep_some(&self) -> Result<u64> {
        let mut tx = self.begin(true).await?;
        let until = self.inner.clock.now().0 - KEPT;
        let overdue = tx.list_overdue(until, BATCH).await?;
        if overdue.is_empty() {
            return Ok(0);
        }
        let scopes = self.list_scopes_by_id(&mut tx).await?;
        let mut done = Vec::new();
        let mut all = 0;
        for held in overdue {
            let secret = self.checked_held(held)?.secret;
            let Some(destroyed) = self.destroy_secret(&mut tx, &secret).await? else { return Ok(0) };
            all += destroyed;
            done.push((secret, format!("{destroyed} versions, deleted 30 days ago")));
        }
        for (secret, reason) in &done {
            let (_, scope) = scopes.get(&secret.scope_id).ok_or(Error::Unknown { table: "secrets" })?;
            let event = Event::of("secret.destroy", scope, &secret.name).reason(reason);
            self.record_as(&mut tx, "server", &RequestInfo::default(), event).await?;
        }
        tx.commit().await?;
        Ok(all)
    }

    /// Destroys the values of a deleted secret, and of those it continues that are still where it left them. What
    /// another secret continues stays.
    async fn destroy_secret(&self, tx: &mut Tx, secret: &StoredSecret) -> Result<Option<u64>> {
        let mut waiting = vec![secret.clone()];
        let mut seen = HashSet::new();
        let mut all = 0;
        while let Some(secret) = waiting.pop() {
            seen.insert(secret.id);
            let versions = self.all_checked(tx.list_versions(secret.id).await?)?;
            let onward = self.all_checked(tx.list_moved_from(&[secret.id]).await?)?;
            let kept = onward.iter().filter(|version| version.destroyed_at.is_none());
            let kept = kept.filter_map(|version| version.moved_from_version).max().unwrap_or_default();
            let rows: Vec<_> = versions
                .into_iter()
                .filter(|row| row.version > kept && row.kind.is_some() && row.destroyed_at.is_none())
                .collect();
            let origins: Vec<(Uuid, i64)> =
                rows.iter().filter_map(|row| Some((row.moved_from_secret?, row.moved_from_version?))).collect();
            let Some(destroyed) = self.destroy_rows(tx, rows).await? else { return Ok(None) };
            all += destroyed;
            let ids: Vec<Uuid> = origins.iter().map(|(id, _)| *id).collect();
            for held in tx.list_held_by_id(&ids).await? {
                let origin = self.checked_held(held)?.secret;
                // One that was seen already came back to its old name: what it left behind then is free now.
                let left_there = origins.contains(&(origin.id, origin.version - 1));
                if origin.deleted && (left_there || seen.contains(&origin.id)) {
                    waiting.push(origin);
                }
            }
        }
        Ok(Some(all))
    }

    async fn destroy_rows(&self, tx: &mut Tx, rows: Vec<StoredVersion>) -> Result<Option<u64>> {
        let mut destroyed = 0;
        for was in rows {
            let row = StoredVersion { fingerprint: None, destroyed_at: Some(self.inner.clock.now().0), ..was.clone() };
            if !tx.put_version_destroyed(&was, &self.guard(row)).await? {
                return Ok(None);
            }
            destroyed += 1;
        }
        Ok(Some(destroyed))
    }
}

fn read_cursor(cursor: &str) -> Result<(i64, Uuid), PublicError> {
    let parts = cursor.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    parts.ok_or_else(|| PublicError::field("cursor", "this is not a cursor of this list"))
}
