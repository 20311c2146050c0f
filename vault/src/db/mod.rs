//! The database: private to this crate, so nobody else issues SQL or sees ciphertext.
//!
//! One query text serves SQLite and Postgres: [`on!`] compiles the body once per engine. `Tx` methods are
//! named `find_*`, `list_*`, `put_*`, `delete_*`, `append_*`; they hold SQL and row types and never check rights.

pub(crate) mod audit;
pub(crate) mod bindings;
pub(crate) mod changes;
mod connect;
pub(crate) mod contracts;
pub(crate) mod deleted;
pub(crate) mod drafts;
pub(crate) mod environments;
pub(crate) mod installation;
pub(crate) mod invitations;
pub(crate) mod members;
pub(crate) mod names;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod policy;
pub(crate) mod scopes;
pub(crate) mod search;
pub(crate) mod second_factors;
pub(crate) mod secrets;
pub(crate) mod sessions;
pub(crate) mod tokens;
mod verify;
pub(crate) mod versions;

use std::{
    path::PathBuf,
    str::FromStr,
    sync::{Arc, OnceLock},
};

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use tokio::sync::watch;

use crate::error::{Result, StartError};

/// Where the records are.
#[derive(Clone)]
pub(crate) struct Db {
    pool: Pool,
    /// The sequence as far as this process knows it: after each commit that moves it, at once.
    sequence: watch::Sender<i64>,
    /// Told of audit records once they are committed.
    recorded: Arc<OnceLock<OnRecorded>>,
}

/// What is done with audit records that are committed, and the segment their chain has come to.
pub(crate) type OnRecorded = Box<dyn Fn(Vec<audit::StoredRecord>, i64) + Send + Sync>;

#[derive(Clone)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A transaction. Dropped without [`Tx::commit`], it leaves nothing behind.
pub(crate) struct Tx {
    engine: Engine,
    /// Where it moved the sequence to.
    moved: Option<i64>,
    sequence: watch::Sender<i64>,
    /// What it adds to the audit log, and the segment the chain is in afterwards.
    records: Vec<audit::StoredRecord>,
    segment: Option<i64>,
    recorded: Arc<OnceLock<OnRecorded>>,
}

