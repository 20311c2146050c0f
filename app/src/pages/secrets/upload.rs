//! A file that someone gives: what this browser reads in it, what the server would do with it, and doing it.
//! Its bytes are in one signal and nowhere else; they are wiped when it is applied or discarded.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    Level, Scope,
    api::{Plan, PlanAction, PlanCounts},
    import::Format,
};
use leptos::{prelude::*, task::spawn_local};
use zeroize::Zeroizing;

use super::{
    browser,
    head::LevelTab,
    place::{Place, environment_of},
    upload_file::{Given, Known, address, format_of, preview, told},
};
use crate::{chrome::use_chrome, notice::Notice};

/// Where a page can store what is given to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// The page.
    pub place: Place,
    /// Its levels.
    pub levels: Vec<LevelTab>,
    /// The environments.
    pub environments: Vec<domain::EnvironmentName>,
}

/// A file on its way.
#[derive(Clone)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) size: usize,
    /// What it is read as.
    pub(super) format: Format,
    pub(super) reach: Reach,
    bytes: Arc<Zeroizing<Vec<u8>>>,
}

/// The upload of a page.
#[derive(Clone, Copy)]
pub struct Upload {
    pub(super) file: RwSignal<Option<File>>,
    pub(super) known: RwSignal<Known>,
    pub(super) scope: RwSignal<Scope>,
    /// Names that are not to be applied.
    pub(super) left_out: RwSignal<BTreeSet<String>>,
    pub(super) busy: RwSignal<bool>,
    /// How many uploads were applied: what is shown is read again.
    applied: RwSignal<u32>,
    /// Counts plans, so that a late one is not shown.
    asked: StoredValue<u32>,
    chrome: RwSignal<crate::chrome::Chrome>,
}

impl Upload {
    /// Nothing given yet.
    pub fn new() -> Self {
        Self {
            file: RwSignal::new(None),
            known: RwSignal::new(Known::Preview(Vec::new())),
            scope: RwSignal::new(Scope::platform(None)),
            left_out: RwSignal::new(BTreeSet::new()),
            busy: RwSignal::new(false),
            applied: RwSignal::new(0),
            asked: StoredValue::new(0),
            chrome: use_chrome(),
        }
    }

    /// Whether a file is there.
    pub fn is_open(self) -> bool {
        self.file.with(Option::is_some)
    }

    /// Changes whenever an upload was applied.
    pub fn applied(self) -> u32 {
        self.applied.get()
    }

    /// Takes a file: shows what this browser reads in it, then asks the server for a plan.
    pub(super) fn take(self, given: Given, reach: Reach, environment: &str) {
        let Given { name, content } = given;
        let (bytes, refused) = match content {
            Ok(bytes) => (bytes, None),
            Err(error) => (Zeroizing::new(Vec::new()), Some(error)),
        };
        let format = format_of(&name, &bytes);
        let known = refused.map_or_else(|| preview(format, &bytes), Known::Refused);
        self.left_out.set(BTreeSet::new());
        self.scope.set(reach.place.level.at(environment_of(environment).unwrap_or_default()));
        let readable = matches!(known, Known::Preview(_));
        self.known.set(known);
        self.file.set(Some(File { name, size: bytes.len(), format, reach, bytes: Arc::new(bytes) }));
        if readable {
            self.plan();
        }
    }

    /// Reads the file as something else.
    pub(super) fn read_as(self, format: Format) {
        let Some(mut file) = self.file.get_untracked() else { return };
        let _ = self.next();
        self.busy.set(false);
        file.format = format;
        self.left_out.set(BTreeSet::new());
        self.known.set(preview(format, &file.bytes));
        self.file.set(Some(file));
        self.plan_again();
    }

    /// Stores into another level.
    pub(super) fn move_to(self, level: Level) {
        self.scope.update(|scope| scope.level = level);
        self.plan_again();
    }

    /// Stores into another environment.
    pub(super) fn move_into(self, environment: &str) {
        let environment = environment_of(environment).unwrap_or_default();
        self.scope.update(|scope| scope.environment = environment);
        self.plan_again();
    }

    /// Forgets the file.
    pub(super) fn discard(self) {
        let _ = self.next();
        self.busy.set(false);
        self.file.set(None);
        self.known.set(Known::Preview(Vec::new()));
        self.left_out.set(BTreeSet::new());
    }

    /// Applies the file as one change; then the page shows what it did.
    pub(super) fn apply(self) {
        if self.busy.get_untracked() {
            return;
        }
        let Some(file) = self.file.get_untracked() else { return };
        let scope = self.scope.get_untracked();
        let left_out: Vec<_> = self.left_out.get_untracked().into_iter().collect();
        let path = address(&scope, &left_out.join(","), false);
        let mine = self.next();
        self.busy.set(true);
        spawn_local(async move {
            let answer = browser::post::<Plan>(&path, file.format.media_type(), &file.bytes).await;
            if !self.is_current(mine) {
                return;
            }
            self.busy.set(false);
            match answer {
                Err(error) => self.known.set(Known::Refused(error)),
                Ok(plan) => {
                    self.discard();
                    let notice = Notice::good(told(&scope, plan.counts));
                    self.chrome.update(|chrome| chrome.notice = Some(notice));
                    self.applied.update(|applied| *applied += 1);
                    window().scroll_to_with_x_and_y(0.0, 0.0);
                }
            }
        });
    }

    /// What the plan comes to, with what is left out.
    pub(super) fn counts(self) -> PlanCounts {
        let mut counts = PlanCounts::default();
        self.left_out.with(|left_out| {
            self.known.with(|known| {
                for item in known.items() {
                    *match item.action {
                        _ if left_out.contains(&item.name) => &mut counts.left_out,
                        PlanAction::Create => &mut counts.create,
                        PlanAction::Update => &mut counts.update,
                        PlanAction::Unchanged => &mut counts.unchanged,
                        PlanAction::LeftOut => &mut counts.left_out,
                        PlanAction::Invalid => &mut counts.invalid,
                    } += 1;
                }
            });
        });
        counts
    }

    /// Whether applying would be accepted and would change something.
    pub(super) fn can_apply(self) -> bool {
        let planned = self.known.with(|known| matches!(known, Known::Plan(_)));
        let counts = self.counts();
        planned && !self.busy.get() && counts.invalid == 0 && counts.has_changes()
    }

    /// A new plan for another target; a file that cannot be read gets none.
    fn plan_again(self) {
        let file = self.file.get_untracked();
        if file.is_some_and(|file| !matches!(preview(file.format, &file.bytes), Known::Refused(_))) {
            self.plan();
        }
    }

    fn plan(self) {
        let Some(file) = self.file.get_untracked() else { return };
        let path = address(&self.scope.get_untracked(), "", true);
        let mine = self.next();
        self.busy.set(true);
        spawn_local(async move {
            let answer = browser::post::<Plan>(&path, file.format.media_type(), &file.bytes).await;
            if !self.is_current(mine) {
                return;
            }
            self.busy.set(false);
            self.known.set(match answer {
                Ok(plan) => Known::Plan(plan.items),
                Err(error) => Known::Refused(error),
            });
        });
    }

    fn next(self) -> u32 {
        self.asked
            .try_update_value(|asked| {
                *asked = asked.wrapping_add(1);
                *asked
            })
            .unwrap_or_default()
    }

    fn is_current(self, asked: u32) -> bool {
        self.asked.try_get_value() == Some(asked)
    }
}
