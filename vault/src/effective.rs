//! What a service sees: the ladder's result with its sources, and why. No values.

use std::collections::BTreeMap;

use domain::{
    Action, Actor, EnvironmentName, Error as PublicError, Millis, Scope, SecretName, ServicePath, access,
    api::{EffectiveRow, ExplainedRung, Explanation},
    ladder::{self, RUNGS, Rung},
};
use uuid::Uuid;

use crate::{
    Vault,
    audit::Event,
    db::{
        Tx, environments::StoredEnvironment, places::StoredService, scopes::StoredScope, secrets::StoredHeld,
        versions::StoredVersion,
    },
    error::{Error, Result},
    scopes::known,
    secrets::kind_of,
};

/// The rungs of one service in one environment.
pub(crate) struct Ladder {
    pub(crate) service: StoredService,
    pub(crate) environment: StoredEnvironment,
    pub(crate) rungs: [Scope; RUNGS],
    /// The scopes of the rungs; none where nothing was ever written.
    pub(crate) stored: [Option<StoredScope>; RUNGS],
    /// All scopes of the three levels, in every environment; not checked yet.
    chain: Vec<StoredScope>,
}

/// What the rungs hold under one name, most specific first, by the number of the rung.
pub(crate) type HeldRungs = Vec<(usize, StoredHeld)>;

impl Vault {
    /// Every name `service` gets in `environment`, by name, with source and what it shadows.
    pub async fn effective(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<Vec<EffectiveRow>> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        let event = Event::of("service.effective", &scope, "");
        self.authorise(actor, Action::See, &scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        let ladder = self.find_ladder(&mut tx, service, environment).await?;
        self.effective_rows(&mut tx, actor, &ladder).await
    }

    /// Every name on a ladder, by name; rungs that the actor may not know of are left out.
    pub(crate) async fn effective_rows(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        ladder: &Ladder,
    ) -> Result<Vec<EffectiveRow>> {
        let sees = visible(actor, &ladder.rungs);
        let mut rows = Vec::new();
        for (name, mut rungs) in self.list_rungs(tx, ladder).await? {
            rungs.retain(|(rung, _)| sees[*rung]);
            let Some((winner, held)) = rungs.first() else {
                continue;
            };
            rows.push(EffectiveRow {
                name: known(name, "secrets")?,
                kind: kind_of(&held.version)?.ok_or(Error::Unknown { table: "secrets" })?,
                version: held.secret.version,
                source: ladder.rungs[*winner].to_string(),
                shadows: rungs[1..].iter().map(|(rung, _)| ladder.rungs[*rung].to_string()).collect(),
            });
        }
        Ok(rows)
    }

    /// The six rungs for one name. A name on no rung is answered with six absent rungs.
    pub async fn explain(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
        name: &SecretName,
    ) -> Result<Explanation> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        let event = Event::of("service.explain", &scope, name.as_str());
        self.authorise(actor, Action::See, &scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        let ladder = self.find_ladder(&mut tx, service, environment).await?;
        let held = self.list_rungs_of(&mut tx, &ladder, name).await?;

        let mut rungs: [Rung<Option<Vec<u8>>>; RUNGS] =
            visible(actor, &ladder.rungs).map(|sees| if sees { Rung::Absent } else { Rung::Hidden });
        let mut told: [Option<StoredVersion>; RUNGS] = Default::default();
        for (rung, held) in held {
            if rungs[rung] == Rung::Absent {
                rungs[rung] = Rung::Present(held.version.fingerprint.clone());
                told[rung] = Some(held.version);
            }
        }
        let states = ladder::explain(&rungs, PartialEq::eq);
        let rungs = ladder.rungs.iter().zip(states).zip(told).map(|((scope, state), told)| ExplainedRung {
            scope: scope.to_string(),
            state,
            version: told.as_ref().map(|version| version.version),
            updated_at: told.as_ref().map(|version| Millis(version.created_at)),
            updated_by: told.map(|version| version.created_by),
        });
        Ok(Explanation { name: name.clone(), rungs: rungs.collect() })
    }

    /// The rungs with the scopes behind them; 404 when service or environment are unknown.
    pub(crate) async fn find_ladder(
        &self,
        tx: &mut Tx,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<Ladder> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        let place = self.find_place(tx, &scope).await?;
        let chain = tx.list_chain_scopes(place.project_id(), place.service_id()).await?;
        let absent = || PublicError::not_found(&scope);
        let mut ladder = Ladder {
            service: place.service.ok_or_else(absent)?,
            environment: place.environment.ok_or_else(absent)?,
            rungs: ladder::rungs(service, environment),
            stored: Default::default(),
            chain,
        };
        for (index, rung) in ladder.rungs.iter().enumerate() {
            let environment = rung.environment.as_ref().map(|_| ladder.environment.id);
            ladder.stored[index] = self.chain_scope(&ladder, rung.level.word(), environment)?;
        }
        Ok(ladder)
    }

    /// A scope of the ladder's three levels, in whatever environment.
    pub(crate) fn chain_scope(
        &self,
        ladder: &Ladder,
        level: &str,
        environment: Option<Uuid>,
    ) -> Result<Option<StoredScope>> {
        let found = ladder.chain.iter().find(|row| row.level == level && row.environment_id == environment);
        found.map(|row| self.checked(row.clone())).transpose()
    }

    /// Everything live on the rungs, by name. Deleted secrets are read too, so that one that only looks deleted
    /// is an error instead of letting a wider rung win.
    pub(crate) async fn list_rungs(&self, tx: &mut Tx, ladder: &Ladder) -> Result<BTreeMap<String, HeldRungs>> {
        let mut names: BTreeMap<String, HeldRungs> = BTreeMap::new();
        for held in tx.list_held(&ladder.scope_ids()).await? {
            if let Some((rung, held)) = self.live_on(ladder, held)? {
                let rungs = names.entry(held.secret.name.clone()).or_default();
                rungs.push((rung, held));
            }
        }
        for rungs in names.values_mut() {
            rungs.sort_unstable_by_key(|(rung, _)| *rung);
        }
        Ok(names)
    }

    /// What is live on the rungs under one name.
    pub(crate) async fn list_rungs_of(&self, tx: &mut Tx, ladder: &Ladder, name: &SecretName) -> Result<HeldRungs> {
        let ids = ladder.scope_ids();
        let mut rungs = Vec::new();
        for held in tx.list_held_of_name(&ids, name.as_str()).await? {
            rungs.extend(self.live_on(ladder, held)?);
        }
        rungs.sort_unstable_by_key(|(rung, _)| *rung);
        Ok(rungs)
    }

    fn live_on(&self, ladder: &Ladder, held: StoredHeld) -> Result<Option<(usize, StoredHeld)>> {
        let held = self.checked_held(held)?;
        let rung = ladder
            .stored
            .iter()
            .position(|stored| stored.as_ref().is_some_and(|stored| stored.id == held.secret.scope_id));
        Ok(rung.filter(|_| !held.secret.deleted).map(|rung| (rung, held)))
    }
}

impl Ladder {
    fn scope_ids(&self) -> Vec<Uuid> {
        self.stored.iter().flatten().map(|row| row.id).collect()
    }
}

/// Which rungs the actor may know of. Whoever gets the values of the service anyway may know of all.
fn visible(actor: &Actor, rungs: &[Scope; RUNGS]) -> [bool; RUNGS] {
    let uses = access::check(actor, Action::Use, &rungs[0]).is_ok();
    rungs.each_ref().map(|rung| uses || access::check(actor, Action::See, rung).is_ok())
}
