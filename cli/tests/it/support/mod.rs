//! A project of its own for every test, and the client in it.

pub(crate) mod relay;
pub(crate) mod running;
pub(crate) mod screen;
mod server;

use std::{
    ffi::OsStr,
    io::Write,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use serde_json::Value;
use tempfile::TempDir;

use server::Server;

/// What every value holds.
pub(crate) const MARKER: &str = "canary";

/// A project with the service `api`, and a home and working directory of its own.
pub(crate) struct Place {
    server: Arc<Server>,
    pub(crate) project: String,
    pub(crate) home: TempDir,
}

/// What a run of the client left.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Place {
    /// A new project on the server that all tests share.
    pub(crate) fn new() -> Self {
        Self::on(Server::shared())
    }

    /// A new project on a server of its own, which can be stopped.
    pub(crate) fn alone() -> Self {
        Self::on(Arc::new(Server::start()))
    }

    /// Stops a server that is this test's own.
    pub(crate) fn stop(&self) {
        assert_eq!(Arc::strong_count(&self.server), 1);
        self.server.stop();
    }

    /// Starts it again, at the same address.
    pub(crate) fn start_again(&self) {
        self.server.start_again();
    }

    fn on(server: Arc<Server>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let place = Self { server, project: format!("shop{number}"), home: tempfile::tempdir().unwrap() };
        place.ok(["project", "create", &place.project]);
        place.ok(["service", "create", "api", "-p", &place.project]);
        place
    }

    /// The client with nothing but the address and the token of an admin.
    pub(crate) fn command(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = self.bare(words);
        command.env("STRONGROOM_URL", &self.server.url).env("STRONGROOM_TOKEN", &self.server.token);
        command
    }

    /// The client with no setting at all.
    pub(crate) fn bare(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }

    /// `run` of the service in `development`.
    pub(crate) fn run(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = self.command(["run", "-p", &self.project, "-s", "api", "-e", "development"]);
        command.args(words);
        command
    }

    /// Runs the client; nothing that it prints may hold a value.
    pub(crate) fn done(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Done {
        let done = self.finish(&mut self.command(words));
        assert!(!String::from_utf8_lossy(&done.stdout).contains(MARKER), "{done:?}");
        done
    }

    /// Runs the client, which has to succeed; what it printed on stdout.
    pub(crate) fn ok(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
        let done = self.done(words);
        assert_eq!(done.code, 0, "{done:?}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// Runs the client in the project; see [`Place::ok`].
    pub(crate) fn ok_in_project(&self, words: &[&str]) -> String {
        self.ok(words.iter().copied().chain(["-p", &self.project]))
    }

    /// Waits for a client whose stdout may hold values, because they were asked for.
    pub(crate) fn finish(&self, command: &mut Command) -> Done {
        self.check(command.output().unwrap())
    }

    /// The same with something on stdin.
    pub(crate) fn finish_with(&self, command: &mut Command, stdin: &[u8]) -> Done {
        let mut child = piped(command.stdin(Stdio::piped()));
        child.stdin.take().unwrap().write_all(stdin).unwrap();
        self.end(child)
    }

    /// Waits for a client that was started already.
    pub(crate) fn end(&self, child: Child) -> Done {
        self.check(child.wait_with_output().unwrap())
    }

    fn check(&self, output: Output) -> Done {
        let stderr = String::from_utf8(output.stderr).unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        for text in [&*stdout, &stderr] {
            assert!(!text.contains(&self.server.token), "the token was shown");
        }
        assert!(!stderr.contains(MARKER), "a value is on stderr: {stderr}");
        Done { code: code(output.status), stdout: output.stdout, stderr }
    }

    /// The address of the server.
    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// The token of the admin.
    pub(crate) fn token(&self) -> &str {
        &self.server.token
    }

    /// Binds targets of the service to secrets; in mode `bound` it gets nothing else.
    pub(crate) fn bind(&self, mode: &str, bindings: &Value) {
        let service = format!("projects/{}/services/api", self.project);
        self.server.send("PUT", &format!("{service}/bindings"), bindings);
        self.server.send("PATCH", &format!("{service}/delivery"), &serde_json::json!({ "mode": mode }));
    }

    /// What REST answers at a path.
    pub(crate) fn get(&self, path: &str) -> Value {
        self.server.get(path)
    }

    /// Writes a secret of the service.
    pub(crate) fn put(&self, name: &str, value: &str) {
        let path = format!("projects/{}/services/api/secrets/{name}", self.project);
        self.server.send("PUT", &path, &serde_json::json!({ "value": value }));
    }

    /// A path in the home of this test.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

/// The exit code as a shell tells it.
pub(crate) fn code(status: ExitStatus) -> i32 {
    status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

/// Starts a client whose output is read.
pub(crate) fn piped(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// A line that an output holds.
#[track_caller]
pub(crate) fn has_line(text: &str, words: &[&str]) {
    let found =
        text.lines().any(|line| line.split_whitespace().eq(words.iter().flat_map(|word| word.split_whitespace())));
    assert!(found, "no line {words:?} in:\n{text}");
}
