//! Uploads, good and bad.

use serde_json::{Value, json};

use crate::fixture::{Client, Server};

const CANARY: &str = "c4n4ry-of-uploads";
const PATH: &str = "/projects/shop/import";

/// Asserts that the file is refused with this status and code by both ways of asking, that nothing was stored, and
/// that the answer quotes no value; answers the problem.
async fn refused(admin: &Client, file: impl AsRef<[u8]>, status: u16, code: &str) -> Value {
    let file = file.as_ref().to_vec();
    let plan = admin.upload(&format!("{PATH}?dry_run=true"), file.clone()).await;
    plan.problem(status, code);
    let reply = admin.upload(PATH, file).await;
    assert!(!reply.text().contains(CANARY), "{}", reply.text());
    assert!(!plan.text().contains(CANARY), "{}", plan.text());
    assert!(admin.get("/projects/shop/secrets").await.names().is_empty());
    reply.problem(status, code)
}

on_both! {
    async fn a_file_becomes_a_plan_and_the_plan_one_change(server: Server) {
        let admin = server.shop().await;
        admin.put("/platform/secrets/A", json!({"value": "wide"})).await.is(200);
        let file = "{\"A\": \"1\", \"EMPTY\": \"\", \"N\": null, \"O\": {\"b\": 1, \"a\": [2]}}";
        let plan = admin.upload(&format!("{PATH}?dry_run=true"), file).await.is(200).json();
        assert_eq!(plan["counts"], json!({"create": 4, "update": 0, "unchanged": 0, "left_out": 0, "invalid": 0, "removed": 0}));
        assert_eq!(plan["items"][0]["shadows"], json!(["platform"]));
        assert!(plan["change_id"].is_null());
        assert!(admin.get("/projects/shop/secrets").await.names().is_empty());

        let applied = admin.upload(&format!("{PATH}?message=first"), file).await.is(200).json();
        assert_eq!(applied["items"], plan["items"]);
        let change = admin.get(&format!("/changes/{}", applied["change_id"].as_str().unwrap())).await.is(200).json();
        assert_eq!((&change["action"], &change["message"]), (&json!("import"), &json!("first")));
        assert_eq!(admin.get("/projects/shop/secrets").await.names(), ["A", "EMPTY", "N", "O"]);
        let object = admin.post("/projects/shop/secrets/O/reveal", json!({})).await.is(200).json();
        assert_eq!((&object["kind"], &object["value"]), (&json!("json"), &json!("{\"b\": 1, \"a\": [2]}")));

        let again = admin.upload(PATH, file).await.is(200).json();
        assert_eq!(again["counts"]["unchanged"], 4);
        assert!(again["change_id"].is_null());
    }

    async fn one_bad_name_among_good_ones_stores_nothing_until_it_is_left_out(server: Server) {
        let admin = server.shop().await;
        let file = format!("{{\n  \"GOOD\": \"{CANARY}\",\n  \"bad name\": \"{CANARY}\"\n}}");
        let plan = admin.upload(&format!("{PATH}?dry_run=true"), file.clone()).await.is(200);
        let invalid = plan.json()["items"][1].clone();
        assert_eq!((&invalid["action"], &invalid["name"]), (&json!("invalid"), &json!("bad name")));
        assert_eq!((&invalid["problem"]["line"], &invalid["problem"]["column"]), (&json!(3), &json!(3)));
        assert!(!plan.text().contains(CANARY));

        let reply = admin.upload(PATH, file.clone()).await;
        let problem = reply.problem(422, "invalid");
        assert_eq!(problem["problems"][0]["line"], 3);
        assert!(!reply.text().contains(CANARY));
        assert!(admin.get("/projects/shop/secrets").await.names().is_empty());

        let applied = admin.upload(&format!("{PATH}?leave_out=bad%20name"), file).await.is(200).json();
        assert_eq!(applied["counts"]["left_out"], 1);
        assert_eq!(admin.get("/projects/shop/secrets").await.names(), ["GOOD"]);
    }

    async fn an_environment_is_a_place_of_its_own(server: Server) {
        let admin = server.shop().await;
        admin.upload(&format!("{PATH}?environment=staging"), "{\"A\":\"x\"}").await.is(200);
        assert!(admin.get("/projects/shop/secrets").await.names().is_empty());
        assert_eq!(admin.get("/projects/shop/secrets?environment=staging").await.names(), ["A"]);
        let none = admin.upload("/projects/none/import", "{\"A\":\"x\"}").await;
        none.problem(404, "not_found");
        admin.upload(&format!("{PATH}?environment=none"), "{\"A\":\"x\"}").await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn what_is_no_json_is_refused_with_its_place() {
    let server = Server::start().await;
    let admin = server.shop().await;
    for file in [
        format!("{{\"A\": \"{CANARY}\""),
        format!("{{\"A\": \"{CANARY}\",}}"),
        format!("{{\"A\": {CANARY}}}"),
        format!("{{'A': '{CANARY}'}}"),
        format!("A={CANARY}"),
        format!("{{\"A\": \"{CANARY}\"}} {{}}"),
        format!("// no\n{{\"A\": \"{CANARY}\"}}"),
        "{\"A\": NaN}".into(),
        "{\"A\": \"a\tb\"}".into(),
    ] {
        let problem = refused(&admin, &file, 400, "malformed").await;
        assert!(problem["problems"][0]["line"].is_u64(), "{file}: {problem}");
    }
    for file in ["", " \n\t "] {
        refused(&admin, file, 400, "malformed").await;
    }
}

#[tokio::test]
async fn what_is_no_object_is_refused() {
    let server = Server::start().await;
    let admin = server.shop().await;
    for file in [format!("[\"{CANARY}\"]"), format!("\"{CANARY}\""), "5".into(), "null".into(), "true".into()] {
        refused(&admin, file, 422, "invalid").await;
    }
}

#[tokio::test]
async fn a_key_that_comes_twice_is_refused_however_it_is_written() {
    let server = Server::start().await;
    let admin = server.shop().await;
    for file in ["{\"A\": \"1\", \"A\": \"2\"}", "{\"A\": \"1\", \"\\u0041\": \"2\"}", "{\"A\": \"1\", \"A\": \"1\"}"] {
        let plan = admin.upload(&format!("{PATH}?dry_run=true"), file).await.is(200).json();
        assert!(plan["counts"]["invalid"].as_u64().unwrap() >= 1, "{plan}");
        admin.upload(PATH, file).await.problem(422, "invalid");
    }
    assert!(admin.get("/projects/shop/secrets").await.names().is_empty());
}

#[tokio::test]
async fn what_is_too_deep_too_many_or_too_large_is_refused() {
    let server = Server::start().await;
    let admin = server.shop().await;
    let deep = |levels: usize| format!("{{\"A\": {}{}}}", "[".repeat(levels), "]".repeat(levels));
    refused(&admin, deep(33), 422, "invalid").await;
    refused(&admin, deep(100_000), 422, "invalid").await;
    let keys = |count: usize| {
        let keys: Vec<_> = (0..count).map(|n| format!("\"K{n}\":\"\"")).collect();
        format!("{{{}}}", keys.join(","))
    };
    refused(&admin, keys(10_001), 422, "invalid").await;
    refused(&admin, vec![b' '; 5 * 1024 * 1024 + 1], 413, "too_large").await;
    let value = |bytes: usize| format!("{{\"A\": \"{}\"}}", "x".repeat(bytes));
    admin.upload(PATH, value(1024 * 1024 + 1)).await.problem(422, "invalid");
    assert!(admin.get("/projects/shop/secrets").await.names().is_empty());
    admin.upload(PATH, value(1024 * 1024)).await.is(200);
    admin.upload(&format!("{PATH}?environment=staging"), deep(32)).await.is(200);
    let plan = admin.upload(&format!("{PATH}?dry_run=true"), keys(10_000)).await.is(200).json();
    assert_eq!(plan["counts"]["create"], 10_000);
}

#[tokio::test]
async fn what_is_no_text_is_refused() {
    let server = Server::start().await;
    let admin = server.shop().await;
    for (file, code) in [
        (b"\xef\xbb\xbf{\"A\": \"x\"}".to_vec(), "malformed"),
        (b"{\"A\": \"\xff\"}".to_vec(), "malformed"),
        (b"\xff\xfe{\0\"\0A\0".to_vec(), "malformed"),
        (b"PK\x03\x04 zip".to_vec(), "malformed"),
        (b"\x1f\x8b\x08 gzip".to_vec(), "malformed"),
    ] {
        let status = if code == "malformed" { 400 } else { 422 };
        refused(&admin, file, status, code).await;
    }
    for file in ["{\"A\": \"\\ud800\"}", "{\"\\udc00\": \"x\"}", "{\"A\": [\"\\ud800x\"]}"] {
        admin.upload(PATH, file).await.problem(422, "invalid");
    }
    assert!(admin.get("/projects/shop/secrets").await.names().is_empty());
}

#[tokio::test]
async fn a_file_of_another_kind_is_told_what_is_taken() {
    let server = Server::start().await;
    let admin = server.shop().await;
    for media in ["", "multipart/form-data; boundary=x", "application/zip", "application/x-www-form-urlencoded"] {
        let client = if media.is_empty() { admin.clone() } else { admin.with("content-type", media) };
        let reply = client.send(axum::http::Method::POST, PATH, "A=x").await;
        let problem = reply.problem(415, "unsupported_media_type");
        for accepted in ["application/json", "text/plain", "application/yaml", "application/toml"] {
            assert!(problem["detail"].as_str().unwrap().contains(accepted), "{problem}");
        }
    }
}

#[tokio::test]
async fn a_file_is_not_looked_at_before_it_is_known_who_sends_it() {
    let server = Server::start().await;
    server.shop().await;
    server.anyone().upload(PATH, "not JSON").await.problem(401, "unauthenticated");
    let reader = server.token(json!({"name": "reader"})).await;
    reader.upload(PATH, "not JSON").await.problem(403, "denied");
    let log = server.admin().get("/audit?action=secret.import").await.is(200).json();
    assert_eq!(log["items"][0]["outcome"], "denied", "the refusal is recorded");
}
