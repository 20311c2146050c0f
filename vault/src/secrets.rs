//! Secrets of one scope: list, find, write, delete, reveal, history, restore.

mod care;
mod conflict;
mod deleted;
mod held;
mod history;
mod moving;
mod reveal;
mod row;

use std::collections::HashMap;

use domain::{
    Action, Actor, Code, Error as PublicError, Scope, SecretName, SecretValue,
    api::{ListQuery, Page, SecretRow},
};

pub use care::{Care, NewValue};
pub use conflict::PutOrKept;
pub(crate) use held::kind_of;
pub use row::RowCell;

use crate::{
    Vault,
    audit::Event,
    changes::{Write, WriteItem, until_won},
    db::{Tx, scopes::StoredScope, secrets::StoredHeld},
    error::Result,
    paging::checked_search,
    words::{LONG, check_words},
};

/// One value to be written.
struct Put<'a> {
    actor: &'a Actor,
    scope: &'a Scope,
    name: &'a SecretName,
    value: &'a SecretValue,
    comment: Option<&'a str>,
    care: Option<&'a Care>,
    expected: Option<i64>,
    /// The change's word, and that of the audit record.
    action: (&'static str, &'static str),
}

impl Vault {
    /// The live secrets of a scope, by name. No values.
    pub async fn list_secrets(&self, actor: &Actor, scope: &Scope, query: &ListQuery) -> Result<Page<SecretRow>> {
        let event = Event::of("secret.list", scope, "");
        self.authorise(actor, Action::See, scope, event).await?;
        let search = checked_search(query)?;
        let mut tx = self.inner.db.read().await?;
        let place = self.find_place(&mut tx, scope).await?;
        let Some(stored) = self.find_scope(&mut tx, &place).await? else {
            return Ok(Page::from(Vec::new()));
        };
        let rows = i64::from(query.rows());
        let after = query.cursor.as_deref().unwrap_or_default();
        let mut names = tx.list_names(stored.id, search, after, rows + 1).await?;
        let more = i64::try_from(names.len()).is_ok_and(|count| count > rows);
        if more {
            names.pop();
        }
        let next_cursor = names.last().filter(|_| more).cloned();
        let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut items = Vec::with_capacity(wanted.len());
        for held in tx.list_held_of_names(stored.id, &wanted).await? {
            let held = self.checked_held(held)?;
            if !held.secret.deleted {
                items.push(held.row(scope)?);
            }
        }
        let place: HashMap<&str, usize> = wanted.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        items.sort_unstable_by_key(|row| place.get(row.name.as_str()).copied());
        Ok(Page { items, next_cursor })
    }

