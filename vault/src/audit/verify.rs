//! Checking the log: every chain is computed anew from its records, and compared with its head, with the headers of its
//! closed segments, and with what the head file remembers of it.

use std::collections::BTreeMap;

use domain::{
    Actor, Millis,
    api::{AuditReport, BreakKind, ChainBreak, ChainReport, HeadState},
};
use seal::{AuditRoot, ChainKey, digest};
use uuid::Uuid;

use super::{
    BATCH, Event, TAMPERED, entry,
    head::HeadChain,
    segments::{begin, header, seal_of, walk_of},
};
use crate::{
    Vault,
    db::{
        Tx,
        audit::{StoredChain, StoredRecord, StoredSegment},
    },
    error::Result,
};

/// Where the walk along a chain is.
pub(super) struct Walk {
    key: ChainKey,
    link: [u8; 32],
    sequence: i64,
    /// What the head file says of this chain, until the walk has come by and agreed.
    expected: Option<HeadChain>,
    report: ChainReport,
}

impl Walk {
    pub(super) fn new(key: ChainKey) -> Self {
        let link = key.mac(&[0; 32], 0, b"chain");
        Self { key, link, sequence: 0, expected: None, report: ChainReport::default() }
    }

    /// Strikes the head file's word about the chain off, when it is this.
    fn meet(&mut self) {
        let here = digest(&self.link);
        self.expected.take_if(|head| head.sequence == self.sequence && head.digest == here);
    }

    fn fails(&mut self, kind: BreakKind, sequence: i64, detail: String) {
        self.report.broken = Some(ChainBreak { kind, sequence, detail });
    }

    /// The next record; `false` when it breaks the chain.
    fn take(&mut self, row: &StoredRecord) -> bool {
        let sequence = self.sequence + 1;
        if row.sequence != sequence {
            self.fails(BreakKind::Gap, sequence, format!("record {sequence} is missing"));
            return false;
        }
        self.link = link(&self.key, &self.link, row);
        if mark(&self.key, &self.link, row).as_slice() != row.mac {
            let detail = format!("record {sequence} ({}) was changed, or the one before it was", row.id);
            self.fails(BreakKind::Changed, sequence, detail);
            return false;
        }
        self.sequence = sequence;
        self.report.records += 1;
        self.report.from.get_or_insert(Millis(row.at));
        self.report.until = Some(Millis(row.at));
        self.meet();
        true
    }
}

/// The link after a record, given the one before.
pub(super) fn link(key: &ChainKey, previous: &[u8; 32], row: &StoredRecord) -> [u8; 32] {
    key.mac(previous, row.sequence.cast_unsigned(), &entry(row))
}

/// What the record carries: only who knows the link after it can make it.
pub(super) fn mark(key: &ChainKey, link: &[u8; 32], row: &StoredRecord) -> [u8; 32] {
    key.mac(link, row.sequence.cast_unsigned(), b"record")
}

impl Vault {
    /// Walks every chain and computes every MAC anew; what the head file remembers must be met on the way. For the
    /// command line and the server itself.
    pub async fn verify_audit(&self) -> Result<AuditReport> {
        let log = &self.inner.log;
        let _one_at_a_time = log.checking.lock().await;
        let root = self.audit_root()?;
        let (state, remembered) = log.head.remembered().await;
        let mut remembered: BTreeMap<Uuid, HeadChain> = remembered;
        let mut tx = self.inner.db.read().await?;
        let mut report = AuditReport { at: self.inner.clock.now(), head: state, ..AuditReport::default() };
        let mut listed = 0;
        for chain in tx.list_audit_chains().await? {
            let walked = self.verify_chain(&mut tx, &root, &chain, remembered.remove(&chain.writer_id)).await?;
            report.records += walked.records;
            report.removed += walked.removed;
            listed += tx.find_audit_count(Some(chain.writer_id)).await?;
            report.chains.push(walked);
        }
        for (writer, head) in remembered {
            let detail = format!("the whole chain was removed; the head file knows {} records of it", head.sequence);
            report.chains.push(ChainReport {
                writer: writer.to_string(),
                broken: Some(ChainBreak { kind: BreakKind::Removed, sequence: 0, detail }),
                ..ChainReport::default()
            });
        }
        report.strays = tx.find_audit_count(None).await?.saturating_sub(listed).cast_unsigned();
        if let HeadState::Known { epoch, .. } = report.head {
            let now = self.current_epoch(&mut tx).await?;
            report.epoch_lost = epoch > now;
        }
        drop(tx);
        log.checked(report.clone());
        Ok(report)
    }

    /// The same for an actor who may read the log; on record.
    pub async fn check_audit(&self, actor: &Actor) -> Result<AuditReport> {
        self.authorise_audit(actor, "audit.verify").await?;
        let report = self.verify_audit().await?;
        let reason = match report.verdict() {
            Ok(records) => format!("{records} records, each as it was written"),
            Err(broken) => broken,
        };
        let mut tx = self.inner.db.write().await?;
        self.record(&mut tx, actor, Event::of("audit.verify", "", "").reason(&reason)).await?;
        tx.commit().await?;
        Ok(report)
    }

