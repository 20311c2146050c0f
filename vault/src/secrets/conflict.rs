//! Two people write one secret at once: what the second typed is kept, sealed, until they decide.
//!
//! It is kept here and not in the page, so that it is in no HTML, no address and no session.

use domain::{
    Action, Actor, Code, Error as PublicError, Kind, Millis, Scope, SecretName, SecretValue,
    access::{Principal, check},
    api::{Compared, Conflict, ConflictSide, SecretRow},
};
use seal::SealedValue;
use uuid::Uuid;

use super::{Care, NewValue, kind_of};
use crate::{
    Vault,
    audit::Event,
    changes::value_place,
    clock::new_id,
    db::{
        Tx,
        drafts::StoredDraft,
        scopes::StoredScope,
        versions::{StoredSeal, StoredVersion},
    },
    error::{Error, Result},
    scopes::known,
};

/// How long what was typed is kept.
const KEPT: i64 = 60 * 60 * 1000;
/// What its seal is bound to: no version of a secret has this number.
const NO_VERSION: i64 = 0;

/// What became of a write.
pub enum PutOrKept {
    /// It was written.
    Done(SecretRow),
    /// Another came between; what was typed is kept under this id.
    Kept(String),
}

/// A draft with the scope it is meant for.
struct Draft {
    row: StoredDraft,
    stored: StoredScope,
    scope: Scope,
    name: SecretName,
}

