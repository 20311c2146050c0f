//! A file that someone gives: what this browser reads in it, what the server would do with it, and doing it.
//! Its bytes are in one signal and nowhere else; they are wiped when it is applied or discarded.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    Code, Level, Scope,
    api::{Plan, PlanAction, PlanCounts},
    import::Format,
};
use leptos::{prelude::*, task::spawn_local};
use zeroize::Zeroizing;

use super::{
    browser,
    head::LevelTab,
    place::{Place, environment_of},
    scope_read::Writable,
    upload_file::{File, Given, Known, Posting, Stage, address, format_of, preview, since, told},
};
use crate::{chrome::use_chrome, notice::Notice};

/// Where a page can store what is given to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// The page.
    pub place: Place,
    /// Its levels.
    pub levels: Vec<LevelTab>,
    /// The environments of the page.
    pub writable: Writable,
}

/// The upload of a page.
#[derive(Clone, Copy)]
pub struct Upload {
    pub(super) file: RwSignal<Option<File>>,
    pub(super) known: RwSignal<Known>,
    pub(super) scope: RwSignal<Scope>,
    /// Names that are not to be applied.
    pub(super) left_out: RwSignal<BTreeSet<String>>,
    /// Names whose texts are to be files.
    pub(super) as_file: RwSignal<BTreeSet<String>>,
    /// Why it is applied.
    pub(super) message: RwSignal<String>,
    /// What is going on with the server.
    pub(super) stage: RwSignal<Stage>,
    /// What happened to the last plan.
    pub(super) said: RwSignal<Option<String>>,
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
            as_file: RwSignal::new(BTreeSet::new()),
            message: RwSignal::new(String::new()),
            stage: RwSignal::new(Stage::Quiet),
            said: RwSignal::new(None),
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

    /// How many uploads were applied so far.
    pub(super) fn applied_before(self) -> u32 {
        self.applied.get_untracked()
    }

    /// Takes a file: shows what this browser reads in it, then asks the server for a plan.
    pub(super) fn take(self, given: Given, reach: Reach, environment: &str) {
        if self.is_writing() {
            return;
        }
        let Given { name, content } = given;
        let (bytes, refused) = match content {
            Ok(bytes) => (bytes, None),
            Err(error) => (Zeroizing::new(Vec::new()), Some(error)),
        };
        let format = format_of(&name, &bytes);
        let known = refused.map_or_else(|| preview(format, &bytes), Known::Refused);
        self.left_out.set(BTreeSet::new());
        self.as_file.set(BTreeSet::new());
        self.said.set(None);
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
        if self.is_writing() {
            return;
        }
        let Some(mut file) = self.file.get_untracked() else { return };
        let _ = self.next();
        self.stage.set(Stage::Quiet);
        file.format = format;
        self.left_out.set(BTreeSet::new());
        self.as_file.set(BTreeSet::new());
        self.known.set(preview(format, &file.bytes));
        self.file.set(Some(file));
        self.plan_again();
    }

    /// Stores into another level.
    pub(super) fn move_to(self, level: Level) {
        if !self.is_writing() {
            self.scope.update(|scope| scope.level = level);
            self.plan_again();
        }
    }

    /// Stores into another environment.
    pub(super) fn move_into(self, environment: &str) {
        if !self.is_writing() {
            let environment = environment_of(environment).unwrap_or_default();
            self.scope.update(|scope| scope.environment = environment);
            self.plan_again();
        }
    }

    /// Stores the text of a name as a file, or not.
    pub(super) fn take_advice(self, name: &str, take: bool) {
        if self.is_writing() {
            return;
        }
        self.as_file.update(|names| {
            if take {
                names.insert(name.to_owned());
            } else {
                names.remove(name);
            }
        });
        self.plan_again();
    }

    /// Forgets the file; not while it is being written.
    pub(super) fn discard(self) {
        if !self.is_writing() {
            self.forget();
        }
    }

