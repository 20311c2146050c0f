//! The keys of our terminal, on their way to the program's.
//!
//! In the foreground our terminal is raw, and every key goes to the program as it is. In the background the keys are the
//! shell's, and nothing is read: that would stop us. A shell that brings a running job back does not tell it, so we look.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    pipe::{PipeFlags, pipe_with},
    process::getpgrp,
    stdio::stdin,
    termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr},
};
use zeroize::Zeroizing;

use super::output::write;

/// How often a process in the background looks whether it is in the foreground.
const BEHIND: Duration = Duration::from_millis(100);

/// Our terminal, read while the program runs. Given back as it was when dropped.
pub(super) struct Keys {
    terminal: Arc<Mutex<Keyboard>>,
    wake: OwnedFd,
}

struct Keyboard {
    /// How it was when it was not ours.
    before: Option<Termios>,
    is_raw: bool,
    /// Whether it is the shell's although we are in the foreground: we are about to stop, or to end.
    is_given_back: bool,
}

impl Keys {
    /// Passes keys on from now.
    pub(super) fn pass_on(to: OwnedFd) -> io::Result<Self> {
        let (woken, wake) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        let terminal = Arc::new(Mutex::new(Keyboard { before: None, is_raw: false, is_given_back: false }));
        lock(&terminal).take();
        let shared = terminal.clone();
        std::thread::spawn(move || pass_on(&shared, &to, &woken));
        Ok(Self { terminal, wake })
    }

    /// The terminal is the shell's, as it was.
    pub(super) fn give_back(&self) {
        lock(&self.terminal).give_back();
    }

    /// We were continued: whoever had the terminal in between may have changed it.
    pub(super) fn take_again(&self) {
        let mut keyboard = lock(&self.terminal);
        keyboard.is_raw = false;
        keyboard.is_given_back = false;
        // Full means that it is about to wake anyway.
        let _ = rustix::io::write(&self.wake, &[0]);
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Keyboard {
    /// Makes the terminal raw where it is ours; answers whether it is.
    fn take(&mut self) -> bool {
        if self.is_given_back || !is_in_front() {
            return false;
        }
        if !self.is_raw
            && let Ok(now) = tcgetattr(stdin())
        {
            let mut raw = now.clone();
            raw.make_raw();
            // One that reads no lines may be as we left it, when we were stopped without being told.
            if self.before.is_none() || now.local_modes.contains(LocalModes::ICANON) {
                self.before = Some(now);
            }
            self.is_raw = tcsetattr(stdin(), OptionalActions::Drain, &raw).is_ok();
        }
        true
    }

    fn give_back(&mut self) {
        self.is_given_back = true;
        if std::mem::take(&mut self.is_raw)
            && let Some(before) = &self.before
        {
            let _ = tcsetattr(stdin(), OptionalActions::Drain, before);
        }
    }
}

/// Are we in the foreground of the terminal that gives the input?
pub(super) fn is_in_front() -> bool {
    tcgetpgrp(stdin()).ok() == Some(getpgrp())
}

fn pass_on(terminal: &Mutex<Keyboard>, to: &OwnedFd, woken: &OwnedFd) {
    let mut keys = Zeroizing::new([0; 4096]);
    loop {
        if !lock(terminal).take() {
            std::thread::sleep(BEHIND);
            continue;
        }
        let mut polled = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN), PollFd::new(woken, PollFlags::IN)];
        match poll(&mut polled, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return,
        }
        if !polled[1].revents().is_empty() {
            let _ = rustix::io::read(woken, &mut [0; 16]);
            continue;
        }
        // It may have changed hands meanwhile.
        if polled[0].revents().is_empty() || !lock(terminal).take() {
            continue;
        }
        match rustix::io::read(stdin(), &mut *keys) {
            Ok(length) if length > 0 => {
                if write(to.as_fd(), &keys[..length]).is_err() {
                    return;
                }
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            _ => return,
        }
    }
}

fn lock(terminal: &Mutex<Keyboard>) -> MutexGuard<'_, Keyboard> {
    terminal.lock().unwrap_or_else(PoisonError::into_inner)
}
