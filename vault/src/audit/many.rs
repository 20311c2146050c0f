//! Many records of one actor at once: an import writes one for every name.

use domain::Actor;

use super::Event;
use crate::{Vault, db::Tx, error::Result};

impl Vault {
    /// Appends records in their order, in a few statements. Like [`Vault::record`] the last of a transaction.
    pub(crate) async fn record_all(&self, tx: &mut Tx, actor: &Actor, events: Vec<Event<'_>>) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        // From here on the chain is ours until the transaction ends.
        let mut head = self.next_in_chain(tx).await?;
        let mut rows = Vec::with_capacity(events.len());
        for event in events {
            if !rows.is_empty() {
                head.sequence += 1;
            }
            rows.push(self.next_record(&mut head, &actor.label, &actor.request, event)?);
        }
        Ok(tx.append_audit_records(rows, &head).await?)
    }
}
