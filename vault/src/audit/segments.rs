//! Segments of a chain: closing one, and removing the records of old ones.

use domain::{
    Action, Actor, Code, Error as PublicError, Millis, Scope,
    access::RequestInfo,
    time::{DAY, HOUR},
};
use seal::{AuditRoot, ChainKey, digest};
use uuid::Uuid;

use super::{Event, TAMPERED, verify::Walk};
use crate::{
    Vault,
    db::{
        Tx,
        audit::{StoredChain, StoredSegment},
    },
    error::{Error, Result},
    row_mac::Fields,
    setup::COMMAND_LINE,
};

/// The word in the place of an entry, of the link that a segment begins with.
const BEGIN: &[u8] = b"segment";

/// What a closed segment says of itself: covered by its seal and its signature.
pub(super) fn header(segment: &StoredSegment) -> Vec<u8> {
    Fields::of("audit_segments")
        .id(segment.writer_id)
        .number(segment.number)
        .number(segment.first_sequence)
        .number(segment.last_sequence)
        .number(segment.first_at)
        .number(segment.last_at)
        .bytes(&segment.digest)
        .encode()
}

/// The seal of a segment: whoever has a later key of the chain cannot make it.
pub(super) fn seal_of(key: &ChainKey, segment: &StoredSegment) -> Result<[u8; 32]> {
    let digest = segment.digest.as_slice().try_into().map_err(|_| TAMPERED)?;
    Ok(key.mac(digest, segment.last_sequence.cast_unsigned(), &header(segment)))
}

/// The link that the next segment begins with. It follows from the digest of the last link, which its header keeps
/// when the records are removed.
pub(super) fn begin(key: &ChainKey, last: &[u8; 32], sequence: i64) -> [u8; 32] {
    key.mac(last, sequence.cast_unsigned(), BEGIN)
}

impl Vault {
    /// Whether the open segment of our chain has had enough, by number or by time. `head` counts a record to come.
    pub(super) fn is_full(&self, head: &StoredChain) -> bool {
        let (log, now) = (&self.inner.log, self.inner.clock.now());
        let records = head.sequence - 1 - head.segment_start;
        let opened = log.chain.opened(head.segment, now);
        records >= log.limits.records || (records > 0 && now.0 - opened.0 >= log.limits.millis)
    }

    /// Closes the open segment of our chain with its last record, `head.sequence`, and opens the next.
    pub(super) async fn close_segment(&self, tx: &mut Tx, head: &mut StoredChain) -> Result<()> {
        let chain = &self.inner.log.chain;
        let mut segment = segment_to_close(tx, head).await?;
        segment.seal = chain.with_key(head.segment, |key| seal_of(key, &segment))??.to_vec();
        let last = segment.digest.as_slice().try_into().map_err(|_| TAMPERED)?;
        head.mac = chain.with_key(head.segment + 1, |key| begin(key, last, head.sequence))?.to_vec();
        self.append_segment(tx, segment, head).await
    }

    async fn append_segment(&self, tx: &mut Tx, mut segment: StoredSegment, head: &mut StoredChain) -> Result<()> {
        segment.signature = self.inner.log.signer.sign(&header(&segment)).to_vec();
        tx.append_audit_segment(&self.guard(segment)).await?;
        head.segment += 1;
        head.segment_start = head.sequence;
        tx.put_audit_chain(head).await?;
        Ok(())
    }

    /// Closes the open segment of our chain where its time is over; at the end of the process whatever its age.
    pub(super) async fn close_own_segment(&self, at_the_end: bool) -> Result<()> {
        let log = &self.inner.log;
        let mut tx = self.inner.db.write().await?;
        let Some(mut head) = tx.lock_audit_chain(log.chain.writer).await? else {
            return Ok(());
        };
        let is_empty = head.sequence == head.segment_start;
        let next = StoredChain { sequence: head.sequence + 1, ..head.clone() };
        if is_empty || !(at_the_end || self.is_full(&next)) {
            return Ok(());
        }
        self.close_segment(&mut tx, &mut head).await?;
        tx.note_segment(head.segment);
        tx.commit().await
    }

