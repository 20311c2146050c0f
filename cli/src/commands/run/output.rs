//! Where the program's output goes: straight on, or through a masker.
//!
//! On a terminal the program gets a terminal of its own, so that colours, line editing and full-screen programs stay as
//! they are; ours passes keys on as they come. Elsewhere it gets pipes.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    pipe::{PipeFlags, pipe_with},
    process::Pid,
    stdio::{stderr, stdout},
    termios::isatty,
};
use zeroize::Zeroizing;

use super::{
    mask::{Masker, Patterns},
    terminal::{ABOUT_TERMINAL, Terminal},
};
use crate::{args::Masking, failure::Failure};

/// A pause in the output, after which what is too short for a value leaves.
const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
/// How much is read at once.
const CHUNK: usize = 64 * 1024;

/// What is looked for in the output.
struct Masked {
    /// By those who look, now.
    looked_for: Arc<Mutex<Patterns>>,
    /// What the program gets now, without what it got before.
    newest: Patterns,
}

/// The output of a program.
pub(super) struct Output {
    masked: Option<Masked>,
    terminal: Option<Terminal>,
    masks_out: bool,
    masks_err: bool,
    copies: Vec<JoinHandle<()>>,
    /// Closed when the program has ended: the copies then end with the next pause.
    running: Option<(OwnedFd, Arc<OwnedFd>)>,
}

impl Output {
    /// Decides where the output goes. `None` of masking leaves it alone, and so does having nothing to look for, unless
    /// `may_change`.
    pub(super) fn new(masking: Masking, patterns: Patterns, may_change: bool) -> Result<Self, Failure> {
        let (out, err) = (isatty(stdout()), isatty(stderr()));
        let always = masking == Masking::Always;
        let masks = (may_change || !patterns.is_empty()) && (always || masking == Masking::Auto && out);
        let terminal = (masks && out).then(|| Terminal::open(err)).transpose();
        let terminal = terminal.map_err(|error| {
            Failure::failed(format!(
                "cannot open a terminal for the program: {error}; nothing was started (--no-mask needs none)"
            ))
        })?;
        Ok(Self {
            masked: masks.then(|| Masked { looked_for: Arc::new(Mutex::new(patterns.clone())), newest: patterns }),
            masks_out: masks && !out,
            masks_err: masks && always && !(err && out),
            terminal,
            copies: Vec::new(),
            running: None,
        })
    }

    /// Does everything go straight on?
    pub(super) fn is_direct(&self) -> bool {
        self.masked.is_none()
    }

