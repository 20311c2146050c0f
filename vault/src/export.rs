//! Many values at once, written as a file: checked, opened, recorded one by one, committed; only then answered.

use domain::{
    Action, Actor, EnvironmentName, Level, Scope, SecretName, SecretValue, ServicePath,
    access::Principal,
    export::{Format, Item, write},
};
use zeroize::Zeroizing;

use crate::{
    Vault,
    audit::Event,
    deliver::{Chosen, Opener, chosen},
    error::Result,
    scopes::known,
    words::{SHORT, check_words},
};

/// What is to be written.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// As what.
    pub format: Format,
    /// Why; goes into the audit log.
    pub reason: String,
}

/// A file of secrets.
pub struct Exported {
    /// What it may be called.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl Vault {
    /// The secrets of one scope, by name, as a file. 422 with every name that the format cannot carry; then nothing
    /// has left and nothing is recorded.
    pub async fn export(&self, actor: &Actor, scope: &Scope, options: &ExportOptions) -> Result<Exported> {
        let event = Event::of("secret.export", scope, "");
        self.authorise(actor, Action::Reveal, scope, event).await?;
        self.require_confirmed_by(actor, |policy| policy.export).await?;
        check_words("reason", &options.reason, SHORT)?;
        let mut tx = self.inner.db.read().await?;
        let place = self.find_place(&mut tx, scope).await?;
        let mut all = Vec::new();
        if let Some(stored) = self.find_scope(&mut tx, &place).await? {
            for held in tx.list_held(&[stored.id]).await? {
                let held = self.checked_held(held)?;
                if !held.secret.deleted {
                    all.push(Chosen { source: scope.clone(), scope: stored.clone(), held });
                }
            }
        }
        all.sort_unstable_by(|a, b| a.held.secret.name.cmp(&b.held.secret.name));
        let opener = self.opener(&mut tx, all.iter().map(Chosen::version).collect()).await?;
        drop(tx);
        self.take_out(actor, scope, &all, opener, options).await
    }

    /// What `service` gets in `environment`, by name, as a file; otherwise like [`Vault::export`]. People must be
    /// allowed to reveal each value where it comes from; a token that is delivered all of them anyway need not.
    pub async fn export_effective(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
        options: &ExportOptions,
    ) -> Result<Exported> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        let event = Event::of("secret.export", &scope, "");
        self.authorise(actor, Action::Reveal, &scope, event.clone()).await?;
        self.authorise(actor, Action::Use, &scope, event).await?;
        self.require_confirmed_by(actor, |policy| policy.export).await?;
        check_words("reason", &options.reason, SHORT)?;
        let mut tx = self.inner.db.read().await?;
        let ladder = self.find_ladder(&mut tx, service, environment).await?;
        let mut all = Vec::new();
        for (_, rungs) in self.list_rungs(&mut tx, &ladder).await? {
            if let Some(winner) = rungs.into_iter().next() {
                all.push(chosen(&ladder, winner)?);
            }
        }
        let opener = self.opener(&mut tx, all.iter().map(Chosen::version).collect()).await?;
        drop(tx);
        if matches!(actor.principal, Principal::Person(_)) {
            for source in ladder.rungs.iter().filter(|rung| all.iter().any(|chosen| chosen.source == **rung)) {
                self.authorise(actor, Action::Reveal, source, Event::of("secret.export", source, "")).await?;
            }
        }
        self.take_out(actor, &scope, &all, opener, options).await
    }

    async fn take_out(
        &self,
        actor: &Actor,
        scope: &Scope,
        all: &[Chosen],
        mut opener: Opener<'_>,
        options: &ExportOptions,
    ) -> Result<Exported> {
        let mut values: Vec<(SecretName, SecretValue)> = Vec::with_capacity(all.len());
        for chosen in all {
            values.push((known(chosen.held.secret.name.clone(), "secrets")?, opener.open(chosen)?));
        }
        let items: Vec<Item<'_>> = values
            .iter()
            .zip(all)
            .map(|((name, value), chosen)| Item { name, value, comment: &chosen.held.secret.comment })
            .collect();
        let title = title(scope);
        let bytes = write(options.format, &title, &items)?;
        let word = options.format.word();
        let why = match options.reason.as_str() {
            "" => format!("export as {word}"),
            reason => format!("export as {word}: {reason}"),
        };
        let count = match all.len() {
            1 => "1 value".to_owned(),
            many => format!("{many} values"),
        };
        let summary = format!("{count}, {why}");
        let mut events = Vec::with_capacity(all.len() + 1);
        for chosen in all {
            let event = Event::of("secret.reveal", &chosen.source, &chosen.held.secret.name);
            events.push(event.version(chosen.held.secret.version).reason(&why));
        }
        events.push(Event::of("secret.export", scope, "").reason(&summary));
        // Reading and opening hold up no writer; only the records do.
        let mut tx = self.inner.db.write().await?;
        self.record_all(&mut tx, actor, events).await?;
        tx.commit().await?;
        Ok(Exported { file_name: format!("{title}.{}", options.format.extension()), bytes })
    }
}

/// `platform`, `shop`, `shop-api-production`.
fn title(scope: &Scope) -> String {
    let level = match &scope.level {
        Level::Platform => "platform".to_owned(),
        Level::Project { project } => project.to_string(),
        Level::Service(path) => format!("{}-{}", path.project, path.service),
    };
    match &scope.environment {
        Some(environment) => format!("{level}-{environment}"),
        None => level,
    }
}
