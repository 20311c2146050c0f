//! The process between us and a program on a terminal of its own: it leads the session there.
//!
//! A program that led the session itself could not be stopped by a key: nobody of its session would be there to continue
//! it. So it gets a process group of its own, in the foreground. When it stops, this process stops, and we with it.

use std::{ffi::OsString, io, os::unix::process::CommandExt, process::Command};

use rustix::{
    process::{Signal, getpid, ioctl_tiocsctty, kill_process, kill_process_group, setsid},
    stdio::stdout,
    termios::tcsetpgrp,
};
use signal_hook::consts::SIGWINCH;

use super::{child, signals::Signals};
use crate::failure::Failure;

/// The word with which `run` starts itself between us and the program, which comes after it.
pub(crate) const SESSION: &str = "lead-session";

/// Leads the session on the terminal that stdout is, until the program ends.
pub(crate) fn lead(mut words: impl Iterator<Item = OsString>) -> Result<u8, Failure> {
    child::keep_memory_private();
    let failed = |error: io::Error| Failure::failed(format!("cannot use the program's terminal: {error}"));
    setsid().map_err(|error| failed(error.into()))?;
    ioctl_tiocsctty(stdout()).map_err(|error| failed(error.into()))?;
    let mut signals = Signals::catch(&[SIGWINCH])?;
    let program = words.next().ok_or_else(|| Failure::usage("no program"))?;
    let mut command = Command::new(program);
    command.args(words).process_group(0);
    let started = command.spawn().map_err(|error| child::cannot_start(&command, &error))?;
    drop(command);
    let pid = child::pid(&started).ok_or_else(|| failed(io::ErrorKind::InvalidData.into()))?;
    // It may have ended already.
    let _ = tcsetpgrp(stdout(), pid);
    // It may have used the terminal before it was in the foreground, and been stopped for it.
    let _ = kill_process_group(pid, Signal::CONT);
    loop {
        match child::reap(pid).map_err(failed)? {
            Some(status) if status.stopped() => {
                let _ = kill_process(getpid(), Signal::STOP);
                let _ = kill_process_group(pid, Signal::CONT);
            }
            Some(status) => {
                child::end_alike(status);
                return Ok(child::code(status));
            }
            // A key or a new size from before the program was in the foreground came to us alone.
            None => signals.wait(true).into_iter().for_each(|signal| child::pass_on(pid, signal)),
        }
    }
}
