//! Writing a change: sealed versions, their secrets and the change itself, in the caller's transaction.

use domain::{Actor, Code, Error as PublicError, Kind, SecretName, SecretValue};
use seal::{ContentKind, ScopeKey, SealedValue, ValuePlace};
use uuid::Uuid;

use crate::{
    Vault,
    clock::new_id,
    db::{
        Tx,
        changes::StoredChange,
        scopes::StoredScope,
        secrets::{StoredHeld, StoredSecret},
        versions::StoredVersion,
    },
    error::{Error, Result},
    scopes::scope_place,
    secrets::Care,
};

/// How often a write starts again because another server came between. From the second time on it holds the
/// lock of all changes while it reads, so it cannot lose to a change again.
pub(crate) const ATTEMPTS: u32 = 4;

/// Repeats a write until no other came between; the attempt answers `None` when one did.
macro_rules! until_won {
    ($locked:ident => $attempt:expr) => {{
        let mut attempts = 0;
        loop {
            let $locked = attempts > 0;
            attempts += 1;
            match $attempt.await {
                Ok(Some(done)) => break Ok(done),
                Ok(None) if attempts < $crate::changes::write::ATTEMPTS => {}
                Ok(None) => break Err($crate::changes::write::busy()),
                Err(error)
                    if attempts < $crate::changes::write::ATTEMPTS && $crate::changes::write::is_passing(&error) => {}
                Err(error) => break Err(error),
            }
        }
    }};
}
pub(crate) use until_won;

/// What is to be written, and where.
pub(crate) struct Write<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) scope: &'a StoredScope,
    /// `put`, `delete`, `import`, `restore`, `move` or `undo`.
    pub(crate) action: &'static str,
    pub(crate) message: &'a str,
    pub(crate) items: Vec<WriteItem<'a>>,
}

/// One secret of a write.
pub(crate) struct WriteItem<'a> {
    pub(crate) name: &'a SecretName,
    /// What was read before, checked; the write fails when it is not that any more.
    pub(crate) current: Option<StoredHeld>,
    /// The value; none deletes.
    pub(crate) value: Option<&'a SecretValue>,
    /// The new comment; none keeps what is there.
    pub(crate) comment: Option<&'a str>,
    /// Who looks after it and until when; none keeps what is there.
    pub(crate) care: Option<&'a Care>,
}

/// What ties a change to others.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ties {
    /// Its own id, where the other half has to know it already.
    pub(crate) id: Option<Uuid>,
    /// The change it takes back.
    pub(crate) undoes: Option<Uuid>,
    /// Its other half, in another scope.
    pub(crate) partner: Option<Uuid>,
    /// The version that its values continue.
    pub(crate) moved_from: Option<(Uuid, i64)>,
}

/// A change that was written.
pub(crate) struct Written {
    pub(crate) change_id: Uuid,
    /// What the secrets are now, in the order of the items.
    pub(crate) held: Vec<StoredHeld>,
}

impl Vault {
    /// Writes one change. `None` when another write came between since the items were read: nothing of this
    /// transaction may be committed then.
    pub(crate) async fn write(&self, tx: &mut Tx, write: &Write<'_>) -> Result<Option<Written>> {
        self.write_tied(tx, write, Ties::default()).await
    }

    /// As [`Vault::write`], for a change that belongs to others.
    pub(crate) async fn write_tied(&self, tx: &mut Tx, write: &Write<'_>, ties: Ties) -> Result<Option<Written>> {
        let change = self.begin_change(tx, write.actor, write.scope, (write.action, write.message), ties).await?;
        let held = self.write_items(tx, &change, write.scope, &write.items, ties.moved_from).await?;
        Ok(held.map(|held| Written { change_id: change.id, held }))
    }

