//! The use-cases of Strongroom. Each method of [`Vault`] authorises, decides, seals, writes and audits, in one
//! place and one transaction; REST and pages call the same methods and decide nothing.
//!
//! - `db` is private: nobody else issues SQL or sees ciphertext.
//! - Every method takes an [`Actor`] and starts with the access check; signing in, token checks, first set-up and health aside.
//! - No audit record, no write; no audit record, no revealed value.
#![warn(missing_docs)]

mod account;
mod audit;
mod authorise;
mod bindings;
mod changes;
mod clock;
mod contracts;
mod copy;
mod db;
mod deliver;
mod duplicates;
mod effective;
mod environments;
mod error;
mod export;
mod given;
mod import;
mod installation;
mod key_files;
mod matrix;
mod members;
mod paging;
mod passwords;
mod people;
mod plan;
mod policy;
mod projects;
mod row_mac;
mod scopes;
mod search;
mod secrets;
mod services;
mod sessions;
mod setup;
mod throttle;
mod tokens;
mod verify;
mod watch;
mod words;

use std::sync::Arc;

pub use account::HalfSignedIn;
pub use audit::{AuditConfig, AuditExport, Rollback, SegmentLimits};
pub use clock::Clock;
pub use copy::CopyOptions;
pub use db::DatabaseUrl;
pub use deliver::Wrapping;
pub use domain::Actor;
pub use error::{Error, Result, StartError};
pub use export::{ExportOptions, Exported};
pub use given::GivenRows;
pub use import::ImportOptions;
pub use key_files::KeyFiles;
pub use people::{Invited, LogIn, SignedIn};
pub use secrets::{Care, NewValue, PutOrKept, RowCell};
pub use sessions::{DEVICE, Device, SIGNED_IN, Sessions};
pub use tokens::is_token;
pub use tower_sessions_core::session::Id as SessionId;
pub use verify::RowsReport;
pub use watch::{WATCHES_MAX, WATCHES_PER_TOKEN, Watch};

/// What a vault is opened with.
pub struct Config {
    /// Where the records are.
    pub database: DatabaseUrl,
    /// Where the two keys are.
    pub keys: KeyFiles,
    /// The clock; [`Clock::system`] outside tests.
    pub clock: Clock,
    /// How the audit log is kept.
    pub audit: AuditConfig,
    /// For how many milliseconds a password or code that was given is enough for what asks for it again.
    pub confirm_within: i64,
}

/// The only thing that can do anything. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    db: db::Db,
    keys: seal::KeyRing,
    /// The installation's id: the owner of platform scopes, and part of what every seal is bound to.
    instance: uuid::Uuid,
    clock: Clock,
    /// The audit log, and the chain of it that this process writes.
    log: Arc<audit::Log>,
    confirm_within: i64,
    passwords: passwords::Passwords,
    throttle: throttle::Throttle,
    watches: watch::Watches,
}

impl Vault {
    /// Opens an installation, or makes one where there is none. Checks both keys first: when it fails,
    /// nothing was written.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        installation::open(config).await
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> bool {
        self.inner.is_ready().await
    }

    /// Finishes and closes every connection.
    pub async fn close(&self) {
        self.inner.db.close().await;
    }
}
