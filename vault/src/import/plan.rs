//! What an upload would do, key by key.

use std::collections::{HashMap, HashSet};

use domain::{
    Action, Actor, Error as PublicError, Problem, Scope, access,
    api::{Plan, PlanAction, PlanCounts, PlanItem},
    import::{Entry, Import},
};
use uuid::Uuid;

use super::ImportOptions;
use crate::{
    Vault,
    db::{Tx, scopes::StoredScope, secrets::StoredHeld},
    error::Result,
    scopes::{Place, Words, covers, rank},
};

/// A plan with what has to be written for it.
pub(super) struct Planned<'a> {
    pub(super) plan: Plan,
    /// The entries that are new or different, with what is there now.
    pub(super) changes: Vec<(&'a Entry, Option<StoredHeld>)>,
}

/// One key of the upload.
#[derive(Clone, Copy)]
enum Line<'a> {
    Good(&'a Entry),
    Bad(&'a Problem),
}

/// For a name the scopes that hold it too: those covered, and those covering.
#[derive(Default)]
struct Others<'a> {
    shadows: Vec<&'a Scope>,
    shadowed_by: Vec<&'a Scope>,
}

impl Vault {
    pub(super) async fn plan<'a>(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        place: &Place,
        stored: Option<&StoredScope>,
        import: &'a Import,
        options: &ImportOptions,
    ) -> Result<Planned<'a>> {
        let left_out = left_out(import, options)?;
        let names: Vec<&str> = import.entries.iter().map(|e| e.name.as_str()).collect();
        let mut current = HashMap::new();
        if let Some(stored) = stored {
            let wanted: HashSet<&str> = names.iter().copied().collect();
            for held in tx.list_held_of_names(stored.id, &names).await? {
                if wanted.contains(held.secret.name.as_str()) {
                    let held = self.checked_held(held)?;
                    current.insert(held.secret.name.clone(), held);
                }
            }
        }
        let scopes = self.scopes_around(tx, actor, place).await?;
        let mut others = self.others(tx, &place.scope, &scopes, &names).await?;

        let mut items = Vec::with_capacity(import.entries.len() + import.problems.len());
        let mut changes = Vec::new();
        for line in lines(import) {
            let entry = match line {
                Line::Bad(problem) => {
                    items.push(bad(problem, &left_out));
                    continue;
                }
                Line::Good(entry) => entry,
            };
            let current = current.remove(entry.name.as_str());
            let live = current.as_ref().filter(|held| !held.secret.deleted);
            let others = others.remove(entry.name.as_str()).unwrap_or_default();
            let mut item = PlanItem {
                name: entry.name.to_string(),
                kind: Some(entry.value.kind()),
                action: PlanAction::Create,
                version: live.map(|held| held.secret.version),
                shadows: sources(others.shadows),
                shadowed_by: sources(others.shadowed_by),
                problem: None,
            };
            item.action = match live {
                _ if left_out.contains(entry.name.as_str()) => PlanAction::LeftOut,
                None => PlanAction::Create,
                Some(held) if self.holds(held, &entry.value) => PlanAction::Unchanged,
                Some(_) => PlanAction::Update,
            };
            if matches!(item.action, PlanAction::Create | PlanAction::Update) {
                changes.push((entry, current));
            }
            items.push(item);
        }
        Ok(Planned { plan: Plan { counts: PlanCounts::of(&items), items, change_id: None }, changes })
    }

    /// The scopes that share a ladder with this one, as far as the actor may see them.
    async fn scopes_around(&self, tx: &mut Tx, actor: &Actor, place: &Place) -> Result<HashMap<Uuid, Scope>> {
        let (words, rows): (Words, _) = match &place.project {
            None => (self.list_words(tx).await?, tx.list_scopes().await?),
            Some(project) => (self.list_words_around(tx, place).await?, tx.list_project_scopes(project.id).await?),
        };
        let mut around = HashMap::new();
        for row in self.all_checked(rows)? {
            let scope = words.scope(&row)?;
            let meets = covers(&place.scope, &scope) || covers(&scope, &place.scope);
            if meets && access::check(actor, Action::See, &scope).is_ok() {
                around.insert(row.id, scope);
            }
        }
        Ok(around)
    }

    /// Which of these scopes hold which of the names: one query for all of them.
    async fn others<'s>(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        around: &'s HashMap<Uuid, Scope>,
        names: &[&str],
    ) -> Result<HashMap<String, Others<'s>>> {
        let wanted: HashSet<&str> = names.iter().copied().collect();
        let ids: Vec<Uuid> = around.keys().copied().collect();
        let mut others: HashMap<String, Others<'s>> = HashMap::new();
        for secret in tx.list_secrets(&ids, Some(names)).await? {
            if secret.deleted || !wanted.contains(secret.name.as_str()) {
                continue;
            }
            let secret = self.checked(secret)?;
            if let Some(other) = around.get(&secret.scope_id) {
                let entry = others.entry(secret.name).or_default();
                if covers(scope, other) {
                    entry.shadows.push(other);
                } else {
                    entry.shadowed_by.push(other);
                }
            }
        }
        Ok(others)
    }
}

/// Entries and problems in the order of the file.
fn lines(import: &Import) -> Vec<Line<'_>> {
    let good = import.entries.iter().map(Line::Good);
    let bad = import.problems.iter().map(Line::Bad);
    let mut lines: Vec<Line<'_>> = good.chain(bad).collect();
    lines.sort_by_key(|line| match line {
        Line::Good(entry) => (entry.line, entry.column),
        Line::Bad(problem) => (problem.line.unwrap_or_default(), problem.column.unwrap_or_default()),
    });
    lines
}

fn bad(problem: &Problem, left_out: &HashSet<&str>) -> PlanItem {
    let name = problem.name.clone().unwrap_or_default();
    let is_left_out = problem.name.is_some() && left_out.contains(name.as_str());
    PlanItem {
        name,
        kind: None,
        action: if is_left_out { PlanAction::LeftOut } else { PlanAction::Invalid },
        version: None,
        shadows: Vec::new(),
        shadowed_by: Vec::new(),
        problem: Some(problem.clone()),
    }
}

/// The names to leave out; 422 for those that the file does not hold, so that a slip of the pen is noticed.
fn left_out<'a>(import: &Import, options: &'a ImportOptions) -> Result<HashSet<&'a str>, PublicError> {
    let entries = import.entries.iter().map(|entry| entry.name.as_str());
    let problems = import.problems.iter().filter_map(|p| p.name.as_deref());
    let written: HashSet<&str> = entries.chain(problems).collect();
    let absent: Vec<Problem> = options
        .leave_out
        .iter()
        .filter(|name| !written.contains(name.as_str()))
        .map(|name| {
            let shown: String = name.chars().take(253).collect();
            Problem::field(
                &shown,
                format!("`{}` is to be left out, but the file does not hold it", shown.escape_debug()),
            )
        })
        .collect();
    if absent.is_empty() {
        Ok(options.leave_out.iter().map(String::as_str).collect())
    } else {
        Err(PublicError::invalid(absent))
    }
}

/// Nearest first.
fn sources(mut scopes: Vec<&Scope>) -> Vec<String> {
    scopes.sort_by_cached_key(|scope| (rank(scope), scope.to_string()));
    scopes.into_iter().map(Scope::to_string).collect()
}