    /// Whether a change is on its way: what it becomes must be told, so nothing else may start. Nothing may either
    /// once the page is left.
    fn is_writing(self) -> bool {
        self.stage.try_get_untracked().is_none_or(Stage::applies)
    }

    fn forget(self) {
        let _ = self.next();
        self.stage.set(Stage::Quiet);
        self.said.set(None);
        self.file.set(None);
        self.known.set(Known::Preview(Vec::new()));
        self.left_out.set(BTreeSet::new());
        self.as_file.set(BTreeSet::new());
        self.message.set(String::new());
    }

    /// Applies the plan on show as one change; then the page shows what it did. Where the plan does not hold any more,
    /// a new one takes its place.
    pub(super) fn apply(self) {
        if !self.can_apply_untracked() {
            return;
        }
        let Some(file) = self.file.get_untracked() else { return };
        let Known::Plan(plan) = self.known.get_untracked() else { return };
        let scope = self.scope.get_untracked();
        let posting = Posting {
            leave_out: joined(self.left_out),
            as_file: joined(self.as_file),
            message: self.message.get_untracked(),
            basis: Some(plan.basis.clone()),
        };
        let path = address(&scope, &posting);
        let mine = self.next();
        self.said.set(None);
        self.stage.set(Stage::of(true, 0.0, file.length()));
        spawn_local(async move {
            let progress = self.progress(mine, true);
            let answer = browser::send::<Plan>(&path, file.format.media_type(), &file.bytes, progress).await;
            if !self.is_current(mine) {
                return;
            }
            self.stage.set(Stage::Quiet);
            match answer {
                Err(error) if error.code == Code::Conflict => self.plan_anew(Some(plan)),
                Err(error) => self.known.set(Known::Refused(error)),
                Ok(plan) => {
                    self.forget();
                    let notice = Notice::good(told(&scope, plan.counts)).undoable(plan.change_id);
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
        planned && self.stage.get() == Stage::Quiet && counts.invalid == 0 && counts.has_changes()
    }

    fn can_apply_untracked(self) -> bool {
        untrack(move || self.can_apply())
    }

    /// A new plan for another target; a file that cannot be read gets none.
    fn plan_again(self) {
        let file = self.file.get_untracked();
        if file.is_some_and(|file| !matches!(preview(file.format, &file.bytes), Known::Refused(_))) {
            self.said.set(None);
            self.plan();
        }
    }

    fn plan(self) {
        self.plan_anew(None);
    }

    /// Asks for a plan; `old` is the one that does not hold any more.
    fn plan_anew(self, old: Option<Plan>) {
        let Some(file) = self.file.get_untracked() else { return };
        let posting = Posting { as_file: joined(self.as_file), ..Posting::default() };
        let path = address(&self.scope.get_untracked(), &posting);
        let mine = self.next();
        self.stage.set(Stage::of(false, 0.0, file.length()));
        spawn_local(async move {
            let progress = self.progress(mine, false);
            let answer = browser::send::<Plan>(&path, file.format.media_type(), &file.bytes, progress).await;
            if !self.is_current(mine) {
                return;
            }
            self.stage.set(Stage::Quiet);
            self.known.set(match answer {
                Ok(plan) => {
                    self.said.set(old.map(|old| since(&old, &plan)));
                    Known::Plan(plan)
                }
                Err(error) => Known::Refused(error),
            });
        });
    }

    /// Shows how much of a request is sent, while it is the one that is asked for.
    fn progress(self, asked: u32, apply: bool) -> impl Fn(f64, f64) {
        move |sent, of| {
            if self.is_current(asked) {
                self.stage.set(Stage::of(apply, sent, of));
            }
        }
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

/// Names as an address has them.
fn joined(names: RwSignal<BTreeSet<String>>) -> String {
    names.with_untracked(|names| names.iter().map(String::as_str).collect::<Vec<_>>().join(","))
}
