//! A long table in a browser: what was read of it, what of that stands in the page, and reading on.
//!
//! Every row that was read stays in memory: a name and its marks, no value. Without script a table is its first page, and
//! a pager leads on.

use domain::{
    EnvironmentName, Level, SecretName,
    api::{Matrix, MatrixRow},
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    asked::Asked,
    blocks::{self, BLOCK, Heights, Piece, Sight},
    scope_read::{ScopeView, read_on},
};
use crate::error::UiError;

/// Which list a table shows. What was read of another is worth nothing for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Of {
    /// The level.
    pub(super) level: Level,
    /// Which of its names; no cell is open in it.
    pub(super) asked: Asked,
    /// How many uploads were applied before it was read.
    pub(super) applied: u32,
}

/// How far a table was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reach {
    /// How many names are on the pages before.
    pub(super) before: u32,
    /// How many were read.
    pub(super) read: u32,
    /// How many there are.
    pub(super) found: u32,
    /// Where to read on.
    pub(super) next: Option<String>,
}

/// Whether more is being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing is.
    No,
    /// The next names are.
    Yes,
    /// They could not be: why.
    Failed(String),
}

/// A long table. Belongs to the page, for the view of the table is made anew with every answer.
#[derive(Clone, Copy)]
pub(super) struct Window {
    list: StoredValue<List>,
    reach: RwSignal<Reach>,
    shown: RwSignal<Vec<usize>>,
    reading: RwSignal<Reading>,
}

#[derive(Debug, Default)]
struct List {
    of: Option<Of>,
    environments: Vec<EnvironmentName>,
    rows: Vec<MatrixRow>,
    heights: Heights,
    open: Option<SecretName>,
}

impl Window {
    /// Nothing read yet.
    pub(super) fn new() -> Self {
        Self {
            list: StoredValue::new(List::default()),
            reach: RwSignal::new(Reach::default()),
            shown: RwSignal::new(Vec::new()),
            reading: RwSignal::new(Reading::No),
        }
    }

    /// Follows the view while the page is there.
    pub(super) fn follow(self) {
        Effect::new(move |_| {
            #[cfg(feature = "hydrate")]
            super::scroll::listen(self);
            #[cfg(not(feature = "hydrate"))]
            let _ = self;
        });
    }

    /// Takes the first page of a list, and the open cell. What was read of the same list already is kept.
    pub(super) fn take(self, of: Of, view: &ScopeView) {
        let known = self.reach.get_untracked();
        let (reach, same) = self.list.try_update_value(|list| list.take(of, view, &known)).unwrap_or_default();
        let blocks = (reach.read as usize).div_ceil(BLOCK);
        if !same || reach.next != known.next {
            self.reading.set(Reading::No);
        }
        self.reach.set(reach);
        if same {
            #[cfg(feature = "hydrate")]
            super::scroll::hold();
            self.shown.update(|shown| shown.retain(|block| *block < blocks));
        } else {
            self.shown.set((0..blocks).collect());
        }
    }

    /// How far the list was read.
    pub(super) fn reach(self) -> Reach {
        self.reach.get()
    }

    /// Whether more of it is being read.
    pub(super) fn reading(self) -> Reading {
        self.reading.get()
    }

    /// What stands in the body of the table.
    pub(super) fn pieces(self) -> Vec<Piece> {
        let rows = self.reach.with(|reach| reach.read as usize);
        self.shown.with(|shown| blocks::pieces(rows, shown))
    }

    /// The rows of a block, each with its place in the list.
    pub(super) fn rows(self, block: usize) -> Vec<(u32, MatrixRow)> {
        let before = self.reach.with_untracked(|reach| reach.before);
        self.list.with_value(|list| {
            let rows = list.rows.iter().zip(before..).skip(block * BLOCK).take(BLOCK);
            rows.map(|(row, place)| (place, row.clone())).collect()
        })
    }

    /// Whether a name was read.
    pub(super) fn has(self, name: &SecretName) -> bool {
        self.reach.track();
        self.list.with_value(|list| list.find(name).is_some())
    }

    /// How high the gap is that starts at a block.
    pub(super) fn gap(self, from: usize) -> f64 {
        let blocks = self.reach.with(|reach| reach.read as usize).div_ceil(BLOCK);
        let to = self.shown.with(|shown| shown.iter().copied().find(|block| *block > from)).unwrap_or(blocks);
        self.list.with_value(|list| list.heights.of(from..to.max(from)))
    }

