//! The program itself: in our place where that is possible, beside us where files have to go when it ends.

use std::{
    io,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, ExitStatus},
};

use domain::{SecretValue, injection::FilePath};
use rustix::process::{Pid, Signal, kill_process};

use super::{files::Files, signals::Signals};
use crate::failure::{FAILED, Failure};

/// There is no such program.
const NOT_FOUND: u8 = 127;
/// There is, but it cannot be executed.
const NOT_EXECUTABLE: u8 = 126;
/// The longest variable or argument that Linux passes on, with its name and the NUL at its end.
const ARGUMENT_MAX: usize = 128 * 1024;

/// No core dump of this process, and no look into its memory or variables by others of the same user: when it stays
/// beside the program, its own variables still hold the token.
pub(super) fn keep_memory_private() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Puts the program in the place of this process, so that exit code, signals, terminal and job control are its own.
/// Comes back only to say why not.
pub(super) fn replace(mut command: Command) -> Failure {
    let error = command.exec();
    cannot_start(&command, &error)
}

/// Starts the program with its files, passes signals on, and removes the files when it has ended.
pub(super) fn accompany(mut command: Command, files: Vec<(FilePath, SecretValue)>) -> Result<u8, Failure> {
    // Before the first file: a signal from here on ends in the files' removal.
    let mut signals = Signals::catch()?;
    let placed = Files::place(&files)?;
    let mut child = command.spawn().map_err(|error| cannot_start(&command, &error))?;
    // The values live on in the program; here they are wiped while it runs.
    drop((command, files));
    let status = wait(&mut child, &mut signals);
    let problems = placed.remove();
    let status = status.map_err(|error| Failure::failed(format!("cannot wait for the program: {error}")))?;
    if problems.is_empty() {
        Ok(code(status))
    } else {
        Err(Failure::Failed {
            code: code(status),
            message: "not every file could be removed".to_owned(),
            details: problems,
        })
    }
}

/// Waits for the end of the program, and passes signals on until then.
fn wait(child: &mut Child, signals: &mut Signals) -> io::Result<ExitStatus> {
    loop {
        // Asked before waiting: the child may have ended before this loop began.
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        for signal in signals.wait() {
            pass_on(child, signal);
        }
    }
}

/// The program was not waited for yet, so its number is still its own. Nothing to pass on for [`SIGCHLD`](signal_hook::consts::SIGCHLD).
fn pass_on(child: &Child, signal: i32) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let (Some(pid), Some(signal)) = (pid, Signal::from_named_raw(signal))
        && signal != Signal::CHILD
    {
        let _ = kill_process(pid, signal);
    }
}

fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED)
}

fn cannot_start(command: &Command, error: &io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        io::ErrorKind::NotFound => Failure::with_code(NOT_FOUND, format!("{program}: command not found")),
        io::ErrorKind::ArgumentListTooLong => Failure::Failed {
            code: NOT_EXECUTABLE,
            message: format!("{program}: variables and arguments are more than this system passes to a program"),
            details: too_long(command),
        },
        _ => Failure::with_code(NOT_EXECUTABLE, format!("{program}: cannot be executed: {error}")),
    }
}

/// The variables that are too long by themselves.
fn too_long(command: &Command) -> Vec<String> {
    let long = command.get_envs().filter_map(|(name, value)| {
        let length = name.len() + 1 + value?.len() + 1;
        (length > ARGUMENT_MAX).then(|| format!("{} is too long for a variable; bind it to a file", name.display()))
    });
    long.collect()
}
