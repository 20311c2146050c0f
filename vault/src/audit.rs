//! The audit log: a record in the transaction it is about, chained by MAC.
//!
//! Each process writes a chain of its own. The link after record *n* is `link(n) = MAC(link(n-1) | n | record n)`,
//! and `link(0)` a MAC of the word `chain`. Only the newest link is stored, as the head of the chain, and replaced with
//! every record; the record itself carries `MAC(link(n) | n | "record")`, from which no link can be had. So whoever
//! edits the tables can change, remove or cut off no record without [`Vault::verify_audit`] telling.
//!
//! A chain is made of [`segments`], each with a key of its own that is erased when the next begins: who takes the keys
//! out of a running server cannot rewrite what was closed before. The [`head`] file tells when a chain is removed whole,
//! or the database replaced by an older copy.

mod chain;
pub(crate) mod epochs;
pub(crate) mod head;
mod keep;
mod many;
mod read;
mod segments;
mod verify;

use domain::{Actor, access::RequestInfo, api::Outcome};
use uuid::Uuid;

pub use chain::SegmentLimits;
pub(crate) use keep::Log;
pub use keep::{AuditConfig, Rollback};
pub use read::AuditExport;

use crate::{
    Vault,
    clock::new_id,
    db::{
        Tx,
        audit::{StoredChain, StoredRecord},
    },
    error::{Error, Result},
    row_mac::Fields,
};

/// How many characters of a text go into a record.
const TEXT_MAX: usize = 500;
/// How many records a check holds at a time.
const BATCH: i64 = 1000;

/// What happened, to be recorded. Never a value.
#[derive(Clone)]
pub(crate) struct Event<'a> {
    /// A dotted word: `secret.reveal`, `person.login`, …
    pub(crate) action: &'static str,
    /// Where, as a source text; empty for the installation itself.
    pub(crate) source: String,
    /// The name of what it is about.
    pub(crate) name: &'a str,
    pub(crate) version: Option<i64>,
    pub(crate) outcome: Outcome,
    /// The reason given, or why it was refused.
    pub(crate) reason: &'a str,
}

impl<'a> Event<'a> {
    /// Something that was done.
    #[allow(clippy::needless_pass_by_value, reason = "a scope by reference, or a literal")]
    pub(crate) fn of(action: &'static str, source: impl ToString, name: &'a str) -> Self {
        Self { action, source: source.to_string(), name, version: None, outcome: Outcome::Allowed, reason: "" }
    }

    pub(crate) fn version(self, version: i64) -> Self {
        Self { version: Some(version), ..self }
    }

    pub(crate) fn reason(self, reason: &'a str) -> Self {
        Self { reason, ..self }
    }
}

impl Vault {
    /// Appends a record in `tx`; its id is the `audit_id` clients see. No record, no commit.
    ///
    /// Make it the last statement before the commit: it holds the chain until then, and whoever locked it first
    /// and something else after could wait for another forever.
    pub(crate) async fn record(&self, tx: &mut Tx, actor: &Actor, event: Event<'_>) -> Result<Uuid> {
        self.record_as(tx, &actor.label, &actor.request, event).await
    }

    /// Appends a record for someone who is not an actor yet, or not any more: a failed sign-in, the first set-up.
    pub(crate) async fn record_as(
        &self,
        tx: &mut Tx,
        label: &str,
        request: &RequestInfo,
        event: Event<'_>,
    ) -> Result<Uuid> {
        let mut head = self.next_in_chain(tx).await?;
        let row = self.next_record(&mut head, label, request, event)?;
        let id = row.id;
        tx.append_audit_records(vec![row], &head).await?;
        Ok(id)
    }

    /// The record at the end of a chain, whose head moves on to the link after it.
    fn next_record(
        &self,
        head: &mut StoredChain,
        label: &str,
        request: &RequestInfo,
        event: Event<'_>,
    ) -> Result<StoredRecord> {
        let Event { action, source, name, version, outcome, reason } = event;
        let mut row = StoredRecord {
            id: new_id(),
            writer_id: head.writer_id,
            sequence: head.sequence,
            at: self.inner.clock.now().0,
            actor: printable(label),
            action: action.to_owned(),
            source: printable(&source),
            name: printable(name),
            version,
            outcome: outcome.word().to_owned(),
            reason: printable(reason),
            address: printable(&request.address),
            request_id: printable(&request.request_id),
            mac: Vec::new(),
        };
        let previous = head.mac.as_slice().try_into().map_err(|_| TAMPERED)?;
        let (link, mark) = self.inner.log.chain.with_key(head.segment, |key| {
            let link = verify::link(key, previous, &row);
            (link, verify::mark(key, &link, &row))
        })?;
        row.mac = mark.to_vec();
        head.mac = link.to_vec();
        Ok(row)
    }

    /// Our chain with one place more, in a new segment where the open one has had enough; begins the chain where this
    /// process has not written yet.
    async fn next_in_chain(&self, tx: &mut Tx) -> Result<StoredChain> {
        let chain = &self.inner.log.chain;
        let mut found = tx.put_next_audit_sequence(chain.writer).await?;
        if found.is_none() {
            let first = chain.with_key(0, |key| key.mac(&[0; 32], 0, b"chain"))?;
            tx.append_audit_chain(chain.writer, &first).await?;
            found = tx.put_next_audit_sequence(chain.writer).await?;
        }
        let mut head = found.ok_or(TAMPERED)?;
        if self.is_full(&head) {
            head.sequence -= 1;
            self.close_segment(tx, &mut head).await?;
            head.sequence += 1;
        }
        Ok(head)
    }
}

const TAMPERED: Error = Error::Tampered { table: "audit_chains" };

/// The bytes of a record that its MAC covers.
fn entry(row: &StoredRecord) -> Vec<u8> {
    let version = row.version.map(i64::to_be_bytes);
    Fields::of("audit_records")
        .id(row.id)
        .number(row.at)
        .text(&row.actor)
        .text(&row.action)
        .text(&row.source)
        .text(&row.name)
        .optional(version.as_ref().map(<[u8; 8]>::as_slice))
        .text(&row.outcome)
        .text(&row.reason)
        .text(&row.address)
        .text(&row.request_id)
        .encode()
}

/// A text from outside as it may stand in a log: of sane length, on one line, and read in one direction.
fn printable(text: &str) -> String {
    let harmless = |c: char| {
        let misleads = c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if misleads { '\u{fffd}' } else { c }
    };
    text.chars().take(TEXT_MAX).map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_a_record_is_one_short_line() {
        assert_eq!(printable("a\nb\0c\u{202e}d ü"), "a\u{fffd}b\u{fffd}c\u{fffd}d ü");
        assert_eq!(printable(&"ü".repeat(TEXT_MAX * 2)).chars().count(), TEXT_MAX);
    }
}
