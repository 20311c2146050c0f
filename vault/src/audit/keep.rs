//! What a running process does for its audit log beside writing to it: it closes segments in time, writes the head
//! file, and hands committed records to whoever streams them.

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::api::{AuditReport, AuditRow};
use seal::{AuditRoot, HeadSigner};
use tokio::{
    sync::{Mutex as AsyncMutex, Notify, mpsc},
    time,
};

use super::{
    chain::{Chain, SegmentLimits},
    head::{Head, Keeper},
    read::public,
};
use crate::{KeyFiles, Vault, clock::new_id, db::audit::StoredRecord, error::Result};

/// How often the head file is written when there is something new.
const EVERY: Duration = Duration::from_secs(10);
/// After how many records it is written at once.
const RECORDS: u64 = 1000;

/// The audit log as this process keeps it.
pub(crate) struct Log {
    pub(crate) chain: Chain,
    pub(super) limits: SegmentLimits,
    pub(super) signer: HeadSigner,
    pub(crate) head: Keeper,
    pub(super) key_files: KeyFiles,
    pub(super) checking: AsyncMutex<()>,
    checked: Mutex<Option<AuditReport>>,
    /// What the last look at the database found missing.
    lost: Mutex<Vec<String>>,
    unwritten: AtomicU64,
    enough: Notify,
    stream: Mutex<Option<mpsc::UnboundedSender<AuditRow>>>,
}

impl Log {
    pub(crate) fn new(root: &AuditRoot, config: &AuditConfig, key_files: KeyFiles, known: Head) -> Self {
        let writer = new_id();
        Self {
            chain: Chain::new(writer, root.chain_key(*writer.as_bytes())),
            limits: config.segments,
            signer: root.signer(),
            head: Keeper::new(config.head.clone(), known),
            key_files,
            checking: AsyncMutex::default(),
            checked: Mutex::default(),
            lost: Mutex::default(),
            unwritten: AtomicU64::new(0),
            enough: Notify::new(),
            stream: Mutex::default(),
        }
    }

    /// Records were committed; the chain is in this segment now.
    pub(crate) fn committed(&self, rows: Vec<StoredRecord>, segment: i64) {
        self.chain.erase_before(segment);
        let more = rows.len() as u64;
        if self.unwritten.fetch_add(more, Ordering::Relaxed) + more >= RECORDS {
            self.enough.notify_one();
        }
        if let Some(stream) = &*self.stream.lock().unwrap_or_else(PoisonError::into_inner) {
            for row in rows.into_iter().filter_map(|row| public(row).ok()) {
                let _ = stream.send(row);
            }
        }
    }

    pub(super) fn checked(&self, report: AuditReport) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
    }

    /// The last check, and what was found missing since.
    pub(super) fn known(&self) -> (Option<AuditReport>, Vec<String>) {
        let checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (checked, self.lost.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Vault {
    /// Keeps the log until it is dropped: closes segments in time and writes the head file.
    pub async fn keep_audit(&self) {
        let log = &self.inner.log;
        let mut every = time::interval(EVERY);
        loop {
            tokio::select! {
                _ = every.tick() => {}
                () = log.enough.notified() => {}
            }
            for done in [self.close_own_segment(false).await, self.write_head().await] {
                if let Err(error) = done {
                    tracing::error!(%error, "the audit log could not be kept");
                }
            }
        }
    }

    /// Ends the stream, closes the open segment and writes the head file: the last a process does before [`Vault::close`].
    pub async fn end_audit(&self) -> Result<()> {
        *self.inner.log.stream.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.close_own_segment(true).await?;
        self.write_head().await
    }

    /// Writes to the head file what the database says more than it; tells where it says less.
    pub async fn write_head(&self) -> Result<()> {
        let log = &self.inner.log;
        if !log.head.is_on() {
            return Ok(());
        }
        log.unwritten.store(0, Ordering::Relaxed);
        let mut tx = self.inner.db.read().await?;
        let (chains, epoch) = (tx.list_audit_chains().await?, self.current_epoch(&mut tx).await?);
        drop(tx);
        match log.head.advance(&log.signer, &chains, epoch, self.inner.clock.now()).await {
            Ok(lost) => {
                for lost in &lost {
                    tracing::error!("the audit log was tampered with, or the database rolled back: {lost}");
                }
                *log.lost.lock().unwrap_or_else(PoisonError::into_inner) = lost;
            }
            Err(error) => tracing::error!(%error, "the head file of the audit log cannot be written"),
        }
        Ok(())
    }

    /// Every record from now on until [`Vault::end_audit`], once, after it is committed; for one asker, the last.
    pub fn stream_audit(&self) -> mpsc::UnboundedReceiver<AuditRow> {
        let (sender, receiver) = mpsc::unbounded_channel();
        *self.inner.log.stream.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }
}

/// How the audit log is kept.
#[derive(Debug, Clone, Default)]
pub struct AuditConfig {
    /// The head file, outside of the database and its directory; none is kept when absent.
    pub head: Option<PathBuf>,
    /// What to do with a database older than the head file knows.
    pub rollback: Rollback,
    /// After how much a segment is closed.
    pub segments: SegmentLimits,
}

/// What to do with a database that is older than the head file knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rollback {
    /// Do not open it.
    #[default]
    Refuse,
    /// Open it, on record, in a new epoch: sessions and tokens of before are worth nothing.
    Accept,
    /// Open it to have a look, and write nothing about it.
    Look,
}