impl Vault {
    /// As [`Vault::write_secret`] of a person, but when another write came between, the value is kept for an hour.
    #[allow(clippy::too_many_arguments, reason = "one write, in the words of its form")]
    pub async fn put_or_keep(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        value: NewValue,
        comment: Option<&str>,
        care: &Care,
        expected: i64,
    ) -> Result<PutOrKept> {
        let value = value.value()?;
        let kept = value.clone();
        let value = NewValue::Given(value);
        match self.write_secret(actor, scope, name, value, comment, care, Some(expected)).await {
            Ok(row) => Ok(PutOrKept::Done(row)),
            Err(Error::Public(error)) if error.code == Code::Conflict => {
                match self.keep(actor, (scope, name), &kept, (comment, care), expected).await? {
                    Some(id) => Ok(PutOrKept::Kept(id.to_string())),
                    None => Err(error.into()),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// What the person typed, what it started from, and what is there now.
    pub async fn find_conflict(&self, actor: &Actor, id: &str) -> Result<Conflict> {
        let mut tx = self.inner.db.read().await?;
        let draft = self.find_draft(&mut tx, actor, id).await?;
        let current = self.held_in(&mut tx, &draft.stored, &draft.name).await?;
        let base = match &current {
            Some(held) if draft.row.base_version > 0 => tx
                .find_version(held.secret.id, draft.row.base_version)
                .await?
                .map(|row| self.checked(row))
                .transpose()?,
            _ => None,
        };
        let theirs = current.as_ref().filter(|held| !held.secret.deleted);
        let mine = Print(true, Some(&draft.row.fingerprint));
        let there = Print::of(theirs.map(|held| &held.version));
        let before = Print::of(base.as_ref().filter(|base| base.kind.is_some()));
        Ok(Conflict {
            draft: draft.row.id.to_string(),
            version: current.as_ref().map_or(0, |held| held.secret.version),
            base: base.as_ref().and_then(|base| side(base, base.comment.clone()).transpose()).transpose()?,
            theirs: theirs
                .and_then(|held| side(&held.version, Some(held.secret.comment.clone())).transpose())
                .transpose()?,
            mine: ConflictSide {
                version: None,
                kind: Kind::from_word(&draft.row.kind).ok_or(Error::Unknown { table: "drafts" })?,
                comment: draft.row.comment.clone(),
                at: Millis(draft.row.created_at),
                by: actor.label.clone(),
            },
            mine_and_theirs: compared(mine, there),
            mine_and_base: compared(mine, before),
            theirs_and_base: compared(there, before),
            kept_until: Millis(draft.row.expires_at),
            scope: draft.scope,
            name: draft.name,
        })
    }

    /// Writes what was typed as a new version on top of `expected`; 409 when yet another came between, and what was
    /// typed is still kept then.
    pub async fn put_draft(&self, actor: &Actor, id: &str, expected: i64) -> Result<SecretRow> {
        let mut tx = self.inner.db.read().await?;
        let draft = self.find_draft(&mut tx, actor, id).await?;
        drop(tx);
        let value = self.open_draft(&draft.stored, &draft.row)?;
        let comment = draft.row.comment.as_deref();
        let care = Care::of(draft.row.owner.as_deref(), draft.row.rotate_by.as_deref())?;
        let value = NewValue::Given(value);
        let row = self.write_secret(actor, &draft.scope, &draft.name, value, comment, &care, Some(expected)).await?;
        self.forget(draft.row.id).await?;
        Ok(row)
    }

    /// Opens what was typed.
    pub(crate) fn open_draft(&self, scope: &StoredScope, row: &StoredDraft) -> Result<SecretValue> {
        let key = self.scope_key(scope)?;
        let seal = StoredSeal {
            secret_id: row.id,
            wrapped_key: Some(row.wrapped_key.clone()),
            sealed: Some(row.sealed.clone()),
        };
        self.open_seal(scope, &key, &as_version(row), &seal)
    }

    /// Drops what was typed; answers where it was meant for.
    pub async fn delete_draft(&self, actor: &Actor, id: &str) -> Result<(Scope, SecretName)> {
        let mut tx = self.inner.db.read().await?;
        let draft = self.find_draft(&mut tx, actor, id).await?;
        drop(tx);
        self.forget(draft.row.id).await?;
        Ok((draft.scope, draft.name))
    }

    async fn forget(&self, id: Uuid) -> Result<()> {
        let mut tx = self.inner.db.write().await?;
        tx.delete_draft(id).await?;
        tx.commit().await
    }

    /// Keeps a value for the person who typed it; none for a token, which can send it again.
    async fn keep(
        &self,
        actor: &Actor,
        (scope, name): (&Scope, &SecretName),
        value: &SecretValue,
        (comment, care): (Option<&str>, &Care),
        expected: i64,
    ) -> Result<Option<Uuid>> {
        let Principal::Person(person) = &actor.principal else { return Ok(None) };
        let mut tx = self.inner.db.write().await?;
        let place = self.find_place(&mut tx, scope).await?;
        let stored = self.obtain_scope(&mut tx, &place).await?;
        let id = new_id();
        let key = self.scope_key(&stored)?;
        let SealedValue { wrapped_key, blob } =
            self.inner.keys.seal_value(&key, &value_place(&stored, id, NO_VERSION, value.kind())?, value.expose())?;
        let now = self.inner.clock.now().0;
        let (owner, rotate_by) = care.words();
        let row = self.guard(StoredDraft {
            id,
            person_id: person.id,
            scope_id: stored.id,
            name: name.to_string(),
            base_version: expected,
            kind: value.kind().word().to_owned(),
            file_name: value.file_name().map(str::to_owned),
            comment: comment.map(str::to_owned),
            owner,
            rotate_by,
            wrapped_key,
            sealed: blob,
            fingerprint: self.fingerprint(value),
            created_at: now,
            expires_at: now + KEPT,
            mac: Vec::new(),
        });
        tx.append_draft(&row).await?;
        self.record(&mut tx, actor, Event::of("secret.keep", scope, name.as_str())).await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    /// A draft of the actor, where they may still write; 404 for anybody else's.
    async fn find_draft(&self, tx: &mut Tx, actor: &Actor, id: &str) -> Result<Draft> {
        let absent = || PublicError::not_found("what was typed");
        let (Principal::Person(person), Ok(id)) = (&actor.principal, Uuid::parse_str(id)) else {
            return Err(absent().into());
        };
        let row = tx.find_draft(id, person.id, self.inner.clock.now().0).await?;
        let row = self.checked(row.ok_or_else(absent)?)?;
        let (stored, scope) = self.list_scopes_by_id(tx).await?.remove(&row.scope_id).ok_or_else(absent)?;
        check(actor, Action::WriteSecrets, &scope).map_err(|_| absent())?;
        let name = known(row.name.clone(), "drafts")?;
        Ok(Draft { row, stored, scope, name })
    }
}

/// What a seal knows of a draft.
fn as_version(row: &StoredDraft) -> StoredVersion {
    StoredVersion {
        secret_id: row.id,
        version: NO_VERSION,
        change_id: row.id,
        kind: Some(row.kind.clone()),
        fingerprint: Some(row.fingerprint.clone()),
        file_name: row.file_name.clone(),
        created_at: row.created_at,
        created_by: String::new(),
        comment: None,
        destroyed_at: None,
        moved_from_secret: None,
        moved_from_version: None,
        mac: Vec::new(),
    }
}

/// One side; none where the version is a deletion.
fn side(version: &StoredVersion, comment: Option<String>) -> Result<Option<ConflictSide>> {
    Ok(kind_of(version)?.map(|kind| ConflictSide {
        version: Some(version.version),
        kind,
        comment,
        at: Millis(version.created_at),
        by: version.created_by.clone(),
    }))
}

/// Whether there is a value, and its fingerprint unless it was destroyed.
#[derive(Clone, Copy)]
struct Print<'a>(bool, Option<&'a Vec<u8>>);

impl<'a> Print<'a> {
    fn of(version: Option<&'a StoredVersion>) -> Self {
        Self(version.is_some(), version.and_then(|version| version.fingerprint.as_ref()))
    }
}

fn compared(one: Print<'_>, other: Print<'_>) -> Compared {
    match (one.0, other.0) {
        (false, false) => Compared::Same,
        (true, true) => Compared::of(one.1, other.1),
        _ => Compared::Different,
    }
}
