//! Showing one value.

use domain::{
    Action, Actor, Error as PublicError, Scope, SecretName,
    api::{RevealRequest, Revealed, WireValue},
};

use super::{absent, kind_of};
use crate::{
    Vault,
    audit::Event,
    db::{Tx, scopes::StoredScope, versions::StoredVersion},
    error::Result,
    words::{SHORT, check_words},
};

impl Vault {
    /// One value: checked, opened, recorded, committed; only then answered.
    pub async fn reveal(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        request: &RevealRequest,
    ) -> Result<Revealed> {
        let event = Event::of("secret.reveal", scope, name.as_str());
        self.authorise(actor, Action::Reveal, scope, event.clone()).await?;
        self.require_confirmed_by(actor, |policy| policy.reveal).await?;
        let reason = request.reason.as_deref().unwrap_or_default();
        check_words("reason", reason, SHORT)?;
        let mut tx = self.inner.db.write().await?;
        let (stored, version) = self.find_version(&mut tx, scope, name, request.version).await?;
        let value = self.open_version(&mut tx, &stored, &version).await?.ok_or_else(|| absent(scope, name))?;
        let event = event.version(version.version).reason(reason);
        let audit_id = self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        Ok(Revealed {
            value: WireValue(value.expose_wire()),
            kind: value.kind(),
            file_name: value.file_name().map(str::to_owned),
            version: version.version,
            audit_id: audit_id.to_string(),
        })
    }

    /// A version of a secret, the newest when not told which; 404 when it is not there or the newest deletes it.
    pub(super) async fn find_version(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        name: &SecretName,
        version: Option<i64>,
    ) -> Result<(StoredScope, StoredVersion)> {
        let (stored, held) = self.find_held(tx, scope, name).await?;
        let (Some(stored), Some(held)) = (stored, held) else {
            return Err(absent(scope, name).into());
        };
        let found = match version {
            None => held.version,
            Some(version) if version == held.secret.version => held.version,
            Some(version) => {
                let found = tx.find_version(held.secret.id, version).await?;
                let what = || format!("version {version} of `{name}` in {scope}");
                self.checked(found.ok_or_else(|| PublicError::not_found(what()))?)?
            }
        };
        if version.is_none() && kind_of(&found)?.is_none() {
            return Err(absent(scope, name).into());
        }
        Ok((stored, found))
    }
}
