//! Which names a table shows: pages of them, any part of them, and how many there are. Nothing is read but the names
//! asked for, so a level with 50 000 of them opens as quickly as a small one.

use std::collections::HashMap;

use domain::{
    Action, Actor, EnvironmentName, Level, Scope, access,
    api::{ListQuery, MatrixCounts, MatrixRow, MatrixShow},
};
use uuid::Uuid;

use super::by_name;
use crate::{
    Vault,
    audit::Event,
    db::{
        Tx,
        names::{Branch, Only, Part},
        secrets::StoredSecret,
    },
    error::Result,
    paging::checked_search,
    scopes::{Words, covers},
};

/// The names of a level that one of the pills stands for.
pub(super) struct Chosen(Vec<Branch>);

impl Chosen {
    /// Chooses among the scopes that an actor sees around a level.
    pub(super) fn of(level: &Level, scopes: &HashMap<Uuid, Scope>, show: MatrixShow) -> Self {
        let own = |scope: &Scope| scope.level == *level;
        let ids = |wanted: &dyn Fn(&Scope) -> bool| -> Vec<Uuid> {
            scopes.iter().filter(|(_, scope)| wanted(scope)).map(|(id, _)| *id).collect()
        };
        let all = |ids: Vec<Uuid>| ids.into_iter().map(|scope| Branch { scope, only: Only::All }).collect();
        Self(match show {
            MatrixShow::All => all(ids(&|_| true)),
            MatrixShow::Set => all(ids(&own)),
            MatrixShow::Inherited => {
                let (own, wider) = (ids(&own), ids(&|scope| !own(scope)));
                wider.into_iter().map(|scope| Branch { scope, only: Only::NotIn(own.clone()) }).collect()
            }
            MatrixShow::Shadows => {
                let near = scopes.iter().filter(|(_, scope)| own(scope));
                let branches = near.map(|(id, near)| {
                    let wider = ids(&|far| !own(far) && covers(near, far));
                    Branch { scope: *id, only: Only::AlsoIn(wider) }
                });
                branches.filter(|branch| matches!(&branch.only, Only::AlsoIn(wider) if !wider.is_empty())).collect()
            }
        })
    }

    /// One page after a cursor, and the cursor of the next one.
    pub(super) async fn page(&self, tx: &mut Tx, query: &ListQuery) -> Result<(Vec<String>, Option<String>)> {
        let search = checked_search(query)?;
        let rows = i64::from(query.rows());
        let after = query.cursor.as_deref().unwrap_or_default();
        let mut names = tx.list_names(&self.0, Part { search, after, from: 0, limit: rows + 1 }).await?;
        let more = i64::try_from(names.len()).is_ok_and(|count| count > rows);
        if more {
            names.pop();
        }
        let next = names.last().filter(|_| more).cloned();
        Ok((names, next))
    }

    /// How many match.
    pub(super) async fn count(&self, tx: &mut Tx, query: &ListQuery) -> Result<u32> {
        Ok(number(tx.count_names(&self.0, checked_search(query)?).await?))
    }
}

impl Vault {
    /// The rows of a level from any place on, as [`Vault::matrix`] would show them.
    pub async fn matrix_rows(
        &self,
        actor: &Actor,
        level: &Level,
        show: MatrixShow,
        query: &ListQuery,
        from: u32,
    ) -> Result<Vec<MatrixRow>> {
        let (mut tx, words, scopes) = self.around(actor, level).await?;
        let chosen = Chosen::of(level, &scopes, show);
        let part =
            Part { search: checked_search(query)?, after: "", from: i64::from(from), limit: i64::from(query.rows()) };
        let wanted = tx.list_names(&chosen.0, part).await?;
        let secrets = self.live_of(&mut tx, &scopes, &wanted).await?;
        let page = by_name(&secrets, &scopes, &wanted);
        let environments: Vec<EnvironmentName> = words.environments.into_iter().map(|(_, name)| name).collect();
        self.rows(&mut tx, level, &environments, &page).await
    }

    /// How many names are set on a level, in any environment.
    pub async fn count_names(&self, actor: &Actor, level: &Level) -> Result<u32> {
        let (mut tx, _, scopes) = self.around(actor, level).await?;
        let chosen = Chosen::of(level, &scopes, MatrixShow::Set);
        Ok(number(tx.count_names(&chosen.0, "").await?))
    }

    /// The access check; then the scopes around a level that the actor sees.
    pub(super) async fn around(&self, actor: &Actor, level: &Level) -> Result<(Tx, Words, HashMap<Uuid, Scope>)> {
        let scope = level.at(None);
        let event = Event::of("secret.list", &scope, "");
        self.authorise(actor, Action::See, &scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        let place = self.find_place(&mut tx, &scope).await?;
        let words = self.list_words_around(&mut tx, &place).await?;
        let mut scopes = HashMap::new();
        for row in tx.list_chain_scopes(place.project_id(), place.service_id()).await? {
            let scope = words.scope(&self.checked(row.clone())?)?;
            if access::check(actor, Action::See, &scope).is_ok() {
                scopes.insert(row.id, scope);
            }
        }
        Ok((tx, words, scopes))
    }

    /// How many names of a level are what.
    pub(super) async fn count_matrix(
        &self,
        tx: &mut Tx,
        level: &Level,
        scopes: &HashMap<Uuid, Scope>,
    ) -> Result<MatrixCounts> {
        let mut counted = [0; 3];
        for (count, show) in counted.iter_mut().zip([MatrixShow::All, MatrixShow::Set, MatrixShow::Shadows]) {
            *count = number(tx.count_names(&Chosen::of(level, scopes, show).0, "").await?);
        }
        let [all, set, shadows] = counted;
        Ok(MatrixCounts { all, set, inherited: all.saturating_sub(set), shadows })
    }

    /// What these scopes hold under these names, checked.
    pub(super) async fn live_of(
        &self,
        tx: &mut Tx,
        scopes: &HashMap<Uuid, Scope>,
        names: &[String],
    ) -> Result<Vec<StoredSecret>> {
        let ids: Vec<Uuid> = scopes.keys().copied().collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut secrets = if names.is_empty() { Vec::new() } else { tx.list_secrets(&ids, Some(&names)).await? };
        secrets = self.all_checked(secrets)?;
        secrets.retain(|secret| !secret.deleted);
        Ok(secrets)
    }
}

fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