    /// Removes the records of every closed segment that ended before `before`; their headers stay, and checking goes on
    /// from them. Answers how many records went. `before` is at least a day ago.
    pub async fn prune_audit(&self, before: Millis) -> Result<u64> {
        let now = self.inner.clock.now();
        if before.0 > now.0 - DAY {
            let sentence = "records of the last 24 hours are kept: name an earlier time";
            return Err(PublicError::new(Code::Invalid, sentence).into());
        }
        // What is removed was whole a moment ago, or it is not removed: afterwards nobody could tell.
        self.verify_audit().await?.verdict().map_err(|broken| {
            let sentence = format!("nothing was removed, because the log does not verify: {broken}");
            PublicError::new(Code::Conflict, sentence)
        })?;
        self.close_abandoned(before).await?;
        let mut tx = self.inner.db.write().await?;
        let (mut records, mut segments) = (0, 0);
        for mut segment in tx.list_audit_segments_before(before).await? {
            segment = self.checked(segment)?;
            records += tx.delete_audit_records(&segment).await?;
            segments += 1;
            segment.removed_at = Some(now.0);
            tx.put_audit_segment_removed(&self.guard(segment)).await?;
        }
        if segments > 0 {
            let reason = format!("{records} records in {segments} segments from before {}", before.minute());
            let event = Event::of("audit.prune", "", "").reason(&reason);
            self.record_as(&mut tx, COMMAND_LINE, &RequestInfo::default(), event).await?;
            tx.commit().await?;
        }
        Ok(records)
    }

    /// Closes the last segments of processes that ended without doing it.
    async fn close_abandoned(&self, before: Millis) -> Result<()> {
        let root = self.audit_root()?;
        let mut tx = self.inner.db.write().await?;
        for chain in tx.list_audit_chains().await? {
            let is_ours = chain.writer_id == self.inner.log.chain.writer;
            let Some(mut head) = tx.lock_audit_chain(chain.writer_id).await?.filter(|_| !is_ours) else {
                continue;
            };
            let newest = tx.find_audit_times(&head).await?;
            // A process that lives closes its segment an hour after the first record.
            if newest.is_none_or(|(_, last)| last >= before.0 - HOUR) {
                continue;
            }
            let key = key_of(&root, head.writer_id, head.segment);
            let mut segment = segment_to_close(&mut tx, &head).await?;
            segment.seal = seal_of(&key, &segment)?.to_vec();
            let last = segment.digest.as_slice().try_into().map_err(|_| TAMPERED)?;
            head.mac = begin(&key.next(), last, head.sequence).to_vec();
            self.append_segment(&mut tx, segment, &mut head).await?;
        }
        tx.commit().await
    }

    /// Removes what is older than the retention rule says.
    pub async fn retain_audit(&self, days: u32) -> Result<u64> {
        self.prune_audit(self.inner.clock.now().plus(-i64::from(days.max(1)) * DAY)).await
    }

    /// The keys of all chains, for the time of a check; read from the key file again, because a server that runs keeps
    /// no key that is as good as this.
    pub(super) fn audit_root(&self) -> Result<AuditRoot> {
        let keys = self.inner.log.key_files.read().ok().flatten().ok_or_else(|| {
            PublicError::new(
                Code::Unavailable,
                "the root key file cannot be read now, and the log is checked with it; put it back, then try again",
            )
        })?;
        Ok(AuditRoot::new(&keys.root, *self.inner.instance.as_bytes()))
    }

    /// Refuses whoever may not read the log, under an event of that name.
    pub(super) async fn authorise_audit(&self, actor: &Actor, action: &'static str) -> Result<()> {
        let event = Event::of(action, "", "");
        self.authorise(actor, Action::ReadAudit, &Scope::platform(None), event).await
    }
}

/// The key of any segment of any chain.
pub(super) fn key_of(root: &AuditRoot, writer: Uuid, segment: i64) -> ChainKey {
    (0..segment).fold(root.chain_key(*writer.as_bytes()), |key, _| key.next())
}

/// The open segment of a chain as it would be closed now, without seal and signature.
async fn segment_to_close(tx: &mut Tx, head: &StoredChain) -> Result<StoredSegment> {
    let times = tx.find_audit_times(head).await?;
    let (first_at, last_at) = times.ok_or(Error::Tampered { table: "audit_records" })?;
    Ok(StoredSegment {
        writer_id: head.writer_id,
        number: head.segment,
        first_sequence: head.segment_start + 1,
        last_sequence: head.sequence,
        first_at,
        last_at,
        digest: digest(&head.mac).to_vec(),
        seal: Vec::new(),
        signature: Vec::new(),
        removed_at: None,
        mac: Vec::new(),
    })
}

/// The state of a walk at the beginning of a chain.
pub(super) fn walk_of(root: &AuditRoot, writer: Uuid) -> Walk {
    Walk::new(root.chain_key(*writer.as_bytes()))
}
