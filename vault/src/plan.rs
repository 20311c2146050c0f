//! A plan: what an upload or a copy would do, key by key, and doing just that.
//!
//! | file | concept |
//! |---|---|
//! | `wish` | a name and the value it shall have, from a file or from another scope |
//! | `around` | what is there: the scope, the scopes that share a ladder with it, the bindings |
//! | `effects` | what would become of the services: other values, bindings filled or emptied |
//! | `basis` | one short text that stands for everything the plan was made from |
//! | `apply` | the plan as one change |

mod apply;
mod around;
mod basis;
mod effects;
mod wish;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
};

use domain::{
    Actor, Error as PublicError, Problem, Scope,
    api::{Plan, PlanAction, PlanCounts, PlanItem},
};

pub(crate) use apply::Applying;
pub(crate) use wish::{Wish, Wishes, wishes_to_copy};

use crate::{
    Vault,
    db::{Tx, scopes::StoredScope, secrets::StoredHeld},
    error::Result,
    scopes::{Place, covers, rank},
};
use around::{Around, Found};

/// What is to be planned.
pub(crate) struct Planning<'a> {
    pub(crate) actor: &'a Actor,
    /// Where the names go.
    pub(crate) place: &'a Place,
    /// Its row; none before its first write.
    pub(crate) stored: Option<&'a StoredScope>,
    pub(crate) wishes: &'a Wishes<'a>,
    /// Names that are not to be written.
    pub(crate) leave_out: &'a [String],
    /// Where the names are removed in the same change.
    pub(crate) source: Option<(&'a Scope, &'a StoredScope)>,
}

/// A plan with what has to be written for it.
pub(crate) struct Planned<'a> {
    pub(crate) plan: Plan,
    /// What is new or different, with what is there now.
    pub(crate) changes: Vec<(&'a Wish<'a>, Option<StoredHeld>)>,
    /// What is to be removed at the source.
    pub(crate) removals: Vec<&'a Wish<'a>>,
}

/// One key, in the order of the file.
#[derive(Clone, Copy)]
enum Line<'a> {
    Good(&'a Wish<'a>),
    Bad(&'a Problem),
}

impl Vault {
    /// Plans. Writes nothing.
    pub(crate) async fn plan<'a>(&self, tx: &mut Tx, planning: &Planning<'a>) -> Result<Planned<'a>> {
        let wishes = planning.wishes;
        let left_out = left_out(wishes, planning.leave_out)?;
        let names: Vec<&str> = wishes.list.iter().map(|wish| wish.name.as_str()).collect();
        let mut current = self.current(tx, planning.stored, &names).await?;
        let around = self.around(tx, planning, &names).await?;
        let basis = self.basis(planning, &current, &around);
        let folded = self.folded(tx, planning.stored, wishes).await?;

        let mut items = Vec::with_capacity(wishes.list.len() + wishes.problems.len());
        let (mut changes, mut removals) = (Vec::new(), Vec::new());
        // Names with what would be in their scope, for those that are written or removed elsewhere.
        let mut outcomes: HashMap<&str, usize> = HashMap::new();
        let mut moved = Vec::new();
        for line in lines(wishes) {
            let wish = match line {
                Line::Bad(problem) => {
                    items.push(bad(problem, &left_out));
                    continue;
                }
                Line::Good(wish) => wish,
            };
            let name = wish.name.as_str();
            let current = current.remove(name);
            let live = current.as_ref().filter(|held| !held.secret.deleted);
            let action = match live {
                _ if left_out.contains(name) => PlanAction::LeftOut,
                None => PlanAction::Create,
                Some(held) if wish.print.is_of(&held.version) && !wish.brings_words(held) => PlanAction::Unchanged,
                Some(_) => PlanAction::Update,
            };
            let mut item = item(planning, wish, action, around.of(name), &around);
            item.same_value = action == PlanAction::Update && live.is_some_and(|held| wish.print.is_of(&held.version));
            item.version = live.map(|held| held.secret.version);
            item.differs_in_case = differing(&folded, name);
            if action != PlanAction::LeftOut {
                outcomes.insert(name, items.len());
                moved.push(wish);
                if let Some((source, _)) = planning.source {
                    item.removed_from = Some(source.to_string());
                    removals.push(wish);
                }
            }
            if matches!(action, PlanAction::Create | PlanAction::Update) {
                changes.push((wish, current));
            }
            items.push(item);
        }
        let effects = around.effects(planning, &moved);
        for (name, fills, empties) in effects.bindings {
            if let Some(item) = outcomes.get(name).and_then(|index| items.get_mut(*index)) {
                (item.fills, item.empties) = (fills, empties);
            }
        }
        let counts = PlanCounts::of(&items);
        let plan = Plan { items, counts, affects: effects.affects, basis, change_id: None };
        Ok(Planned { plan, changes, removals })
    }

    /// What the scope holds under these names, deleted or not.
    async fn current(
        &self,
        tx: &mut Tx,
        stored: Option<&StoredScope>,
        names: &[&str],
    ) -> Result<HashMap<String, StoredHeld>> {
        let Some(stored) = stored else {
            return Ok(HashMap::new());
        };
        let wanted: HashSet<&str> = names.iter().copied().collect();
        let mut current = HashMap::new();
        for held in tx.list_held_of_names(stored.id, names).await? {
            if wanted.contains(held.secret.name.as_str()) {
                let held = self.checked_held(held)?;
                current.insert(held.secret.name.clone(), held);
            }
        }
        Ok(current)
    }

    /// The names of the upload and of the scope by their lower case, for those written in several ways.
    async fn folded<'a>(
        &self,
        tx: &mut Tx,
        stored: Option<&StoredScope>,
        wishes: &'a Wishes<'_>,
    ) -> Result<BTreeMap<String, Vec<Cow<'a, str>>>> {
        let mut folded: BTreeMap<String, Vec<Cow<'a, str>>> = BTreeMap::new();
        for wish in &wishes.list {
            let name = wish.name.as_str();
            folded.entry(name.to_ascii_lowercase()).or_default().push(Cow::Borrowed(name));
        }
        if let Some(stored) = stored {
            let lowered: Vec<String> = folded.keys().cloned().collect();
            for secret in tx.list_secrets_folded(stored.id, &lowered).await? {
                let Some(names) = folded.get_mut(&secret.name.to_ascii_lowercase()) else {
                    continue;
                };
                if !secret.deleted && !names.iter().any(|name| *name == secret.name) {
                    names.push(Cow::Owned(self.checked(secret)?.name));
                }
            }
        }
        folded.retain(|_, names| names.len() > 1);
        Ok(folded)
    }
}

