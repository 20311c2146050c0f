//! Plans over REST and in forms: kept or answered anew; copies; and what works without script.

use axum::http::Method;
use serde_json::{Value, json};

use crate::fixture::{Client, Reply, Server};

const CANARY: &str = "c4n4ry-of-plans";
const IMPORT: &str = "/projects/shop/import";

fn basis(plan: &Value) -> &str {
    plan["basis"].as_str().unwrap()
}

/// Posts fields, and a file, as a browser does.
async fn multipart(browser: &Client, path: &str, fields: &[(&str, &str)], file: &str) -> Reply {
    let fields = fields.iter().map(|(name, text)| format!("name=\"{name}\"\r\n\r\n{text}"));
    let file = format!("name=\"file\"; filename=\"secrets.json\"\r\nContent-Type: application/json\r\n\r\n{file}");
    let parts = fields.chain([file]).map(|part| format!("--x\r\nContent-Disposition: form-data; {part}\r\n"));
    let body = parts.collect::<String>() + "--x--\r\n";
    browser.with("content-type", "multipart/form-data; boundary=x").send(Method::POST, &format!("!{path}"), body).await
}

/// The text of an attribute after `start`.
fn after<'a>(page: &'a str, start: &str) -> &'a str {
    let rest = page.split_once(start).unwrap_or_else(|| panic!("no {start} in {page}")).1;
    rest.split('"').next().unwrap()
}

