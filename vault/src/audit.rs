//! The audit log: a record in the transaction it is about, chained by MAC; and reading it.

use domain::{
    Actor,
    access::RequestInfo,
    api::{AuditQuery, AuditRow, Outcome, Page},
};
use uuid::Uuid;

use crate::{Vault, db::Tx, error::Result};

/// What happened, to be recorded. Never a value.
#[derive(Clone)]
pub(crate) struct Event<'a> {
    /// A dotted word: `secret.reveal`, `person.login`, …
    pub(crate) action: &'static str,
    /// Where, as a source text; empty for the installation itself.
    pub(crate) source: String,
    /// The name of what it is about.
    pub(crate) name: &'a str,
    pub(crate) version: Option<i64>,
    pub(crate) outcome: Outcome,
    /// The reason given, or why it was refused.
    pub(crate) reason: &'a str,
}

impl<'a> Event<'a> {
    /// Something that was done.
    pub(crate) fn of(action: &'static str, source: impl ToString, name: &'a str) -> Self {
        Self {
            action,
            source: source.to_string(),
            name,
            version: None,
            outcome: Outcome::Allowed,
            reason: "",
        }
    }

    pub(crate) fn version(self, version: i64) -> Self {
        Self {
            version: Some(version),
            ..self
        }
    }

    pub(crate) fn reason(self, reason: &'a str) -> Self {
        Self { reason, ..self }
    }
}

impl Vault {
    /// Appends a record in `tx`; its id is the `audit_id` clients see. No record, no commit.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        event: Event<'_>,
    ) -> Result<Uuid> {
        self.record_as(tx, &actor.label, &actor.request, event)
            .await
    }

    /// Appends a record for someone who is not an actor yet, or not any more: a failed sign-in, the first set-up.
    pub(crate) async fn record_as(
        &self,
        tx: &mut Tx,
        label: &str,
        request: &RequestInfo,
        event: Event<'_>,
    ) -> Result<Uuid> {
        let _ = (tx, label, request, event);
        todo!()
    }

    /// The audit log, newest first.
    pub async fn list_audit(&self, actor: &Actor, query: &AuditQuery) -> Result<Page<AuditRow>> {
        let _ = (actor, query);
        todo!()
    }

    /// Walks every chain and recomputes every MAC; answers how many records it saw, or which record breaks.
    pub async fn verify_audit(&self) -> Result<Result<u64, String>> {
        todo!()
    }
}
