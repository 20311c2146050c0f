//! Hearing of changes while the program runs: a thread that listens to the server's events, asks for the values when there
//! is one, and hands on what the program would get now. Where no stream is to be had it asks from time to time instead.

use std::{
    sync::{Arc, mpsc::Sender},
    thread,
    time::{Duration, Instant},
};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use domain::api::WatchEvent;
use rustix::process::{Signal, getpid, kill_process};

use super::{
    delivery::{Source, fetch_changed},
    prepared::{Difference, Plan, Prepared, Prints},
    report::{Reporter, own_name},
};
use crate::{client::Route, failure::Failure};

/// The wait after a first failure; it doubles with every further one. To each, a random time of up to the same is added.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A stream that lasted so long was none that fails.
const LASTED: Duration = Duration::from_secs(10);

/// What happens beside the program.
pub(super) enum Happening {
    /// It would get something else now.
    Change(Box<Prepared>, Difference),
    /// The time is over that this many-th end was given.
    GraceOver(u32),
    /// The command of a change has ended, and why that is a problem.
    CommandEnded(Option<String>),
}

/// Tells what happens, and wakes who waits for signals: one of a child is looked into and passed on to nobody.
#[derive(Clone)]
pub(super) struct Teller(Sender<Happening>);

impl Teller {
    pub(super) fn new(sender: Sender<Happening>) -> Self {
        Self(sender)
    }

    pub(super) fn tell(&self, happening: Happening) {
        if self.0.send(happening).is_ok() {
            let _ = kill_process(getpid(), Signal::CHILD);
        }
    }
}

/// One who watches.
pub(super) struct Watcher {
    pub(super) source: Source,
    pub(super) plan: Arc<Plan>,
    /// What the program got.
    pub(super) prints: Prints,
    /// The newest change that it knows.
    pub(super) sequence: i64,
    /// What stands for the server's answer.
    pub(super) tag: Option<String>,
    pub(super) teller: Teller,
    pub(super) reporter: Arc<Reporter>,
    /// Whether the server could not be asked the last time.
    pub(super) is_away: bool,
}

impl Watcher {
    /// Watches from now on. Nobody waits for the end: it is that of the process.
    pub(super) fn start(self) {
        thread::spawn(move || self.watch());
    }

    fn watch(mut self) {
        let mut waits = waits();
        loop {
            let begun = Instant::now();
            // Why it ended matters less than what the values say.
            if self.listen().unwrap_or_default() || begun.elapsed() >= LASTED {
                waits = self::waits();
            }
            match self.look() {
                Ok(_) => self.is_there(),
                Err(Failure::Refused(refusal)) if matches!(refusal.status, 401 | 403 | 404) => {
                    let line = format!("watching ends, and the program goes on: {}", refusal.detail);
                    return self.source.printer.beside(&line);
                }
                Err(failure) => {
                    if !std::mem::replace(&mut self.is_away, true) {
                        self.source.printer.beside(&format!("{}; trying again", failure.lines().concat()));
                    }
                }
            }
            thread::sleep(waits.next().unwrap_or(LONGEST_WAIT));
        }
    }

    /// Acts on events until the stream ends; answers whether there were any.
    fn listen(&mut self) -> Result<bool, Failure> {
        let route = Route::of_service(&self.source.service, &self.source.environment, "watch");
        let route = route.with("client", own_name());
        let (mut events, watch) = self.source.client.events(&route, self.sequence)?;
        self.is_there();
        self.reporter.begin(watch);
        let mut has_heard = false;
        while let Ok(Some(event)) = events.next() {
            self.splay();
            let is_applied = self.look()?;
            // The answer may have been of an older moment, and what a later version says otherwise was a reason to look.
            if let Ok(told) = serde_json::from_str::<WatchEvent>(&event.data) {
                self.sequence = self.sequence.max(told.sequence);
            }
            if is_applied {
                self.reporter.applied(self.sequence);
            }
            has_heard = true;
        }
        Ok(has_heard)
    }

    fn is_there(&mut self) {
        if std::mem::take(&mut self.is_away) {
            self.source.printer.beside("the server answers again");
        }
    }

    /// Asks for the values, and tells when they make a difference; answers whether they make none.
    fn look(&mut self) -> Result<bool, Failure> {
        let Plan { args, assignments, .. } = &*self.plan;
        let Some(fetched) = fetch_changed(&self.source, args, assignments, self.tag.clone())? else {
            return Ok(true);
        };
        let prepared = fetched.and_then(|fetched| {
            (self.sequence, self.tag) = (fetched.sequence, fetched.tag.clone());
            self.plan.prepare(fetched)
        });
        match prepared {
            Ok(prepared) => {
                let difference = self.prints.take(&prepared);
                let is_applied = difference.is_empty();
                if !is_applied {
                    self.teller.tell(Happening::Change(Box::new(prepared), difference));
                }
                return Ok(is_applied);
            }
            Err(failure) => {
                let lines: Vec<String> = failure.lines();
                let why = lines.first().map_or("", |line| line.trim_end_matches("; nothing was started"));
                self.source.printer.beside(&format!("a change is left out, the program keeps what it has: {why}"));
            }
        }
        Ok(false)
    }

    fn splay(&self) {
        let most = u64::try_from(self.plan.args.watch.splay.as_millis()).unwrap_or(u64::MAX);
        let mut random = [0; 8];
        if most > 0 && getrandom::fill(&mut random).is_ok() {
            thread::sleep(Duration::from_millis(u64::from_ne_bytes(random) % most.saturating_add(1)));
        }
    }
}

fn waits() -> ExponentialBackoff {
    let builder = ExponentialBuilder::default().with_min_delay(FIRST_WAIT).with_max_delay(LONGEST_WAIT);
    builder.with_jitter().without_max_times().build()
}
