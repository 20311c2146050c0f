//! A level as a table: names × environments. No values.

use std::collections::HashMap;

use domain::{
    Action, Actor, EnvironmentName, Kind, Level, Scope, access,
    api::{Cell, CellState, ListQuery, Matrix, MatrixCounts, MatrixRow, MatrixShow},
};
use uuid::Uuid;

use crate::{
    Vault,
    audit::Event,
    db::{Tx, secrets::StoredSecret},
    error::{Error, Result},
    paging::page_of,
    scopes::{covers, known, rank},
    secrets::kind_of,
};

/// One name with the secrets that hold it, nearest rung first.
struct Name<'a> {
    name: &'a str,
    held: Vec<(&'a Scope, &'a StoredSecret)>,
}

impl Vault {
    /// One page of the names of `level`, with what is in every environment; wider rungs included.
    pub async fn matrix(&self, actor: &Actor, level: &Level, show: MatrixShow, query: &ListQuery) -> Result<Matrix> {
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
        let ids: Vec<Uuid> = scopes.keys().copied().collect();
        let mut secrets = self.all_checked(tx.list_secrets(&ids, None).await?)?;
        secrets.retain(|secret| !secret.deleted);

        let mut names = by_name(&secrets, &scopes);
        let mut counts = MatrixCounts::default();
        names.retain(|name| {
            let is_set = name.held.iter().any(|(scope, _)| scope.level == *level);
            let shadows = name.shadows(level);
            counts.all += 1;
            counts.set += u32::from(is_set);
            counts.inherited += u32::from(!is_set);
            counts.shadows += u32::from(shadows);
            match show {
                MatrixShow::All => true,
                MatrixShow::Set => is_set,
                MatrixShow::Inherited => !is_set,
                MatrixShow::Shadows => shadows,
            }
        });
        let (page, next_cursor) = page_of(names, |name| name.name, query);
        let environments: Vec<EnvironmentName> = words.environments.into_iter().map(|(_, name)| name).collect();
        let rows = self.rows(&mut tx, level, &environments, &page).await?;
        Ok(Matrix { level: level.clone(), environments, rows, next_cursor, counts })
    }

    async fn rows(
        &self,
        tx: &mut Tx,
        level: &Level,
        environments: &[EnvironmentName],
        page: &[Name<'_>],
    ) -> Result<Vec<MatrixRow>> {
        let columns: Vec<Option<&EnvironmentName>> =
            std::iter::once(None).chain(environments.iter().map(Some)).collect();
        // The kind of a row is that of its first cell that has one.
        let first = |name: &Name<'_>| {
            let mut columns = columns.iter();
            columns.find_map(|column| name.in_column(*column).next().map(|(_, secret)| secret.id))
        };
        let ids: Vec<Uuid> = page.iter().filter_map(first).collect();
        let mut kinds: HashMap<Uuid, Kind> = HashMap::new();
        for held in tx.list_held_by_id(&ids).await? {
            let held = self.checked_held(held)?;
            if let Some(kind) = kind_of(&held.version)? {
                kinds.insert(held.secret.id, kind);
            }
        }
        let mut rows = Vec::with_capacity(page.len());
        for name in page {
            let kind = first(name).and_then(|id| kinds.get(&id));
            rows.push(MatrixRow {
                name: known(name.name.to_owned(), "secrets")?,
                kind: *kind.ok_or(Error::Unknown { table: "secrets" })?,
                cells: columns.iter().map(|column| name.cell(level, *column)).collect(),
            });
        }
        Ok(rows)
    }
}

/// Groups secrets by name. The rungs of a name are sorted; the names are not.
fn by_name<'a>(secrets: &'a [StoredSecret], scopes: &'a HashMap<Uuid, Scope>) -> Vec<Name<'a>> {
    let mut names: HashMap<&str, Name<'_>> = HashMap::new();
    for secret in secrets {
        let Some(scope) = scopes.get(&secret.scope_id) else {
            continue;
        };
        let name = names.entry(&secret.name).or_insert_with(|| Name { name: &secret.name, held: Vec::new() });
        name.held.push((scope, secret));
    }
    let mut names: Vec<Name<'_>> = names.into_values().collect();
    for name in &mut names {
        name.held.sort_by_key(|(scope, _)| rank(scope));
    }
    names
}

impl Name<'_> {
    /// Whether a value of this level covers one of a wider level.
    fn shadows(&self, level: &Level) -> bool {
        let (own, wider): (Vec<&Scope>, Vec<&Scope>) =
            self.held.iter().map(|(scope, _)| *scope).partition(|scope| scope.level == *level);
        own.iter().any(|near| wider.iter().any(|far| covers(near, far)))
    }

    /// The rungs of a column, nearest first; in *all environments* only those for all environments count.
    fn in_column(&self, column: Option<&EnvironmentName>) -> impl Iterator<Item = (&Scope, &StoredSecret)> {
        self.held
            .iter()
            .filter(move |(scope, _)| scope.environment.is_none() || scope.environment.as_ref() == column)
            .map(|(scope, secret)| (*scope, *secret))
    }

    fn cell(&self, level: &Level, column: Option<&EnvironmentName>) -> Cell {
        let word = |(scope, _): (&Scope, _)| {
            let word = if scope.level == *level { "all" } else { scope.level.word() };
            word.to_owned()
        };
        let mut rungs = self.in_column(column);
        match rungs.next() {
            None => Cell { state: CellState::NotSet, version: None, other: None },
            Some((scope, secret)) if scope.level == *level && scope.environment.as_ref() == column => {
                Cell { state: CellState::Set, version: Some(secret.version), other: rungs.next().map(word) }
            }
            Some(nearest) => Cell { state: CellState::From, version: None, other: Some(word(nearest)) },
        }
    }
}