fn item(planning: &Planning<'_>, wish: &Wish<'_>, action: PlanAction, found: &[Found], around: &Around) -> PlanItem {
    let scope = &planning.place.scope;
    let of = |which: &dyn Fn(&Found) -> bool| {
        let mut scopes: Vec<&Scope> =
            found.iter().filter(|found| which(found)).map(|found| around.scope(found.scope)).collect();
        // Nearest first.
        scopes.sort_by_cached_key(|scope| (rank(scope), scope.to_string()));
        scopes.into_iter().map(Scope::to_string).collect::<Vec<_>>()
    };
    // What is removed in the same change is not there any more.
    let stays = |found: &Found| planning.source.is_none_or(|(source, _)| source != around.scope(found.scope));
    let shadowed = |found: &Found| stays(found) && covers(scope, around.scope(found.scope));
    let shadowing = |found: &Found| stays(found) && covers(around.scope(found.scope), scope);
    PlanItem {
        kind: Some(wish.print.kind()),
        shadows: of(&shadowed),
        shadowed_by: of(&shadowing),
        same_as: of(&|found| found.print == wish.print && (shadowed(found) || shadowing(found))),
        looks_like_file: wish.look,
        ..PlanItem::new(wish.name.as_str(), action)
    }
}

/// Entries and problems in the order of the file.
fn lines<'a>(wishes: &'a Wishes<'a>) -> Vec<Line<'a>> {
    let good = wishes.list.iter().map(Line::Good);
    let bad = wishes.problems.iter().map(Line::Bad);
    let mut lines: Vec<Line<'_>> = good.chain(bad).collect();
    lines.sort_by_key(|line| match line {
        Line::Good(wish) => wish.place,
        Line::Bad(problem) => (problem.line.unwrap_or_default(), problem.column.unwrap_or_default()),
    });
    lines
}

fn bad(problem: &Problem, left_out: &HashSet<&str>) -> PlanItem {
    let name = problem.name.clone().unwrap_or_default();
    let is_left_out = problem.name.is_some() && left_out.contains(name.as_str());
    let action = if is_left_out { PlanAction::LeftOut } else { PlanAction::Invalid };
    PlanItem { problem: Some(problem.clone()), ..PlanItem::new(name, action) }
}

fn differing(folded: &BTreeMap<String, Vec<Cow<'_, str>>>, name: &str) -> Vec<String> {
    let names = folded.get(&name.to_ascii_lowercase()).map(Vec::as_slice).unwrap_or_default();
    let mut others: Vec<String> = names.iter().filter(|other| *other != name).map(ToString::to_string).collect();
    others.sort_unstable();
    others
}

/// The names to leave out; 422 for those that are not there, so that a slip of the pen is noticed.
fn left_out<'a>(wishes: &Wishes<'_>, names: &'a [String]) -> Result<HashSet<&'a str>, PublicError> {
    wishes.check_written(names, "left out")?;
    Ok(names.iter().map(String::as_str).collect())
}
