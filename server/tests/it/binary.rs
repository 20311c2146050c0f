//! The binary itself: its commands, what it prints, how it starts and ends.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use tempfile::TempDir;

const SETUP: &str = "Set up Strongroom with this link; it works once, for 24 hours: ";

fn command(directory: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom-server"));
    command
        .env_clear()
        .current_dir(directory)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn run(directory: &Path, words: &[&str], input: &str) -> Output {
    let mut child = command(directory, words).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server that was started, and the address it says it has.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) address: String,
    log: BufReader<std::process::ChildStderr>,
}

impl Running {
    pub(crate) fn start(directory: &Path, words: &[&str]) -> Self {
        let words = [&["serve", "--listen", "127.0.0.1:0"], words].concat();
        let mut child = command(directory, &words).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("ready") {
            line.clear();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended before it was ready");
        }
        let (_, rest) = line.split_once("listen=").unwrap_or_else(|| panic!("{line}"));
        let address = rest.split_whitespace().next().unwrap().to_owned();
        Self { child, address, log }
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    /// Sends a request that asks for the connection to be closed; answers what comes back.
    pub(crate) fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    /// Asks it to end; answers its exit code, what it printed and what it logged since it was ready.
    pub(crate) fn end(mut self) -> (Option<i32>, String, String) {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        let (mut out, mut log) = (String::new(), String::new());
        self.log.read_to_string(&mut log).unwrap();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        (self.child.wait().unwrap().code(), out, log)
    }
}

#[test]
fn the_first_start_prints_one_line_with_a_link_and_ends_when_asked() {
    let directory = TempDir::new().unwrap();
    let server = Running::start(directory.path(), &[]);
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200 OK"));
    assert!(server.get("/healthz").ends_with("ok\n"));
    let address = server.address.clone();
    let (code, out, log) = server.end();
    assert_eq!(code, Some(0), "{log}");
    let link = out.strip_prefix(SETUP).unwrap_or_else(|| panic!("{out:?}"));
    let token = link
        .strip_prefix(&format!("http://{address}/setup/"))
        .and_then(|token| token.strip_suffix('\n'))
        .unwrap_or_else(|| panic!("{link:?}"));
    assert!(token.len() > 20 && !token.contains('\n'), "one line");
    assert!(!log.contains(token), "{log}");
    for private in ["data", "keys"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = directory.path().join(private).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{private}");
    }
}

#[test]
fn the_setup_link_opens_a_page_and_its_token_is_not_logged() {
    let directory = TempDir::new().unwrap();
    let mut server = Running::start(directory.path(), &["--log", "trace"]);
    let mut out = String::new();
    let stdout = server.child.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut out).unwrap();
    let path = &out[out.find("/setup/").unwrap()..].trim_end().to_owned();
    let page = server.get(path);
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    assert!(page.contains("<form"), "{page}");
    let (_, _, log) = server.end();
    assert!(!log.contains(path.strip_prefix("/setup/").unwrap()), "{log}");
    assert!(log.contains("/setup/{token}"), "{log}");
}

#[test]
fn the_first_admin_may_come_from_the_command_line_and_only_once() {
    let directory = TempDir::new().unwrap();
    let words = ["bootstrap", "--email", "admin@example.com", "--password-stdin", "--token"];
    let made = run(directory.path(), &words, "correct horse battery\n");
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let token = text(&made.stdout);
    assert!(token.starts_with("srm_") && token.ends_with('\n') && token.lines().count() == 1, "{token:?}");
    let again = run(directory.path(), &words, "correct horse battery\n");
    assert_eq!(again.status.code(), Some(1));
    assert!(again.stdout.is_empty());
    assert!(text(&again.stderr).contains("has an admin already"), "{}", text(&again.stderr));

    let server = Running::start(directory.path(), &[]);
    let (code, out, _) = server.end();
    assert_eq!((code, out.as_str()), (Some(0), ""), "no link once there is an admin");
}

#[test]
fn a_password_that_is_too_short_is_refused() {
    let directory = TempDir::new().unwrap();
    let words = ["bootstrap", "--email", "admin@example.com", "--password-stdin"];
    let refused = run(directory.path(), &words, "short\n");
    assert_eq!(refused.status.code(), Some(1));
    assert!(!text(&refused.stderr).contains("short\n"), "{}", text(&refused.stderr));
}

#[test]
fn wrong_usage_is_two() {
    let directory = TempDir::new().unwrap();
    for words in [
        &["serve", "--listen", "nowhere"][..],
        &["serve", "--keys", "data/keys"],
        &["serve", "--database-url", "mysql://x"],
        &["serve", "--public-url", "example.com"],
        &["serve", "--log", "a=b=c"],
        &["unknown"],
        &[],
    ] {
        let output = run(directory.path(), words, "");
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty());
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn a_misspelt_variable_is_named() {
    let directory = TempDir::new().unwrap();
    let output = command(directory.path(), &["config", "check"]).env("STRONGROOM_DTA", "x").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(error.contains("STRONGROOM_DTA") && error.contains("STRONGROOM_DATA"), "{error}");
}

#[test]
fn variables_of_the_client_are_no_mistake_and_the_configuration_is_shown_without_its_secrets() {
    let directory = TempDir::new().unwrap();
    let output = command(directory.path(), &["config", "check"])
        .env("STRONGROOM_TOKEN", "srm_canary")
        .env("STRONGROOM_URL", "http://127.0.0.1:3000")
        .env("STRONGROOM_LISTEN", "127.0.0.1:4321")
        .env("STRONGROOM_DATABASE_URL", "postgres://u:canary@db.example/x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    assert!(shown.contains("127.0.0.1:4321") && shown.contains("postgres://db.example/x"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn the_schema_the_audit_log_and_the_document_have_commands() {
    let directory = TempDir::new().unwrap();
    let migrated = run(directory.path(), &["migrate"], "");
    assert_eq!(migrated.status.code(), Some(0), "{}", text(&migrated.stderr));
    assert!(directory.path().join("data/strongroom.db").exists());
    let verified = run(directory.path(), &["audit", "verify"], "");
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stderr));
    assert!(text(&verified.stdout).ends_with("records, each as it was written\n"));
    let document = run(directory.path(), &["openapi"], "");
    let document: serde_json::Value = serde_json::from_slice(&document.stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
}

#[test]
fn a_client_that_never_finishes_its_headers_is_dropped() {
    let directory = TempDir::new().unwrap();
    let server = Running::start(directory.path(), &[]);
    let mut slow = TcpStream::connect(&server.address).unwrap();
    slow.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
    // The client never finishes its headers: the end of the stream is the server's doing.
    let mut rest = Vec::new();
    let ended = slow.read_to_end(&mut rest);
    assert!(ended.map_or_else(|error| error.kind() == std::io::ErrorKind::ConnectionReset, |_| true));
    server.end();
}

#[test]
fn a_place_that_is_taken_is_a_failure_with_a_reason() {
    let directory = TempDir::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(directory.path(), &["serve", "--listen", &address], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains(&format!("cannot listen on {address}")), "{}", text(&output.stderr));
}
