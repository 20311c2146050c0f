//! Removing an environment with everything in it: first what goes, then all of it in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Actor, Code, EnvironmentName, Error as PublicError, Scope,
    api::{BindingUse, EnvironmentRemoval, ScopeUse},
};

use super::{position_of, still_used};
use crate::{
    Vault,
    audit::Event,
    bindings::target_of,
    db::{Tx, environments::StoredEnvironment},
    error::{Error, Result},
};

/// How many items a list of the plan names.
const NAMED: usize = 20;

/// Everything that goes, whole.
struct Contents {
    /// By source text, the names in their order.
    secrets: BTreeMap<String, BTreeSet<String>>,
    bindings: Vec<BindingUse>,
    /// The place of each token as a source text, and its name.
    tokens: Vec<String>,
}

impl Vault {
    /// What removing an environment with its contents would remove. Writes nothing.
    pub async fn plan_environment_removal(&self, actor: &Actor, name: &EnvironmentName) -> Result<EnvironmentRemoval> {
        let event = Event::of("environment.plan", "", name.as_str());
        self.may_edit(actor, event).await?;
        let mut tx = self.inner.db.read().await?;
        let rows = self.all_checked(tx.list_environments().await?)?;
        let row = &rows[position_of(&rows, name)?];
        let contents = self.contents(&mut tx, row).await?;
        Ok(contents.plan(name))
    }

    /// Removes an environment with its secrets and their history, its bindings and its tokens: all of it or nothing.
    /// `expected` is the number of secrets that whoever asks for this has seen; 409 when it is another by now.
    pub async fn delete_environment_with_contents(
        &self,
        actor: &Actor,
        name: &EnvironmentName,
        expected: Option<u32>,
    ) -> Result<EnvironmentRemoval> {
        let event = Event::of("environment.delete", "", name.as_str());
        self.may_edit(actor, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        tx.put_environments_lock().await?;
        let mut rows = self.all_checked(tx.list_environments().await?)?;
        let row = rows.remove(position_of(&rows, name)?);
        let contents = self.contents(&mut tx, &row).await?;
        let plan = contents.plan(name);
        if let Some(expected) = expected.filter(|expected| *expected != plan.secrets) {
            let sentence = format!(
                "nothing was removed: `{name}` held {expected} secrets when you looked, it holds {} now; look again",
                plan.secrets
            );
            return Err(PublicError::new(Code::Conflict, sentence).into());
        }
        tx.delete_environment_uses(row.id).await?;
        tx.delete_environment(row.id).await.map_err(|error| match &error {
            // Someone began to use it in between.
            sqlx::Error::Database(inner) if inner.is_foreign_key_violation() => {
                still_used(name, "something new").into()
            }
            _ => Error::from(error),
        })?;
        self.put_order(&mut tx, rows).await?;
        let reason = format!("with the environment {name}");
        let summary = format!("with {} secrets, {} bindings, {} tokens", plan.secrets, plan.bindings, plan.tokens);
        let mut events = Vec::new();
        for (source, names) in &contents.secrets {
            events.extend(names.iter().map(|name| Event::of("secret.delete", source, name).reason(&reason)));
        }
        for binding in &contents.bindings {
            events.push(Event::of("binding.delete", &binding.source, &binding.target).reason(&reason));
        }
        events.extend(contents.tokens.iter().map(|token| Event::of("token.revoke", "", token).reason(&reason)));
        events.push(event.reason(&summary));
        self.record_all(&mut tx, actor, events).await?;
        tx.commit().await?;
        self.wake_watches().await;
        Ok(plan)
    }

    async fn contents(&self, tx: &mut Tx, environment: &StoredEnvironment) -> Result<Contents> {
        let words = self.list_words(tx).await?;
        let mut sources = BTreeMap::new();
        for row in self.all_checked(tx.list_environment_scopes(environment.id).await?)? {
            sources.insert(row.id, words.scope(&row)?.to_string());
        }
        let ids: Vec<_> = sources.keys().copied().collect();
        let mut secrets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for secret in self.all_checked(tx.list_secrets(&ids, None).await?)? {
            if let Some(source) = sources.get(&secret.scope_id).filter(|_| !secret.deleted) {
                secrets.entry(source.clone()).or_default().insert(secret.name);
            }
        }
        let mut bindings = Vec::new();
        for row in self.all_checked(tx.list_environment_bindings(environment.id).await?)? {
            let service = words.service(row.service_id).ok_or(Error::Unknown { table: "services" })?.clone();
            bindings.push(BindingUse {
                source: Scope::service(service, None).to_string(),
                target: target_of(&row)?.to_string(),
                secret: row.secret_name,
            });
        }
        let now = self.inner.clock.now().0;
        let tokens = self.all_checked(tx.list_tokens().await?)?;
        let tokens = tokens
            .into_iter()
            .filter(|row| row.environment_id == Some(environment.id) && !row.revoked && row.expires_at > now)
            .map(|row| row.name)
            .collect();
        Ok(Contents { secrets, bindings, tokens })
    }
}

impl Contents {
    fn plan(&self, name: &EnvironmentName) -> EnvironmentRemoval {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        EnvironmentRemoval {
            name: name.clone(),
            secrets: count(self.secrets.values().map(BTreeSet::len).sum()),
            scopes: self
                .secrets
                .iter()
                .map(|(source, names)| ScopeUse {
                    source: source.clone(),
                    secrets: count(names.len()),
                    names: names.iter().take(NAMED).cloned().collect(),
                })
                .take(NAMED)
                .collect(),
            bindings: count(self.bindings.len()),
            bound: self.bindings.iter().take(NAMED).cloned().collect(),
            tokens: count(self.tokens.len()),
            token_names: self.tokens.iter().take(NAMED).cloned().collect(),
        }
    }
}
