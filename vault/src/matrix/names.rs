//! One name of a matrix: the rungs that hold it, who needs it, and what its cells are.

use std::collections::HashMap;

use domain::{
    Day, EnvironmentName, Level, Scope,
    api::{Cell, CellState, DUE_DAYS},
};
use uuid::Uuid;

use super::{Seen, columns::Column, day};
use crate::{
    db::secrets::StoredSecret,
    scopes::{covers, rank},
};

/// How many of the scopes that cover a cell are named.
const COVERING: usize = 3;

/// One name with the secrets that hold it, nearest rung first.
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    held: Vec<(&'a Seen, &'a StoredSecret)>,
    /// Where a binding needs it; none stands for every environment.
    needs: &'a [Option<EnvironmentName>],
}

/// Groups secrets by name; names that are only needed are there too. The rungs of a name are sorted; the names are not.
pub(super) fn by_name<'a>(
    secrets: &'a [StoredSecret],
    scopes: &'a HashMap<Uuid, Seen>,
    needs: &'a HashMap<String, Vec<Option<EnvironmentName>>>,
) -> Vec<Name<'a>> {
    let mut names: HashMap<&str, Name<'_>> = HashMap::new();
    for (name, needs) in needs {
        names.insert(name, Name { text: name, held: Vec::new(), needs });
    }
    for secret in secrets {
        let Some(scope) = scopes.get(&secret.scope_id) else {
            continue;
        };
        let name =
            names.entry(&secret.name).or_insert_with(|| Name { text: &secret.name, held: Vec::new(), needs: &[] });
        name.held.push((scope, secret));
    }
    let mut names: Vec<Name<'_>> = names.into_values().collect();
    for name in &mut names {
        name.held.sort_by_key(|(seen, _)| rank(&seen.scope));
    }
    names
}

impl Name<'_> {
    /// Whether any rung holds it.
    pub(super) fn is_held(&self) -> bool {
        !self.held.is_empty()
    }

    /// Whether this level holds it, in any environment.
    pub(super) fn is_set(&self, level: &Level) -> bool {
        self.held.iter().any(|(seen, _)| seen.scope.level == *level)
    }

    /// Whether a value of this level covers one of a wider level.
    pub(super) fn shadows(&self, level: &Level) -> bool {
        let (own, wider): (Vec<&Scope>, Vec<&Scope>) =
            self.held.iter().map(|(seen, _)| &seen.scope).partition(|scope| scope.level == *level);
        own.iter().any(|near| wider.iter().any(|far| covers(near, far)))
    }

    /// Whether a value of this level is to be replaced within [`DUE_DAYS`], or should have been.
    pub(super) fn is_due(&self, level: &Level, today: Day) -> bool {
        let own = self.held.iter().filter(|(seen, _)| seen.scope.level == *level);
        { own }.any(|(_, secret)| day(secret.rotate_by).is_some_and(|day| day.days_after(today) <= DUE_DAYS))
    }

    /// The columns in which a binding needs it and no rung holds it. Where a rung is hidden, nobody can say.
    pub(super) fn missing(&self, columns: &[Column]) -> Vec<usize> {
        if self.needs.is_empty() {
            return Vec::new();
        }
        (1..columns.len()).filter(|at| self.is_missing(&columns[*at])).collect()
    }

    fn is_missing(&self, column: &Column) -> bool {
        let needs = |wanted: &Option<EnvironmentName>| wanted.is_none() || *wanted == column.environment;
        column.environment.is_some() && !column.hides && self.needs.iter().any(needs) && self.winner(column).is_none()
    }

    /// The nearest rung of a column.
    pub(super) fn winner(&self, column: &Column) -> Option<(&Scope, &StoredSecret)> {
        if column.open { self.in_column(column).next() } else { None }
    }

    /// The rungs of a column, nearest first; in *all environments* only those for all environments count.
    fn in_column(&self, column: &Column) -> impl Iterator<Item = (&Scope, &StoredSecret)> {
        let rungs = self.held.iter().filter(move |(seen, _)| column.reads(&seen.scope, seen.sees));
        rungs.map(|(seen, secret)| (&seen.scope, *secret))
    }

    /// What stands in a column; `narrower` are the scopes of narrower levels that hold the name too.
    pub(super) fn cell(&self, level: &Level, column: &Column, narrower: &[Scope]) -> Cell {
        if !column.open {
            return Cell::of(CellState::NoAccess);
        }
        let word = |(scope, _): (&Scope, _)| {
            let word = if scope.level == *level { "all" } else { scope.level.word() };
            word.to_owned()
        };
        let mut rungs = self.in_column(column);
        match rungs.next() {
            None if self.is_missing(column) => Cell::of(CellState::Missing),
            None => Cell::of(CellState::NotSet),
            Some((scope, secret)) if scope.level == *level && scope.environment == column.environment => {
                let covering: Vec<&Scope> = narrower.iter().filter(|near| covers(near, scope)).collect();
                Cell {
                    version: Some(secret.version),
                    other: rungs.next().map(word),
                    covered: u32::try_from(covering.len()).unwrap_or(u32::MAX),
                    covered_by: covering.iter().take(COVERING).map(ToString::to_string).collect(),
                    rotate_by: day(secret.rotate_by),
                    ..Cell::of(CellState::Set)
                }
            }
            Some(nearest) => Cell { other: Some(word(nearest)), ..Cell::of(CellState::From) },
        }
    }
}
