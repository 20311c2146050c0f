//! A level as a table: names × environments. No values.

mod columns;
mod names;

use std::collections::{HashMap, HashSet};

use domain::{
    Action, Actor, Day, EnvironmentName, Level, Millis, Scope, SecretName, access,
    api::{Cell, ListQuery, Matrix, MatrixCounts, MatrixRow, MatrixShow},
};
use uuid::Uuid;

use columns::Column;
use names::{Name, by_name};

use crate::{
    Vault,
    audit::Event,
    db::{Tx, secrets::StoredHeld},
    error::Result,
    paging::{Page, checked_search, page_of},
    scopes::{Place, Words, covers, known, rank},
    secrets::kind_of,
};

/// A scope of the level or a wider one, and whether the actor sees it by itself.
struct Seen {
    scope: Scope,
    sees: bool,
}

/// For a name of this page the narrower scopes that hold it too.
type Narrower = HashMap<String, Vec<Scope>>;

impl Vault {
    /// One page of the names of `level`, with what is in every environment; wider rungs included. Whoever may see one of
    /// its environments gets the table with the others closed.
    pub async fn matrix(&self, actor: &Actor, level: &Level, show: MatrixShow, query: &ListQuery) -> Result<Matrix> {
        self.authorise_columns(actor, level).await?;
        checked_search(query)?;
        let mut tx = self.inner.db.read().await?;
        let place = self.find_place(&mut tx, &level.at(None)).await?;
        let words = self.list_words_around(&mut tx, &place).await?;
        let environments: Vec<EnvironmentName> = words.environments.iter().map(|(_, name)| name.clone()).collect();
        let columns = Column::all(actor, level, &environments);
        let mut scopes = HashMap::new();
        for row in tx.list_chain_scopes(place.project_id(), place.service_id()).await? {
            let scope = words.scope(&self.checked(row.clone())?)?;
            let sees = access::check(actor, Action::See, &scope).is_ok();
            if columns.iter().any(|column| column.reads(&scope, sees)) {
                scopes.insert(row.id, Seen { scope, sees });
            }
        }
        let ids: Vec<Uuid> = scopes.keys().copied().collect();
        let mut secrets = self.all_checked(tx.list_secrets(&ids, None).await?)?;
        secrets.retain(|secret| !secret.deleted);
        let needs = self.needs(&mut tx, &place, &words).await?;
        let today = Day::of(self.inner.clock.now());

        let mut names = by_name(&secrets, &scopes, &needs);
        let mut counts = MatrixCounts::default();
        let mut missing = vec![0; environments.len()];
        names.retain(|name| {
            let is_set = name.is_set(level);
            let (inherits, shadows) = (!is_set && name.is_held(), name.shadows(level));
            let (lacks, due) = (name.missing(&columns), name.is_due(level, today));
            for column in &lacks {
                missing[column - 1] += 1;
            }
            counts.all += 1;
            counts.set += u32::from(is_set);
            counts.inherited += u32::from(inherits);
            counts.shadows += u32::from(shadows);
            counts.missing += u32::from(!lacks.is_empty());
            counts.due += u32::from(due);
            match show {
                MatrixShow::All => true,
                MatrixShow::Set => is_set,
                MatrixShow::Inherited => inherits,
                MatrixShow::Shadows => shadows,
                MatrixShow::Missing => !lacks.is_empty(),
                MatrixShow::Due => due,
            }
        });
        let Page { items: page, next: next_cursor, found, before } = page_of(names, |name| name.text, query);
        let narrower = self.narrower(&mut tx, actor, &place, &page).await?;
        let rows = self.rows(&mut tx, level, &columns, &page, &narrower).await?;
        let level = level.clone();
        Ok(Matrix { level, environments, missing, today, rows, next_cursor, found, before, counts })
    }

    /// Names that bindings of `service` need in `environment`, and that no rung holds; by name.
    pub async fn list_missing(
        &self,
        actor: &Actor,
        service: &domain::ServicePath,
        environment: &EnvironmentName,
    ) -> Result<Vec<SecretName>> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        let event = Event::of("service.effective", &scope, "");
        self.authorise(actor, Action::See, &scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        let place = self.find_place(&mut tx, &scope).await?;
        let words = self.list_words_around(&mut tx, &place).await?;
        let ladder = self.find_ladder(&mut tx, service, environment).await?;
        let held = self.list_rungs(&mut tx, &ladder).await?;
        let needs = self.needs(&mut tx, &place, &words).await?;
        let here = |wanted: &Option<EnvironmentName>| wanted.as_ref().is_none_or(|wanted| wanted == environment);
        let mut missing = Vec::new();
        for (name, wanted) in needs {
            if wanted.iter().any(here) && !held.contains_key(&name) {
                missing.push(known(name, "bindings")?);
            }
        }
        missing.sort_unstable();
        Ok(missing)
    }