    /// One secret without its value.
    pub async fn find_secret(&self, actor: &Actor, scope: &Scope, name: &SecretName) -> Result<SecretRow> {
        let event = Event::of("secret.find", scope, name.as_str());
        self.authorise(actor, Action::See, scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        let (_, held) = self.find_held(&mut tx, scope, name).await?;
        match held {
            Some(held) if !held.secret.deleted => held.row(scope),
            _ => Err(absent(scope, name).into()),
        }
    }

    /// Writes a new version. `expected` is the version this write follows: 409 when another came between, 0 when the
    /// secret must not exist yet, `None` for whatever is there. The same value again makes no new version, but may change the comment.
    pub async fn put_secret(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        value: SecretValue,
        comment: Option<&str>,
        expected: Option<i64>,
    ) -> Result<SecretRow> {
        let event = Event::of("secret.put", scope, name.as_str());
        self.authorise(actor, Action::WriteSecrets, scope, event).await?;
        check_words("comment", comment.unwrap_or_default(), LONG)?;
        let action = ("put", "secret.put");
        self.put(&Put { actor, scope, name, value: &value, comment, care: None, expected, action }).await
    }

    /// Deletes a secret; its versions stay in history for 30 days. Answers the id of the change.
    pub async fn delete_secret(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        expected: Option<i64>,
    ) -> Result<String> {
        let event = Event::of("secret.delete", scope, name.as_str());
        self.authorise(actor, Action::WriteSecrets, scope, event).await?;
        until_won!(locked => self.try_delete(actor, scope, name, expected, locked))
    }

    async fn put(&self, put: &Put<'_>) -> Result<SecretRow> {
        until_won!(locked => self.try_put(put, locked))
    }

    async fn try_put(&self, put: &Put<'_>, locked: bool) -> Result<Option<SecretRow>> {
        let (scope, name) = (put.scope, put.name);
        let mut tx = self.begin(locked).await?;
        let place = self.find_place(&mut tx, scope).await?;
        let stored = self.obtain_scope(&mut tx, &place).await?;
        let current = self.held_in(&mut tx, &stored, name).await?;
        check_expected(name, current.as_ref(), put.expected)?;

        if let Some(held) = current.as_ref().filter(|held| self.holds(held, put.value)) {
            return self.try_put_words(tx, put, held.clone()).await;
        }
        let (action, event) = put.action;
        let write = Write {
            actor: put.actor,
            scope: &stored,
            action,
            message: "",
            items: vec![WriteItem { name, current, value: Some(put.value), comment: put.comment, care: put.care }],
        };
        let written = self.write(&mut tx, &write).await?;
        let Some(held) = written.and_then(|mut written| written.held.pop()) else {
            return Ok(None);
        };
        let event = Event::of(event, scope, name.as_str()).version(held.secret.version);
        self.record(&mut tx, put.actor, event).await?;
        tx.commit().await?;
        held.row(scope).map(Some)
    }

    async fn try_delete(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        expected: Option<i64>,
        locked: bool,
    ) -> Result<Option<String>> {
        let mut tx = self.begin(locked).await?;
        let (stored, current) = self.find_held(&mut tx, scope, name).await?;
        let live = current.filter(|held| !held.secret.deleted);
        let (Some(stored), Some(current)) = (stored, live) else {
            return Err(absent(scope, name).into());
        };
        check_expected(name, Some(&current), expected)?;
        let write = Write {
            actor,
            scope: &stored,
            action: "delete",
            message: "",
            items: vec![WriteItem { name, current: Some(current), value: None, comment: None, care: None }],
        };
        let written = self.write(&mut tx, &write).await?;
        let Some(held) = written.and_then(|mut written| written.held.pop()) else {
            return Ok(None);
        };
        let event = Event::of("secret.delete", scope, name.as_str()).version(held.secret.version);
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        Ok(Some(held.version.change_id.to_string()))
    }

    /// A transaction for a write; `locked` when no other change may come between.
    pub(crate) async fn begin(&self, locked: bool) -> Result<Tx> {
        let mut tx = self.inner.db.write().await?;
        if locked {
            tx.put_changes_lock().await?;
        }
        Ok(tx)
    }

    /// A scope's row with one of its secrets, deleted or not; both may be absent.
    async fn find_held(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        name: &SecretName,
    ) -> Result<(Option<StoredScope>, Option<StoredHeld>)> {
        let place = self.find_place(tx, scope).await?;
        let stored = self.find_scope(tx, &place).await?;
        let held = match &stored {
            Some(stored) => self.held_in(tx, stored, name).await?,
            None => None,
        };
        Ok((stored, held))
    }
}

/// 404 for a name that a scope does not hold.
pub(crate) fn absent(scope: &Scope, name: &SecretName) -> PublicError {
    PublicError::not_found(format!("the secret `{name}` in {scope}"))
}

/// 409 when the secret is not at the version that the write follows. A deleted one counts as absent, and as its
/// last version for whoever read that.
pub(crate) fn check_expected(
    name: &SecretName,
    current: Option<&StoredHeld>,
    expected: Option<i64>,
) -> Result<(), PublicError> {
    let Some(expected) = expected else {
        return Ok(());
    };
    let found = match current.map(|held| &held.secret) {
        None if expected == 0 => return Ok(()),
        None => "does not exist".to_owned(),
        Some(secret) if secret.version == expected => return Ok(()),
        Some(secret) if secret.deleted && expected == 0 => return Ok(()),
        Some(secret) if secret.deleted => format!("was deleted in version {}", secret.version),
        Some(secret) => format!("is at version {}", secret.version),
    };
    let wanted = match expected {
        0 => "that it does not exist".to_owned(),
        version => format!("version {version}"),
    };
    Err(PublicError::new(Code::Conflict, format!("`{name}` {found}, but this write expected {wanted}")))
}
