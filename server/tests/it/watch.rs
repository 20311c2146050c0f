//! Being told of changes: Server-Sent Events through the whole router.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, BodyDataStream},
    http::Method,
};
use futures_util::StreamExt;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::{
    binary::{Running, run, text},
    fixture::{Client, Server},
};

const API: &str = "/projects/shop/services/api";
const WATCH: &str = "/projects/shop/services/api/watch?environment=production";
/// Long enough for anything that comes; nothing waits for its end.
const PATIENCE: Duration = Duration::from_mins(1);

/// A stream of events, read one by one.
struct Events(BodyDataStream);

impl Events {
    async fn of(client: &Client) -> Self {
        let response = client.open(Method::GET, WATCH, Body::empty()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self(response.into_body().into_data_stream())
    }

    /// The sequence of the next event; none at the end.
    async fn next(&mut self) -> Option<i64> {
        let chunk = timeout(PATIENCE, self.0.next()).await.expect("neither an event nor the end")?.unwrap();
        let event = text(&chunk);
        let (id, data) = event.strip_prefix("id: ").unwrap().split_once('\n').unwrap();
        assert_eq!(data, format!("data: {{\"sequence\":{id}}}\n\n"));
        Some(id.parse().unwrap())
    }
}

async fn start(server: &Server) -> (Client, Client) {
    let admin = server.shop().await;
    let token = json!({"name": "api", "project": "shop", "service": "api"});
    (admin, server.token(token).await)
}

async fn sequence(program: &Client) -> i64 {
    let values = program.get(&format!("{API}/values?environment=production")).await.is(200);
    values.json()["sequence"].as_i64().unwrap()
}

on_both! {
    async fn a_change_is_told_at_once_and_without_its_value(server: Server) {
        let (admin, program) = start(&server).await;
        let mut events = Events::of(&program).await;
        assert_eq!(events.next().await, Some(sequence(&program).await));
        admin.put("/platform/secrets/A", json!({"value": "canary"})).await.is(200);
        let told = events.next().await.unwrap();
        assert_eq!(told, sequence(&program).await);
        // Others change, and what is hidden changes: the next event is that of the value that the program gets.
        admin.post("/projects/shop/services", json!({"slug": "web"})).await.is(201);
        admin.put("/projects/shop/services/web/secrets/A", json!({"value": "canary"})).await.is(200);
        admin.put("/platform/secrets/A?environment=staging", json!({"value": "canary"})).await.is(200);
        admin.put("/projects/shop/secrets/A", json!({"value": "canary"})).await.is(200);
        assert_eq!(events.next().await, Some(told + 3));
    }

    async fn a_client_that_comes_back_hears_what_it_missed(server: Server) {
        let (admin, program) = start(&server).await;
        let now = sequence(&program).await;
        admin.put("/platform/secrets/A", json!({"value": "1"})).await.is(200);
        let mut events = Events::of(&program.with("last-event-id", now.to_string())).await;
        assert_eq!(events.next().await, Some(now + 1));
        let mut events = Events::of(&program.with("last-event-id", (now + 1).to_string())).await;
        admin.put("/platform/secrets/A", json!({"value": "2"})).await.is(200);
        assert_eq!(events.next().await, Some(now + 2));
    }

    async fn who_watches_and_how_far_it_is_can_be_seen(server: Server) {
        let (admin, program) = start(&server).await;
        let response = program.open(Method::GET, &format!("{WATCH}&client=web-1"), Body::empty()).await;
        let id = response.headers()["watch-id"].to_str().unwrap().to_owned();
        let mut events = Events(response.into_body().into_data_stream());
        let sequence = events.next().await.unwrap();
        let watchers = format!("{API}/watchers?environment=production");
        let list = admin.get(&watchers).await.is(200).json();
        assert_eq!((&list["items"][0]["client"], &list["items"][0]["newest"]), (&json!("web-1"), &json!(false)));
        let applied = json!({"watch": id, "sequence": sequence});
        program.post(&format!("{API}/watch/applied?environment=production"), applied.clone()).await.is(204);
        let list = admin.get(&watchers).await.is(200).json();
        assert_eq!((&list["items"][0]["sequence"], &list["items"][0]["newest"]), (&json!(sequence), &json!(true)));
        let browser = server.browser().await;
        browser.get(&watchers).await.is(200);
        let page = browser.get("!/projects/shop/services/api/effective?env=production").await.is(200).text();
        assert!(page.contains("1 of 1 program on the newest") && page.contains("web-1"), "{page}");
        let refused = admin.post(&format!("{API}/watch/applied?environment=production"), applied).await;
        refused.problem(404, "not_found");
        drop(events);
        assert_eq!(admin.get(&watchers).await.is(200).json()["items"], json!([]));
    }

    async fn a_stream_ends_with_its_token(server: Server) {
        let (admin, program) = start(&server).await;
        let mut events = Events::of(&program.with("last-event-id", sequence(&program).await.to_string())).await;
        let tokens = admin.get("/tokens").await.is(200).json();
        let id = tokens["items"].as_array().unwrap().iter().find(|token| token["name"] == "api").unwrap()["id"].clone();
        admin.delete(&format!("/tokens/{}", id.as_str().unwrap())).await.is(204);
        assert_eq!(events.next().await, None);
        program.get(WATCH).await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn who_may_not_watch_is_told_why() {
    let server = Server::start().await;
    let (admin, program) = start(&server).await;
    let problem = server.browser().await.get(WATCH).await.problem(403, "denied");
    assert!(problem["detail"].as_str().unwrap().contains("bearer token"), "{problem}");
    server.anyone().get(WATCH).await.problem(401, "unauthenticated");
    program.with("last-event-id", "x").get(WATCH).await.problem(400, "malformed");
    program.get(&format!("{API}/watch")).await.problem(422, "invalid");
    admin.get("/projects/shop/services/none/watch?environment=production").await.problem(404, "not_found");
}

#[tokio::test]
async fn too_many_with_one_token_are_asked_to_come_later() {
    let server = Server::start().await;
    let (_, program) = start(&server).await;
    let mut watches = Vec::new();
    for _ in 0..vault::WATCHES_PER_TOKEN {
        watches.push(Events::of(&program).await);
    }
    let refused = program.get(WATCH).await;
    refused.problem(429, "too_many_requests");
    assert!(!refused.header("retry-after").is_empty());
    watches.pop();
    Events::of(&program).await;
}

#[test]
fn a_stream_does_not_hold_up_the_end_of_the_server() {
    let directory = TempDir::new().unwrap();
    let words = ["bootstrap", "--email", "admin@example.com", "--password-stdin", "--token"];
    let token = text(&run(directory.path(), &words, "correct horse battery\n").stdout).trim().to_owned();
    let server = Running::start(directory.path(), &[]);
    let send = |method: &str, path: &str, body: &str| {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        write!(
            stream,
            "{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut lines = BufReader::new(stream);
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 20"), "{line}");
        lines
    };
    send("POST", "/projects", "{\"slug\": \"shop\"}");
    send("POST", "/projects/shop/services", "{\"slug\": \"api\"}");
    let mut events = send("GET", WATCH, "");
    let mut line = String::new();
    while !line.starts_with("data: ") {
        line.clear();
        events.read_line(&mut line).unwrap();
    }
    let begun = Instant::now();
    let (code, _, log) = server.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
