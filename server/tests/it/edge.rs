//! What is refused before it is a request: over real sockets, by the real binary.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    os::unix::fs::MetadataExt,
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};

use crate::binary::{Running, run, text};

/// Everything that comes back for some bytes, until the server closes.
fn exchange(server: &Running, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let _ = stream.write_all(bytes);
    rest_of(&mut stream)
}

fn rest_of(stream: &mut impl Read) -> String {
    let (mut all, mut some) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut some) {
            Ok(0) => break,
            Ok(length) => all.extend_from_slice(&some[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof) => break,
            Err(error) => panic!("{error}: {}", String::from_utf8_lossy(&all)),
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

fn answers(text: &str) -> usize {
    text.matches("HTTP/1.1 ").count()
}

#[test]
fn a_request_that_could_be_cut_in_two_places_is_refused_and_its_connection_closed() {
    let directory = TempDir::new().unwrap();
    let server = Running::start(directory.path(), &[]);
    let second = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for head in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: +5",
        "Content-Length: -1",
        "Content-Length: 5 5",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, identity",
        "Content-Length : 5",
        "X-Folded: a\r\n b\r\nContent-Length: 5",
        "X-Nul: a\0b",
        "no colon",
    ] {
        let bytes = format!("POST /login HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n0\r\n\r\n{second}{second}");
        let answer = exchange(&server, bytes.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400 "), "{head}: {answer}");
        assert_eq!(answers(&answer), 1, "{head}: {answer}");
    }
    // By chunks alone it is read, and then the connection is over all the same.
    let bytes = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{second}");
    let answer = exchange(&server, bytes.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200 ") && answers(&answer) == 1, "{answer}");
    // Two that follow each other are two.
    let last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(answers(&exchange(&server, format!("{second}{last}").as_bytes())), 2);
    server.end();
}

#[test]
fn a_head_has_its_size_and_one_byte_more_is_too_much() {
    let directory = TempDir::new().unwrap();
    let server = Running::start(directory.path(), &[]);
    let head = |size: usize| {
        let around = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: \r\n\r\n";
        let filling = "x".repeat(size - around.len());
        around.replacen("X-Long: ", &format!("X-Long: {filling}"), 1)
    };
    let fits = exchange(&server, head(64 * 1024).as_bytes());
    assert!(fits.starts_with("HTTP/1.1 200 "), "{fits}");
    let too_large = exchange(&server, head(64 * 1024 + 1).as_bytes());
    assert!(too_large.starts_with("HTTP/1.1 431 "), "{too_large}");
    let headers = |number: usize| {
        let lines = "X: y\r\n".repeat(number);
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n")
    };
    assert!(exchange(&server, headers(98).as_bytes()).starts_with("HTTP/1.1 200 "));
    assert!(exchange(&server, headers(99).as_bytes()).starts_with("HTTP/1.1 431 "));
    server.end();
}

#[test]
fn an_address_has_its_number_of_connections_and_one_more_is_closed() {
    let directory = TempDir::new().unwrap();
    let server = Running::start(directory.path(), &["--connections-per-address", "3"]);
    let ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let open = || {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let _ = stream.write_all(ask);
        let mut some = [0; 4096];
        let length = stream.read(&mut some).unwrap_or(0);
        (stream, length > 0)
    };
    let held: Vec<_> = (0..3).map(|_| open()).collect();
    assert!(held.iter().all(|(_, answered)| *answered));
    assert!(!open().1, "one too many");
    drop(held);
    // The places are free again once the server has seen that they are.
    let again = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        open().1
    });
    assert!(again);
    server.end();
    // Behind a proxy that is trusted, everybody comes from one address.
    let server =
        Running::start(directory.path(), &["--connections-per-address", "1", "--trusted-proxies", "127.0.0.0/8,::1"]);
    let held: Vec<_> = (0..3)
        .map(|_| {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            stream.write_all(ask).unwrap();
            let mut some = [0; 64];
            assert!(stream.read(&mut some).unwrap() > 0);
            stream
        })
        .collect();
    drop(held);
    server.end();
}

#[test]
fn a_body_that_never_comes_ends_its_request() {
    let directory = TempDir::new().unwrap();
    let server = Running::start(directory.path(), &[]);
    let mut slow = TcpStream::connect(&server.address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    slow.write_all(
        b"POST /login HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n\
          Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nemail=",
    )
    .unwrap();
    // The client never sends the rest: the end of the stream is the server's doing.
    let answer = rest_of(&mut slow);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    server.end();
}

/// A certificate for `localhost` and its key, as files.
fn certificate(directory: &TempDir) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(directory.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(directory.path().join("cert.pem"), made.cert.pem()).unwrap();
    made.cert.der().clone()
}

/// What a client that believes in one certificate gets; why not, where it does not agree with the server.
fn over_tls(server: &Running, trusted: &CertificateDer<'static>, request: &str) -> Result<String, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(&server.address).unwrap());
    stream.write_all(request.as_bytes())?;
    Ok(rest_of(&mut stream))
}

#[test]
fn the_server_speaks_tls_and_takes_a_new_certificate_without_a_restart() {
    let directory = TempDir::new().unwrap();
    let first = certificate(&directory);
    let tls = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let server = Running::start(directory.path(), &tls);
    let page = "GET /login HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n";
    let answer = over_tls(&server, &first, page).unwrap();
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age=31536000; includeSubDomains"), "{answer}");
    // Plain text on the same port gets nothing.
    assert!(!exchange(&server, page.as_bytes()).contains("HTTP/1.1 2"));
    // A file that cannot be used changes nothing, one that can is taken.
    std::fs::write(directory.path().join("cert.pem"), "no certificate").unwrap();
    let id = server.child.id().to_string();
    let hangup = || assert!(std::process::Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    hangup();
    assert!(over_tls(&server, &first, page).unwrap().starts_with("HTTP/1.1 "));
    let second = certificate(&directory);
    hangup();
    let taken = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        over_tls(&server, &second, page).is_ok()
    });
    assert!(taken);
    assert!(over_tls(&server, &first, page).is_err());
    let (code, _, log) = server.end();
    assert_eq!(code, Some(0));
    assert!(log.contains("cannot be used"), "{log}");
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_at_the_start() {
    let directory = TempDir::new().unwrap();
    certificate(&directory);
    std::fs::rename(directory.path().join("key.pem"), directory.path().join("other.pem")).unwrap();
    let words = ["serve", "--listen", "127.0.0.1:0", "--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let refused = run(directory.path(), &words, "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("--tls-key key.pem"), "{}", text(&refused.stderr));
    // Of another pair.
    certificate(&directory);
    std::fs::rename(directory.path().join("other.pem"), directory.path().join("key.pem")).unwrap();
    let refused = run(directory.path(), &words, "");
    assert!(text(&refused.stderr).contains("does not go with"), "{}", text(&refused.stderr));
    let one = run(directory.path(), &["serve", "--tls-cert", "cert.pem"], "");
    assert_eq!(one.status.code(), Some(2));
}

#[test]
fn the_process_leaves_no_core_and_cannot_be_looked_into() {
    let directory = TempDir::new().unwrap();
    let server = Running::start(directory.path(), &[]);
    let about = |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", server.child.id())).unwrap();
    let limits = about("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    // What is not dumpable belongs to root, whoever runs it.
    let owner = std::fs::metadata(format!("/proc/{}/environ", server.child.id())).unwrap().uid();
    assert_eq!(owner, 0);
    // The handler of SIGXFSZ, the 25th.
    let status = about("status");
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    let caught = u64::from_str_radix(caught.trim(), 16).unwrap();
    assert_ne!(caught & (1 << 24), 0, "{status}");
    server.end();
}
