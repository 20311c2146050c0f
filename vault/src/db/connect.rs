//! Pools with the settings each engine needs.

use std::time::Duration;

use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{DatabaseUrl, Db};
use crate::error::StartError;

/// How long a request waits for a connection before it is told to come back.
const ACQUIRE: Duration = Duration::from_secs(5);

pub(super) async fn connect(url: &DatabaseUrl) -> Result<Db, StartError> {
    let failed = |source| StartError::Database {
        url: url.to_string(),
        source,
    };
    Ok(match url {
        DatabaseUrl::Sqlite(path) => {
            let options = SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: an acknowledged write survives a power cut, not only a crash of ours.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5))
                .pragma("secure_delete", "ON");
            let pool = SqlitePoolOptions::new()
                .max_connections(8)
                .acquire_timeout(ACQUIRE);
            Db::Sqlite(pool.connect_with(options).await.map_err(failed)?)
        }
        DatabaseUrl::Postgres(text) => {
            let options: PgConnectOptions = text.parse().map_err(failed)?;
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(ACQUIRE);
            Db::Postgres(
                pool.connect_with(options.application_name("strongroom"))
                    .await
                    .map_err(failed)?,
            )
        }
    })
}
