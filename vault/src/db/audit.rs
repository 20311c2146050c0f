//! Audit records, the heads of their chains, and the headers of closed segments.

use domain::Millis;
use uuid::Uuid;

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

/// Where a chain ends.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredChain {
    pub(crate) writer_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) mac: Vec<u8>,
    /// The open segment, and the last record before it.
    pub(crate) segment: i64,
    pub(crate) segment_start: i64,
}

/// The header of a closed segment.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredSegment {
    pub(crate) writer_id: Uuid,
    pub(crate) number: i64,
    pub(crate) first_sequence: i64,
    pub(crate) last_sequence: i64,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    pub(crate) digest: Vec<u8>,
    pub(crate) seal: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) removed_at: Option<i64>,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredSegment, |row| Fields::of("audit_segments")
    .id(row.writer_id)
    .number(row.number)
    .number(row.first_sequence)
    .number(row.last_sequence)
    .number(row.first_at)
    .number(row.last_at)
    .bytes(&row.digest)
    .bytes(&row.seal)
    .bytes(&row.signature)
    .optional_number(row.removed_at));

/// An accepted rollback.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredEpoch {
    pub(crate) epoch: i64,
    pub(crate) started_at: i64,
    pub(crate) reason: String,
    pub(crate) mac: Vec<u8>,
}

guarded!(StoredEpoch, |row| Fields::of("audit_epochs").number(row.epoch).number(row.started_at).text(&row.reason));

/// One record, as it is stored.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredRecord {
    pub(crate) id: Uuid,
    pub(crate) writer_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) source: String,
    pub(crate) name: String,
    pub(crate) version: Option<i64>,
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) address: String,
    pub(crate) request_id: String,
    pub(crate) mac: Vec<u8>,
}

/// Which records: those before a place, newest first.
pub(crate) struct AuditFilter {
    pub(crate) actor: Option<String>,
    pub(crate) action: Option<String>,
    pub(crate) outcome: Option<&'static str>,
    pub(crate) source: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// What a text of the record contains, in small letters, as a pattern of `LIKE`; or the record's own id.
    pub(crate) text: Option<(String, Option<Uuid>)>,
    pub(crate) before: (i64, Uuid),
    pub(crate) limit: i64,
}

/// How many records of a kind fall into a slot of time.
#[derive(sqlx::FromRow)]
pub(crate) struct StoredCount {
    pub(crate) slot: i64,
    pub(crate) action: String,
    pub(crate) outcome: String,
    pub(crate) records: i64,
}

impl Tx {
    /// Makes room for one more record: locks the chain until the end of the transaction, and answers its new length
    /// with the link it had so far. `None` when the chain does not exist yet.
    pub(crate) async fn put_next_audit_sequence(&mut self, writer: Uuid) -> sqlx::Result<Option<StoredChain>> {
        on!(self, c => sqlx::query_as(
            "UPDATE audit_chains SET sequence = sequence + 1 WHERE writer_id = $1 \
             RETURNING writer_id, sequence, mac, segment, segment_start")
            .bind(writer)
            .fetch_optional(c).await)
    }

    /// The chain as it is, locked until the end of the transaction.
    pub(crate) async fn lock_audit_chain(&mut self, writer: Uuid) -> sqlx::Result<Option<StoredChain>> {
        on!(self, c => sqlx::query_as(
            "UPDATE audit_chains SET sequence = sequence WHERE writer_id = $1 \
             RETURNING writer_id, sequence, mac, segment, segment_start")
            .bind(writer)
            .fetch_optional(c).await)
    }