    /// Makes the page fit what is in sight, and reads on where the end is near. Whether another frame has something to do.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser sees anything"))]
    pub(super) fn look(self, sight: &Sight) -> bool {
        let shown = self.shown.get_untracked();
        let outlook = self.list.try_update_value(|list| {
            list.heights.learn(sight);
            let open = list.open.as_ref().and_then(|name| list.find(name)).map(|at| at / BLOCK);
            list.heights.outlook(list.rows.len().div_ceil(BLOCK), &shown, open, sight)
        });
        let Some(outlook) = outlook else { return false };
        if outlook.left < (3.0 * sight.view).max(2000.0) {
            self.read_on();
        }
        if outlook.shown != shown {
            self.shown.set(outlook.shown);
        }
        outlook.more
    }

    /// Reads on after a failure.
    pub(super) fn again(self) {
        self.reading.set(Reading::No);
        self.read_on();
    }

    fn read_on(self) {
        let of = self.list.with_value(|list| list.of.clone());
        let (Some(of), Some(after)) = (of, self.reach.get_untracked().next) else { return };
        if self.reading.get_untracked() != Reading::No {
            return;
        }
        self.reading.set(Reading::Yes);
        spawn_local(async move {
            let answer = read_on(of.level.clone(), Asked { after: after.clone(), ..of.asked.clone() }).await;
            // By now the page may show another list, or be gone.
            let is_awaited = self.list.try_with_value(|list| list.of.as_ref() == Some(&of)).unwrap_or_default()
                && self.reach.get_untracked().next.as_ref() == Some(&after);
            if is_awaited {
                self.append(answer);
            }
        });
    }

    fn append(self, answer: Result<Matrix, UiError>) {
        let reading = match answer {
            Ok(matrix) if self.list.with_value(|list| list.environments != matrix.environments) => {
                Reading::Failed("there are other environments now; reload the page".to_owned())
            }
            Ok(Matrix { rows, next_cursor: next, found, .. }) => {
                self.list.update_value(|list| list.rows.extend(rows));
                let read = self.list.with_value(List::count);
                self.reach.update(|reach| *reach = Reach { read, found, next, ..*reach });
                Reading::No
            }
            Err(error) => Reading::Failed(error.0.detail),
        };
        self.reading.set(reading);
    }
}

impl List {
    /// How far it was read now, and whether it is the list it was.
    fn take(&mut self, of: Of, view: &ScopeView, known: &Reach) -> (Reach, bool) {
        let same = self.of.as_ref() == Some(&of) && self.environments == view.matrix.environments;
        let fresh = &view.matrix;
        let mut next = fresh.next_cursor.clone();
        let beyond = match fresh.rows.last().filter(|_| same && next.is_some()) {
            Some(last) => self.rows.split_off(self.rows.partition_point(|row| row.name <= last.name)),
            None => Vec::new(),
        };
        if !beyond.is_empty() {
            next.clone_from(&known.next);
        }
        self.rows.clone_from(&fresh.rows);
        self.rows.extend(beyond);
        self.open = view.open.as_ref().map(|open| open.row.name.clone());
        if let Some((at, open)) = view.open.as_ref().and_then(|open| Some((self.find(&open.row.name)?, open))) {
            self.rows[at] = open.row.clone();
        }
        if !same {
            (self.heights, self.of) = (Heights::default(), Some(of));
            self.environments.clone_from(&fresh.environments);
        }
        (Reach { before: fresh.before, read: self.count(), found: fresh.found, next }, same)
    }

    /// Where a name is.
    fn find(&self, name: &SecretName) -> Option<usize> {
        self.rows.binary_search_by(|row| row.name.cmp(name)).ok()
    }

    fn count(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }
}

impl Reach {
    /// How much of the list is read, in words.
    pub(super) fn words(&self, filtered: bool) -> String {
        let Self { before, read, found, .. } = *self;
        let matching = if filtered { " that match" } else { "" };
        match (before, found) {
            (0, 1) if filtered => "1 name matches".to_owned(),
            (0, 1) => "1 name".to_owned(),
            (0, _) if read == found && filtered => format!("{found} names match"),
            (0, _) if read == found => format!("{found} names"),
            (0, _) => format!("{read} of {found} names{matching}"),
            _ => format!("names {} to {} of {found}{matching}", before + 1, before + read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_is_read_is_said_as_it_is() {
        let words = |before, read, found, filtered| Reach { before, read, found, next: None }.words(filtered);
        assert_eq!(words(0, 1, 1, false), "1 name");
        assert_eq!(words(0, 1, 1, true), "1 name matches");
        assert_eq!(words(0, 14, 14, false), "14 names");
        assert_eq!(words(0, 14, 14, true), "14 names match");
        assert_eq!(words(0, 100, 250, false), "100 of 250 names");
        assert_eq!(words(0, 100, 250, true), "100 of 250 names that match");
        assert_eq!(words(100, 100, 250, false), "names 101 to 200 of 250");
        assert_eq!(words(200, 50, 250, true), "names 201 to 250 of 250 that match");
    }
}
