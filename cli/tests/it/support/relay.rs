//! What may stand between client and server: passes everything on, keeps it, and changes what it is told to.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// One exchange, as whoever stands in between sees it.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) request: String,
    pub(crate) answer: Vec<u8>,
}

/// A relay to the server. It runs until the test ends.
pub(crate) struct Relay {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Exchange>>>,
}

impl Relay {
    /// Passes requests on as `on_request` makes them, and answers as `on_answer` makes them of what came before.
    pub(crate) fn start(
        server: &str,
        on_request: impl Fn(String) -> String + Send + 'static,
        on_answer: impl Fn(Vec<u8>, &[Exchange]) -> Vec<u8> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = server.trim_start_matches("http://").to_owned();
        let seen: Arc<Mutex<Vec<Exchange>>> = Arc::default();
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let mut client = client.unwrap();
                let request = head(&mut client);
                let request = on_request(request.replacen("\r\n", "\r\nconnection: close\r\n", 1));
                let mut upstream = TcpStream::connect(&server).unwrap();
                upstream.write_all(request.as_bytes()).unwrap();
                let mut answer = Vec::new();
                upstream.read_to_end(&mut answer).unwrap();
                let mut kept = kept.lock().unwrap();
                let answer = on_answer(answer, &kept);
                client.write_all(&answer).unwrap();
                kept.push(Exchange { request, answer });
            }
        });
        Self { url, seen }
    }

    /// Changes nothing.
    pub(crate) fn faithful(server: &str) -> Self {
        Self::start(server, |request| request, |answer, _| answer)
    }

    /// Everything that was seen.
    pub(crate) fn seen(&self) -> Vec<Exchange> {
        self.seen.lock().unwrap().clone()
    }
}

/// A request without a body, up to its empty line.
fn head(client: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).unwrap();
        bytes.extend(byte);
    }
    String::from_utf8(bytes).unwrap()
}
