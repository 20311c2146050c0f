//! A secret as it was read: checked, shown without its value, opened.

use domain::{Code, Day, Error as PublicError, Kind, Millis, Scope, SecretName, SecretValue, api::SecretRow};
use seal::{ScopeKey, SealedValue};

use crate::{
    Vault,
    changes::value_place,
    db::{
        Tx,
        scopes::StoredScope,
        secrets::StoredHeld,
        versions::{StoredSeal, StoredVersion},
    },
    error::{Error, Result},
    scopes::known,
};

const VERSIONS: &str = "secret_versions";

impl Vault {
    /// The secret with its newest version, unless one of the two was changed behind our back.
    pub(crate) fn checked_held(&self, held: StoredHeld) -> Result<StoredHeld> {
        let held = StoredHeld { secret: self.checked(held.secret)?, version: self.checked(held.version)? };
        if held.secret.deleted == held.version.kind.is_none() {
            Ok(held)
        } else {
            Err(Error::Tampered { table: "secrets" })
        }
    }

    /// A secret of a scope, deleted or not.
    pub(crate) async fn held_in(
        &self,
        tx: &mut Tx,
        scope: &StoredScope,
        name: &SecretName,
    ) -> Result<Option<StoredHeld>> {
        tx.find_held(scope.id, name.as_str()).await?.map(|held| self.checked_held(held)).transpose()
    }

    /// Whether a checked secret is live with this very value and kind, told by fingerprint.
    pub(crate) fn holds(&self, held: &StoredHeld, value: &SecretValue) -> bool {
        held.version.kind.as_deref() == Some(value.kind().word())
            && held.version.fingerprint == Some(self.fingerprint(value))
            && value.file_name().is_none_or(|name| held.version.file_name.as_deref() == Some(name))
    }

    /// Opens the value of a checked version; `None` when that version is a deletion, 410 when it was destroyed.
    pub(crate) async fn open_version(
        &self,
        tx: &mut Tx,
        scope: &StoredScope,
        version: &StoredVersion,
    ) -> Result<Option<SecretValue>> {
        if version.kind.is_none() {
            return Ok(None);
        }
        if let Some(at) = version.destroyed_at {
            let sentence = format!(
                "version {} was destroyed on {} UTC; nothing brings it back",
                version.version,
                Millis(at).minute()
            );
            return Err(PublicError::new(Code::Gone, sentence).into());
        }
        let key = self.scope_key(scope)?;
        let seal = tx.list_seals(&[(version.secret_id, version.version)]).await?;
        let seal = seal.into_iter().next();
        let seal = seal.ok_or(Error::Tampered { table: VERSIONS })?;
        self.open_seal(scope, &key, version, &seal).map(Some)
    }

    /// Opens a value, and compares it with the fingerprint of its version.
    pub(crate) fn open_seal(
        &self,
        scope: &StoredScope,
        key: &ScopeKey,
        version: &StoredVersion,
        seal: &StoredSeal,
    ) -> Result<SecretValue> {
        let tampered = || Error::Tampered { table: VERSIONS };
        let kind = kind_of(version)?.ok_or_else(tampered)?;
        let place = value_place(scope, version.secret_id, version.version, kind)?;
        let sealed = SealedValue {
            wrapped_key: seal.wrapped_key.clone().ok_or_else(tampered)?,
            blob: seal.sealed.clone().ok_or_else(tampered)?,
        };
        let bytes = self.inner.keys.open_value(key, &place, &sealed)?;
        let value = SecretValue::new(kind, bytes)?;
        let value = value.with_file_name(version.file_name.as_deref().unwrap_or_default())?;
        if version.fingerprint == Some(self.fingerprint(&value)) { Ok(value) } else { Err(tampered()) }
    }
}

impl StoredHeld {
    /// What lists show of it.
    pub(crate) fn row(&self, scope: &Scope) -> Result<SecretRow> {
        Ok(SecretRow {
            name: known(self.secret.name.clone(), "secrets")?,
            kind: kind_of(&self.version)?.ok_or(Error::Unknown { table: VERSIONS })?,
            comment: self.secret.comment.clone(),
            owner: self.secret.owner.clone(),
            rotate_by: self.secret.rotate_by.map(|at| Day::of(Millis(at))),
            file_name: self.version.file_name.clone(),
            version: self.secret.version,
            source: scope.to_string(),
            updated_at: Millis(self.version.created_at),
            updated_by: self.version.created_by.clone(),
            change_id: self.version.change_id.to_string(),
        })
    }
}

/// The kind of a version; none for a deletion.
pub(crate) fn kind_of(version: &StoredVersion) -> Result<Option<Kind>> {
    let kind = version.kind.as_deref();
    kind.map(|word| Kind::from_word(word).ok_or(Error::Unknown { table: VERSIONS })).transpose()
}
