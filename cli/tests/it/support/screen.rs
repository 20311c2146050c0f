//! A terminal with a client on it, and what it shows.

use std::{
    fs::OpenOptions,
    os::{fd::OwnedFd, unix::fs::OpenOptionsExt},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::OFlags,
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

/// How long anything may take to show.
const PATIENCE: Duration = Duration::from_mins(1);

/// A terminal of 100 columns and 40 rows.
pub(crate) struct Screen {
    ours: OwnedFd,
    child: Child,
    shown: Vec<u8>,
}

impl Screen {
    /// Starts a command in a session of its own, on a terminal of its own.
    pub(crate) fn start(command: &Command) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let path = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let flags = OFlags::NOCTTY.bits().cast_signed();
        let theirs: OwnedFd = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path).unwrap().into();
        let stream = || Stdio::from(theirs.try_clone().unwrap());
        let mut session = Command::new("setsid");
        session.arg("--ctty").arg(command.get_program()).args(command.get_args()).env_clear();
        session.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        session.current_dir(command.get_current_dir().unwrap());
        session.stdin(stream()).stdout(stream()).stderr(stream());
        let screen = Self { ours, child: session.spawn().unwrap(), shown: Vec::new() };
        screen.resize(40, 100);
        screen
    }

    /// Changes the size of the terminal.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        tcsetwinsize(&self.ours, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    }

    /// Types.
    pub(crate) fn send(&self, keys: &str) {
        assert_eq!(rustix::io::write(&self.ours, keys.as_bytes()).unwrap(), keys.len());
    }

    /// Waits until the text shows, after what was waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let shown = String::from_utf8_lossy(&self.shown).into_owned();
            if let Some(position) = shown.find(text) {
                self.shown = shown.as_bytes()[position + text.len()..].to_vec();
                return shown[..position].to_owned();
            }
            assert!(Instant::now() < end && self.read(), "{text:?} does not show in {shown:?}");
        }
    }

    /// Waits for the end; what showed since, and the exit code.
    pub(crate) fn end(mut self) -> (String, i32) {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            self.read();
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "does not end: {:?}", String::from_utf8_lossy(&self.shown));
        };
        while self.read_for(0) {}
        (String::from_utf8_lossy(&self.shown).into_owned(), super::code(status))
    }

    /// The number of the process that was started.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn read(&mut self) -> bool {
        self.read_for(50_000_000) || self.child.try_wait().unwrap().is_none()
    }

    fn read_for(&mut self, nanoseconds: i64) -> bool {
        let timeout = Timespec { tv_sec: 0, tv_nsec: nanoseconds };
        if poll(&mut [PollFd::new(&self.ours, PollFlags::IN)], Some(&timeout)).unwrap() == 0 {
            return false;
        }
        let mut buffer = [0; 4096];
        let length = rustix::io::read(&self.ours, &mut buffer).unwrap_or(0);
        self.shown.extend_from_slice(&buffer[..length]);
        length > 0
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
