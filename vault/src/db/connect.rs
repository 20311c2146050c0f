//! Pools with the settings each engine needs.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    sync::Arc,
    time::Duration,
};

use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

use super::{DatabaseUrl, Db, Pool};
use crate::error::StartError;

/// How long a request waits for a connection before it is told to come back.
const ACQUIRE: Duration = Duration::from_secs(5);

/// Connects to what is there; `None` where there is no SQLite file. Changes nothing, settings of the file included.
pub(super) async fn connect_to_existing(url: &DatabaseUrl) -> Result<Option<Db>, StartError> {
    match url {
        DatabaseUrl::Sqlite(path) if !path.exists() => Ok(None),
        DatabaseUrl::Sqlite(path) => {
            let mut log = path.clone().into_os_string();
            log.push("-wal");
            let options = SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(false)
                // With a log, of a crash or of a running server, closing would fold it into the file; without one,
                // reading only would leave an empty one behind.
                .read_only(Path::new(&log).exists())
                .busy_timeout(Duration::from_secs(5));
            connect_sqlite(url, options, 1).await.map(Some)
        }
        DatabaseUrl::Postgres(_) => connect(url).await.map(Some),
    }
}

/// Connects; makes the SQLite file, for our eyes only, where there is none.
pub(super) async fn connect(url: &DatabaseUrl) -> Result<Db, StartError> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            make_file(path).map_err(|why| failed(url, sqlx::Error::Io(why)))?;
            let options = SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(false)
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: an acknowledged write survives a power cut, not only a crash of ours.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5))
                .pragma("secure_delete", "ON");
            connect_sqlite(url, options, 8).await
        }
        DatabaseUrl::Postgres(text) => {
            let options: PgConnectOptions = text.parse().map_err(|why| failed(url, why))?;
            let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(ACQUIRE);
            pool.connect_with(options.application_name("strongroom"))
                .await
                .map(|pool| db(Pool::Postgres(pool)))
                .map_err(|why| failed(url, why))
        }
    }
}

async fn connect_sqlite(url: &DatabaseUrl, options: SqliteConnectOptions, connections: u32) -> Result<Db, StartError> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .connect_with(options)
        .await
        .map(|pool| db(Pool::Sqlite(pool)))
        .map_err(|why| failed(url, why))
}

fn db(pool: Pool) -> Db {
    Db { pool, sequence: watch::Sender::new(0), recorded: Arc::default() }
}

fn failed(url: &DatabaseUrl, source: sqlx::Error) -> StartError {
    StartError::Database { url: url.to_string(), source }
}

/// An empty file with mode 0600, which SQLite keeps, and gives its log too. SQLite's own would be 0644.
fn make_file(path: &Path) -> std::io::Result<()> {
    if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(why) if why.kind() != ErrorKind::AlreadyExists => Err(why),
        _ => Ok(()),
    }
}
