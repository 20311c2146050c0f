//! The versions of a secret, and bringing one back.

use domain::{
    Action, Actor, Error as PublicError, Millis, Scope, SecretName,
    api::{SecretRow, VersionRow},
};

use super::{Put, absent, kind_of};
use crate::{Vault, audit::Event, error::Result};

impl Vault {
    /// The versions of a secret, newest first; a deleted secret's too.
    pub async fn list_versions(&self, actor: &Actor, scope: &Scope, name: &SecretName) -> Result<Vec<VersionRow>> {
        let event = Event::of("secret.versions", scope, name.as_str());
        self.authorise(actor, Action::See, scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        let (_, held) = self.find_held(&mut tx, scope, name).await?;
        let held = held.ok_or_else(|| absent(scope, name))?;
        let versions = self.all_checked(tx.list_versions(held.secret.id).await?)?;
        versions
            .iter()
            .enumerate()
            .map(|(index, version)| {
                let kind = kind_of(version)?;
                let same = |before: &_| {
                    let before: &crate::db::versions::StoredVersion = before;
                    kind.is_some() && before.kind == version.kind && before.fingerprint == version.fingerprint
                };
                Ok(VersionRow {
                    version: version.version,
                    kind,
                    created_at: Millis(version.created_at),
                    created_by: version.created_by.clone(),
                    change_id: version.change_id.to_string(),
                    deleted: kind.is_none(),
                    same_as_previous: versions.get(index + 1).is_some_and(same),
                })
            })
            .collect()
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