    /// The record of a change, whose items follow. `scope` is what the change is shown under; the items of a change
    /// may lie in several scopes of its level.
    pub(crate) async fn begin_change(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        scope: &StoredScope,
        (action, message): (&'static str, &str),
        ties: Ties,
    ) -> Result<StoredChange> {
        // Before any row is touched: every writer takes the locks in this order, so none waits in a circle.
        let sequence = tx.put_sequence().await?;
        let change = self.guard(StoredChange {
            id: ties.id.unwrap_or_else(new_id),
            sequence,
            scope_id: scope.id,
            action: action.to_owned(),
            actor: actor.label.clone(),
            message: message.to_owned(),
            created_at: self.inner.clock.now().0,
            undoes: ties.undoes,
            partner: ties.partner,
            mac: Vec::new(),
        });
        tx.append_change(&change).await?;
        Ok(change)
    }

    /// Writes the items of one scope as part of a change. `None` as in [`Vault::write`].
    pub(crate) async fn write_items(
        &self,
        tx: &mut Tx,
        change: &StoredChange,
        scope: &StoredScope,
        items: &[WriteItem<'_>],
        moved_from: Option<(Uuid, i64)>,
    ) -> Result<Option<Vec<StoredHeld>>> {
        let key = self.scope_key(scope)?;
        let mut held = Vec::with_capacity(items.len());
        let mut versions = Vec::with_capacity(items.len());
        let (mut created, mut updated) = (Vec::new(), Vec::new());
        for item in items {
            // Sealed for another scope than its own, a value could never be opened again.
            if item.current.as_ref().is_some_and(|current| current.secret.scope_id != scope.id) {
                return Err(Error::Unknown { table: "secrets" });
            }
            let (row, sealed) = self.next_version(scope, &key, change, item, moved_from)?;
            versions.push((row.version.clone(), sealed));
            match &item.current {
                None => created.push(row.secret.clone()),
                Some(current) => updated.push((current.secret.clone(), row.secret.clone())),
            }
            held.push(row);
        }
        if tx.append_secrets(&created).await? != created.len() || tx.put_secrets(&updated).await? != updated.len() {
            return Ok(None);
        }
        tx.append_versions(&versions).await?;
        Ok(Some(held))
    }

    fn next_version(
        &self,
        scope: &StoredScope,
        key: &ScopeKey,
        change: &StoredChange,
        item: &WriteItem<'_>,
        moved_from: Option<(Uuid, i64)>,
    ) -> Result<(StoredHeld, Option<SealedValue>)> {
        let mut secret = match &item.current {
            Some(current) => current.secret.clone(),
            None => StoredSecret {
                id: new_id(),
                scope_id: scope.id,
                name: item.name.to_string(),
                comment: String::new(),
                owner: String::new(),
                rotate_by: None,
                version: 0,
                deleted: true,
                created_at: change.created_at,
                mac: Vec::new(),
            },
        };
        secret.version += 1;
        secret.deleted = item.value.is_none();
        if let Some(comment) = item.comment {
            comment.clone_into(&mut secret.comment);
        }
        if let Some(care) = item.care {
            care.apply(&mut secret);
        }
        let sealed = match item.value {
            None => None,
            Some(value) => {
                let place = value_place(scope, secret.id, secret.version, value.kind())?;
                Some(self.inner.keys.seal_value(key, &place, value.expose())?)
            }
        };
        let moved_from = moved_from.filter(|_| item.value.is_some());
        let version = StoredVersion {
            secret_id: secret.id,
            version: secret.version,
            change_id: change.id,
            kind: item.value.map(|value| value.kind().word().to_owned()),
            fingerprint: item.value.map(|value| self.fingerprint(value)),
            file_name: item.value.and_then(|value| value.file_name().map(str::to_owned)),
            created_at: change.created_at,
            created_by: change.actor.clone(),
            comment: Some(secret.comment.clone()),
            destroyed_at: None,
            moved_from_secret: moved_from.map(|(secret, _)| secret),
            moved_from_version: moved_from.map(|(_, version)| version),
            mac: Vec::new(),
        };
        let held = StoredHeld { secret: self.guard(secret), version: self.guard(version) };
        Ok((held, sealed))
    }

    /// Tells equal values without showing them.
    pub(crate) fn fingerprint(&self, value: &SecretValue) -> Vec<u8> {
        self.inner.keys.fingerprint(value.expose()).to_vec()
    }
}

/// What a seal binds of a version.
pub(crate) fn value_place(scope: &StoredScope, secret_id: Uuid, version: i64, kind: Kind) -> Result<ValuePlace> {
    Ok(ValuePlace {
        scope: scope_place(scope)?,
        secret_id: *secret_id.as_bytes(),
        version: u64::try_from(version).map_err(|_| Error::Unknown { table: "secrets" })?,
        content_kind: match kind {
            Kind::Text => ContentKind::Text,
            Kind::Json => ContentKind::Json,
            Kind::File => ContentKind::File,
        },
    })
}

/// Whether a transaction failed only because another came between: started again it succeeds, or is told that its
/// place is gone.
pub(crate) fn is_passing(error: &Error) -> bool {
    let Error::Database(sqlx::Error::Database(inner)) = error else {
        return false;
    };
    // Postgres: a serialization failure, a deadlock.
    inner.is_foreign_key_violation() || matches!(inner.code().as_deref(), Some("40001" | "40P01"))
}

pub(crate) fn busy() -> Error {
    PublicError::new(Code::Conflict, "others are writing here at the same time; try again").into()
}
