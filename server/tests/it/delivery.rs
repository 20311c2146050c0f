//! What a service gets: the way of a secret from an upload to a program.

use serde_json::{Value, json};

use crate::fixture::{Client, Server};

const API: &str = "/projects/shop/services/api";

/// The admin, and the service's own client for production.
async fn start(server: &Server) -> (Client, Client) {
    let admin = server.shop().await;
    let token = json!({"name": "api", "project": "shop", "service": "api"});
    (admin, server.token(token).await)
}

async fn values(client: &Client) -> Value {
    client.get(&format!("{API}/values?environment=production")).await.is(200).json()
}

on_both! {
    async fn an_upload_reaches_the_program_it_is_bound_to(server: Server) {
        let (admin, program) = start(&server).await;
        admin.upload("/platform/import", "{\"my-secret\": \"supersecretpas$\", \"REGION\": \"eu\"}").await.is(200);
        admin.upload("/projects/shop/import", "{\"my-secret\": \"of the shop\"}").await.is(200);
        let list = admin.get("/projects/shop/secrets").await.is(200);
        assert_eq!(list.names(), ["my-secret"]);
        assert!(!list.text().contains("of the shop"));
        let revealed = admin.post("/projects/shop/secrets/my-secret/reveal", json!({})).await.is(200).json();
        assert_eq!(revealed["value"], "of the shop");

        let bindings = json!([
            {"target": {"env": "MY_APP_SECRET"}, "secret": "my-secret", "environment": null, "scope": null},
            {"target": {"file": "/etc/flyte/secrets/my_secret"}, "secret": "my-secret", "environment": "production",
             "scope": {"level": "platform", "environment": null}},
        ]);
        let put = admin.put(&format!("{API}/bindings"), bindings.clone()).await.is(200).json();
        assert_eq!(put, bindings);
        assert_eq!(admin.get(&format!("{API}/bindings")).await.is(200).json(), bindings);

        let got = values(&program).await;
        assert_eq!(got["values"]["my-secret"]["value"], "of the shop");
        assert_eq!(got["values"]["my-secret"]["source"], "project: shop");
        assert_eq!(got["values"]["REGION"]["source"], "platform");
        assert_eq!(got["bindings"][0]["target"], json!({"env": "MY_APP_SECRET"}));
        assert_eq!(got["bindings"][1]["pinned"]["value"], "supersecretpas$");
        assert!(got["sequence"].as_i64().unwrap() > 0);

        let one = program.get(&format!("{API}/values/my-secret?environment=production")).await.is(200).json();
        assert_eq!((&one["name"], &one["value"]), (&json!("my-secret"), &json!("of the shop")));
        let none = program.get(&format!("{API}/values/NONE?environment=production")).await;
        none.problem(404, "not_found");
    }

    async fn a_service_sees_where_its_secrets_come_from(server: Server) {
        let (admin, _) = start(&server).await;
        admin.put("/platform/secrets/A", json!({"value": "same"})).await.is(200);
        admin.put("/projects/shop/secrets/A?environment=production", json!({"value": "same"})).await.is(200);
        admin.put(&format!("{API}/secrets/A"), json!({"value": ""})).await.is(200);
        let effective = admin.get(&format!("{API}/effective?environment=production")).await.is(200).json();
        assert_eq!(effective["items"][0]["source"], "project: shop, service: api");
        assert_eq!(effective["items"][0]["shadows"], json!(["project: shop, environment: production", "platform"]));
        let explained = admin.get(&format!("{API}/explain/A?environment=production")).await.is(200).json();
        let states: Vec<_> = explained["rungs"].as_array().unwrap().iter().map(|rung| rung["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["absent", "wins", "shadowed_different", "absent", "absent", "shadowed_different"]);
    }

    async fn a_program_that_is_up_to_date_gets_no_values(server: Server) {
        let (admin, program) = start(&server).await;
        admin.put("/platform/secrets/A", json!({"value": "one"})).await.is(200);
        let path = format!("{API}/values?environment=production");
        let first = program.get(&path).await.is(200);
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        let again = program.with("if-none-match", &tag).get(&path).await.is(304);
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), tag);
        admin.put("/platform/secrets/A", json!({"value": "two"})).await.is(200);
        let changed = program.with("if-none-match", &tag).get(&path).await.is(200);
        assert_eq!(changed.json()["values"]["A"]["value"], "two");
        assert_ne!(changed.header("etag"), tag);
    }

    async fn a_service_may_get_its_bindings_only(server: Server) {
        let (admin, program) = start(&server).await;
        let path = format!("{API}/delivery");
        assert_eq!(admin.get(&path).await.is(200).json(), json!({"mode": "all"}));
        admin.patch(&path, json!({"mode": "bound"})).await.is(200);
        assert_eq!(admin.get(API).await.is(200).json()["mode"], "bound");
        assert_eq!(values(&program).await["mode"], "bound");
        admin.patch(&path, json!({"mode": "some"})).await.problem(400, "malformed");
    }

    async fn bindings_that_cannot_be_are_refused_together(server: Server) {
        let (admin, _) = start(&server).await;
        let binding = |target: Value| json!({"target": target, "secret": "A"});
        let bindings = json!([
            binding(json!({"env": "NOT A NAME"})), binding(json!({"file": "relative"})),
            binding(json!({"env": "FINE"})), binding(json!({"env": "FINE"})),
        ]);
        let reply = admin.put(&format!("{API}/bindings"), bindings).await;
        let problem = reply.problem(422, "invalid");
        assert_eq!(problem["problems"].as_array().unwrap().len(), 3, "{problem}");
        assert_eq!(admin.get(&format!("{API}/bindings")).await.is(200).json(), json!([]));
    }
}

#[tokio::test]
async fn a_person_gets_no_values_by_the_heap() {
    let server = Server::start().await;
    start(&server).await;
    let browser = server.browser().await;
    for path in ["values", "values/A"] {
        let reply = browser.get(&format!("{API}/{path}?environment=production")).await;
        let problem = reply.problem(403, "denied");
        assert!(problem["detail"].as_str().unwrap().contains("bearer token"), "{problem}");
    }
    browser.get(&format!("{API}/effective?environment=production")).await.is(200);
}
