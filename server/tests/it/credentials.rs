//! Tokens: what they reach, and what they do not.

use serde_json::json;

use crate::fixture::{EMAIL, Server};

on_both! {
    async fn whoever_asks_is_told_who_they_are(server: Server) {
        server.shop().await;
        let me = server.admin().get("/me").await.is(200).json();
        assert_eq!(me["kind"], "token");
        assert_eq!(me["label"], "bootstrap");
        assert_eq!(me["rights"], json!(["read", "write", "manage"]));
        let me = server.browser().await.get("/me").await.is(200).json();
        assert_eq!((&me["kind"], &me["label"], &me["role"]), (&json!("person"), &json!(EMAIL), &json!("admin")));
        let token = json!({"name": "api", "project": "shop", "service": "api", "environment": "staging"});
        let me = server.token(token).await.get("/me").await.is(200).json();
        assert_eq!((&me["service"], &me["environment"]), (&json!("api"), &json!("staging")));
    }

    async fn a_token_is_shown_once_and_listed_without_itself(server: Server) {
        let admin = server.shop().await;
        let created = admin.post("/tokens", json!({"name": "ci"})).await.is(201).json();
        let token = created["token"].as_str().unwrap();
        assert!(token.starts_with("srm_"), "a scanner can tell it");
        let list = admin.get("/tokens").await.is(200);
        assert_eq!(list.names(), ["ci", "bootstrap"]);
        assert!(!list.text().contains(token));
        server.bearer(token).get("/projects").await.is(200);
    }

    async fn a_token_that_was_taken_back_is_refused_at_once(server: Server) {
        let admin = server.admin();
        let created = admin.post("/tokens", json!({"name": "ci"})).await.is(201).json();
        let client = server.bearer(created["token"].as_str().unwrap());
        client.get("/me").await.is(200);
        let path = format!("/tokens/{}", created["id"].as_str().unwrap());
        admin.delete(&path).await.is(204);
        client.get("/me").await.problem(401, "unauthenticated");
    }

    async fn a_token_ends_when_it_said(server: Server) {
        let client = server.token(json!({"name": "ci", "expires_in_days": 1})).await;
        client.get("/me").await.is(200);
        server.pass(domain::time::DAY);
        client.get("/me").await.problem(401, "unauthenticated");
    }

    async fn a_service_token_gets_its_values_and_nothing_else(server: Server) {
        let admin = server.shop().await;
        admin.post("/projects/shop/services", json!({"slug": "web"})).await.is(201);
        let client = server.token(json!({"name": "api", "project": "shop", "service": "api"})).await;
        client.get("/projects/shop/services/api/values?environment=production").await.is(200);
        for hidden in [
            "/projects/shop/services/web/values?environment=production",
            "/projects/shop/services/web/secrets",
            "/projects/shop/services/web/secrets/A",
            "/projects/none/services/api/values?environment=production",
        ] {
            client.get(hidden).await.problem(404, "not_found");
        }
        let path = "/projects/shop/services/api/secrets/A";
        client.put(path, json!({"value": "x"})).await.problem(403, "denied");
    }

    async fn a_token_that_may_only_read_writes_nothing(server: Server) {
        let admin = server.shop().await;
        admin.put("/projects/shop/secrets/A", json!({"value": "x"})).await.is(200);
        let reader = server.token(json!({"name": "r", "rights": ["read"]})).await;
        reader.put("/projects/shop/secrets/A", json!({"value": "y"})).await.problem(403, "denied");
        reader.delete("/projects/shop/secrets/A").await.problem(403, "denied");
        reader.upload("/projects/shop/import", "{\"A\":\"y\"}").await.problem(403, "denied");
        reader.upload("/projects/shop/import?dry_run=true", "not even JSON").await.problem(403, "denied");
        reader.post("/projects", json!({"slug": "more"})).await.problem(403, "denied");
        let row = admin.get("/projects/shop/secrets/A").await.is(200).json();
        assert_eq!(row["version"], 1);
    }
}

#[tokio::test]
async fn only_a_bearer_token_is_an_authorization() {
    let server = Server::start().await;
    let cookie = server.browser().await;
    cookie.get("/me").await.is(200);
    for wrong in ["Basic YTpi", "Bearer", "Bearer srm_wrong", "srm_wrong", "Token x"] {
        server.anyone().with("authorization", wrong).get("/me").await.problem(401, "unauthenticated");
        // A cookie beside it changes nothing.
        cookie.with("authorization", wrong).get("/me").await.problem(401, "unauthenticated");
    }
}
