//! The audit log by REST, on its page, and by the commands of the binary.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    binary::{Running, run, text},
    fixture::EMAIL,
};

on_both! {
    async fn filters_choose_records_and_a_mistake_in_one_is_said(server: Server) {
        let admin = server.shop().await;
        admin.put("/projects/shop/secrets/ONE?environment=production", json!({"value": "x"})).await.is(200);
        admin.put("/projects/shop/services/api/secrets/TWO", json!({"value": "x"})).await.is(200);
        admin.put("/platform/secrets/THREE", json!({"value": "x"})).await.is(200);
        let count = async |query: &str| {
            let reply = admin.get(&format!("/audit?{query}")).await.is(200);
            reply.json()["items"].as_array().unwrap().len()
        };
        let all = count("").await;
        assert!(count("scope=project:%20shop").await >= 2);
        assert_eq!(count("scope=project:%20shop&action=secret.put").await, 2);
        assert_eq!(count("scope=project:%20sho").await, 0);
        assert_eq!(count("name=ONE").await, 1);
        assert_eq!(count("text=one").await, 1);
        assert_eq!(count("text=%25").await, 0, "a sign of patterns is a letter");
        assert_eq!(count("outcome=denied").await, 0);
        assert_eq!(count("outcome=allowed").await, all);
        assert_eq!(count("from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z").await, 0);
        assert_eq!(count("from=2001-01-01T00:00:00Z").await, all);
        let newest = admin.get("/audit?limit=1").await.json();
        let id = newest["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(count(&format!("text={id}")).await, 1);
        for odd in ["outcome=maybe", "from=today", "to=", "limit=x"] {
            admin.get(&format!("/audit?{odd}")).await.problem(400, "malformed");
        }
    }

    async fn an_export_has_every_record_on_a_line_and_is_on_record(server: Server) {
        let admin = server.shop().await;
        let reply = admin.get("/audit/export").await.is(200);
        assert_eq!(reply.header("content-type"), "application/x-ndjson");
        assert!(reply.header("content-disposition").contains("strongroom-audit.jsonl"));
        let lines: Vec<Value> = reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let listed = admin.get("/audit").await.json();
        assert_eq!(listed["items"].as_array().unwrap(), &lines);
        assert_eq!(lines[0]["action"], "audit.export");
        let some = admin.get("/audit/export?action=project.create").await.is(200).text();
        assert_eq!(some.lines().count(), 1);
        let member = server.token(json!({"name": "deploy", "project": "shop", "service": "api", "rights": ["read"]})).await;
        for reply in [member.get("/audit/export").await, member.get("/audit/status").await, member.post("/audit/verify", json!({})).await] {
            assert!(matches!(reply.status, 403 | 404), "{}", reply.text());
        }
        server.anyone().get("/audit/export").await.problem(401, "unauthenticated");
    }

    async fn a_check_says_that_all_is_well_and_its_state_is_kept(server: Server) {
        let admin = server.shop().await;
        assert_eq!(admin.get("/audit/status").await.is(200).json()["checked"], Value::Null);
        let report = admin.post("/audit/verify", json!({})).await.is(200).json();
        assert_eq!(report["chains"][0]["broken"], Value::Null);
        let status = admin.get("/audit/status").await.is(200).json();
        assert_eq!(status["checked"]["records"], report["records"]);
        assert_eq!(admin.get("/audit?action=audit.verify").await.json()["items"].as_array().unwrap().len(), 1);
    }

    async fn the_page_shows_filters_chart_and_state_and_its_buttons_work(server: Server) {
        server.shop().await;
        let browser = server.browser().await;
        let page = browser.get("!/audit").await.is(200).text();
        assert!(page.contains("not checked since this server started") && page.contains("class=\"chart\""), "{page}");
        let led = browser.form("/forms/audit/verify", "").await.is(303);
        assert_eq!(led.header("location"), "/audit");
        let page = browser.get("!/audit?text=shop&outcome=allowed").await.is(200).text();
        assert!(page.contains("chain verified") && page.contains("just now"), "{page}");
        assert!(page.contains("each as it was written"), "{page}");
        let exported = browser.form("/forms/audit/export", "action=project.create").await.is(200);
        assert_eq!(exported.text().lines().count(), 1);
        let mistaken = browser.form("/forms/audit/export", "from=yesterday").await.is(303);
        assert_eq!(mistaken.header("location"), "/audit");
        let page = browser.get("!/audit?from=yesterday").await.text();
        assert!(page.contains("2026-01-31"), "{page}");
    }
}

const BOOTSTRAP: [&str; 4] = ["bootstrap", "--email", EMAIL, "--password-stdin"];

#[test]
fn a_database_that_was_put_back_is_refused_by_the_binary_until_it_is_meant() {
    let directory = TempDir::new().unwrap();
    let at = |path: &str| directory.path().join(path);
    let made = run(directory.path(), &BOOTSTRAP, "correct horse battery\n");
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    assert!(at("keys/audit.head").exists());
    std::fs::copy(at("data/strongroom.db"), at("backup.db")).unwrap();
    // A refused export is a record like any other.
    let server = Running::start(directory.path(), &["--audit-stream", "audit.jsonl"]);
    server.get("/healthz");
    let body = "email=nobody%40example.com&password=wrong";
    server.send(&format!(
        "POST /login HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    assert_eq!(server.end().0, Some(0));
    let streamed = std::fs::read_to_string(at("audit.jsonl")).unwrap();
    let line: Value = serde_json::from_str(streamed.trim_end()).unwrap();
    assert_eq!((&line["action"], &line["outcome"]), (&json!("person.login"), &json!("denied")));

    let verified = run(directory.path(), &["audit", "verify", "--json"], "");
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stderr));
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!((&report["records"], &report["head"]["state"]), (&json!(3), &json!("known")));

    std::fs::copy(at("backup.db"), at("data/strongroom.db")).unwrap();
    let refused = run(directory.path(), &["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("--accept-rollback"), "{}", text(&refused.stderr));
    let verified = run(directory.path(), &["audit", "verify"], "");
    assert_eq!(verified.status.code(), Some(1));
    assert!(text(&verified.stdout).contains("whole chain was removed"), "{}", text(&verified.stdout));

    let server = Running::start(directory.path(), &["--accept-rollback"]);
    assert_eq!(server.end().0, Some(0));
    let verified = run(directory.path(), &["audit", "verify"], "");
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stderr));
    assert_eq!(Running::start(directory.path(), &[]).end().0, Some(0));

    let pruned = run(directory.path(), &["audit", "prune", "--before", "2020-01-01"], "");
    assert_eq!(text(&pruned.stdout), "0 records removed\n", "{}", text(&pruned.stderr));
    let mistaken = run(directory.path(), &["audit", "prune", "--before", "soon"], "");
    assert_eq!(mistaken.status.code(), Some(2));
}
