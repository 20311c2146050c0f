//! A level as a table: names × environments. No values.

mod names;

use std::collections::HashMap;

use domain::{
    Actor, EnvironmentName, Kind, Level, Scope,
    api::{Cell, CellState, ListQuery, Matrix, MatrixRow, MatrixShow},
};
use uuid::Uuid;

use crate::{
    Vault,
    db::{Tx, secrets::StoredSecret},
    error::{Error, Result},
    scopes::{known, rank},
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
        let (mut tx, words, scopes) = self.around(actor, level).await?;
        let chosen = names::Chosen::of(level, &scopes, show);
        let counts = self.count_matrix(&mut tx, level, &scopes).await?;
        let (wanted, next_cursor) = chosen.page(&mut tx, query).await?;
        let total = chosen.count(&mut tx, query).await?;
        let secrets = self.live_of(&mut tx, &scopes, &wanted).await?;
        let page = by_name(&secrets, &scopes, &wanted);
        let environments: Vec<EnvironmentName> = words.environments.into_iter().map(|(_, name)| name).collect();
        let rows = self.rows(&mut tx, level, &environments, &page).await?;
        Ok(Matrix { level: level.clone(), environments, rows, next_cursor, total, counts })
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

/// Groups secrets by name, in the order of `wanted`. The rungs of a name are sorted.
fn by_name<'a>(secrets: &'a [StoredSecret], scopes: &'a HashMap<Uuid, Scope>, wanted: &[String]) -> Vec<Name<'a>> {
    let mut names: HashMap<&str, Name<'_>> = HashMap::new();
    for secret in secrets {
        let Some(scope) = scopes.get(&secret.scope_id) else {
            continue;
        };
        let name = names.entry(&secret.name).or_insert_with(|| Name { name: &secret.name, held: Vec::new() });
        name.held.push((scope, secret));
    }
    for name in names.values_mut() {
        name.held.sort_by_key(|(scope, _)| rank(scope));
    }
    wanted.iter().filter_map(|name| names.remove(name.as_str())).collect()
}

impl Name<'_> {
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