    async fn verify_chain(
        &self,
        tx: &mut Tx,
        root: &AuditRoot,
        chain: &StoredChain,
        expected: Option<HeadChain>,
    ) -> Result<ChainReport> {
        let mut walk = walk_of(root, chain.writer_id);
        walk.report.writer = chain.writer_id.to_string();
        walk.expected = expected;
        walk.meet();
        if self.walk_segments(tx, &mut walk, chain).await? && self.walk_records(tx, &mut walk, chain, i64::MAX).await? {
            ends_well(&mut walk, chain);
        }
        Ok(walk.report)
    }

    /// The closed segments, each with its records or without; `false` when one breaks the chain.
    async fn walk_segments(&self, tx: &mut Tx, walk: &mut Walk, chain: &StoredChain) -> Result<bool> {
        for (number, segment) in (0..).zip(tx.list_audit_segments(chain.writer_id).await?) {
            if let Err(detail) = self.check_header(walk, number, &segment)? {
                walk.fails(BreakKind::Segment, walk.sequence + 1, detail);
                return Ok(false);
            }
            let last = segment.last_sequence;
            if segment.removed_at.is_some() {
                if !tx.list_chain_records(chain.writer_id, walk.sequence, last, 1).await?.is_empty() {
                    let detail = format!("segment {number} says that its records were removed, but there are some");
                    walk.fails(BreakKind::Segment, walk.sequence + 1, detail);
                    return Ok(false);
                }
                walk.report.removed += (last - walk.sequence).cast_unsigned();
                walk.sequence = last;
                // What the head file says of a place inside is beyond checking; the header's own seal stands for it.
                walk.expected.take_if(|head| head.sequence < last || head.digest.as_slice() == segment.digest);
            } else if !self.walk_records(tx, walk, chain, last).await? {
                return Ok(false);
            }
            let digest: [u8; 32] = segment.digest.as_slice().try_into().map_err(|_| TAMPERED)?;
            if segment.removed_at.is_none() && (walk.sequence != last || seal::digest(&walk.link) != digest) {
                let detail =
                    format!("segment {number} ends otherwise than its header says, at record {}", walk.sequence);
                walk.fails(BreakKind::Segment, walk.sequence + 1, detail);
                return Ok(false);
            }
            walk.key = walk.key.next();
            walk.link = begin(&walk.key, &digest, last);
            walk.report.segments += 1;
            walk.meet();
        }
        Ok(true)
    }

    /// Whether the header of a closed segment is ours and follows the one before; else what is wrong.
    fn check_header(&self, walk: &Walk, number: i64, segment: &StoredSegment) -> Result<Result<(), String>> {
        if segment.number != number || segment.first_sequence != walk.sequence + 1 {
            return Ok(Err(format!("the header of segment {number} is missing")));
        }
        let is_ours = segment.digest.len() == 32
            && seal_of(&walk.key, segment)?.as_slice() == segment.seal
            && self.inner.log.signer.signed(&header(segment), &segment.signature)
            && self.checked(segment.clone()).is_ok();
        Ok(if is_ours { Ok(()) } else { Err(format!("the header of segment {number} was changed")) })
    }

    /// The records up to `last`; `false` when one breaks the chain.
    async fn walk_records(&self, tx: &mut Tx, walk: &mut Walk, chain: &StoredChain, last: i64) -> Result<bool> {
        loop {
            let rows = tx.list_chain_records(chain.writer_id, walk.sequence, last, BATCH).await?;
            if rows.is_empty() {
                return Ok(true);
            }
            for row in rows {
                if !walk.take(&row) {
                    return Ok(false);
                }
            }
        }
    }
}

/// The end of the walk: the head of the chain is where the walk has come to, and the head file agrees.
fn ends_well(walk: &mut Walk, chain: &StoredChain) {
    let sequence = walk.sequence;
    if sequence != chain.sequence {
        let detail = format!("it ends after record {sequence}, but {} were written", chain.sequence);
        walk.fails(BreakKind::CutOff, sequence + 1, detail);
    } else if walk.link.as_slice() != chain.mac || chain.segment.cast_unsigned() != walk.key.segment() {
        let detail = format!("it was cut off, or its head was changed: the head is not that of record {sequence}");
        walk.fails(BreakKind::Head, sequence, detail);
    } else if let Some(head) = walk.expected.take() {
        let detail = if head.sequence > sequence {
            format!("it ends after record {sequence}, but the head file knows {}: it was rolled back", head.sequence)
        } else {
            format!("record {} is another than the head file knows", head.sequence)
        };
        walk.fails(BreakKind::Checkpoint, head.sequence.min(sequence + 1), detail);
    }
}
