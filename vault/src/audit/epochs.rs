//! Starting with a database that is older than the head file knows: refused, or accepted on record. Each accepted
//! rollback begins an epoch; tokens and sessions are hashed under it, so that none of before is good after.

use std::path::Path;

use domain::access::RequestInfo;
use seal::{AuditRoot, KeyRing};
use uuid::Uuid;

use super::{
    Event,
    head::{self, Head},
    keep::Rollback,
};
use crate::{
    AuditConfig, Vault,
    db::{Tx, audit::StoredEpoch},
    error::{Result, StartError},
    key_files::Keys,
};

/// Who acts when a server starts.
const SERVER: &str = "server";

/// What the head file says, if there is one; refuses one that is not of this root key.
pub(crate) fn read_head(config: &AuditConfig, keys: &Keys) -> Result<Option<Head>, StartError> {
    let Some(path) = &config.head else {
        return Ok(None);
    };
    let signed = |installation: Uuid, message: &[u8], signature: &[u8]| {
        AuditRoot::new(&keys.root, *installation.as_bytes()).signer().signed(message, signature)
    };
    head::read(path, signed).map_err(|why| {
        StartError::Head(format!(
            "{why}. Restore the file from where it is copied to; if it is lost for good, remove it: the server then \
             starts, on record, and can no longer tell whether the database is an older copy"
        ))
    })
}

/// Refuses a database that is older than the head file knows, unless that is accepted or only looked at.
pub(crate) fn refuse_rollback(config: &AuditConfig, lost: &[String]) -> Result<(), StartError> {
    if lost.is_empty() || config.rollback != Rollback::Refuse {
        return Ok(());
    }
    let path = config.head.as_deref().unwrap_or(Path::new(""));
    let shown = lost.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("; ");
    Err(StartError::Head(format!(
        "the database is older than the head file {} knows: {shown}. It was rolled back or tampered with. If you \
         restored a backup and mean it, start once with --accept-rollback: that is recorded, and ends every session and \
         token of before",
        path.display()
    )))
}

impl Vault {
    /// How many rollbacks were accepted.
    pub(crate) async fn current_epoch(&self, tx: &mut Tx) -> Result<i64> {
        let rows = tx.list_audit_epochs().await?;
        Ok(self.all_checked(rows)?.last().map_or(0, |row| row.epoch))
    }

    /// Compares an installation with the head file, before anything else uses it; `ring` is the one to go on with.
    pub(crate) async fn meet_head(
        &self,
        tx: &mut Tx,
        config: &AuditConfig,
        head: Option<Head>,
        ring: KeyRing,
    ) -> Result<(KeyRing, Begun), StartError> {
        let mut epoch = self.current_epoch(tx).await?;
        let mut begun = Begun::AsEver;
        if config.head.is_some() {
            let chains = tx.list_audit_chains().await?;
            let lost = match &head {
                None => Vec::new(),
                // Somebody accepted a rollback after this file was written, on another server.
                Some(head) if head.epoch < epoch => Vec::new(),
                Some(head) => head.clone().advance(&chains, epoch),
            };
            refuse_rollback(config, &lost)?;
            if config.rollback == Rollback::Accept && !lost.is_empty() {
                epoch = epoch.max(head.map_or(0, |head| head.epoch)) + 1;
                begun = Begun::RolledBack { epoch, lost };
            } else if head.is_none() && config.rollback != Rollback::Look {
                begun = Begun::WithoutHead;
            }
        }
        Ok((ring.at_epoch(epoch.cast_unsigned()), begun))
    }

    /// Puts on record how the start went, and ends what a rollback may have brought back.
    pub(crate) async fn record_start(&self, tx: &mut Tx, begun: &Begun) -> Result<bool> {
        let request = RequestInfo::default();
        match begun {
            Begun::AsEver => return Ok(false),
            Begun::WithoutHead => {
                tracing::warn!(
                    "there is no head file, so nothing tells whether the database is an older copy; one is made"
                );
                let reason = "the head file was missing; it is made anew";
                self.record_as(tx, SERVER, &request, Event::of("audit.head_missing", "", "").reason(reason)).await?;
            }
            Begun::RolledBack { epoch, lost } => {
                let reason = lost.join("; ");
                tracing::warn!("a rollback was accepted, and every session and token of before is ended: {reason}");
                let row = StoredEpoch {
                    epoch: *epoch,
                    started_at: self.inner.clock.now().0,
                    reason: reason.chars().take(500).collect(),
                    mac: Vec::new(),
                };
                tx.append_audit_epoch(&self.guard(row)).await?;
                tx.delete_sessions().await?;
                for token in tx.list_tokens().await? {
                    // One that was tampered with is refused wherever it is read, and hashed under another epoch anyway.
                    if let Ok(mut token) = self.checked(token) {
                        token.revoked = true;
                        tx.put_token_revoked(&self.guard(token)).await?;
                    }
                }
                let event = Event::of("audit.rollback_accepted", "", "").reason(&reason);
                self.record_as(tx, SERVER, &request, event).await?;
            }
        }
        Ok(true)
    }
}

/// How a start went, as far as the head file tells.
pub(crate) enum Begun {
    AsEver,
    WithoutHead,
    RolledBack { epoch: i64, lost: Vec<String> },
}
