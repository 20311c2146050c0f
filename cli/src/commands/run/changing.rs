//! A program that is watched over: what a change means for it.

use std::{
    process::Child,
    sync::{Arc, mpsc},
    thread,
};

use rustix::process::{Signal, WaitStatus};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use super::{
    child::{Beside, Step},
    delivery::Source,
    output::Output,
    placed::Placed,
    prepared::{Difference, Plan, Prepared, Prints, shell},
    report::Reporter,
    signals::Signals,
    watch::{Happening, Teller, Watcher},
};
use crate::{
    args::{OnChange, WatchArgs},
    failure::Failure,
    printer::Printer,
};

/// The last program of a run, and what of its files could not be removed.
pub(super) struct Ended {
    pub(super) status: WaitStatus,
    pub(super) problems: Vec<String>,
}

/// Runs the program and watches, until it ends by itself or by a signal that was for it.
pub(super) fn run(source: Source, plan: Plan, mut prepared: Prepared, mut output: Output) -> Result<Ended, Failure> {
    let mut signals = Signals::catch(output.signals())?;
    let (plan, printer) = (Arc::new(plan), source.printer.clone());
    let (sender, happenings) = mpsc::channel();
    let teller = Teller::new(sender);
    let (sequence, tag) = (prepared.fetched.sequence, prepared.fetched.tag.clone());
    let prints = Prints::of(&prepared)?;
    let reporter = Arc::new(Reporter::new(&source, sequence));
    let watcher = Watcher {
        source,
        plan: plan.clone(),
        prints,
        sequence,
        tag,
        teller: teller.clone(),
        reporter: reporter.clone(),
        is_away: false,
    };
    let mut watcher = Some(watcher);
    let mut ends = 0;
    loop {
        let Prepared { command, fetched, .. } = prepared;
        let sequence = fetched.sequence;
        let placed = Placed::place(fetched, &plan.args.files, &printer)?;
        let beside = Beside::start(command, output, plan.args.watch.on_change == OnChange::Restart)?;
        // Only now: what it heard before would have been for nobody.
        watcher.take().into_iter().for_each(Watcher::start);
        report(&reporter, sequence);
        let mut program = Program {
            beside,
            placed,
            next: None,
            is_ended: false,
            ends,
            command: Command::Idle,
            plan: &plan,
            printer: &printer,
            teller: &teller,
            reporter: &reporter,
        };
        let status = loop {
            // Before waiting: what came to the program before this one is for this one.
            for happening in happenings.try_iter() {
                program.take(happening);
            }
            match program.beside.step(&mut signals)? {
                Step::Ended(status) => break status,
                Step::Passed(passed) => passed.into_iter().for_each(|signal| program.heed(signal)),
            }
        };
        ends = program.ends + 1;
        let Program { beside, placed, next, is_ended, .. } = program;
        beside.finish();
        let problems = placed.remove();
        match next.filter(|_| !is_ended) {
            Some(next) if problems.is_empty() => prepared = *next,
            _ => return Ok(Ended { status, problems }),
        }
        output = Output::new(plan.masking, prepared.patterns.clone(), true)?;
    }
}

/// What somebody sends to a program that is to end, though some take it for something else.
const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

struct Program<'a> {
    beside: Beside,
    placed: Placed,
    /// What is started when it has ended.
    next: Option<Box<Prepared>>,
    /// Whether somebody else asked it to end.
    is_ended: bool,
    ends: u32,
    command: Command,
    plan: &'a Plan,
    printer: &'a Printer,
    teller: &'a Teller,
    reporter: &'a Arc<Reporter>,
}

/// The command of `--on-change exec:`.
enum Command {
    Idle,
    Running,
    /// Running, with a change since: it runs once more, with these variables.
    Behind(std::process::Command),
}

