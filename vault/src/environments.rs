//! The ordered, platform-wide list of environments.

mod removal;

use domain::{
    Action, Actor, Code, EnvironmentName, Error as PublicError, Scope,
    api::{Environment, NewEnvironment, PatchEnvironment},
};

use crate::{
    Vault,
    audit::Event,
    clock::new_id,
    db::{
        Tx,
        environments::{EnvironmentUse, StoredEnvironment},
    },
    error::{Error, Result},
    scopes::known,
};

/// What a new installation starts with.
pub(crate) const FIRST: [&str; 3] = ["development", "staging", "production"];

/// The most environments; each is a column of every table.
const ENVIRONMENTS_MAX: usize = 50;

impl Vault {
    /// The environments in their order. Everyone signed in sees them.
    pub async fn list_environments(&self, actor: &Actor) -> Result<Vec<Environment>> {
        // No check: an actor is all it takes.
        let _ = actor;
        let mut tx = self.inner.db.read().await?;
        let rows = self.all_checked(tx.list_environments().await?)?;
        rows.into_iter().map(shown).collect()
    }

    /// Adds an environment; 409 when it exists.
    pub async fn create_environment(&self, actor: &Actor, new: &NewEnvironment) -> Result<Environment> {
        let event = Event::of("environment.create", "", new.name.as_str());
        self.may_edit(actor, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        tx.put_environments_lock().await?;
        let mut rows = self.all_checked(tx.list_environments().await?)?;
        check_free(&rows, &new.name)?;
        if rows.len() >= ENVIRONMENTS_MAX {
            return Err(PublicError::field("name", format!("there are at most {ENVIRONMENTS_MAX} environments")).into());
        }
        let row = StoredEnvironment {
            id: new_id(),
            name: new.name.to_string(),
            position: i64::MAX,
            created_at: self.inner.clock.now().0,
            mac: Vec::new(),
        };
        let row = self.guard(row);
        tx.append_environment(&row).await.map_err(|error| exists(error, &new.name))?;
        let position = place_in(new.position, rows.len());
        rows.insert(position, row);
        let rows = self.put_order(&mut tx, rows).await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        shown(rows[position].clone())
    }

    /// Renames or moves an environment.
    pub async fn update_environment(
        &self,
        actor: &Actor,
        name: &EnvironmentName,
        patch: &PatchEnvironment,
    ) -> Result<Environment> {
        let event = Event::of("environment.update", "", name.as_str());
        self.may_edit(actor, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        tx.put_environments_lock().await?;
        let mut rows = self.all_checked(tx.list_environments().await?)?;
        let from = position_of(&rows, name)?;
        let mut row = rows.remove(from);
        if let Some(new) = &patch.name {
            check_free(&rows, new)?;
            row.name = new.to_string();
            row = self.guard(row);
            tx.put_environment(&row).await.map_err(|error| exists(error, new))?;
        }
        let to = patch.position.map_or(from, |to| place_in(Some(to), rows.len()));
        rows.insert(to, row);
        let rows = self.put_order(&mut tx, rows).await?;
        let renamed = patch.name.as_ref().map(|new| format!("now `{new}`"));
        let event = event.reason(renamed.as_deref().unwrap_or_default());
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        self.wake_watches().await;
        shown(rows[to].clone())
    }

    /// Removes an empty environment; 409 while a secret, binding or token uses it.
    pub async fn delete_environment(&self, actor: &Actor, name: &EnvironmentName) -> Result<()> {
        let event = Event::of("environment.delete", "", name.as_str());
        self.may_edit(actor, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        tx.put_environments_lock().await?;
        let mut rows = self.all_checked(tx.list_environments().await?)?;
        let row = rows.remove(position_of(&rows, name)?);
        let now = self.inner.clock.now().0;
        let in_use = tx.find_environment_use(row.id, now).await?;
        if let Some(who) = who_uses(&in_use) {
            return Err(still_used(name, &who).into());
        }
        tx.delete_environment(row.id).await.map_err(|error| match &error {
            // Someone began to use it in between.
            sqlx::Error::Database(inner) if inner.is_foreign_key_violation() => {
                still_used(name, "something new").into()
            }
            _ => Error::from(error),
        })?;
        self.put_order(&mut tx, rows).await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        self.wake_watches().await;
        Ok(())
    }

    async fn may_edit(&self, actor: &Actor, event: Event<'_>) -> Result<()> {
        let platform = Scope::platform(None);
        self.authorise(actor, Action::ManageEnvironments, &platform, event).await
    }

    /// Writes the positions 0, 1, 2, … where they differ.
    async fn put_order(&self, tx: &mut Tx, mut rows: Vec<StoredEnvironment>) -> Result<Vec<StoredEnvironment>> {
        for (position, row) in (0..).zip(&mut rows) {
            if row.position != position {
                row.position = position;
                *row = self.guard(row.clone());
                tx.put_environment(row).await?;
            }
        }
        Ok(rows)
    }
}

fn shown(row: StoredEnvironment) -> Result<Environment> {
    let unknown = Error::Unknown { table: "environments" };
    Ok(Environment {
        position: u32::try_from(row.position).map_err(|_| unknown)?,
        name: known(row.name, "environments")?,
    })
}

fn place_in(asked: Option<u32>, end: usize) -> usize {
    asked.and_then(|asked| usize::try_from(asked).ok()).map_or(end, |asked| asked.min(end))
}

fn position_of(rows: &[StoredEnvironment], name: &EnvironmentName) -> Result<usize> {
    rows.iter()
        .position(|row| row.name == name.as_str())
        .ok_or_else(|| PublicError::not_found(format!("environment: {name}")).into())
}

fn check_free(rows: &[StoredEnvironment], name: &EnvironmentName) -> Result<()> {
    if rows.iter().any(|row| row.name == name.as_str()) {
        return Err(PublicError::new(Code::Conflict, format!("the environment `{name}` exists already")).into());
    }
    Ok(())
}

fn exists(error: sqlx::Error, name: &EnvironmentName) -> Error {
    Error::conflict(error, format!("the environment `{name}`"))
}

fn still_used(name: &EnvironmentName, who: &str) -> PublicError {
    PublicError::new(Code::Conflict, format!("the environment `{name}` is still used by {who}; remove that first"))
}

/// `3 secrets and 1 token`; nothing when nobody does.
fn who_uses(in_use: &EnvironmentUse) -> Option<String> {
    let count = |number: i64, one: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        many => Some(format!("{many} {one}s")),
    };
    let who: Vec<String> =
        [count(in_use.secrets, "secret"), count(in_use.bindings, "binding"), count(in_use.tokens, "token")]
            .into_iter()
            .flatten()
            .collect();
    match who.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        [most @ .., last] => Some(format!("{} and {last}", most.join(", "))),
    }
}
