//! The headers of every kind of response.

use axum::http::Method;

use crate::fixture::{Reply, Server};

/// What every response says.
const ALWAYS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("x-frame-options", "DENY"),
    ("x-permitted-cross-domain-policies", "none"),
];

#[track_caller]
fn check(what: &str, reply: &Reply) {
    for (name, value) in ALWAYS {
        assert_eq!(reply.header(name), value, "{what}: {name}");
    }
    assert!(reply.header("permissions-policy").contains("camera=()"), "{what}");
    assert_eq!(reply.header("x-request-id").len(), 32, "{what}");
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(policy.contains("base-uri 'none'"), "{what}: {policy}");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{what}: {policy}");
    if !matches!(reply.status, 204 | 304) {
        assert!(!reply.header("content-type").is_empty(), "{what}");
    }
    let caching = reply.header("cache-control");
    let expected = if what == "asset" { "public, max-age=31536000, immutable" } else { "no-store" };
    assert_eq!(caching, expected, "{what}");
}

async fn replies(server: &Server) -> Vec<(&'static str, Reply)> {
    let (admin, browser) = (server.admin(), server.anyone().in_browser());
    let form = browser.with("content-type", "application/x-www-form-urlencoded");
    vec![
        ("page", browser.get("!/login").await.is(200)),
        ("redirect", browser.get("!/").await.is(303)),
        ("page that is not there", browser.get("!/nothing").await.is(404)),
        ("text that is not there", server.anyone().get("!/nothing").await.is(404)),
        ("list", admin.get("/projects").await.is(200)),
        ("unauthenticated", server.anyone().get("/projects").await.is(401)),
        ("not there on REST", admin.get("/nothing").await.is(404)),
        ("method", admin.delete("/projects").await.is(405)),
        ("page method", browser.send(Method::PUT, "!/login", "").await.is(405)),
        ("malformed", admin.upload("/platform/import", "{").await.is(400)),
        ("media", admin.send(Method::POST, "/platform/import", "{").await.is(415)),
        ("too large", admin.upload("/projects", vec![b' '; 70_000]).await.is(413)),
        ("form too large", form.send(Method::POST, "!/login", vec![b'a'; 70_000]).await.is(413)),
        ("cross-site", form.with("sec-fetch-site", "cross-site").send(Method::POST, "!/login", "").await.is(403)),
        ("gone", admin.delete("/environments/staging").await.is(204)),
        ("health", server.anyone().get("!/healthz").await.is(200)),
        ("ready", server.anyone().get("!/readyz").await.is(200)),
        ("no asset", server.anyone().get("!/pkg/none.js").await.is(404)),
        ("server function", browser.form("/ui/none", "").await),
    ]
}

/// Every route of the document and every form, asked as nobody and as the admin: whatever is answered says the same.
#[tokio::test]
async fn every_route_says_how_its_answers_may_be_used() {
    let server = Server::start().await;
    let document = server::openapi::document().to_json().unwrap();
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let filled: String =
            path.split('/').map(|part| if part.starts_with('{') { "none" } else { part }).collect::<Vec<_>>().join("/");
        for method in item.as_object().unwrap().keys().filter(|method| !path.contains("watch") || *method != "get") {
            let method: Method = method.to_uppercase().parse().unwrap();
            for client in [server.anyone(), server.admin().with("origin", "https://evil.example")] {
                let reply = client.send(method.clone(), &format!("!{filled}"), "").await;
                check(path, &reply);
                assert_eq!(reply.header("access-control-allow-origin"), "", "{path}");
                asked += 1;
            }
            // Methods that nobody declared.
            for other in ["TRACE", "CONNECT", "PROPFIND"] {
                let reply = server.admin().send(other.parse().unwrap(), &format!("!{filled}"), "").await;
                check(path, &reply);
                assert_eq!(reply.status, 405, "{other} {path}");
            }
        }
    }
    assert!(asked > 100, "{asked}");
}

#[tokio::test]
async fn the_cookie_of_a_session_is_for_this_host_alone() {
    for (server, name, secure) in
        [(Server::start().await, "strongroom=", false), (Server::with_https().await, "__Host-strongroom=", true)]
    {
        let form = format!("email={}&password={}", crate::fixture::EMAIL, crate::fixture::PASSWORD.replace(' ', "+"));
        let reply = server.anyone().in_browser().form("/login", &form).await.is(303);
        let cookie = reply.header("set-cookie");
        assert!(cookie.starts_with(name), "{cookie}");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(cookie.contains("Secure"), secure, "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
        // 128 bits and more.
        let id = reply.cookie();
        assert!(id.split_once('=').unwrap().1.len() >= 22, "{cookie}");
    }
}

#[tokio::test]
async fn every_response_says_how_it_may_be_used() {
    let server = Server::start().await;
    for (what, reply) in replies(&server).await {
        check(what, &reply);
        assert_eq!(reply.header("strict-transport-security"), "", "{what}");
        assert_eq!(reply.header("server"), "", "{what}");
    }
}

#[tokio::test]
async fn behind_https_browsers_are_told_to_stay_with_it() {
    let server = Server::with_https().await;
    for (what, reply) in replies(&server).await {
        let transport = reply.header("strict-transport-security");
        assert_eq!(transport, "max-age=31536000; includeSubDomains", "{what}");
    }
}

#[tokio::test]
async fn the_id_of_a_request_is_ours_and_new() {
    let server = Server::start().await;
    let client = server.admin().with("x-request-id", "forged");
    let (one, other) = (client.get("/me").await, client.get("/me").await);
    assert_ne!(one.header("x-request-id"), "forged");
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test]
async fn files_of_the_site_are_kept_for_ever_and_come_compressed() {
    let server = Server::start().await;
    let login = server.anyone().in_browser().get("!/login").await.is(200).text();
    let Some(path) = login.split('"').find(|text| text.starts_with("/pkg/")) else {
        println!("skipped: the site was not built");
        return;
    };
    let path = format!("!{path}");
    let plain = server.anyone().get(&path).await.is(200);
    check("asset", &plain);
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("vary"), "accept-encoding");
    for coding in ["br", "gzip"] {
        let packed = server.anyone().with("accept-encoding", coding).get(&path).await.is(200);
        assert_eq!(packed.header("content-encoding"), coding);
        assert!(packed.body.len() < plain.body.len());
        assert_eq!(packed.header("content-type"), plain.header("content-type"));
    }
    assert!(server.anyone().send(Method::HEAD, &path, "").await.is(200).body.is_empty());
}
