//! The database: private to this crate, so nobody else issues SQL or sees ciphertext.
//!
//! One query text serves SQLite and Postgres: [`on!`] compiles the body once per engine. `Tx` methods are
//! named `find_*`, `list_*`, `put_*`, `delete_*`, `append_*`; they hold SQL and row types and never check rights.

mod connect;

use std::{path::PathBuf, str::FromStr};

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::error::{Result, StartError};

/// Where the records are.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A transaction. Dropped without [`Tx::commit`], it leaves nothing behind.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one query body on whichever engine the transaction is of; `$c` is its connection.
macro_rules! on {
    ($tx:expr, $c:ident => $body:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite(transaction) => {
                let $c = &mut **transaction;
                $body
            }
            $crate::db::Tx::Postgres(transaction) => {
                let $c = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use on;

impl Db {
    /// Connects by URL (`sqlite://PATH` or `postgres://…`) and brings the schema up to date.
    pub(crate) async fn open(url: &DatabaseUrl) -> Result<Self, StartError> {
        let db = connect::connect(url).await?;
        let migrator = sqlx::migrate!("../migrations");
        match &db {
            Self::Sqlite(pool) => migrator.run(pool).await,
            Self::Postgres(pool) => migrator.run(pool).await,
        }
        .map_err(StartError::Migrate)?;
        Ok(db)
    }

    /// A transaction that only reads.
    pub(crate) async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(pool.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// A transaction that writes. On SQLite it takes the write lock at once: a transaction that reads first and
    /// writes later fails under load ("database is locked") however long it waits.
    pub(crate) async fn write(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Waits for open connections and closes them; on SQLite this folds the write-ahead log into the file.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
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
        if let Some(path) = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"))
        {
            if path.is_empty() || path.starts_with(":memory:") {
                return Err(
                    "an SQLite URL names a file, for example sqlite://data/strongroom.db".into(),
                );
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
                write!(
                    f,
                    "postgres://{}",
                    place.split(['?', '#']).next().unwrap_or_default()
                )
            }
        }
    }
}
