//! One server for all tests that run at the same time.

use std::{
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// A running server, and a token that may everything. Ends with the last test that holds it.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) token: String,
    address: String,
    process: Mutex<Child>,
    directory: TempDir,
}

impl Server {
    /// The running server, or a new one.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::start());
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// Sends JSON, for what the client has no command for.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
        let url = format!("{}/api/v1/{path}", self.url);
        let request = if method == "PUT" { agent.put(url) } else { agent.patch(url) };
        let mut response = request.header("authorization", format!("Bearer {}", self.token)).send_json(body).unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        assert!(response.status().is_success(), "{method} {path}: {text}");
    }

    /// What is at a path, for what the client has no command for.
    pub(crate) fn get(&self, path: &str) -> Value {
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        let request = agent.get(format!("{}/api/v1/{path}", self.url));
        let mut response = request.header("authorization", format!("Bearer {}", self.token)).call().unwrap();
        serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// Ends the process; what was asked of it is refused from then on.
    pub(crate) fn stop(&self) {
        self.process().kill().unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(self.url.trim_start_matches("http://")).is_ok() {
            assert!(Instant::now() < end, "the server still listens");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts one.
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let token = bootstrap(directory.path());
        // The port is free again when the server takes it, and nobody else asks for it in between.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let url = format!("http://{address}");
        let process = Mutex::new(serve(directory.path(), &address));
        Self { url, token, address, process, directory }
    }

    /// Starts one that was stopped, at the same address.
    pub(crate) fn start_again(&self) {
        let mut process = self.process();
        process.wait().unwrap();
        *process = serve(self.directory.path(), &self.address);
    }

    fn process(&self) -> MutexGuard<'_, Child> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut process = self.process();
        let _ = process.kill();
        let _ = process.wait();
    }
}

fn serve(directory: &Path, address: &str) -> Child {
    let mut process = command(directory, &["serve", "--listen", address, "--log", "warn"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_until_ready(&format!("http://{address}"), &mut process);
    process
}

fn bootstrap(directory: &Path) -> String {
    let words = ["bootstrap", "--email", "admin@example.com", "--password-stdin", "--token"];
    let mut child = command(directory, &words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"correct horse battery\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "bootstrap failed");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn command(directory: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command
        .arg(words[0])
        .arg("--data")
        .arg(directory.join("data"))
        .arg("--keys")
        .arg(directory.join("keys"))
        .args(&words[1..])
        .current_dir(directory);
    // The server refuses variables that it does not know; those of a client may be set here.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("STRONGROOM_") {
            command.env_remove(name);
        }
    }
    command
}

fn binary() -> PathBuf {
    let beside = || Path::new(env!("CARGO_BIN_EXE_strongroom")).with_file_name("strongroom-server");
    let binary = std::env::var_os("TEST_SERVER_BINARY").map_or_else(beside, PathBuf::from);
    assert!(
        binary.is_file(),
        "these tests need {}; build it first: cargo build --release --package server (`make test` does)",
        binary.display()
    );
    binary
}

fn wait_until_ready(url: &str, process: &mut Child) {
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let end = Instant::now() + Duration::from_mins(1);
    while agent.get(format!("{url}/readyz")).call().is_err() {
        assert!(process.try_wait().unwrap().is_none(), "the server ended");
        assert!(Instant::now() < end, "the server did not become ready");
        std::thread::sleep(Duration::from_millis(20));
    }
}