impl Program<'_> {
    /// A signal was passed on: while we end the program to start it anew, another wish for its end is for good.
    fn heed(&mut self, signal: i32) {
        self.is_ended |= signal == SIGTERM || self.next.is_some() && ENDING.contains(&signal);
    }

    fn take(&mut self, happening: Happening) {
        match happening {
            Happening::Change(prepared, difference) => self.change(prepared, &difference),
            Happening::GraceOver(end) if end == self.ends && self.next.is_some() => {
                let grace = self.plan.args.watch.grace.as_secs();
                self.printer.beside(&format!("the program did not end within {grace} seconds and is killed"));
                self.beside.signal(Signal::KILL);
            }
            Happening::GraceOver(_) => {}
            Happening::CommandEnded(problem) => {
                if let Some(problem) = problem {
                    self.printer.beside(&problem);
                }
                if let Command::Behind(command) = std::mem::replace(&mut self.command, Command::Idle) {
                    self.start(command);
                }
            }
        }
    }

    fn change(&mut self, mut prepared: Box<Prepared>, difference: &Difference) {
        let names = difference.names();
        let on_change = &self.plan.args.watch.on_change;
        match on_change {
            OnChange::Nothing => return self.printer.beside(&format!("changed: {names}")),
            OnChange::Restart => return self.restart(prepared, &names),
            OnChange::Files | OnChange::Signal(_) | OnChange::Exec(_) => {}
        }
        self.printer.beside(&match difference.variables.as_slice() {
            [] => format!("changed: {names}"),
            variables => format!(
                "changed: {names}; variables ({}) keep what they hold until the program is started again",
                variables.len()
            ),
        });
        // Before the program can print it.
        if let Err(failure) = self.beside.output.renew(prepared.patterns) {
            self.printer.beside(&failure.lines().concat());
        }
        let sequence = prepared.fetched.sequence;
        let problems = self.placed.renew(prepared.fetched);
        for problem in &problems {
            self.printer.beside(problem);
        }
        if problems.is_empty() {
            report(self.reporter, sequence);
        }
        match on_change {
            OnChange::Signal(signal) => self.beside.pass_on(*signal),
            OnChange::Exec(text) => {
                let mut command = shell(text);
                command.env_clear().envs(prepared.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
                // The variables are in the command now.
                prepared.command.env_clear();
                match self.command {
                    Command::Idle => self.start(command),
                    Command::Running | Command::Behind(_) => self.command = Command::Behind(command),
                }
            }
            _ => {}
        }
    }

    /// Ends the program, to be started anew.
    fn restart(&mut self, prepared: Box<Prepared>, names: &str) {
        if self.is_ended {
            return self
                .printer
                .beside(&format!("changed: {names}; the program was asked to end, and is left to that"));
        }
        self.printer.beside(&format!("changed: {names}; the program is started anew"));
        if self.next.replace(prepared).is_some() {
            return;
        }
        let WatchArgs { grace, .. } = self.plan.args.watch;
        self.beside.signal(Signal::TERM);
        let (teller, end) = (self.teller.clone(), self.ends);
        thread::spawn(move || {
            thread::sleep(grace);
            teller.tell(Happening::GraceOver(end));
        });
    }

    fn start(&mut self, mut command: std::process::Command) {
        match self.beside.output.start_beside(&mut command) {
            Ok(child) => {
                self.command = Command::Running;
                let teller = self.teller.clone();
                thread::spawn(move || teller.tell(Happening::CommandEnded(problem_of(child))));
            }
            Err(error) => self.printer.beside(&format!("the command of --on-change cannot be started: {error}")),
        }
    }
}

/// Beside everything else: nobody waits for the server here.
fn report(reporter: &Arc<Reporter>, sequence: i64) {
    let reporter = reporter.clone();
    thread::spawn(move || reporter.applied(sequence));
}

fn problem_of(mut child: Child) -> Option<String> {
    // As the first process we wait for everybody's children, and this one may be gone.
    let status = child.wait().ok()?;
    (!status.success()).then(|| format!("the command of --on-change failed: {status}"))
}
