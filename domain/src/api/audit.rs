//! The audit log as it is read.

use serde::{Deserialize, Serialize};

use crate::Millis;

/// Which records.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Only this actor, by e-mail address or token name.
    pub actor: Option<String>,
    /// Only this action, for example `secret.reveal`.
    pub action: Option<String>,
    /// Only what was done, or only what was refused.
    pub outcome: Option<Outcome>,
    /// Only this scope and what lies in it, as a source text: `project: shop`.
    pub scope: Option<String>,
    /// Only what is about this name.
    pub name: Option<String>,
    /// Only from this time on.
    pub from: Option<Millis>,
    /// Only before this time.
    pub to: Option<Millis>,
    /// Only where one of the texts contains this, small letters or capitals; or the record with this id.
    pub text: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    pub limit: Option<u32>,
}

/// One record; never a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRow {
    /// Its id.
    pub id: String,
    /// The chain it belongs to: one for each process that wrote.
    pub chain: String,
    /// Its place in that chain, from 1 and without gaps.
    pub sequence: i64,
    /// When.
    pub at: Millis,
    /// Who: an e-mail address, a token's name, or `anonymous`.
    pub actor: String,
    /// What: a dotted word such as `secret.reveal` or `person.login`.
    pub action: String,
    /// Where, as a source text; empty for the installation itself.
    pub source: String,
    /// The name of the secret, token, project … it is about.
    pub name: String,
    /// The version, where there is one.
    pub version: Option<i64>,
    /// Whether it was done.
    pub outcome: Outcome,
    /// The reason given, or why it was refused.
    pub reason: String,
    /// Where the request came from.
    pub address: String,
    /// The request.
    pub request_id: String,
}

/// Whether something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Outcome {
    /// It was done.
    Allowed,
    /// It was refused.
    Denied,
}

impl Outcome {
    /// `allowed` or `denied`: the word in SQL, JSON and on the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
        }
    }

    /// The outcome of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Allowed, Self::Denied].into_iter().find(|outcome| outcome.word() == word)
    }
}

/// What a check of the whole log found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditReport {
    /// When it was made.
    pub at: Millis,
    /// How many records are as they were written.
    pub records: u64,
    /// How many were removed by the retention rule; the headers of their segments are as they were written.
    pub removed: u64,
    /// Records that belong to no chain: somebody added them.
    pub strays: u64,
    /// The database does not know of a rollback that was accepted.
    pub epoch_lost: bool,
    /// What the head file had to say.
    pub head: HeadState,
    /// Each chain: one for each process that wrote.
    pub chains: Vec<ChainReport>,
}

impl Default for AuditReport {
    fn default() -> Self {
        Self {
            at: Millis(0),
            records: 0,
            removed: 0,
            strays: 0,
            epoch_lost: false,
            head: HeadState::Off,
            chains: Vec::new(),
        }
    }
}

impl AuditReport {
    /// The number of records when all is well, else the first thing that is not.
    pub fn verdict(&self) -> Result<u64, String> {
        for chain in &self.chains {
            if let Some(broken) = &chain.broken {
                return Err(format!("chain {}: {}", chain.writer, broken.detail));
            }
        }
        if self.strays > 0 {
            return Err(format!("{} records belong to no chain", self.strays));
        }
        if self.epoch_lost {
            return Err("the database does not know of a rollback that was accepted: it was rolled back again".into());
        }
        Ok(self.records)
    }
}

/// What the head file had to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum HeadState {
    /// None is kept.
    Off,
    /// There is none yet, or it was lost: chains that were removed whole, and an older copy of the database, cannot be told.
    Missing,
    /// It is there, and signed by this installation.
    Known {
        /// When it was written.
        at: Millis,
        /// How many rollbacks were accepted before.
        epoch: i64,
    },
}

/// One chain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainReport {
    /// Its id.
    pub writer: String,
    /// How many records are as they were written.
    pub records: u64,
    /// How many were removed by the retention rule.
    pub removed: u64,
    /// How many of its segments are closed.
    pub segments: u64,
    /// When the first of the records was written.
    pub from: Option<Millis>,
    /// When the last of them was.
    pub until: Option<Millis>,
    /// The first place that is not as it was written.
    pub broken: Option<ChainBreak>,
}

/// The first place where a chain is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainBreak {
    /// In which way.
    pub kind: BreakKind,
    /// At which record.
    pub sequence: i64,
    /// In words.
    pub detail: String,
}

/// In which way a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum BreakKind {
    /// A record is missing in the middle.
    Gap,
    /// A record was changed, or another one put in its place.
    Changed,
    /// Records at its end are missing.
    CutOff,
    /// Its head was changed.
    Head,
    /// The header of a closed segment is missing or was changed.
    Segment,
    /// The head file knows it otherwise, or longer.
    Checkpoint,
    /// The head file knows it, and it is not there.
    Removed,
}

/// What is known of the log without checking it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditStatus {
    /// How many records there are.
    pub records: u64,
    /// The last check by this server.
    pub checked: Option<AuditReport>,
    /// What has gone missing while this server ran.
    pub lost: Vec<String>,
    /// The server's time.
    pub now: Millis,
}

/// How many records there were, over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditChart {
    /// A slot is an hour; else a day.
    pub by_hour: bool,
    /// One after another, none left out.
    pub slots: Vec<AuditSlot>,
}

/// One hour or day of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSlot {
    /// Where it begins.
    pub from: Millis,
    /// Values and lists that somebody got, and sign-ins.
    pub reads: u64,
    /// What changed something.
    pub writes: u64,
    /// What was refused.
    pub denials: u64,
}

impl Default for AuditSlot {
    fn default() -> Self {
        Self { from: Millis(0), reads: 0, writes: 0, denials: 0 }
    }
}