pub(crate) enum Engine {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one query body on whichever engine the transaction is of; `$c` is its connection.
macro_rules! on {
    ($tx:expr, $c:ident => $body:expr) => {
        match &mut $tx.engine {
            $crate::db::Engine::Sqlite(transaction) => {
                let $c = &mut **transaction;
                $body
            }
            $crate::db::Engine::Postgres(transaction) => {
                let $c = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use on;

/// Appends `items` as bound values between parentheses; of none `NULL`, in which nothing is: Postgres has no empty list.
macro_rules! bind_list {
    ($query:ident, $items:expr) => {{
        $query.push("(");
        let mut is_empty = true;
        for item in $items {
            if !is_empty {
                $query.push(", ");
            }
            is_empty = false;
            $query.push_bind(item);
        }
        if is_empty {
            $query.push("NULL");
        }
        $query.push(")");
    }};
}
pub(crate) use bind_list;

/// How many rows one statement carries: well below what either engine takes as bound values.
const ROWS: usize = 500;

impl Db {
    /// Connects to what is there, without changing or making anything; `None` where there is nothing.
    pub(crate) async fn connect_to_existing(url: &DatabaseUrl) -> Result<Option<Self>, StartError> {
        connect::connect_to_existing(url).await
    }

    /// Connects by URL (`sqlite://PATH` or `postgres://…`); makes an SQLite file that is missing.
    pub(crate) async fn connect(url: &DatabaseUrl) -> Result<Self, StartError> {
        connect::connect(url).await
    }

    /// Brings the schema up to date.
    pub(crate) async fn migrate(&self) -> Result<(), StartError> {
        let migrator = sqlx::migrate!("../migrations");
        match &self.pool {
            Pool::Sqlite(pool) => {
                let mut done = migrator.run(pool).await;
                // SQLite has no lock for this: another start may have run a step at the same moment, each of them.
                for _ in migrator.iter() {
                    if done.is_ok() {
                        break;
                    }
                    done = migrator.run(pool).await;
                }
                done
            }
            Pool::Postgres(pool) => migrator.run(pool).await,
        }
        .map_err(StartError::Migrate)
    }

    /// A transaction that only reads, and reads everything as of one moment.
    pub(crate) async fn read(&self) -> Result<Tx> {
        Ok(self.begun(match &self.pool {
            Pool::Sqlite(pool) => Engine::Sqlite(pool.begin().await?),
            Pool::Postgres(pool) => {
                Engine::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        }))
    }

    /// A transaction that writes. On SQLite it takes the write lock at once: a transaction that reads first and
    /// writes later fails under load ("database is locked") however long it waits.
    pub(crate) async fn write(&self) -> Result<Tx> {
        Ok(self.begun(match &self.pool {
            Pool::Sqlite(pool) => Engine::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Pool::Postgres(pool) => Engine::Postgres(pool.begin().await?),
        }))
    }

    fn begun(&self, engine: Engine) -> Tx {
        Tx {
            engine,
            moved: None,
            sequence: self.sequence.clone(),
            records: Vec::new(),
            segment: None,
            recorded: self.recorded.clone(),
        }
    }

    /// From now on audit records are told once they are committed. To be said once.
    pub(crate) fn on_recorded(&self, tell: OnRecorded) {
        let _ = self.recorded.set(tell);
    }

    /// Tells whenever the sequence moves.
    pub(crate) fn follow(&self) -> watch::Receiver<i64> {
        self.sequence.subscribe()
    }

    /// Whether anyone follows the sequence.
    pub(crate) fn is_followed(&self) -> bool {
        self.sequence.receiver_count() > 0
    }

    /// Reads where other processes have moved the sequence to.
    pub(crate) async fn refresh_sequence(&self) -> Result<()> {
        let now = self.read().await?.find_sequence().await?;
        advance(&self.sequence, now);
        Ok(())
    }

    /// Waits for open connections and closes them; on SQLite this folds the write-ahead log into the file.
    pub(crate) async fn close(&self) {
        match &self.pool {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

/// Tells those who follow, unless they know.
fn advance(sequence: &watch::Sender<i64>, now: i64) {
    sequence.send_if_modified(|known| {
        let is_news = *known < now;
        *known = now.max(*known);
        is_news
    });
}

impl Tx {
    /// Audit records were added, and their chain is in this segment.
    pub(crate) fn note_records(&mut self, rows: Vec<audit::StoredRecord>, segment: i64) {
        self.records.extend(rows);
        self.segment = Some(segment);
    }

    /// A segment of our chain was closed; it is in this one now.
    pub(crate) fn note_segment(&mut self, segment: i64) {
        self.segment = Some(segment);
    }

    pub(crate) async fn commit(self) -> Result<()> {
        match self.engine {
            Engine::Sqlite(transaction) => transaction.commit().await?,
            Engine::Postgres(transaction) => transaction.commit().await?,
        }
        if let Some(now) = self.moved {
            advance(&self.sequence, now);
        }
        if let (Some(segment), Some(tell)) = (self.segment, self.recorded.get()) {
            tell(self.records, segment);
        }
        Ok(())
    }
}

/// Which database: a file, or a Postgres server. Its `Display` leaves the password out.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A Postgres URL, `postgres://…`.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            if path.is_empty() || path.starts_with(":memory:") {
                return Err("an SQLite URL names a file, for example sqlite://data/strongroom.db".into());
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.into()));
        }
        Err("a database URL starts with sqlite:// or postgres://".into())
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(f, "postgres://{}", place.split(['?', '#']).next().unwrap_or_default())
            }
        }
    }
}
