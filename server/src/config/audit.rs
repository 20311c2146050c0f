//! Settings of the audit log.

use std::{convert::Infallible, path::PathBuf, str::FromStr};

use clap::Args;
use domain::Millis;

/// How the audit log is kept.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Start with a database that is older than the head file knows, on record: ends every session and token of before.
    #[arg(long)]
    accept_rollback: bool,
    /// How long records are kept, such as `400d`: closed segments older than that are removed. For ever when not given.
    #[arg(long, env = "STRONGROOM_AUDIT_RETENTION", value_name = "DAYS", value_parser = days)]
    audit_retention: Option<u32>,
    /// Where every record goes as a line of JSON besides, once it is committed: `stdout`, `syslog`, or a file that is
    /// appended to.
    #[arg(long, env = "STRONGROOM_AUDIT_STREAM", value_name = "WHERE")]
    audit_stream: Option<StreamTo>,
}

/// The same, checked.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// Start with a database that is older than the head file knows.
    pub accept_rollback: bool,
    /// How many days records are kept; for ever when absent.
    pub retention: Option<u32>,
    /// Where every record goes besides.
    pub stream: Option<StreamTo>,
}

impl AuditArgs {
    pub(super) fn check(self) -> Audit {
        Audit { accept_rollback: self.accept_rollback, retention: self.audit_retention, stream: self.audit_stream }
    }
}

/// Where records go as lines of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamTo {
    /// Standard output.
    Stdout,
    /// The syslog of this machine.
    Syslog,
    /// A file, appended to.
    File(PathBuf),
}

impl FromStr for StreamTo {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "stdout" => Self::Stdout,
            "syslog" => Self::Syslog,
            file => Self::File(file.into()),
        })
    }
}

/// `400d` or `400`.
fn days(text: &str) -> Result<u32, String> {
    match text.strip_suffix('d').unwrap_or(text).parse() {
        Ok(days @ 1..=36_500) => Ok(days),
        _ => Err("it is a number of days from 1 to 36500, such as 400d".into()),
    }
}

/// The beginning of a day, UTC.
pub(super) fn day(text: &str) -> Result<Millis, String> {
    Millis::of_day(text).ok_or_else(|| "it is a day, such as 2026-01-31".to_owned())
}