    pub(crate) async fn append_audit_chain(&mut self, writer: Uuid, genesis: &[u8]) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO audit_chains (writer_id, sequence, mac, segment, segment_start) VALUES ($1, 0, $2, 0, 0) \
             ON CONFLICT (writer_id) DO NOTHING")
            .bind(writer)
            .bind(genesis)
            .execute(c).await.map(drop))
    }

    /// Adds records and moves the head of their chain to `head`.
    pub(crate) async fn append_audit_records(
        &mut self,
        rows: Vec<StoredRecord>,
        head: &StoredChain,
    ) -> sqlx::Result<()> {
        // Well below what either engine takes as bound values.
        for rows in rows.chunks(500) {
            on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO audit_records (id, writer_id, sequence, at, actor, action, source, name, \
                     version, outcome, reason, address, request_id, mac) ",
                );
                query.push_values(rows, |mut values, row| {
                    values
                        .push_bind(row.id)
                        .push_bind(row.writer_id)
                        .push_bind(row.sequence)
                        .push_bind(row.at)
                        .push_bind(&row.actor)
                        .push_bind(&row.action)
                        .push_bind(&row.source)
                        .push_bind(&row.name)
                        .push_bind(row.version)
                        .push_bind(&row.outcome)
                        .push_bind(&row.reason)
                        .push_bind(&row.address)
                        .push_bind(&row.request_id)
                        .push_bind(&row.mac);
                });
                query.build().execute(c).await?;
            });
        }
        self.put_audit_chain(head).await?;
        self.note_records(rows, head.segment);
        Ok(())
    }

    /// Moves the head of a chain.
    pub(crate) async fn put_audit_chain(&mut self, head: &StoredChain) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE audit_chains SET sequence = $2, mac = $3, segment = $4, segment_start = $5 WHERE writer_id = $1")
            .bind(head.writer_id)
            .bind(head.sequence)
            .bind(&head.mac)
            .bind(head.segment)
            .bind(head.segment_start)
            .execute(c).await.map(drop))
    }

    /// A page of records, newest first.
    pub(crate) async fn list_audit_records(&mut self, filter: &AuditFilter) -> sqlx::Result<Vec<StoredRecord>> {
        let (at, id) = filter.before;
        on!(self, c => sqlx::query_as(
            "SELECT id, writer_id, sequence, at, actor, action, source, name, version, outcome, \
             reason, address, request_id, mac FROM audit_records \
             WHERE (at < $1 OR (at = $1 AND id < $2)) AND at >= $3 AND at < $4 \
             AND (CAST($5 AS TEXT) IS NULL OR actor = $5) \
             AND (CAST($6 AS TEXT) IS NULL OR action = $6) \
             AND (CAST($7 AS TEXT) IS NULL OR outcome = $7) \
             AND (CAST($8 AS TEXT) IS NULL OR source = $8 OR source LIKE $8 || ', %') \
             AND (CAST($9 AS TEXT) IS NULL OR name = $9) \
             AND (CAST($10 AS TEXT) IS NULL OR id = $11 OR lower(actor || ' ' || action || ' ' || source || ' ' || \
             name || ' ' || reason || ' ' || address || ' ' || request_id) LIKE $10 ESCAPE '\\') \
             ORDER BY at DESC, id DESC LIMIT $12")
            .bind(at)
            .bind(id)
            .bind(filter.from)
            .bind(filter.to)
            .bind(&filter.actor)
            .bind(&filter.action)
            .bind(filter.outcome)
            .bind(&filter.source)
            .bind(&filter.name)
            .bind(filter.text.as_ref().map(|(pattern, _)| pattern))
            .bind(filter.text.as_ref().and_then(|(_, id)| *id))
            .bind(filter.limit)
            .fetch_all(c).await)
    }

    /// How many records of each kind there are in each slot of `width` milliseconds from `from` to `to`.
    pub(crate) async fn list_audit_counts(&mut self, from: i64, to: i64, width: i64) -> sqlx::Result<Vec<StoredCount>> {
        on!(self, c => sqlx::query_as(
            "SELECT (at - $1) / $3 AS slot, action, outcome, CAST(COUNT(*) AS BIGINT) AS records FROM audit_records \
             WHERE at >= $1 AND at < $2 GROUP BY slot, action, outcome")
            .bind(from)
            .bind(to)
            .bind(width)
            .fetch_all(c).await)
    }

    /// When the first and the last record of the open segment of a chain were written; `None` when it has none.
    pub(crate) async fn find_audit_times(&mut self, head: &StoredChain) -> sqlx::Result<Option<(i64, i64)>> {
        let (first, last): (Option<i64>, Option<i64>) = on!(self, c => sqlx::query_as(
            "SELECT MIN(at), MAX(at) FROM audit_records WHERE writer_id = $1 AND sequence > $2 AND sequence <= $3")
            .bind(head.writer_id)
            .bind(head.segment_start)
            .bind(head.sequence)
            .fetch_one(c).await?);
        Ok(first.zip(last))
    }

    pub(crate) async fn append_audit_segment(&mut self, row: &StoredSegment) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO audit_segments (writer_id, number, first_sequence, last_sequence, first_at, last_at, digest, \
             seal, signature, removed_at, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
            .bind(row.writer_id)
            .bind(row.number)
            .bind(row.first_sequence)
            .bind(row.last_sequence)
            .bind(row.first_at)
            .bind(row.last_at)
            .bind(&row.digest)
            .bind(&row.seal)
            .bind(&row.signature)
            .bind(row.removed_at)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    /// The closed segments of a chain, in order.
    pub(crate) async fn list_audit_segments(&mut self, writer: Uuid) -> sqlx::Result<Vec<StoredSegment>> {
        on!(self, c => sqlx::query_as(
            "SELECT writer_id, number, first_sequence, last_sequence, first_at, last_at, digest, seal, signature, \
             removed_at, mac FROM audit_segments WHERE writer_id = $1 ORDER BY number")
            .bind(writer)
            .fetch_all(c).await)
    }

    /// The closed segments of all chains that ended before `before` and still have their records.
    pub(crate) async fn list_audit_segments_before(&mut self, before: Millis) -> sqlx::Result<Vec<StoredSegment>> {
        on!(self, c => sqlx::query_as(
            "SELECT writer_id, number, first_sequence, last_sequence, first_at, last_at, digest, seal, signature, \
             removed_at, mac FROM audit_segments WHERE removed_at IS NULL AND last_at < $1 ORDER BY writer_id, number")
            .bind(before.0)
            .fetch_all(c).await)
    }

    pub(crate) async fn put_audit_segment_removed(&mut self, row: &StoredSegment) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE audit_segments SET removed_at = $3, mac = $4 WHERE writer_id = $1 AND number = $2")
            .bind(row.writer_id)
            .bind(row.number)
            .bind(row.removed_at)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    /// Removes the records of a segment; answers how many.
    pub(crate) async fn delete_audit_records(&mut self, segment: &StoredSegment) -> sqlx::Result<u64> {
        Ok(on!(self, c => sqlx::query(
            "DELETE FROM audit_records WHERE writer_id = $1 AND sequence >= $2 AND sequence <= $3")
            .bind(segment.writer_id)
            .bind(segment.first_sequence)
            .bind(segment.last_sequence)
            .execute(c).await?.rows_affected()))
    }

    pub(crate) async fn append_audit_epoch(&mut self, row: &StoredEpoch) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO audit_epochs (epoch, started_at, reason, mac) VALUES ($1, $2, $3, $4)")
            .bind(row.epoch)
            .bind(row.started_at)
            .bind(&row.reason)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    pub(crate) async fn list_audit_epochs(&mut self) -> sqlx::Result<Vec<StoredEpoch>> {
        on!(self, c => sqlx::query_as(
            "SELECT epoch, started_at, reason, mac FROM audit_epochs ORDER BY epoch")
            .fetch_all(c).await)
    }

    /// The chains and how long each is, whatever version of ours made the schema.
    pub(crate) async fn list_audit_lengths(&mut self) -> sqlx::Result<Vec<(Uuid, i64)>> {
        on!(self, c => sqlx::query_as("SELECT writer_id, sequence FROM audit_chains")
            .fetch_all(c).await)
    }

    pub(crate) async fn list_audit_chains(&mut self) -> sqlx::Result<Vec<StoredChain>> {
        on!(self, c => sqlx::query_as(
            "SELECT writer_id, sequence, mac, segment, segment_start FROM audit_chains ORDER BY writer_id")
            .fetch_all(c).await)
    }

    /// The next records of one chain after `sequence` and up to `last`, in order.
    pub(crate) async fn list_chain_records(
        &mut self,
        writer: Uuid,
        sequence: i64,
        last: i64,
        limit: i64,
    ) -> sqlx::Result<Vec<StoredRecord>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, writer_id, sequence, at, actor, action, source, name, version, outcome, \
             reason, address, request_id, mac FROM audit_records \
             WHERE writer_id = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence LIMIT $4")
            .bind(writer)
            .bind(sequence)
            .bind(last)
            .bind(limit)
            .fetch_all(c).await)
    }

    /// How many records there are, of one chain or of whatever chain.
    pub(crate) async fn find_audit_count(&mut self, writer: Option<Uuid>) -> sqlx::Result<i64> {
        on!(self, c => match writer {
            Some(writer) => sqlx::query_scalar("SELECT COUNT(*) FROM audit_records WHERE writer_id = $1").bind(writer),
            None => sqlx::query_scalar("SELECT COUNT(*) FROM audit_records"),
        }.fetch_one(c).await)
    }
}
