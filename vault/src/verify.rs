//! A check of every row and every value: for the command line, after a restore or on suspicion.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    Vault,
    db::{Tx, scopes::StoredScope, secrets::StoredSecret},
    error::{Error, Result},
    row_mac::Guarded,
};

/// How many rows are held at a time.
const BATCH: i64 = 500;

/// What a check of every row found.
#[derive(Debug, Default)]
pub struct RowsReport {
    /// How many rows carry the MAC of what they say.
    pub rows: u64,
    /// How many values could be opened, and are those their versions say.
    pub values: u64,
    /// What is not as it was written, a sentence each.
    pub problems: Vec<String>,
}

impl RowsReport {
    fn check<R: Guarded>(&mut self, vault: &Vault, row: R) -> Option<R> {
        let fields = row.fields();
        let (table, id) = (fields.table(), fields.row_id().unwrap_or_default());
        let checked = vault.checked(row).ok();
        if checked.is_some() {
            self.rows += 1;
        } else {
            self.problems.push(format!("the row {id} of {table} was changed"));
        }
        checked
    }

    fn check_all<R: Guarded>(&mut self, vault: &Vault, rows: Vec<R>) -> Vec<R> {
        rows.into_iter().filter_map(|row| self.check(vault, row)).collect()
    }
}

impl Vault {
    /// Reads every row that carries a MAC, and opens every value. What it cannot tell: rows that were removed whole, and
    /// rows put back to what they once said.
    pub async fn verify_rows(&self) -> Result<RowsReport> {
        let mut report = RowsReport::default();
        let mut tx = self.inner.db.read().await?;
        report.check_all(self, tx.list_environments().await?);
        report.check_all(self, tx.list_projects().await?);
        report.check_all(self, tx.list_all_services().await?);
        report.check_all(self, tx.list_people().await?);
        report.check_all(self, tx.list_all_members().await?);
        report.check_all(self, tx.list_old_members().await?);
        report.check_all(self, tx.list_invitations().await?);
        report.check_all(self, tx.find_policy().await?.into_iter().collect());
        report.check_all(self, tx.list_all_factors().await?);
        report.check_all(self, tx.list_all_sessions().await?);
        report.check_all(self, tx.list_tokens().await?);
        report.check_all(self, tx.list_all_contracts().await?);
        report.check_all(self, tx.list_all_bindings().await?);
        report.check_all(self, tx.list_audit_epochs().await?);
        let scopes = report.check_all(self, tx.list_scopes().await?);
        let scopes: HashMap<Uuid, StoredScope> = scopes.into_iter().map(|scope| (scope.id, scope)).collect();
        for scope in scopes.values() {
            if self.scope_key(scope).is_err() {
                report.problems.push(format!("the key of the scope {} does not open", scope.id));
            }
        }
        self.verify_changes(&mut tx, &mut report).await?;
        self.verify_secrets(&mut tx, &scopes, &mut report).await?;
        for draft in tx.list_all_drafts().await? {
            if let Some(draft) = report.check(self, draft) {
                let opened = scopes.get(&draft.scope_id).map(|scope| self.open_draft(scope, &draft));
                if !matches!(opened, Some(Ok(_))) {
                    report.problems.push(format!("the draft {} does not open", draft.id));
                }
            }
        }
        Ok(report)
    }

    async fn verify_changes(&self, tx: &mut Tx, report: &mut RowsReport) -> Result<()> {
        let mut after = Uuid::nil();
        loop {
            let rows = tx.list_changes_after(after, BATCH).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            report.check_all(self, rows);
        }
        let (newest, sequence) = tx.find_sequences().await?;
        if newest.is_some_and(|newest| newest > sequence) {
            report.problems.push("the sequence is behind the newest change: it was put back".into());
        }
        Ok(())
    }

    async fn verify_secrets(
        &self,
        tx: &mut Tx,
        scopes: &HashMap<Uuid, StoredScope>,
        report: &mut RowsReport,
    ) -> Result<()> {
        let (mut after, mut versions) = (Uuid::nil(), 0);
        loop {
            let rows = tx.list_secrets_after(after, BATCH).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            for secret in rows {
                versions += self.verify_secret(tx, scopes, secret, report).await?;
            }
        }
        let strays = tx.find_version_count().await? - versions;
        if strays != 0 {
            report.problems.push(format!("{strays} versions belong to no secret"));
        }
        Ok(())
    }

    /// One secret with its versions; answers how many it has.
    async fn verify_secret(
        &self,
        tx: &mut Tx,
        scopes: &HashMap<Uuid, StoredScope>,
        secret: StoredSecret,
        report: &mut RowsReport,
    ) -> Result<i64> {
        let versions = tx.list_versions(secret.id).await?;
        let count = i64::try_from(versions.len()).unwrap_or(i64::MAX);
        // Newest first, from the number the secret says down to 1.
        let expected = (1..=secret.version).rev();
        if !versions.iter().map(|version| version.version).eq(expected) {
            report.problems.push(format!(
                "the secret {} says that it has {} versions; some are missing or too many",
                secret.id, secret.version
            ));
        }
        let scope = scopes.get(&secret.scope_id);
        report.check(self, secret);
        for version in versions {
            let Some(version) = report.check(self, version) else { continue };
            let Some(scope) = scope else {
                report.problems.push(format!("the scope of the secret {} is not to be trusted", version.secret_id));
                continue;
            };
            match self.open_version(tx, scope, &version).await {
                Ok(Some(_)) => report.values += 1,
                // A deletion, or destroyed: there is no value, and must not be one.
                Ok(None) | Err(Error::Public(_)) => {
                    let seals = tx.list_seals(&[(version.secret_id, version.version)]).await?;
                    if seals.iter().any(|seal| seal.wrapped_key.is_some() || seal.sealed.is_some()) {
                        report.problems.push(format!(
                            "version {} of the secret {} has a value that it does not speak of",
                            version.version, version.secret_id
                        ));
                    }
                }
                Err(_) => {
                    let sentence = format!(
                        "the value of version {} of the secret {} does not open",
                        version.version, version.secret_id
                    );
                    report.problems.push(sentence);
                }
            }
        }
        Ok(count)
    }
}
