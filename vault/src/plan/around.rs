//! What a plan is made from: the scopes that share a ladder with its own, what they hold, and the bindings.

use std::collections::{HashMap, HashSet};

use domain::{Action, EnvironmentName, Level, Scope, ServicePath, access};
use uuid::Uuid;

use super::{Planning, wish::Print};
use crate::{
    Vault,
    db::{Tx, bindings::StoredBinding},
    error::Result,
    scopes::{Words, covers},
    secrets::kind_of,
};

/// What is around a plan, as far as the actor may see it.
pub(super) struct Around {
    pub(super) scopes: Vec<Scope>,
    /// What is live under the names.
    held: HashMap<String, Vec<Found>>,
    pub(super) environments: Vec<EnvironmentName>,
    /// The services that may see something of it.
    pub(super) services: Vec<ServicePath>,
    /// All bindings of those services that have one for one of the names.
    pub(super) bindings: Vec<Bound>,
}

/// A live secret.
pub(super) struct Found {
    /// The number of its scope.
    pub(super) scope: usize,
    pub(super) print: Print,
    pub(super) secret_id: Uuid,
    pub(super) version: i64,
}

/// A binding of one of the services.
pub(super) struct Bound {
    pub(super) service: usize,
    pub(super) environment: Option<EnvironmentName>,
    pub(super) pin: Option<Scope>,
    pub(super) secret: String,
    pub(super) target: (String, String),
}

impl Vault {
    pub(super) async fn around(&self, tx: &mut Tx, planning: &Planning<'_>, names: &[&str]) -> Result<Around> {
        let (place, actor) = (planning.place, planning.actor);
        let base = base(planning);
        let (words, rows): (Words, _) = match (&base, &place.project) {
            (Level::Service(_), Some(_)) => (
                self.list_words_around(tx, place).await?,
                tx.list_chain_scopes(place.project_id(), place.service_id()).await?,
            ),
            (Level::Project { .. }, Some(project)) => {
                (self.list_words_around(tx, place).await?, tx.list_project_scopes(project.id).await?)
            }
            _ => (self.list_words(tx).await?, tx.list_scopes().await?),
        };
        let mut around = Around {
            scopes: Vec::new(),
            held: HashMap::new(),
            environments: words.environments.iter().map(|(_, name)| name.clone()).collect(),
            services: words.services().cloned().collect(),
            bindings: Vec::new(),
        };
        around.services.retain(|path| {
            let level = Level::Service(path.clone());
            touched(planning).any(|scope| within(&level, &scope.level)) && access::sees_service(actor, path)
        });
        around.services.sort_unstable();
        let mut numbers: HashMap<Uuid, usize> = HashMap::new();
        for row in self.all_checked(rows)? {
            let scope = words.scope(&row)?;
            let meets = |own: &Scope| *own == scope || covers(own, &scope) || covers(&scope, own);
            if touched(planning).any(meets) && access::check(actor, Action::See, &scope).is_ok() {
                numbers.insert(row.id, around.scopes.len());
                around.scopes.push(scope);
            }
        }
        // Whoever may write in a scope is told there what stays the same.
        let comparable = |scope: &Scope| *scope == place.scope || access::check(actor, Action::Reveal, scope).is_ok();
        let comparable: Vec<bool> = around.scopes.iter().map(comparable).collect();
        let wanted: HashSet<&str> = names.iter().copied().collect();
        let ids: Vec<Uuid> = numbers.keys().copied().collect();
        for held in tx.list_held_among(&ids, names).await? {
            if !wanted.contains(held.secret.name.as_str()) {
                continue;
            }
            let held = self.checked_held(held)?;
            let (Some(scope), Some(kind)) = (numbers.get(&held.secret.scope_id), kind_of(&held.version)?) else {
                continue;
            };
            let print = match held.version.fingerprint {
                Some(print) if comparable[*scope] => Print::Open(kind, print),
                _ => Print::Closed(kind, held.secret.id),
            };
            let found = Found { scope: *scope, print, secret_id: held.secret.id, version: held.secret.version };
            around.held.entry(held.secret.name).or_default().push(found);
        }
        around.bindings = self.bound(tx, &words, &around.services, names).await?;
        Ok(around)
    }

    async fn bound(&self, tx: &mut Tx, words: &Words, services: &[ServicePath], names: &[&str]) -> Result<Vec<Bound>> {
        let rows: Vec<StoredBinding> = match services {
            [] => Vec::new(),
            [only] => match words.service_id(only) {
                Some(id) => tx.list_bindings(id).await?,
                None => Vec::new(),
            },
            _ => tx.list_bindings_around(names).await?,
        };
        let mut bound = Vec::with_capacity(rows.len());
        for row in self.all_checked(rows)? {
            let Some(path) = words.service(row.service_id) else { continue };
            let Ok(service) = services.binary_search(path) else { continue };
            let level = match row.pin_level.as_deref() {
                None => None,
                Some("platform") => Some(Level::Platform),
                Some("project") => Some(Level::Project { project: path.project.clone() }),
                Some(_) => Some(Level::Service(path.clone())),
            };
            let name_of = |id: Option<Uuid>| id.map(|id| words.environment(id).cloned()).transpose();
            let pin_environment = name_of(row.pin_environment_id)?;
            bound.push(Bound {
                service,
                environment: name_of(row.environment_id)?,
                pin: level.map(|level| level.at(pin_environment)),
                secret: row.secret_name,
                target: (row.target_kind, row.target),
            });
        }
        Ok(bound)
    }
}

impl Around {
    pub(super) fn scope(&self, number: usize) -> &Scope {
        &self.scopes[number]
    }

    /// What is live under a name.
    pub(super) fn of(&self, name: &str) -> &[Found] {
        self.held.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The scopes in which something is written.
pub(super) fn touched<'a>(planning: &'a Planning<'_>) -> impl Iterator<Item = &'a Scope> {
    std::iter::once(&planning.place.scope).chain(planning.source.map(|(scope, _)| scope))
}

/// The narrowest level that everything written lies in.
pub(super) fn base(planning: &Planning<'_>) -> Level {
    let level = &planning.place.scope.level;
    let Some((source, _)) = planning.source else {
        return level.clone();
    };
    let other = &source.level;
    match (level.project(), other.project()) {
        _ if within(other, level) => level.clone(),
        _ if within(level, other) => other.clone(),
        (Some(project), Some(same)) if project == same => Level::Project { project: project.clone() },
        _ => Level::Platform,
    }
}

/// Whether `narrow` is `wide` or lies in it.
pub(super) fn within(narrow: &Level, wide: &Level) -> bool {
    match wide {
        Level::Platform => true,
        Level::Project { project } => narrow.project() == Some(project),
        Level::Service(_) => narrow == wide,
    }
}
