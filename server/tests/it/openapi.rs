//! The document, and what holds for every route in it.

use axum::{body::Body, http::Method};
use serde_json::Value;

use crate::fixture::Server;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");

fn document() -> Value {
    serde_json::from_str(&server::openapi::document().to_json().unwrap()).unwrap()
}

/// Every method and path, with its operation.
fn operations() -> Vec<(Method, String, Value)> {
    let document = document();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            all.push((method, path.clone(), operation.clone()));
        }
    }
    all
}

/// A path of the document with something in each place.
fn filled(path: &str) -> String {
    let filled = path
        .replace("{project}", "shop")
        .replace("{service}", "api")
        .replace("{name}", "production")
        .replace("{id}", "0191e0a8-0000-7000-8000-000000000000");
    assert!(!filled.contains('{'), "{path}");
    format!("!{filled}")
}

#[test]
fn the_document_is_the_one_in_docs() {
    let now = server::openapi::document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::create_dir_all(std::path::Path::new(SNAPSHOT).parent().unwrap()).unwrap();
        std::fs::write(SNAPSHOT, &now).unwrap();
    }
    let kept = std::fs::read_to_string(SNAPSHOT).unwrap_or_default();
    assert!(
        kept == now,
        "docs/openapi.json is not what the routes say. If the change is meant, write it anew:\n\
         UPDATE_OPENAPI=1 cargo test -p server --release --test it the_document_is"
    );
}

#[test]
fn operations_have_ids_of_their_own_and_say_how_they_fail() {
    let mut ids = std::collections::BTreeSet::new();
    for (method, path, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id.clone()), "{id} twice");
        assert!(operation["summary"].is_string(), "{method} {path}");
        if path.starts_with("/api/") {
            let failure = &operation["responses"]["default"]["content"];
            assert!(failure["application/problem+json"].is_object(), "{method} {path}");
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for place in path.split(['{', '}']).skip(1).step_by(2) {
            let said = parameters.iter().any(|parameter| parameter["in"] == "path" && parameter["name"] == place);
            assert!(said, "{method} {path} does not say what {place} is");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}

#[tokio::test]
async fn no_route_answers_without_credentials_but_these() {
    let server = Server::start().await;
    server.shop().await;
    let mut open = Vec::new();
    for (method, path, _) in operations() {
        let reply = server.anyone().send(method.clone(), &filled(&path), Body::empty()).await;
        if reply.status == 401 {
            reply.problem(401, "unauthenticated");
            assert!(reply.header("www-authenticate").starts_with("Bearer"));
        } else {
            open.push(format!("{method} {path} {}", reply.status));
        }
    }
    assert_eq!(open, ["GET /healthz 200", "GET /readyz 200"]);
}

#[tokio::test]
async fn wrong_credentials_are_refused_alike_on_every_route() {
    let server = Server::start().await;
    server.shop().await;
    let expired = server
        .token(serde_json::json!({"name": "old", "rights": ["read", "write", "manage"], "expires_in_days": 1}))
        .await;
    server.pass(domain::time::DAY + 1);
    for client in [server.bearer("srm_nonsense"), expired] {
        for (method, path, _) in operations() {
            if path.starts_with("/api/") {
                let reply = client.send(method, &filled(&path), Body::empty()).await;
                reply.problem(401, "unauthenticated");
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_may_nothing_here_sees_nothing() {
    let server = Server::start().await;
    let admin = server.shop().await;
    let new = |slug: &str| serde_json::json!({"slug": slug});
    admin.post("/projects", new("other")).await.is(201);
    admin.post("/projects/other/services", new("web")).await.is(201);
    let stranger = server.token(serde_json::json!({"name": "web", "project": "other", "service": "web"})).await;
    for (method, path, _) in operations() {
        if path.contains("{project}") {
            let path = format!("{}?environment=production", filled(&path));
            let reply =
                stranger.with("content-type", "application/json").send(method.clone(), &path, body_for(&path)).await;
            assert!(matches!(reply.status, 404 | 400), "{method} {path}: {} {}", reply.status, reply.text());
        }
    }
}

/// A body that the route would take, so that what is refused is not the body.
fn body_for(path: &str) -> &'static str {
    let path = path.split('?').next().unwrap();
    match path.rsplit('/').next().unwrap() {
        "bindings" => "[]",
        "delivery" => "{\"mode\":\"all\"}",
        "restore" => "{\"version\":1}",
        _ if path.contains("/members/") => "{\"grants\":[{\"role\":\"user\"}]}",
        "members" => "{\"email\":\"a@b.example\"}",
        "services" => "{\"slug\":\"new-one\"}",
        "production" if path.contains("/secrets/") => "{\"value\":\"x\"}",
        _ => "{}",
    }
}
