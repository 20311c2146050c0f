//! Which secrets no service gets.
//!
//! A secret is *used* when some service gets it in some environment: because a binding pins its scope, or because it is
//! the first on the ladder there and the service gets everything or has a binding that takes the name. Whether anyone
//! ever fetched it is the audit log's to say.

use std::collections::{HashMap, HashSet};

use domain::{EnvironmentName, Level, Scope, ServicePath, api::Mode};
use uuid::Uuid;

use crate::{
    Vault,
    bindings::mode_of,
    db::{Tx, bindings::StoredBinding},
    error::Result,
    scopes::rank,
};

/// Which scopes hold each name.
type Holders = HashMap<String, HashSet<Scope>>;

impl Vault {
    /// For each secret, by name and scope, whether it is unused.
    pub(super) async fn unused(&self, tx: &mut Tx, secrets: &[(&str, &Scope)]) -> Result<Vec<bool>> {
        let names: HashSet<&str> = secrets.iter().map(|(name, _)| *name).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let (mut holders, mut taken) = (Holders::new(), HashMap::<(Uuid, String), Vec<StoredBinding>>::new());
        for names in names.chunks(500) {
            let rows = self.all_checked(tx.list_secrets_named(names).await?)?;
            let scopes = self.scopes_of(tx, rows.iter().map(|row| row.scope_id)).await?;
            for row in rows {
                holders.entry(row.name).or_default().extend(scopes.get(&row.scope_id).cloned());
            }
            for row in self.all_checked(tx.list_bindings_taking(names).await?)? {
                taken.entry((row.service_id, row.secret_name.clone())).or_default().push(row);
            }
        }
        let words = self.list_words(tx).await?;
        let environments: Vec<&EnvironmentName> = words.environments.iter().map(|(_, name)| name).collect();
        let mut services = Vec::new();
        for row in self.all_checked(tx.list_all_services().await?)? {
            services.extend(words.service(row.id).map(|path| (row.id, path, mode_of(&row))));
        }

        let none = HashSet::new();
        let mut unused = Vec::with_capacity(secrets.len());
        for (name, scope) in secrets {
            let holders = holders.get(*name).unwrap_or(&none);
            let mut used = false;
            for (id, path, mode) in services.iter().filter(|(_, path, _)| stands_on(path, &scope.level)) {
                let bindings = taken.get(&(*id, (*name).to_owned())).map_or(&[][..], Vec::as_slice);
                let gets_all = matches!(mode, Ok(Mode::All));
                for binding in bindings.iter().filter(|binding| binding.pin_level.is_some()) {
                    let pinned = binding.pin_environment_id.map(|id| words.environment(id)).transpose()?;
                    used |= binding.pin_level.as_deref() == Some(scope.level.word())
                        && pinned == scope.environment.as_ref();
                }
                for environment in &environments {
                    let here = scope.environment.as_ref().is_none_or(|own| own == *environment);
                    let mut gets = gets_all;
                    for binding in bindings.iter().filter(|binding| binding.pin_level.is_none()) {
                        let own = binding.environment_id.map(|id| words.environment(id)).transpose()?;
                        gets |= own.is_none_or(|own| own == *environment);
                    }
                    used |= here && gets && is_first(scope, path, environment, holders);
                }
                if used {
                    break;
                }
            }
            unused.push(!used);
        }
        Ok(unused)
    }
}

/// Whether a level is one of a service's three.
fn stands_on(path: &ServicePath, level: &Level) -> bool {
    match level {
        Level::Platform => true,
        Level::Project { project } => *project == path.project,
        Level::Service(own) => own == path,
    }
}

/// Whether no nearer rung of the service's ladder holds the name.
fn is_first(scope: &Scope, path: &ServicePath, environment: &EnvironmentName, holders: &HashSet<Scope>) -> bool {
    let rungs = domain::ladder::rungs(path, environment);
    !rungs.iter().take(usize::from(rank(scope))).any(|nearer| holders.contains(nearer))
}
