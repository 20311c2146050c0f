//! The server is killed in the middle of a large upload: all of it is there afterwards, or nothing.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::binary::{Running, run, text};

const KEYS: usize = 10_000;
/// Instead of a delay: kill it once it has answered.
const LET_IT: u64 = u64::MAX;

/// Sends a request of REST without waiting for its answer.
fn send(server: &Running, token: &str, path: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        server.address,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    stream
}

/// The body of the answer; none where the server died before it.
fn answer(mut stream: TcpStream) -> Option<String> {
    let mut reply = String::new();
    let read = stream.read_to_string(&mut reply);
    let (head, body) = reply.split_once("\r\n\r\n").filter(|_| read.is_ok())?;
    assert!(head.starts_with("HTTP/1.1 2"), "{head}");
    Some(body.to_owned())
}

fn counts(directory: &Path, token: &str, file: &str) -> Value {
    let server = Running::start(directory, &[]);
    let plan = answer(send(&server, token, "/projects/shop/import?dry_run=true", file)).unwrap();
    server.end();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    plan["counts"].clone()
}

#[test]
fn killed_in_the_middle_of_an_upload_all_of_it_is_there_or_nothing() {
    let directory = TempDir::new().unwrap();
    let words = ["bootstrap", "--email", "admin@example.com", "--password-stdin", "--token"];
    let token = text(&run(directory.path(), &words, "correct horse battery\n").stdout).trim().to_owned();
    let server = Running::start(directory.path(), &[]);
    answer(send(&server, &token, "/projects", "{\"slug\": \"shop\"}")).unwrap();
    server.end();

    let (mut whole, mut nothing) = (0, 0);
    // From well before the change is written to well after.
    for (round, delay) in [0, 20, 60, 120, 200, 300, 450, 700, LET_IT].into_iter().enumerate() {
        let keys: Vec<String> = (0..KEYS).map(|key| format!("\"R{round}_{key}\": \"v\"")).collect();
        let file = format!("{{{}}}", keys.join(","));
        let mut server = Running::start(directory.path(), &[]);
        let upload = send(&server, &token, "/projects/shop/import", &file);
        if delay == LET_IT {
            let mut answered = [0];
            upload.peek(&mut answered).unwrap();
        }
        std::thread::sleep(Duration::from_millis(delay % LET_IT));
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        let acknowledged = answer(upload).is_some();
        let counts = counts(directory.path(), &token, &file);
        match (counts["create"].as_u64(), counts["unchanged"].as_u64()) {
            (Some(0), Some(10_000)) => whole += 1,
            (Some(10_000), Some(0)) if !acknowledged => nothing += 1,
            _ => panic!("after {delay} ms, acknowledged: {acknowledged}: {counts}"),
        }
    }
    println!("killed {} times: {nothing} times nothing, {whole} times all", nothing + whole);
    assert!(nothing > 0 && whole > 0, "both ends were met: {nothing}, {whole}");
    let verified = run(directory.path(), &["audit", "verify"], "");
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stderr));
}
