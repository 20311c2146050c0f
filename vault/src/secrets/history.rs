//! The versions of a secret, two of them compared, and bringing one back.

use std::collections::{HashMap, HashSet};

use domain::{
    Action, Actor, Error as PublicError, Millis, Scope, SecretName,
    api::{Compared, MovedPlace, SecretRow, VersionDiff, VersionRow},
};
use uuid::Uuid;

use super::{Put, absent, kind_of};
use crate::{
    Vault,
    audit::Event,
    changes::may_see,
    db::{Tx, secrets::StoredHeld, versions::StoredVersion},
    error::{Error, Result},
    scopes::known,
};

/// The other ends of moves, by the version they belong to.
#[derive(Default)]
struct Moves {
    from: HashMap<i64, MovedPlace>,
    to: HashMap<i64, MovedPlace>,
}

impl Vault {
    /// The versions of a secret, newest first; a deleted secret's too.
    pub async fn list_versions(&self, actor: &Actor, scope: &Scope, name: &SecretName) -> Result<Vec<VersionRow>> {
        let event = Event::of("secret.versions", scope, name.as_str());
        self.authorise(actor, Action::See, scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        let (_, held) = self.find_held(&mut tx, scope, name).await?;
        let held = held.ok_or_else(|| absent(scope, name))?;
        let versions = self.all_checked(tx.list_versions(held.secret.id).await?)?;
        self.version_rows(&mut tx, actor, &held, &versions).await
    }

    /// Two versions compared; no value is opened for it.
    pub async fn diff_versions(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        from: i64,
        to: i64,
    ) -> Result<VersionDiff> {
        let event = Event::of("secret.diff", scope, name.as_str());
        self.authorise(actor, Action::See, scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        let (_, held) = self.find_held(&mut tx, scope, name).await?;
        let held = held.ok_or_else(|| absent(scope, name))?;
        let versions = self.all_checked(tx.list_versions(held.secret.id).await?)?;
        let rows = self.version_rows(&mut tx, actor, &held, &versions).await?;
        let find = |number: i64| {
            let at = versions.iter().position(|version| version.version == number);
            let what = || PublicError::not_found(format!("version {number} of `{name}` in {scope}"));
            at.map(|at| (&versions[at], rows[at].clone())).ok_or_else(what)
        };
        let ((one, from), (other, to)) = (find(from)?, find(to)?);
        let value = match (from.kind, to.kind) {
            (None, None) => Compared::Same,
            (None, Some(_)) | (Some(_), None) => Compared::Different,
            (Some(_), Some(_)) => Compared::of(one.fingerprint.as_ref(), other.fingerprint.as_ref()),
        };
        let kind = if from.kind == to.kind { Compared::Same } else { Compared::Different };
        let comment = Compared::of(from.comment.as_ref(), to.comment.as_ref());
        Ok(VersionDiff { from, to, value, kind, comment })
    }

    /// What is told of checked versions, newest first.
    async fn version_rows(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        held: &StoredHeld,
        versions: &[StoredVersion],
    ) -> Result<Vec<VersionRow>> {
        let ids: HashSet<Uuid> = versions.iter().map(|version| version.change_id).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let changes = self.all_checked(tx.list_changes_by_id(&ids).await?)?;
        let changes: HashMap<Uuid, _> = changes.iter().map(|change| (change.id, change)).collect();
        let undone_by = self.undone_by(tx, &ids).await?;
        let mut moves = self.find_moves(tx, actor, held.secret.id, versions).await?;
        versions
            .iter()
            .enumerate()
            .map(|(index, version)| {
                let kind = kind_of(version)?;
                let same = |before: &&StoredVersion| {
                    kind.is_some()
                        && version.fingerprint.is_some()
                        && before.kind == version.kind
                        && before.fingerprint == version.fingerprint
                };
                let before = &versions[index + 1..];
                let change = changes.get(&version.change_id).ok_or(Error::Tampered { table: "secret_versions" })?;
                let newest = version.version == held.secret.version;
                Ok(VersionRow {
                    version: version.version,
                    kind,
                    comment: if newest { Some(held.secret.comment.clone()) } else { version.comment.clone() },
                    created_at: Millis(version.created_at),
                    created_by: version.created_by.clone(),
                    change_id: version.change_id.to_string(),
                    action: change.action.clone(),
                    message: change.message.clone(),
                    undone_by: undone_by.get(&version.change_id).map(|undo| undo.id.to_string()),
                    deleted: kind.is_none(),
                    destroyed_at: version.destroyed_at.map(Millis),
                    same_as_previous: before.first().is_some_and(|before| same(&before)),
                    same_as: before.iter().find(same).map(|before| before.version),
                    moved_from: moves.from.remove(&version.version),
                    moved_to: moves.to.remove(&version.version),
                })
            })
            .collect()
    }

    /// The other ends of a secret's moves that the actor may see.
    async fn find_moves(&self, tx: &mut Tx, actor: &Actor, secret: Uuid, versions: &[StoredVersion]) -> Result<Moves> {
        let onward = self.all_checked(tx.list_moved_from(&[secret]).await?)?;
        let back =
            versions.iter().filter_map(|row| Some((row.version, row.moved_from_secret?, row.moved_from_version?)));
        // A move deletes in the version after the one that goes on elsewhere.
        let onward = onward.iter().filter_map(|row| Some((row.moved_from_version? + 1, row.secret_id, row.version)));
        let (back, onward): (Vec<_>, Vec<_>) = (back.collect(), onward.collect());
        let mut moves = Moves::default();
        if back.is_empty() && onward.is_empty() {
            return Ok(moves);
        }
        let ids: HashSet<Uuid> = back.iter().chain(&onward).map(|(_, id, _)| *id).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let scopes = self.list_scopes_by_id(tx).await?;
        let mut ends = HashMap::new();
        for held in tx.list_held_by_id(&ids).await? {
            let secret = self.checked_held(held)?.secret;
            if let Some((_, scope)) = scopes.get(&secret.scope_id).filter(|(_, scope)| may_see(actor, scope)) {
                let name: SecretName = known(secret.name, "secrets")?;
                ends.insert(secret.id, (name, scope.clone()));
            }
        }
        let place = |id: Uuid, version: i64| {
            let (name, scope) = ends.get(&id)?.clone();
            Some(MovedPlace { name, version, source: scope.to_string(), scope })
        };
        moves.from = back.iter().filter_map(|(at, id, version)| Some((*at, place(*id, *version)?))).collect();
        moves.to = onward.iter().filter_map(|(at, id, version)| Some((*at, place(*id, *version)?))).collect();
        Ok(moves)
    }

    /// Makes the value of an old version the newest one.
    pub async fn restore_secret(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        version: i64,
    ) -> Result<SecretRow> {
        let event = Event::of("secret.restore", scope, name.as_str());
        self.authorise(actor, Action::WriteSecrets, scope, event).await?;
        // A version never changes, so it may be read before the write begins.
        let mut tx = self.inner.db.read().await?;
        let (stored, found) = self.find_version(&mut tx, scope, name, Some(version)).await?;
        let value = self.open_version(&mut tx, &stored, &found).await?;
        drop(tx);
        let value = value.ok_or_else(|| {
            PublicError::field(
                "version",
                format!("version {version} of `{name}` is its deletion; there is no value to bring back"),
            )
        })?;
        self.put(&Put {
            actor,
            scope,
            name,
            value: &value,
            comment: None,
            care: None,
            expected: None,
            action: ("restore", "secret.restore"),
        })
        .await
    }
}
