//! Copying names from one scope into another, and moving them: promoting and demoting. Always a plan first, the same
//! one that an upload makes. The values never leave the server.

use std::collections::{HashMap, HashSet};

use domain::{Action, Actor, Error as PublicError, Scope, SecretName, api::Plan, import::KEYS_MAX};

use crate::{
    Vault,
    audit::Event,
    changes::until_won,
    db::{Tx, scopes::StoredScope, secrets::StoredHeld},
    error::Result,
    plan::{Applying, Planning, wishes_to_copy},
    scopes::known,
    words::{LONG, check_words},
};

/// What is copied, and how.
#[derive(Debug, Clone)]
pub struct CopyOptions {
    /// Where the values are.
    pub from: Scope,
    /// Which names; none for all that are there.
    pub names: Option<Vec<SecretName>>,
    /// Names to leave out on purpose.
    pub leave_out: Vec<String>,
    /// Whether the names are removed there in the same change.
    pub remove_source: bool,
    /// Why; goes into the change.
    pub message: String,
    /// The basis of the plan that is applied; without it, whatever the plan is at that moment.
    pub basis: Option<String>,
}

/// Where a copy comes from, as it was read.
struct Source {
    stored: Option<StoredScope>,
    /// What is live there.
    held: HashMap<SecretName, StoredHeld>,
    /// What was asked for.
    names: Vec<SecretName>,
}

impl Vault {
    /// What copying into `scope` would do. Writes nothing.
    pub async fn plan_copy(&self, actor: &Actor, scope: &Scope, options: &CopyOptions) -> Result<Plan> {
        self.may_copy(actor, scope, options, "secret.plan").await?;
        let mut tx = self.inner.db.read().await?;
        let place = self.find_place(&mut tx, scope).await?;
        let source = self.find_source(&mut tx, options).await?;
        let wishes = wishes_to_copy(&source.held, &source.names, |name| absent(name, options))?;
        let stored = self.find_scope(&mut tx, &place).await?;
        let planning = Planning {
            actor,
            place: &place,
            stored: stored.as_ref(),
            wishes: &wishes,
            leave_out: &options.leave_out,
            source: source.stored.as_ref().filter(|_| options.remove_source).map(|stored| (&options.from, stored)),
        };
        Ok(self.plan(&mut tx, &planning).await?.plan)
    }

    /// Copies into `scope`: one change in one transaction, as [`Vault::import`] does. The actor must be allowed to
    /// reveal the values where they are: in the new place others may, and so may the actor.
    pub async fn copy(&self, actor: &Actor, scope: &Scope, options: &CopyOptions) -> Result<Plan> {
        self.may_copy(actor, scope, options, "secret.copy").await?;
        until_won!(locked => self.try_copy(actor, scope, options, locked))
    }

    async fn try_copy(
        &self,
        actor: &Actor,
        scope: &Scope,
        options: &CopyOptions,
        locked: bool,
    ) -> Result<Option<Plan>> {
        let mut tx = self.begin(locked || options.basis.is_some()).await?;
        let place = self.find_place(&mut tx, scope).await?;
        let source = self.find_source(&mut tx, options).await?;
        let wishes = wishes_to_copy(&source.held, &source.names, |name| absent(name, options))?;
        let stored = self.obtain_scope(&mut tx, &place).await?;
        let from = source.stored.as_ref().map(|stored| (&options.from, stored));
        let planning = Planning {
            actor,
            place: &place,
            stored: Some(&stored),
            wishes: &wishes,
            leave_out: &options.leave_out,
            source: from.filter(|_| options.remove_source),
        };
        let planned = self.plan(&mut tx, &planning).await?;
        let applying = Applying {
            actor,
            scope,
            stored: &stored,
            action: (if options.remove_source { "move" } else { "copy" }, "secret.copy"),
            message: &options.message,
            source: from,
            basis: options.basis.as_deref(),
        };
        self.apply(tx, planned, &applying).await
    }

    async fn may_copy(&self, actor: &Actor, scope: &Scope, options: &CopyOptions, action: &'static str) -> Result<()> {
        let from = &options.from;
        self.authorise(actor, Action::WriteSecrets, scope, Event::of(action, scope, "")).await?;
        self.authorise(actor, Action::Reveal, from, Event::of(action, from, "")).await?;
        if options.remove_source {
            self.authorise(actor, Action::WriteSecrets, from, Event::of(action, from, "")).await?;
        }
        check_words("message", &options.message, LONG)?;
        if from == scope {
            return Err(PublicError::field("from", format!("{from} is where the names would go, too")).into());
        }
        match &options.names {
            Some(names) if names.is_empty() => Err(PublicError::field("names", "no name is given").into()),
            Some(names) if names.len() > KEYS_MAX => Err(too_many(names.len()).into()),
            _ => Ok(()),
        }
    }

    async fn find_source(&self, tx: &mut Tx, options: &CopyOptions) -> Result<Source> {
        let place = self.find_place(tx, &options.from).await?;
        let stored = self.find_scope(tx, &place).await?;
        let rows = match (&stored, &options.names) {
            (None, _) => Vec::new(),
            (Some(stored), None) => tx.list_held(&[stored.id]).await?,
            (Some(stored), Some(names)) => {
                let names: Vec<&str> = names.iter().map(SecretName::as_str).collect();
                tx.list_held_of_names(stored.id, &names).await?
            }
        };
        let asked: Option<HashSet<&str>> =
            options.names.as_ref().map(|names| names.iter().map(SecretName::as_str).collect());
        let mut held = HashMap::new();
        for row in rows {
            if asked.as_ref().is_some_and(|asked| !asked.contains(row.secret.name.as_str())) {
                continue;
            }
            let row = self.checked_held(row)?;
            if !row.secret.deleted {
                let name: SecretName = known(row.secret.name.clone(), "secrets")?;
                held.insert(name, row);
            }
        }
        let names = options.names.clone().unwrap_or_else(|| {
            let mut names: Vec<SecretName> = held.keys().cloned().collect();
            names.sort_unstable();
            names
        });
        if names.len() > KEYS_MAX {
            return Err(too_many(names.len()).into());
        }
        Ok(Source { stored, held, names })
    }
}

fn absent(name: &SecretName, options: &CopyOptions) -> String {
    format!("`{name}` is not set in {}", options.from)
}

fn too_many(names: usize) -> PublicError {
    PublicError::field("names", format!("at most {KEYS_MAX} names are copied at once, these are {names}"))
}
