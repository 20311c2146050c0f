//! What is delivered to a service, still sealed.

use std::collections::{BTreeMap, HashSet};

use domain::{EnvironmentName, Scope, ServicePath, api::Mode};
use uuid::Uuid;

use crate::{
    Vault,
    bindings::{ActiveBinding, mode_of},
    db::{Tx, scopes::StoredScope, secrets::StoredHeld},
    effective::Ladder,
    error::{Error, Result},
    row_mac::Fields,
};

/// A value that is delivered, still sealed.
pub(crate) struct Chosen {
    pub(crate) source: Scope,
    pub(crate) scope: StoredScope,
    pub(crate) held: StoredHeld,
}

/// What is delivered to a service, still sealed.
pub(super) struct Resolved {
    pub(super) sequence: i64,
    pub(super) mode: Mode,
    /// By name.
    pub(super) values: BTreeMap<String, Chosen>,
    pub(super) bindings: Vec<ActiveBinding>,
    /// For every binding what its pinned scope holds.
    pub(super) pinned: Vec<Option<Chosen>>,
    /// The names on the ladder, in mode `bound` too.
    pub(super) held: HashSet<String>,
}

impl Vault {
    /// Finds what is delivered, without opening any of it.
    pub(super) async fn resolve(
        &self,
        tx: &mut Tx,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<Resolved> {
        let sequence = tx.find_sequence().await?;
        let ladder = self.find_ladder(tx, service, environment).await?;
        let mode = mode_of(&ladder.service)?;
        let bindings = self.active_bindings(tx, ladder.service.id, ladder.environment.id).await?;
        let mut pinned = Vec::with_capacity(bindings.len());
        for binding in &bindings {
            pinned.push(self.pinned(tx, &ladder, service, binding).await?);
        }
        let needed: HashSet<&str> =
            bindings.iter().filter(|binding| binding.pin.is_none()).map(|binding| binding.secret.as_str()).collect();
        let mut values = BTreeMap::new();
        let mut held = HashSet::new();
        for (name, rungs) in self.list_rungs(tx, &ladder).await? {
            let Some(winner) = rungs.into_iter().next() else {
                continue;
            };
            if mode == Mode::All || needed.contains(name.as_str()) {
                values.insert(name.clone(), chosen(&ladder, winner)?);
            }
            held.insert(name);
        }
        Ok(Resolved { sequence, mode, values, bindings, pinned, held })
    }

    /// What a binding's pinned scope holds under its name.
    pub(crate) async fn pinned(
        &self,
        tx: &mut Tx,
        ladder: &Ladder,
        service: &ServicePath,
        binding: &ActiveBinding,
    ) -> Result<Option<Chosen>> {
        let Some(pin) = &binding.pin else {
            return Ok(None);
        };
        let environment = pin.environment.as_ref().map(|(id, _)| *id);
        let Some(scope) = self.chain_scope(ladder, &pin.level, environment)? else {
            return Ok(None);
        };
        let held = self.held_in(tx, &scope, &binding.secret).await?;
        Ok(held.filter(|held| !held.secret.deleted).map(|held| Chosen { source: pin.scope(service), scope, held }))
    }
}

pub(crate) fn chosen(ladder: &Ladder, (rung, held): (usize, StoredHeld)) -> Result<Chosen> {
    Ok(Chosen {
        source: ladder.rungs[rung].clone(),
        scope: ladder.stored[rung].clone().ok_or(Error::Unknown { table: "scopes" })?,
        held,
    })
}

impl Chosen {
    pub(crate) fn version(&self) -> (Uuid, i64) {
        (self.held.secret.id, self.held.secret.version)
    }

    pub(super) fn tagged(&self, fields: Fields) -> Fields {
        fields.text(&self.source.to_string()).id(self.held.secret.id).number(self.held.secret.version)
    }
}
