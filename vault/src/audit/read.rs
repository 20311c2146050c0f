//! Reading the log: pages, counts for a chart, the state of its chains, and all of it at once.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Actor, Code, Error as PublicError, Millis,
    api::{AuditChart, AuditQuery, AuditRow, AuditSlot, AuditStatus, ListQuery, Outcome, Page},
    time::{DAY, HOUR},
};
use uuid::Uuid;

use super::{BATCH, Event};
use crate::{
    Vault,
    db::audit::{AuditFilter, StoredRecord},
    error::{Error, Result},
};

/// How many bars a chart has, by days and by hours.
const DAYS: i64 = 30;
const HOURS: i64 = 48;

impl Vault {
    /// The audit log, newest first.
    pub async fn list_audit(&self, actor: &Actor, query: &AuditQuery) -> Result<Page<AuditRow>> {
        self.authorise_audit(actor, "audit.read").await?;
        let rows = ListQuery { limit: query.limit, ..ListQuery::default() }.rows();
        let filter = filter_of(query, i64::from(rows) + 1)?;
        let mut found = self.inner.db.read().await?.list_audit_records(&filter).await?;
        let more = found.len() > rows as usize;
        found.truncate(rows as usize);
        Ok(Page {
            next_cursor: found.last().filter(|_| more).map(cursor_after),
            items: found.into_iter().map(public).collect::<Result<_>>()?,
        })
    }

    /// How many reads, writes and denials there were: by hours of the last two days, or by days of the last thirty.
    pub async fn chart_audit(&self, actor: &Actor, by_hour: bool) -> Result<AuditChart> {
        self.authorise_audit(actor, "audit.read").await?;
        let (width, bars) = if by_hour { (HOUR, HOURS) } else { (DAY, DAYS) };
        let until = (self.inner.clock.now().0 / width + 1) * width;
        let from = until - width * bars;
        let mut slots: Vec<_> =
            (0..bars).map(|slot| AuditSlot { from: Millis(from + slot * width), ..AuditSlot::default() }).collect();
        for count in self.inner.db.read().await?.list_audit_counts(from, until, width).await? {
            let Some(slot) = usize::try_from(count.slot).ok().and_then(|slot| slots.get_mut(slot)) else {
                continue;
            };
            let records = count.records.cast_unsigned();
            if Outcome::from_word(&count.outcome) == Some(Outcome::Denied) {
                slot.denials += records;
            } else if is_read(&count.action) {
                slot.reads += records;
            } else {
                slot.writes += records;
            }
        }
        Ok(AuditChart { by_hour, slots })
    }

    /// How many records there are, and what the last check found.
    pub async fn audit_status(&self, actor: &Actor) -> Result<AuditStatus> {
        self.authorise_audit(actor, "audit.read").await?;
        let records = self.inner.db.read().await?.find_audit_count(None).await?;
        let (checked, lost) = self.inner.log.known();
        Ok(AuditStatus { records: records.cast_unsigned(), checked, lost, now: self.inner.clock.now() })
    }

    /// All records that fit, newest first, to be asked for piece by piece. On record.
    pub async fn export_audit(&self, actor: &Actor, query: &AuditQuery) -> Result<AuditExport> {
        self.authorise_audit(actor, "audit.export").await?;
        let filter = filter_of(query, BATCH)?;
        let mut tx = self.inner.db.write().await?;
        self.record(&mut tx, actor, Event::of("audit.export", "", "")).await?;
        tx.commit().await?;
        Ok(AuditExport { vault: self.clone(), filter: Some(filter) })
    }
}

/// An export on its way.
pub struct AuditExport {
    vault: Vault,
    /// What comes next; nothing at the end.
    filter: Option<AuditFilter>,
}

impl AuditExport {
    /// The next records; none at the end.
    pub async fn next(&mut self) -> Result<Vec<AuditRow>> {
        let Some(filter) = &mut self.filter else {
            return Ok(Vec::new());
        };
        let found = self.vault.inner.db.read().await?.list_audit_records(filter).await?;
        match found.last() {
            Some(last) => filter.before = (last.at, last.id),
            None => self.filter = None,
        }
        found.into_iter().map(public).collect()
    }
}

/// Whether an action got somebody something; every other one changed something.
fn is_read(action: &str) -> bool {
    let word = action.rsplit('.').next().unwrap_or(action);
    matches!(
        word,
        "reveal"
            | "read"
            | "deliver"
            | "use"
            | "export"
            | "list"
            | "get"
            | "find"
            | "search"
            | "versions"
            | "diff"
            | "duplicates"
            | "plan"
            | "explain"
            | "verify"
            | "login"
            | "logout"
    )
}

fn filter_of(query: &AuditQuery, limit: i64) -> Result<AuditFilter> {
    let given =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let text = given(&query.text).map(|text| {
        let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        (format!("%{escaped}%"), text.parse::<Uuid>().ok())
    });
    Ok(AuditFilter {
        actor: given(&query.actor),
        action: given(&query.action),
        outcome: query.outcome.map(Outcome::word),
        source: given(&query.scope),
        name: given(&query.name),
        from: query.from.map_or(i64::MIN, |at| at.0),
        to: query.to.map_or(i64::MAX, |at| at.0),
        text,
        before: match &query.cursor {
            Some(cursor) => read_cursor(cursor)?,
            None => (i64::MAX, Uuid::max()),
        },
        limit,
    })
}

pub(super) fn public(row: StoredRecord) -> Result<AuditRow> {
    Ok(AuditRow {
        id: row.id.to_string(),
        chain: row.writer_id.to_string(),
        sequence: row.sequence,
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
