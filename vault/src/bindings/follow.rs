//! Bindings follow a secret that gets another name or place.
//!
//! A binding that pins the old place is pinned to the new one, where its service stands on that. One that follows the
//! ladder takes the new name when, wherever it counts, it took this very secret or nothing: then it goes on to get what
//! it got. One that gets the old name from elsewhere in some environment stays as it is and is told.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{Action, Actor, EnvironmentName, Level, Scope, ServicePath, access, ladder};
use uuid::Uuid;

use crate::{
    Vault,
    db::{Tx, bindings::StoredBinding, scopes::StoredScope, secrets::StoredSecret},
    error::{Error, Result},
};

/// What became of the bindings.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    pub(crate) moved: u32,
    /// The services whose bindings stayed as they were though they had taken the secret.
    pub(crate) left: BTreeSet<String>,
}

/// One end of a move.
struct End<'a> {
    row: &'a StoredScope,
    scope: &'a Scope,
    name: &'a str,
}

/// A move, as a binding sees it.
struct Move<'a> {
    from: End<'a>,
    to: End<'a>,
    ids: HashMap<&'a Scope, Uuid>,
    /// Which scopes hold which of the two names now.
    live: HashSet<(Uuid, String)>,
    environments: &'a [(Uuid, EnvironmentName)],
}

/// What a move means for a binding.
enum Verdict {
    /// It never took this secret.
    Apart,
    Follows(StoredBinding),
    Stays,
}

impl Vault {
    /// Lets bindings follow a secret from where it is deleted now to where it is live now. `None` when another write
    /// came between.
    pub(crate) async fn follow(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        from: &StoredSecret,
        to: &StoredSecret,
    ) -> Result<Option<Followed>> {
        let mut followed = Followed::default();
        let rows = self.all_checked(tx.list_bindings_of_name(&from.name).await?)?;
        if rows.is_empty() {
            return Ok(Some(followed));
        }
        let words = self.list_words(tx).await?;
        let scopes = self.list_scopes_by_id(tx).await?;
        let ids: Vec<Uuid> = scopes.keys().copied().collect();
        let held = self.all_checked(tx.list_secrets(&ids, Some(&[&from.name, &to.name])).await?)?;
        let end = |secret: &'_ StoredSecret| scopes.get(&secret.scope_id).ok_or(Error::Unknown { table: "secrets" });
        let ((from_row, from_scope), (to_row, to_scope)) = (end(from)?, end(to)?);
        let step = Move {
            from: End { row: from_row, scope: from_scope, name: &from.name },
            to: End { row: to_row, scope: to_scope, name: &to.name },
            ids: scopes.iter().map(|(id, (_, scope))| (scope, *id)).collect(),
            live: held.into_iter().filter(|held| !held.deleted).map(|held| (held.scope_id, held.name)).collect(),
            environments: &words.environments,
        };
        for row in rows {
            let Some(service) = words.service(row.service_id) else { continue };
            let verdict =
                if row.pin_level.is_some() { step.pinned(&row, service) } else { step.by_name(&row, service) };
            match verdict {
                Verdict::Apart => {}
                Verdict::Follows(new) if may_bind(actor, service) => {
                    if !tx.put_binding_secret(&row, &self.guard(new)).await? {
                        return Ok(None);
                    }
                    followed.moved += 1;
                }
                Verdict::Follows(_) | Verdict::Stays => {
                    followed.left.insert(service.to_string());
                }
            }
        }
        Ok(Some(followed))
    }
}

impl Move<'_> {
    fn pinned(&self, row: &StoredBinding, service: &ServicePath) -> Verdict {
        let taken = row.pin_level.as_deref() == Some(self.from.scope.level.word())
            && row.pin_environment_id == self.from.row.environment_id
            && stands_on(service, &self.from.scope.level);
        if !taken {
            return Verdict::Apart;
        }
        if !stands_on(service, &self.to.scope.level) {
            return Verdict::Stays;
        }
        Verdict::Follows(StoredBinding {
            secret_name: self.to.name.to_owned(),
            pin_level: Some(self.to.scope.level.word().to_owned()),
            pin_environment_id: self.to.row.environment_id,
            ..row.clone()
        })
    }

    fn by_name(&self, row: &StoredBinding, service: &ServicePath) -> Verdict {
        if self.from.name == self.to.name || !stands_on(service, &self.from.scope.level) {
            return Verdict::Apart;
        }
        let (mut took, mut follows) = (false, true);
        let counts = |id: Uuid| row.environment_id.is_none_or(|own| own == id);
        for (_, environment) in self.environments.iter().filter(|(id, _)| counts(*id)) {
            let rungs = ladder::rungs(service, environment);
            let first = |name: &str| rungs.iter().position(|rung| self.holds(rung, name));
            let here = rungs.iter().position(|rung| rung == self.from.scope);
            match (here, first(self.from.name)) {
                // It won here before: nothing nearer holds the name.
                (Some(here), other) if other.is_none_or(|other| here < other) => {
                    took = true;
                    follows &= first(self.to.name).is_some_and(|winner| rungs[winner] == *self.to.scope);
                }
                (_, Some(_)) => follows = false,
                (_, None) => {}
            }
        }
        match (took, follows) {
            (false, _) => Verdict::Apart,
            (true, false) => Verdict::Stays,
            (true, true) => Verdict::Follows(StoredBinding { secret_name: self.to.name.to_owned(), ..row.clone() }),
        }
    }

    fn holds(&self, rung: &Scope, name: &str) -> bool {
        self.ids.get(rung).is_some_and(|id| self.live.contains(&(*id, name.to_owned())))
    }
}

/// Whether a level is one of a service's own ladder.
fn stands_on(service: &ServicePath, level: &Level) -> bool {
    match level {
        Level::Platform => true,
        Level::Project { project } => *project == service.project,
        Level::Service(path) => path == service,
    }
}

fn may_bind(actor: &Actor, service: &ServicePath) -> bool {
    access::check(actor, Action::Bind, &Scope::service(service.clone(), None)).is_ok()
}
