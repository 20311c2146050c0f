//! The audit log: a record in the transaction it is about, chained by MAC; and reading it.
//!
//! Each process writes a chain of its own. The link after record *n* is `link(n) = MAC(link(n-1) | n | record n)`,
//! and `link(0)` a MAC of the word `chain`. Only the newest link is stored, as the head of the chain, and replaced with
//! every record; the record itself carries `MAC(link(n) | n | "record")`, from which no link can be had. So whoever
//! edits the tables can change, remove or cut off no record without [`Vault::verify_audit`] telling. It does not tell
//! when a whole chain is removed, or the whole database replaced by an older copy.

mod many;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Action, Actor, Code, Error as PublicError, Millis, Scope,
    access::RequestInfo,
    api::{AuditQuery, AuditRow, ListQuery, Outcome, Page},
};
use uuid::Uuid;

use crate::{
    Vault,
    clock::new_id,
    db::{
        Tx,
        audit::{AuditFilter, StoredChain, StoredRecord},
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
        let head = self.next_in_chain(tx).await?;
        let (row, link) = self.next_record(&head, label, request, event)?;
        tx.append_audit_record(&row, &link).await?;
        Ok(row.id)
    }

    /// The record at the end of a chain, and the link after it.
    fn next_record(
        &self,
        head: &StoredChain,
        label: &str,
        request: &RequestInfo,
        event: Event<'_>,
    ) -> Result<(StoredRecord, [u8; 32])> {
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
        let link = self.link(&head.mac, &row)?;
        row.mac = self.seal_of(&link, &row);
        Ok((row, link))
    }

    /// The chain with one place more; begins it where this process has not written yet.
    async fn next_in_chain(&self, tx: &mut Tx) -> Result<StoredChain> {
        let writer = self.inner.writer;
        if let Some(head) = tx.put_next_audit_sequence(writer).await? {
            return Ok(head);
        }
        tx.append_audit_chain(writer, &self.first_link(writer)).await?;
        let head = tx.put_next_audit_sequence(writer).await?;
        head.ok_or(TAMPERED)
    }

    fn first_link(&self, writer: Uuid) -> [u8; 32] {
        let keys = &self.inner.keys;
        keys.audit_mac(*writer.as_bytes(), &[0; 32], 0, b"chain")
    }

    /// The link after `row`, given the one before.
    fn link(&self, previous: &[u8], row: &StoredRecord) -> Result<[u8; 32]> {
        let previous = previous.try_into().map_err(|_| TAMPERED)?;
        Ok(self.audit_mac(row, previous, &entry(row)))
    }

    /// What the record carries: only who knows the link after it can make it.
    fn seal_of(&self, link: &[u8; 32], row: &StoredRecord) -> Vec<u8> {
        self.audit_mac(row, link, b"record").to_vec()
    }

    fn audit_mac(&self, row: &StoredRecord, previous: &[u8; 32], entry: &[u8]) -> [u8; 32] {
        let writer = *row.writer_id.as_bytes();
        let sequence = row.sequence.cast_unsigned();
        self.inner.keys.audit_mac(writer, previous, sequence, entry)
    }

    /// The audit log, newest first.
    pub async fn list_audit(&self, actor: &Actor, query: &AuditQuery) -> Result<Page<AuditRow>> {
        let event = Event::of("audit.read", "", "");
        self.authorise(actor, Action::ReadAudit, &Scope::platform(None), event).await?;
        let rows = ListQuery { limit: query.limit, ..ListQuery::default() }.rows();
        let filter = AuditFilter {
            actor: query.actor.as_deref().filter(|actor| !actor.is_empty()),
            action: query.action.as_deref().filter(|action| !action.is_empty()),
            before: match &query.cursor {
                Some(cursor) => read_cursor(cursor)?,
                None => (i64::MAX, Uuid::max()),
            },
            limit: i64::from(rows) + 1,
        };
        let mut found = self.inner.db.read().await?.list_audit_records(&filter).await?;
        let more = found.len() > rows as usize;
        found.truncate(rows as usize);
        Ok(Page {
            next_cursor: found.last().filter(|_| more).map(cursor_after),
            items: found.into_iter().map(public).collect::<Result<_>>()?,
        })
    }

    /// Walks every chain and recomputes every MAC; answers how many records it saw, or which record breaks.
    pub async fn verify_audit(&self) -> Result<Result<u64, String>> {
        let mut tx = self.inner.db.read().await?;
        let mut seen = 0;
        for chain in tx.list_audit_chains().await? {
            match self.verify_chain(&mut tx, &chain).await? {
                Ok(records) => seen += records,
                Err(broken) => return Ok(Err(format!("chain {}: {broken}", chain.writer_id))),
            }
        }
        let all = tx.find_audit_count().await?.cast_unsigned();
        if all != seen {
            return Ok(Err(format!("{} records belong to no chain", all - seen)));
        }
        Ok(Ok(seen))
    }

    async fn verify_chain(&self, tx: &mut Tx, chain: &StoredChain) -> Result<Result<u64, String>> {
        let mut link = self.first_link(chain.writer_id);
        let mut sequence = 0;
        loop {
            let rows = tx.list_chain_records(chain.writer_id, sequence, BATCH).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                sequence += 1;
                if row.sequence != sequence {
                    return Ok(Err(format!("record {sequence} is missing")));
                }
                link = self.link(&link, &row)?;
                if self.seal_of(&link, &row) != row.mac {
                    return Ok(Err(format!("record {sequence} ({}) was changed, or the one before it was", row.id)));
                }
            }
        }
        if sequence != chain.sequence {
            return Ok(Err(format!("it ends after record {sequence}, but {} were written", chain.sequence)));
        }
        if link.as_slice() != chain.mac {
            return Ok(Err(format!(
                "it was cut off, or its head was changed: the head is not that of record {sequence}"
            )));
        }
        Ok(Ok(sequence.cast_unsigned()))
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

fn public(row: StoredRecord) -> Result<AuditRow> {
    Ok(AuditRow {
        id: row.id.to_string(),
        at: Millis(row.at),
        actor: row.actor,
        action: row.action,
        source: row.source,
        name: row.name,
        version: row.version,
        outcome: Outcome::from_word(&row.outcome).ok_or(Error::Unknown { table: "audit_records" })?,
        reason: row.reason,
        address: row.address,
        request_id: row.request_id,
    })
}

/// Where a page ended: the time and id of its last record.
fn cursor_after(row: &StoredRecord) -> String {
    let mut bytes = row.at.to_be_bytes().to_vec();
    bytes.extend_from_slice(row.id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read_cursor(cursor: &str) -> Result<(i64, Uuid)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
    match bytes.split_first_chunk() {
        Some((at, id)) if id.len() == 16 => Ok((i64::from_be_bytes(*at), Uuid::from_slice(id).unwrap_or_default())),
        _ => {
            Err(PublicError::new(Code::Malformed, "the cursor is not one of this list; start again without it").into())
        }
    }
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