on_both! {
    async fn a_plan_that_does_not_hold_any_more_is_answered_with_the_new_one(server: Server) {
        let admin = server.shop().await;
        let file = format!("{{\"A\": \"{CANARY}\", \"B\": \"2\"}}");
        let plan = admin.upload(&format!("{IMPORT}?dry_run=true"), file.clone()).await.is(200).json();
        admin.put("/projects/shop/secrets/A", json!({"value": "other"})).await.is(200);
        let reply = admin.upload(&format!("{IMPORT}?basis={}", basis(&plan)), file.clone()).await;
        let problem = reply.problem(409, "conflict");
        assert!(!reply.text().contains(CANARY));
        let new = &problem["plan"];
        assert_eq!(new["items"][0]["action"], "update");
        assert_ne!(basis(new), basis(&plan));
        assert_eq!(admin.get("/projects/shop/secrets").await.names(), ["A"], "nothing was stored");

        let applied = admin.upload(&format!("{IMPORT}?basis={}", basis(new)), file.clone()).await.is(200).json();
        assert!(applied["change_id"].is_string());
        let again = admin.upload(&format!("{IMPORT}?basis={}", basis(new)), file).await.problem(409, "conflict");
        assert_eq!(again["plan"]["counts"]["unchanged"], 2);
        let other = admin.put("/projects/shop/secrets/A", json!({"value": "x", "expected_version": 1})).await;
        assert!(other.problem(409, "conflict").get("plan").is_none(), "other conflicts have no plan");
    }

    async fn names_are_copied_and_promoted(server: Server) {
        let admin = server.shop().await;
        admin.put("/projects/shop/services/api/secrets/DB?environment=staging", json!({"value": CANARY})).await.is(200);
        let from = json!({"level": "service", "project": "shop", "service": "api", "environment": "staging"});
        let copy = json!({"from": from, "names": ["DB"], "remove_source": true});
        let to = "/projects/shop/copy?environment=staging";
        let plan = admin.post(&format!("{to}&dry_run=true"), copy.clone()).await.is(200).json();
        assert_eq!(plan["items"][0]["removed_from"], "project: shop, service: api, environment: staging");
        assert!(admin.get("/projects/shop/secrets?environment=staging").await.names().is_empty());
        let path = format!("{to}&message=up&basis={}", basis(&plan));
        let reply = admin.post(&path, copy.clone()).await.is(200);
        assert!(!reply.text().contains(CANARY));
        let change = admin.get(&format!("/changes/{}", reply.json()["change_id"].as_str().unwrap())).await.is(200).json();
        assert_eq!((&change["action"], &change["message"]), (&json!("move"), &json!("up")));
        assert!(admin.get("/projects/shop/services/api/secrets?environment=staging").await.names().is_empty());
        let revealed = admin.post("/projects/shop/secrets/DB/reveal?environment=staging", json!({})).await.is(200).json();
        assert_eq!(revealed["value"], CANARY);

        let gone = admin.post(&path, copy).await.problem(409, "conflict");
        assert_eq!(gone["plan"]["counts"]["invalid"], 1, "there is nothing to move any more");
        let all = json!({"from": {"level": "project", "project": "shop", "environment": "staging"}});
        admin.post("/projects/shop/copy?environment=production", all).await.is(200);
        assert_eq!(admin.get("/projects/shop/secrets?environment=production").await.names(), ["DB"]);
    }

    async fn without_script_a_file_has_a_plan_with_boxes_and_no_value_in_it(server: Server) {
        let admin = server.shop().await;
        admin.put("/projects/shop/secrets/A", json!({"value": "old"})).await.is(200);
        let browser = server.browser().await;
        let place = [("project", "shop"), ("service", "api"), ("level", "project")];
        let with = |more: &[(&'static str, &'static str)]| [&place[..], more].concat();
        let file = format!("{{\"A\": \"{CANARY}\", \"b ad\": \"{CANARY}\", \"C\": \"{CANARY}\"}}");

        let plan = multipart(&browser, "/forms/import", &with(&[("do", "plan")]), &file).await.is(200);
        let page = plan.text();
        assert!(page.contains("value=\"C\"") && page.contains(">update<") && !page.contains(CANARY), "{page}");
        assert!(plan.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(plan.header("cache-control"), "no-store");

        let refused = multipart(&browser, "/forms/import", &with(&[]), &file).await.is(200).text();
        assert!(refused.contains("Line 1, column") && refused.contains("role=\"alert\""), "{refused}");
        assert_eq!(admin.get("/projects/shop/secrets").await.names(), ["A"]);

        let basis = after(&refused, "name=\"basis\" value=\"").to_owned();
        let boxes = [("do", "apply"), ("leave_out", "b ad"), ("leave_out", "A"), ("message", "by hand"), ("basis", &basis)];
        let fields = [&place[..], &boxes].concat();
        admin.put("/projects/shop/secrets/C", json!({"value": "in between"})).await.is(200);
        let stale = multipart(&browser, "/forms/import", &fields, &file).await.is(200).text();
        assert!(stale.contains("changed since it was made") && stale.contains("value=\"by hand\""), "{stale}");
        let basis = after(&stale, "name=\"basis\" value=\"");
        let boxes = [("do", "apply"), ("leave_out", "b ad"), ("leave_out", "A"), ("message", "by hand"), ("basis", basis)];
        let fields = [&place[..], &boxes].concat();
        let done = multipart(&browser, "/forms/import", &fields, &file).await.is(303);
        assert_eq!(done.header("location"), "/projects/shop/services/api/project");
        assert_eq!(admin.get("/projects/shop/secrets/C").await.json()["version"], 2);
        assert_eq!(admin.get("/projects/shop/secrets/A").await.json()["version"], 1);
        let change = &admin.get("/changes").await.json()["items"][0];
        assert_eq!((&change["message"], &change["names"]), (&json!("by hand"), &json!(["C"])));
    }

    async fn another_target_or_another_file_is_another_plan(server: Server) {
        let admin = server.shop().await;
        let browser = server.browser().await;
        let place = [("project", "shop"), ("service", "api"), ("level", "service")];
        let page = multipart(&browser, "/forms/import", &[&place[..], &[("do", "plan")]].concat(), "{\"A\": \"1\"}").await;
        let page = page.is(200).text();
        let basis = after(&page, "name=\"basis\" value=\"");
        for (more, file) in [
            (("into", "platform"), "{\"A\": \"1\"}"), (("environment", "staging"), "{\"A\": \"1\"}"),
            (("into", "service"), "{\"A\": \"2\"}"),
        ] {
            let fields = [&place[..], &[("do", "apply"), ("basis", basis), more]].concat();
            let page = multipart(&browser, "/forms/import", &fields, file).await.is(200).text();
            assert!(page.contains("changed since it was made"), "{more:?}");
        }
        for path in ["/platform/secrets", "/projects/shop/services/api/secrets"] {
            assert!(admin.get(path).await.names().is_empty());
        }
    }

    async fn a_copy_is_planned_on_a_page_and_applied_by_a_form(server: Server) {
        let admin = server.shop().await;
        for name in ["A", "B"] {
            admin.put(&format!("/projects/shop/secrets/{name}?environment=staging"), json!({"value": CANARY})).await.is(200);
        }
        let browser = server.browser().await;
        let address = "/copy?from=shop&from_env=staging&to=shop/api&to_env=staging";
        let page = browser.get(&format!("!{address}")).await.is(200).text();
        assert!(page.contains("value=\"B\"") && page.contains("Apply 2 changes") && !page.contains(CANARY), "{page}");
        let basis = after(&page, "name=\"basis\" value=\"");
        let form = format!("from=shop&from_env=staging&to=shop/api&to_env=staging&leave_out=A&message=m&basis={basis}");
        let done = browser.form("/forms/copy", &form).await.is(303);
        assert_eq!(done.header("location"), "/projects/shop/services/api/secrets");
        assert_eq!(admin.get("/projects/shop/services/api/secrets?environment=staging").await.names(), ["B"]);
        let again = browser.form("/forms/copy", &form).await.is(303);
        assert!(again.header("location").starts_with("/copy?from=shop&from_env=staging"), "{}", again.header("location"));
        let told = browser.get(&format!("!{}", again.header("location"))).await.is(200).text();
        assert!(told.contains("changed since it was made"), "{told}");
    }
}

#[tokio::test]
async fn a_copy_that_makes_no_sense_is_told() {
    let server = Server::start().await;
    let admin = server.shop().await;
    let project = json!({"level": "project", "project": "shop", "environment": null});
    admin.post("/projects/shop/copy", json!({"from": project})).await.problem(422, "invalid");
    admin.post("/projects/none/copy", json!({"from": project})).await.problem(404, "not_found");
    let absent = json!({"from": project, "names": ["NONE"]});
    let problem = admin.post("/platform/copy", absent).await.problem(422, "invalid");
    assert_eq!(problem["problems"][0]["name"], "NONE");
    admin.post("/platform/copy", json!({"names": ["A"]})).await.problem(400, "malformed");
    let reader = server.token(json!({"name": "reader"})).await;
    reader.post("/platform/copy", json!({"from": project})).await.problem(403, "denied");
}
