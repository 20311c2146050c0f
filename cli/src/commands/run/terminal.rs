//! A terminal for the program, inside of ours.

use std::{
    ffi::OsStr,
    fs::OpenOptions,
    io,
    os::{
        fd::OwnedFd,
        unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    },
    path::PathBuf,
    process::{Command, Stdio},
};

use rustix::{
    fs::OFlags,
    process::{Pid, Signal, kill_current_process_group, kill_process},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    stdio::{stdin, stdout},
    termios::{OptionalActions, OutputModes, isatty, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr, tcsetwinsize},
};
use signal_hook::consts::{SIGCONT, SIGWINCH};

use super::{
    keys::{Keys, is_in_front},
    session::SESSION,
};

/// The signals that are about our terminal.
pub(super) const ABOUT_TERMINAL: [i32; 2] = [SIGCONT, SIGWINCH];

/// Our end of the program's terminal.
pub(super) struct Terminal {
    ours: OwnedFd,
    program: Option<OwnedFd>,
    /// Whether our terminal also gives the input.
    gives_input: bool,
    keys: Option<Keys>,
    with_stderr: bool,
    leader: Option<Command>,
}

impl Terminal {
    /// A terminal of the size and the settings of ours.
    pub(super) fn open(with_stderr: bool) -> io::Result<Self> {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        let program = end_of_program(&ours)?;
        let gives_input = isatty(stdin());
        if !gives_input {
            // Ours is not raw then, and ends lines itself.
            let mut settings = tcgetattr(stdout())?;
            settings.output_modes -= OutputModes::OPOST;
            tcsetattr(&program, OptionalActions::Now, &settings)?;
        } else if is_in_front() {
            // In the background ours is set for the shell that reads from it; a new one is set for programs.
            tcsetattr(&program, OptionalActions::Now, &tcgetattr(stdin())?)?;
        }
        let terminal = Self { ours, program: Some(program), gives_input, keys: None, with_stderr, leader: None };
        terminal.resize();
        Ok(terminal)
    }

    /// The program under the leader of its session.
    pub(super) fn direct(&mut self, command: &Command) -> &mut Command {
        let ours = std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
        let mut leader = Command::new(ours);
        leader.arg(SESSION).arg(command.get_program()).args(command.get_args()).env_clear();
        leader.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(program) = self.program.take() {
            let stream = || program.try_clone().map_or_else(|_| Stdio::null(), Stdio::from);
            if self.gives_input {
                leader.stdin(stream());
            }
            if self.with_stderr {
                leader.stderr(stream());
            }
            leader.stdout(stream());
        }
        self.leader.insert(leader)
    }

    /// The program has started: keys go to it from now on. Answers where its output is read.
    pub(super) fn begin(&mut self) -> io::Result<OwnedFd> {
        // It holds the program's end, and the values.
        self.leader = None;
        // It may have changed before we heard of changes.
        self.resize();
        if self.gives_input {
            self.keys = Some(Keys::pass_on(self.ours.try_clone()?)?);
        }
        self.ours.try_clone()
    }

    /// The program's terminal as the output of another command.
    pub(super) fn stream(&self) -> io::Result<Stdio> {
        end_of_program(&self.ours).map(Stdio::from)
    }

    /// The process group that has the program's terminal now.
    pub(super) fn group_in_front(&self) -> Option<Pid> {
        tcgetpgrp(&self.ours).ok()
    }

    /// Is the signal about our terminal?
    pub(super) fn takes(&mut self, signal: i32) -> bool {
        match signal {
            SIGWINCH => self.resize(),
            SIGCONT => self.keys.iter().for_each(Keys::take_again),
            _ => return false,
        }
        true
    }

    /// The program was stopped by a key or a signal: so are we, and our shell goes on.
    pub(super) fn suspend(&self, leader: Pid) {
        self.keys.iter().for_each(Keys::give_back);
        let _ = kill_current_process_group(Signal::TSTP);
        // Continued.
        self.keys.iter().for_each(Keys::take_again);
        self.resize();
        let _ = kill_process(leader, Signal::CONT);
    }

    fn resize(&self) {
        if let Ok(size) = tcgetwinsize(stdout()) {
            let _ = tcsetwinsize(&self.ours, size);
        }
    }
}

fn end_of_program(ours: &OwnedFd) -> io::Result<OwnedFd> {
    let name = ptsname(ours, Vec::new())?;
    let path = PathBuf::from(OsStr::from_bytes(name.as_bytes()));
    let flags = OFlags::NOCTTY.bits().cast_signed();
    Ok(OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?.into())
}