    /// The signals that are about it, beside those that are for the program.
    pub(super) fn signals(&self) -> &'static [i32] {
        if self.is_terminal() { &ABOUT_TERMINAL } else { &[] }
    }

    /// The process group that has the program's terminal now, where there is one.
    pub(super) fn group_in_front(&self) -> Option<Pid> {
        self.terminal.as_ref()?.group_in_front()
    }

    /// Is there a terminal in between?
    pub(super) fn is_terminal(&self) -> bool {
        self.terminal.is_some()
    }

    /// The command that starts the program with this output.
    pub(super) fn direct<'a>(&'a mut self, command: &'a mut Command) -> &'a mut Command {
        let command = match &mut self.terminal {
            Some(terminal) => terminal.direct(command),
            None => command,
        };
        if self.masks_out {
            command.stdout(Stdio::piped());
        }
        if self.masks_err {
            command.stderr(Stdio::piped());
        }
        command
    }

    /// The program has started: passes its output on from now.
    pub(super) fn begin(&mut self, child: &mut Child) -> Result<(), Failure> {
        if self.masked.is_none() {
            return Ok(());
        }
        let failed = |error: io::Error| Failure::failed(format!("cannot read the program's output: {error}"));
        let (ended, running) = pipe_with(PipeFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
        self.running = Some((running, Arc::new(ended)));
        if let Some(terminal) = &mut self.terminal {
            let from = terminal.begin().map_err(failed)?;
            self.copy(from, stdout());
        }
        self.copy_of(child);
        Ok(())
    }

    /// What is looked for from now on: these, and what the program got before.
    pub(super) fn renew(&mut self, patterns: Patterns) -> Result<(), Failure> {
        if let Some(masked) = &mut self.masked {
            let both = masked.newest.with(&patterns)?;
            *masked.looked_for.lock().unwrap_or_else(PoisonError::into_inner) = both;
            masked.newest = patterns;
        }
        Ok(())
    }

    /// Starts another command beside the program, whose output is masked where the program's is.
    pub(super) fn start_beside(&mut self, command: &mut Command) -> io::Result<Child> {
        if let Some(terminal) = &self.terminal {
            command.stdout(terminal.stream()?).stderr(terminal.stream()?);
        } else if self.masked.is_some() {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        let mut child = command.stdin(Stdio::null()).spawn()?;
        self.copy_of(&mut child);
        Ok(child)
    }

    fn copy_of(&mut self, child: &mut Child) {
        if let Some(from) = child.stdout.take() {
            self.copy(from.into(), stdout());
        }
        if let Some(from) = child.stderr.take() {
            self.copy(from.into(), stderr());
        }
    }

    fn copy(&mut self, from: OwnedFd, to: BorrowedFd<'static>) {
        let (Some(masked), Some((_, ended))) = (&self.masked, &self.running) else {
            return;
        };
        let (looked_for, ended) = (masked.looked_for.clone(), ended.clone());
        self.copies.retain(|copy| !copy.is_finished());
        self.copies.push(std::thread::spawn(move || {
            // An error is the end: either side has gone away.
            let _ = pass(&from, to, &looked_for, ended.as_fd());
        }));
    }

    /// Is the signal about our terminal, and not for the program?
    pub(super) fn takes(&mut self, signal: i32) -> bool {
        self.terminal.as_mut().is_some_and(|terminal| terminal.takes(signal))
    }

    /// The program was stopped.
    pub(super) fn suspend(&self, leader: Pid) {
        if let Some(terminal) = &self.terminal {
            terminal.suspend(leader);
        }
    }

    /// The program has ended: what it wrote is passed on, then the terminal is as it was.
    pub(super) fn finish(mut self) {
        drop(self.running.take().map(|(running, _)| running));
        for copy in self.copies.drain(..) {
            let _ = copy.join();
        }
    }
}

/// Passes on until the end, or until nothing comes after the program has ended.
fn pass(from: &OwnedFd, to: BorrowedFd, looked_for: &Mutex<Patterns>, ended: BorrowedFd) -> io::Result<()> {
    let patterns = || looked_for.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut masker = Masker::new(patterns());
    let mut buffer = Zeroizing::new(vec![0; CHUNK]);
    let mut has_ended = false;
    loop {
        let mut polled = [PollFd::new(from, PollFlags::IN), PollFd::from_borrowed_fd(ended, PollFlags::IN)];
        let watched = if has_ended { 1 } else { 2 };
        let timeout = (has_ended || masker.holds()).then_some(&PAUSE);
        match poll(&mut polled[..watched], timeout) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(0) if has_ended => break,
            Ok(0) => {
                write(to, &masker.pause())?;
                continue;
            }
            Ok(_) => {}
        }
        has_ended |= !polled[1].revents().is_empty();
        if polled[0].revents().is_empty() {
            continue;
        }
        match rustix::io::read(from, buffer.as_mut_slice()) {
            // A terminal that nobody has open any more says EIO.
            Ok(0) | Err(Errno::IO) => break,
            Ok(length) => {
                masker.look_for(patterns());
                write(to, &masker.push(&buffer[..length]))?;
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
    write(to, &masker.end())
}

/// Writes everything, also where somebody made the file non-blocking.
pub(super) fn write(to: BorrowedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(to, bytes) {
            Ok(length) => bytes = &bytes[length..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::from_borrowed_fd(to, PollFlags::OUT)], None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
