//! A client that goes on while a test changes what it watches.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{MARKER, Place, code, piped};

/// How long anything may take; nothing waits for its end.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A run that goes on, and what it prints.
pub(crate) struct Run {
    pub(crate) child: Child,
    pub(crate) stdin: Option<ChildStdin>,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Run {
    /// `run --watch` with these words.
    pub(crate) fn start(place: &Place, words: &[&str]) -> Self {
        Self::of(place.run(["--watch"].iter().chain(words)).stdin(Stdio::piped()))
    }

    /// This command.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = piped(command);
        let (stdout, stderr) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { stdin: child.stdin.take(), child, stdout, stderr }
    }

    /// The next line that the program prints.
    #[track_caller]
    pub(crate) fn line(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).expect("the program prints nothing")
    }

    /// Waits for a line of ours with this in it.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let line =
                self.stderr.recv_timeout(end.saturating_duration_since(Instant::now())).expect("we do not say it");
            assert!(!line.contains(MARKER), "a value is on stderr: {line}");
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Writes to its stdin.
    pub(crate) fn send(&mut self, line: &str) {
        self.stdin.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end; its exit code.
    pub(crate) fn end(mut self) -> i32 {
        drop(self.stdin.take());
        let code = code(self.child.wait().unwrap());
        for line in &self.stderr {
            assert!(!line.contains(MARKER), "a value is on stderr: {line}");
        }
        code
    }
}

/// A test that fails leaves no program behind.
impl Drop for Run {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        }
    }
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let _ = sender.send(line.unwrap());
        }
    });
    receiver
}

/// Waits until the file holds this; how long that took.
#[track_caller]
pub(crate) fn wait_for(path: &Path, text: &str, since: Instant) -> Duration {
    while fs::read(path).ok().as_deref() != Some(text.as_bytes()) {
        assert!(since.elapsed() < PATIENCE, "{} does not change", path.display());
        thread::sleep(Duration::from_millis(1));
    }
    since.elapsed()
}
