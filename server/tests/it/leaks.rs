//! No value, token or password is in a log line or in an answer nobody asked it in.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::json;
use server::{config::LogFormat, telemetry};
use tracing_subscriber::fmt::MakeWriter;

use crate::fixture::{Reply, Server};

const MARKER: &str = "m4rk3r-in-no-log";

/// What was logged, by every test of this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn what_is_secret_is_in_no_log_line_and_in_no_answer_but_the_one_it_was_asked_in() {
    let log = Log::default();
    let lines = telemetry::subscriber("trace", LogFormat::Json, false, log.clone());
    tracing::subscriber::set_global_default(lines).unwrap();

    let server = Server::start().await;
    let admin = server.shop().await;
    let path = format!("/projects/shop/secrets/NAME_{MARKER}").replace('-', "_");
    let mut replies = vec![
        admin.put(&path, json!({"value": MARKER, "comment": "none"})).await.is(200),
        admin.put(&path, json!({"value": 5, MARKER: MARKER})).await.is(400),
        admin.put(&path, json!({"value": format!("{{{MARKER}"), "kind": "json"})).await.is(422),
        admin.upload("/projects/shop/import?dry_run=true", format!("{{\"A\": \"{MARKER}\"}}")).await.is(200),
        admin.upload("/projects/shop/import", format!("{{\"A\": \"{MARKER}\"}}")).await.is(200),
        admin.upload("/projects/shop/import", format!("{{\"A\": \"{MARKER}\"")).await.is(400),
        admin.upload("/projects/shop/import", format!("{{\"A b\": \"{MARKER}\"}}")).await.is(422),
        admin.get("/projects/shop/secrets").await.is(200),
        admin.get("/projects/shop/services/api/effective?environment=production").await.is(200),
        admin.get("/projects/shop/services/api/explain/A?environment=production").await.is(200),
        admin.get("/projects/shop/secrets/A/versions").await.is(200),
        admin.get("/changes").await.is(200),
        admin.get("/audit").await.is(200),
        server.anyone().get(&format!("/projects?token={MARKER}")).await.is(400),
        server.anyone().get(&format!("!/setup/{MARKER}?{MARKER}")).await,
        server.anyone().get(&format!("!/{MARKER}")).await.is(404),
        server.bearer(MARKER).get("/me").await.is(401),
    ];
    let form = format!("email=a@b.example&password={MARKER}-{MARKER}");
    replies.push(server.anyone().in_browser().form("/login", &form).await.is(303));
    // An invitation's link works, and is in no line of the log.
    let invited = admin.post("/people", json!({"email": "new@b.example"})).await.is(201).json();
    let link = invited["invitation"]["link"].as_str().unwrap().to_owned();
    let token = link.rsplit('/').next().unwrap();
    let stranger = server.anyone().in_browser();
    stranger.get(&format!("!/invite/{token}")).await.is(200);
    stranger.form(&format!("/invite/{token}"), "password=short").await.is(303);
    stranger.form(&format!("/invite/{token}"), &format!("password={MARKER}-{MARKER}")).await.is(303);
    stranger.form(&format!("/invite/{MARKER}"), "password=short").await.is(303);
    let browser = server.browser().await;
    for page in ["!/", "!/projects/shop", "!/audit", "!/tokens"] {
        replies.push(browser.get(page).await.is(200));
    }
    replies.extend(odd_requests(&server).await);
    replies.push(admin.get("/audit/export").await.is(200));
    for reply in &replies[1..] {
        let text = format!("{}{:?}", reply.text(), reply.headers);
        // The name of the secret is written with underscores; only values and passwords carry the marker itself.
        let without_the_field = text.replace(&format!("unknown field `{MARKER}`"), "");
        assert!(!without_the_field.contains(MARKER), "{text}");
    }
    // Neither is it in what is stored: the database, its log, and the head file.
    for (path, bytes) in server.stored() {
        for form in [MARKER.as_bytes().to_vec(), hex(MARKER).into_bytes(), hex(MARKER).to_uppercase().into_bytes()] {
            assert!(!contains(&bytes, &form), "{}", path.display());
        }
    }
    let revealed = admin.post("/projects/shop/secrets/A/reveal", json!({})).await.is(200).json();
    assert_eq!(revealed["value"], MARKER);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered") && log.contains("/api/v1/projects/{project}/import"), "{log}");
    let leak = log.lines().find(|line| line.contains(MARKER) || line.contains(token));
    assert_eq!(leak, None);
}

/// The marker wherever a stranger can put something: each header, odd bodies of each type, names and parameters.
async fn odd_requests(server: &Server) -> Vec<Reply> {
    let (anyone, admin) = (server.anyone(), server.admin());
    let mut replies = Vec::new();
    for header in [
        "accept",
        "accept-encoding",
        "accept-language",
        "content-encoding",
        "content-type",
        "cookie",
        "forwarded",
        "host",
        "if-none-match",
        "last-event-id",
        "origin",
        "range",
        "referer",
        "sec-fetch-dest",
        "sec-fetch-site",
        "user-agent",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-request-id",
        "x-strongroom-recipient",
    ] {
        for client in [anyone.with(header, MARKER), admin.with(header, MARKER)] {
            replies.push(client.get("/projects").await);
            replies.push(client.get("!/login").await);
            replies.push(client.put("/platform/secrets/A", json!({"value": MARKER})).await);
        }
    }
    for kind in [
        "application/json",
        "text/plain",
        "application/yaml",
        "application/toml",
        "multipart/form-data; boundary=x",
        "text/html",
    ] {
        let client = admin.with("content-type", kind);
        for body in [
            MARKER.to_owned(),
            format!("{{\"a\": {MARKER}"),
            format!("[\"{MARKER}\", "),
            format!("a = \"{MARKER}"),
            format!("a: [{MARKER}\n b: }}"),
            format!("--x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n{MARKER}"),
            format!("\u{0}{MARKER}"),
        ] {
            for path in ["/platform/import", "/platform/import?dry_run=true", "/tokens", "/projects", "/people"] {
                replies.push(client.send(axum::http::Method::POST, path, body.clone()).await);
            }
        }
    }
    for form in
        ["/login", "/forms/secrets", "/forms/tokens", "/forms/import", "/forms/audit/export", "/ui/audit", "/ui/none"]
    {
        for body in
            [format!("password={MARKER}"), format!("value={MARKER}%"), MARKER.to_owned(), format!("{MARKER}={MARKER}")]
        {
            replies.push(anyone.in_browser().form(form, &body).await);
        }
    }
    replies
}

fn hex(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
