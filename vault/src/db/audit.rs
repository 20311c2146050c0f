//! Audit records and the heads of their chains.

use uuid::Uuid;

use super::{Tx, on};

/// Where a chain ends.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredChain {
    pub(crate) writer_id: Uuid,
    pub(crate) sequence: i64,
    pub(crate) mac: Vec<u8>,
}

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
pub(crate) struct AuditFilter<'a> {
    pub(crate) actor: Option<&'a str>,
    pub(crate) action: Option<&'a str>,
    pub(crate) before: (i64, Uuid),
    pub(crate) limit: i64,
}

impl Tx {
    /// Makes room for one more record: locks the chain until the end of the transaction, and answers its new length
    /// with the link it had so far. `None` when the chain does not exist yet.
    pub(crate) async fn put_next_audit_sequence(&mut self, writer: Uuid) -> sqlx::Result<Option<StoredChain>> {
        on!(self, c => sqlx::query_as(
            "UPDATE audit_chains SET sequence = sequence + 1 WHERE writer_id = $1 \
             RETURNING writer_id, sequence, mac")
            .bind(writer)
            .fetch_optional(c).await)
    }

    pub(crate) async fn append_audit_chain(&mut self, writer: Uuid, genesis: &[u8]) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO audit_chains (writer_id, sequence, mac) VALUES ($1, 0, $2) \
             ON CONFLICT (writer_id) DO NOTHING")
            .bind(writer)
            .bind(genesis)
            .execute(c).await.map(drop))
    }

    /// Adds a record and moves the head of its chain to `head`.
    pub(crate) async fn append_audit_record(&mut self, row: &StoredRecord, head: &[u8]) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO audit_records (id, writer_id, sequence, at, actor, action, source, name, \
             version, outcome, reason, address, request_id, mac) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
            .bind(row.id)
            .bind(row.writer_id)
            .bind(row.sequence)
            .bind(row.at)
            .bind(&row.actor)
            .bind(&row.action)
            .bind(&row.source)
            .bind(&row.name)
            .bind(row.version)
            .bind(&row.outcome)
            .bind(&row.reason)
            .bind(&row.address)
            .bind(&row.request_id)
            .bind(&row.mac)
            .execute(c).await.map(drop)?);
        on!(self, c => sqlx::query("UPDATE audit_chains SET mac = $2 WHERE writer_id = $1")
            .bind(row.writer_id)
            .bind(head)
            .execute(c).await.map(drop))
    }

    /// Adds the records after one that has its place already, and moves the head of their chain to `head`.
    pub(crate) async fn append_audit_records(&mut self, rows: &[StoredRecord], head: &StoredChain) -> sqlx::Result<()> {
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
        on!(self, c => sqlx::query("UPDATE audit_chains SET sequence = $2, mac = $3 WHERE writer_id = $1")
            .bind(head.writer_id)
            .bind(head.sequence)
            .bind(&head.mac)
            .execute(c).await.map(drop))
    }

    /// A page of records, newest first.
    pub(crate) async fn list_audit_records(&mut self, filter: &AuditFilter<'_>) -> sqlx::Result<Vec<StoredRecord>> {
        let (at, id) = filter.before;
        on!(self, c => sqlx::query_as(
            "SELECT id, writer_id, sequence, at, actor, action, source, name, version, outcome, \
             reason, address, request_id, mac FROM audit_records \
             WHERE (at < $1 OR (at = $1 AND id < $2)) \
             AND (CAST($3 AS TEXT) IS NULL OR actor = $3) \
             AND (CAST($4 AS TEXT) IS NULL OR action = $4) \
             ORDER BY at DESC, id DESC LIMIT $5")
            .bind(at)
            .bind(id)
            .bind(filter.actor)
            .bind(filter.action)
            .bind(filter.limit)
            .fetch_all(c).await)
    }

    pub(crate) async fn list_audit_chains(&mut self) -> sqlx::Result<Vec<StoredChain>> {
        on!(self, c => sqlx::query_as(
            "SELECT writer_id, sequence, mac FROM audit_chains ORDER BY writer_id")
            .fetch_all(c).await)
    }

    /// The next records of one chain after `sequence`, in order.
    pub(crate) async fn list_chain_records(
        &mut self,
        writer: Uuid,
        sequence: i64,
        limit: i64,
    ) -> sqlx::Result<Vec<StoredRecord>> {
        on!(self, c => sqlx::query_as(
            "SELECT id, writer_id, sequence, at, actor, action, source, name, version, outcome, \
             reason, address, request_id, mac FROM audit_records \
             WHERE writer_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3")
            .bind(writer)
            .bind(sequence)
            .bind(limit)
            .fetch_all(c).await)
    }

    /// How many records there are, of whatever chain.
    pub(crate) async fn find_audit_count(&mut self) -> sqlx::Result<i64> {
        on!(self, c => sqlx::query_scalar("SELECT COUNT(*) FROM audit_records")
            .fetch_one(c).await)
    }
}