    /// A refusal is recorded only when no column may be seen.
    async fn authorise_columns(&self, actor: &Actor, level: &Level) -> Result<()> {
        let scope = level.at(None);
        if access::check(actor, Action::See, &scope).is_err() {
            let all = self.list_environments(actor).await?;
            let mut scopes = all.into_iter().map(|environment| level.at(Some(environment.name)));
            if scopes.any(|scope| access::check(actor, Action::See, &scope).is_ok()) {
                return Ok(());
            }
        }
        let event = Event::of("secret.list", &scope, "");
        self.authorise(actor, Action::See, &scope, event).await
    }

    /// Which names the bindings of a service need by the ladder, and where; none for what is no service.
    async fn needs(
        &self,
        tx: &mut Tx,
        place: &Place,
        words: &Words,
    ) -> Result<HashMap<String, Vec<Option<EnvironmentName>>>> {
        let mut needs: HashMap<String, Vec<Option<EnvironmentName>>> = HashMap::new();
        let Some(service) = &place.service else {
            return Ok(needs);
        };
        for row in self.all_checked(tx.list_bindings(service.id).await?)? {
            if row.pin_level.is_none() {
                let environment = row.environment_id.map(|id| words.environment(id)).transpose()?.cloned();
                needs.entry(row.secret_name).or_default().push(environment);
            }
        }
        Ok(needs)
    }

    /// Which narrower scopes hold the names of this page, as far as the actor may see them.
    async fn narrower(&self, tx: &mut Tx, actor: &Actor, place: &Place, page: &[Name<'_>]) -> Result<Narrower> {
        let mut narrower = Narrower::new();
        let (words, rows) = match (&place.project, &place.service) {
            (_, Some(_)) => return Ok(narrower),
            (Some(project), None) => {
                (self.list_words_around(tx, place).await?, tx.list_project_scopes(project.id).await?)
            }
            (None, None) => (self.list_words(tx).await?, tx.list_scopes().await?),
        };
        let own = place.scope.level.at(None);
        let mut scopes = HashMap::new();
        for row in self.all_checked(rows)? {
            let scope = words.scope(&row)?;
            let is_narrower = scope.level != own.level && covers(&scope, &own);
            if is_narrower && access::check(actor, Action::See, &scope).is_ok() {
                scopes.insert(row.id, scope);
            }
        }
        let ids: Vec<Uuid> = scopes.keys().copied().collect();
        let names: Vec<&str> = page.iter().map(|name| name.text).collect();
        for secret in tx.list_secrets(&ids, Some(&names)).await? {
            let secret = self.checked(secret)?;
            if let Some(scope) = scopes.get(&secret.scope_id).filter(|_| !secret.deleted) {
                narrower.entry(secret.name).or_default().push(scope.clone());
            }
        }
        for scopes in narrower.values_mut() {
            scopes.sort_by_cached_key(|scope| (rank(scope), scope.to_string()));
        }
        Ok(narrower)
    }

    async fn rows(
        &self,
        tx: &mut Tx,
        level: &Level,
        columns: &[Column],
        page: &[Name<'_>],
        narrower: &Narrower,
    ) -> Result<Vec<MatrixRow>> {
        let winners = |name: &Name<'_>| -> Vec<Option<Uuid>> {
            columns.iter().map(|column| name.winner(column).map(|(_, secret)| secret.id)).collect()
        };
        let ids: HashSet<Uuid> = page.iter().flat_map(winners).flatten().collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let mut held: HashMap<Uuid, StoredHeld> = HashMap::new();
        for row in tx.list_held_by_id(&ids).await? {
            let row = self.checked_held(row)?;
            held.insert(row.secret.id, row);
        }
        let mut rows = Vec::with_capacity(page.len());
        for name in page {
            let found: Vec<Option<&StoredHeld>> =
                winners(name).into_iter().map(|id| id.and_then(|id| held.get(&id))).collect();
            let mut values: Vec<&[u8]> = Vec::new();
            let covering = narrower.get(name.text).map_or(&[][..], Vec::as_slice);
            let cells = columns.iter().zip(&found).map(|(column, held)| {
                let mut cell = name.cell(level, column, covering);
                cell.kind = held.map(|held| kind_of(&held.version)).transpose()?.flatten();
                if let Some(value) = held.and_then(|held| held.version.fingerprint.as_deref()) {
                    let at = values.iter().position(|other| *other == value).unwrap_or_else(|| {
                        values.push(value);
                        values.len() - 1
                    });
                    cell.group = u32::try_from(at).ok();
                }
                Ok(cell)
            });
            let cells = cells.collect::<Result<Vec<Cell>>>()?;
            let kind = cells.iter().find_map(|cell| cell.kind);
            rows.push(MatrixRow { name: known(name.text.to_owned(), "secrets")?, kind, cells });
        }
        Ok(rows)
    }
}

/// The day in a row, where somebody gave one.
fn day(at: Option<i64>) -> Option<Day> {
    at.map(|at| Day::of(Millis(at)))
}
