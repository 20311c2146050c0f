//! One name in several environments at once: one change, all of it or nothing.

use std::collections::BTreeSet;

use domain::{
    Action, Actor, Code, EnvironmentName, Error as PublicError, Level, Scope, SecretName, SecretValue,
    api::{RowWritten, SecretRow},
};

use super::check_expected;
use crate::{
    Vault,
    audit::Event,
    changes::{Ties, WriteItem, until_won},
    db::{scopes::StoredScope, secrets::StoredHeld},
    error::Result,
    words::{LONG, check_words},
};

/// What is written in one environment of a level.
pub struct RowCell {
    /// The environment; none for all of them.
    pub environment: Option<EnvironmentName>,
    /// The value.
    pub value: SecretValue,
    /// As for [`Vault::put_secret`].
    pub expected: Option<i64>,
}

impl Vault {
    /// Writes one name in several environments of a level as one change. 409 with every environment in which another
    /// write came between; then nothing is written. Cells that have their value already stay as they are.
    pub async fn put_row(
        &self,
        actor: &Actor,
        level: &Level,
        name: &SecretName,
        cells: &[RowCell],
        message: &str,
    ) -> Result<RowWritten> {
        if cells.is_empty() {
            let scope = level.at(None);
            let event = Event::of("secret.put", &scope, name.as_str());
            self.authorise(actor, Action::WriteSecrets, &scope, event).await?;
        }
        for cell in cells {
            let scope = level.at(cell.environment.clone());
            let event = Event::of("secret.put", &scope, name.as_str());
            self.authorise(actor, Action::WriteSecrets, &scope, event).await?;
        }
        check_words("message", message, LONG)?;
        let environments: BTreeSet<_> = cells.iter().map(|cell| &cell.environment).collect();
        if cells.is_empty() {
            return Err(PublicError::new(Code::Invalid, "nothing was stored: no environment was given a value").into());
        }
        if environments.len() < cells.len() {
            return Err(PublicError::field("cells", "an environment is given twice; keep one").into());
        }
        until_won!(locked => self.try_put_row(actor, level, name, cells, message, locked))
    }

    async fn try_put_row(
        &self,
        actor: &Actor,
        level: &Level,
        name: &SecretName,
        cells: &[RowCell],
        message: &str,
        locked: bool,
    ) -> Result<Option<RowWritten>> {
        let mut tx = self.begin(locked).await?;
        let mut found: Vec<(Scope, StoredScope, Option<StoredHeld>)> = Vec::with_capacity(cells.len());
        let mut passed = Vec::new();
        for cell in cells {
            let scope = level.at(cell.environment.clone());
            let place = self.find_place(&mut tx, &scope).await?;
            let stored = self.obtain_scope(&mut tx, &place).await?;
            let current = self.held_in(&mut tx, &stored, name).await?;
            if let Err(error) = check_expected(name, current.as_ref(), cell.expected) {
                passed.push(format!("{} ({scope})", error.detail));
            }
            found.push((scope, stored, current));
        }
        if !passed.is_empty() {
            let sentence = format!("nothing was stored: {}", passed.join("; "));
            return Err(PublicError::new(Code::Conflict, sentence).into());
        }
        let is_new = |cell: &RowCell, current: &Option<StoredHeld>| {
            !current.as_ref().is_some_and(|held| self.holds(held, &cell.value))
        };
        let new: Vec<bool> = cells.iter().zip(&found).map(|(cell, (_, _, held))| is_new(cell, held)).collect();
        let mut items = Vec::with_capacity(cells.len());
        let mut change = None;
        let mut events = Vec::new();
        // A change is shown under the first scope it writes to.
        if let Some(first) = new.iter().position(|new| *new) {
            change = Some(self.begin_change(&mut tx, actor, &found[first].1, ("put", message), Ties::default()).await?);
        }
        for ((cell, (scope, stored, current)), new) in cells.iter().zip(&found).zip(new) {
            let held = match (&change, current) {
                (Some(change), current) if new => {
                    let value = Some(&cell.value);
                    let item = WriteItem { name, current: current.clone(), value, comment: None, care: None };
                    let Some(held) = self.write_items(&mut tx, change, stored, &[item], None).await? else {
                        return Ok(None);
                    };
                    held.into_iter().next()
                }
                (_, current) => current.clone(),
            };
            let Some(held) = held else { return Ok(None) };
            if new {
                let event = Event::of("secret.put", scope, name.as_str());
                events.push(event.version(held.secret.version).reason("several environments at once"));
            }
            items.push(held.row(scope)?);
        }
        self.record_all(&mut tx, actor, events).await?;
        tx.commit().await?;
        let items: Vec<SecretRow> = items;
        Ok(Some(RowWritten { change_id: change.map(|change| change.id.to_string()), items }))
    }
}
