//! The program itself: in our place where that is possible, beside us where something has to go when it ends, where its
//! output is masked, or where we are the first process and have to wait for everybody's children.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command},
};

use rustix::{
    process::{Pid, Signal, WaitOptions, WaitStatus, getpid, kill_process, kill_process_group, wait, waitpid},
    stdio::stdin,
    termios::isatty,
};
use signal_hook::{consts::SIGINT, low_level::emulate_default_handler};

use super::{output::Output, signals::Signals};
use crate::failure::{FAILED, Failure};

/// There is no such program.
const NOT_FOUND: u8 = 127;
/// There is, but it cannot be executed.
pub(super) const NOT_EXECUTABLE: u8 = 126;

/// No core dump of this process, and no look into its memory or variables by others of the same user: when it stays
/// beside the program, its own variables still hold the token.
pub(super) fn keep_memory_private() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Are we the first process of a container? Then orphans become our children, and signals reach nobody by default.
pub(super) fn is_first_process() -> bool {
    getpid().is_init()
}

/// Puts the program in the place of this process, so that exit code, signals, terminal and job control are its own.
/// Comes back only to say why not.
pub(super) fn replace(mut command: Command) -> Failure {
    let error = command.exec();
    cannot_start(&command, &error)
}

/// Starts the program, passes signals on until it has ended, and answers how.
pub(super) fn accompany(command: Command, output: Output, signals: &mut Signals) -> Result<WaitStatus, Failure> {
    let mut beside = Beside::start(command, output, false)?;
    loop {
        if let Step::Ended(status) = beside.step(signals)? {
            beside.finish();
            return Ok(status);
        }
    }
}

/// A program that runs beside us.
pub(super) struct Beside {
    pid: Pid,
    pub(super) output: Output,
    /// Whether it has a process group of its own, and not ours.
    is_apart: bool,
}

/// What became of a program while it was waited for.
pub(super) enum Step {
    Ended(WaitStatus),
    /// It runs, and these signals were passed on to it.
    Passed(Vec<i32>),
}

impl Beside {
    /// Starts the program; `apart` in a process group of its own, so that it can be ended with all it has started. Where
    /// it reads from our terminal it stays in ours: in the background it could not.
    pub(super) fn start(mut command: Command, mut output: Output, apart: bool) -> Result<Self, Failure> {
        let is_apart = apart && !output.is_terminal() && !isatty(stdin());
        if is_apart {
            command.process_group(0);
        }
        let mut child = output.direct(&mut command).spawn().map_err(|error| cannot_start(&command, &error))?;
        // The values live on in the program; here they are wiped while it runs.
        drop(command);
        let pid = pid(&child).ok_or_else(|| cannot_wait(&io::ErrorKind::InvalidData.into()))?;
        output.begin(&mut child)?;
        Ok(Self { pid, output, is_apart })
    }

    /// Waits until the program ends, or until signals came.
    pub(super) fn step(&mut self, signals: &mut Signals) -> Result<Step, Failure> {
        // Asked before waiting: the child may have ended before we began.
        match reap(self.pid).map_err(|error| cannot_wait(&error))? {
            Some(status) if status.stopped() => self.output.suspend(self.pid),
            Some(status) => return Ok(Step::Ended(status)),
            None => {
                let mut passed = signals.wait(self.is_apart || self.output.is_terminal());
                passed.retain(|signal| !self.output.takes(*signal));
                for signal in &passed {
                    self.pass_on(*signal);
                }
                return Ok(Step::Passed(passed));
            }
        }
        Ok(Step::Passed(Vec::new()))
    }

    /// Passes a signal on to the program.
    pub(super) fn pass_on(&self, signal: i32) {
        pass_on(self.pid, signal);
    }

    /// Sends a signal to the program and to all it has started, as far as these can be told from others.
    pub(super) fn signal(&self, signal: Signal) {
        if self.is_apart {
            let _ = kill_process_group(self.pid, signal);
            return;
        }
        // Who leads the session of its terminal passes everything on but this.
        if signal == Signal::KILL
            && let Some(group) = self.output.group_in_front()
        {
            let _ = kill_process_group(group, signal);
        }
        let _ = kill_process(self.pid, signal);
    }

    /// The program has ended: what it wrote is passed on, then the terminal is as it was.
    pub(super) fn finish(self) {
        self.output.finish();
    }
}

fn cannot_wait(error: &io::Error) -> Failure {
    Failure::failed(format!("cannot wait for the program: {error}"))
}

/// The number of a child that was not waited for yet.
pub(super) fn pid(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

/// What became of the child, if anything. As the first process we wait for everybody else's children as well.
pub(super) fn reap(child: Pid) -> io::Result<Option<WaitStatus>> {
    let options = WaitOptions::NOHANG | WaitOptions::UNTRACED;
    loop {
        let changed = if is_first_process() { wait(options)? } else { waitpid(Some(child), options)? };
        match changed {
            Some((pid, status)) if pid == child => return Ok(Some(status)),
            Some(_) => {}
            None => return Ok(None),
        }
    }
}

/// The program was not waited for yet, so its number is still its own. Nothing to pass on for [`SIGCHLD`](signal_hook::consts::SIGCHLD).
pub(super) fn pass_on(pid: Pid, signal: i32) {
    if let Some(signal) = Signal::from_named_raw(signal)
        && signal != Signal::CHILD
    {
        let _ = kill_process(pid, signal);
    }
}

/// The exit code of whoever ended so.
pub(super) fn code(status: WaitStatus) -> u8 {
    let code = status.exit_status().or_else(|| status.terminating_signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED)
}

/// Ends this process as the program ended, where that was an interrupt: a shell ends its loop or script only when what it
/// waits for was ended by one. Comes back for every other end, and in the first process, which no signal ends.
pub(super) fn end_alike(status: WaitStatus) {
    if status.terminating_signal() == Some(SIGINT) && !is_first_process() {
        let _ = emulate_default_handler(SIGINT);
    }
}

pub(super) fn cannot_start(command: &Command, error: &io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        io::ErrorKind::NotFound => Failure::with_code(NOT_FOUND, format!("{program}: command not found")),
        io::ErrorKind::ArgumentListTooLong => Failure::with_code(
            NOT_EXECUTABLE,
            format!("{program}: variables and arguments are more than this system passes to a program"),
        ),
        _ => Failure::with_code(NOT_EXECUTABLE, format!("{program}: cannot be executed: {error}")),
    }
}
