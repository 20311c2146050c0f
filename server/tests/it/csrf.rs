//! Whatever changes something and comes with a cookie comes from our own pages.

use axum::http::Method;

use crate::fixture::{Client, EMAIL, PASSWORD, PUBLIC, Server};

const SITE: &str = "sec-fetch-site";

async fn create(client: &Client, slug: &str) -> u16 {
    let client = client.with("content-type", "application/json");
    let body = format!("{{\"slug\":\"{slug}\"}}");
    client.send(Method::POST, "/projects", body).await.status
}

#[tokio::test]
async fn a_request_that_another_site_caused_is_refused() {
    let server = Server::start().await;
    let cookie = server.browser().await.header("cookie");
    let cookie = server.anyone().with("host", "strongroom.test").with("cookie", cookie);
    let cases: [(Option<&str>, Option<&str>, bool); 13] = [
        (Some("same-origin"), None, true),
        (Some("same-origin"), Some(PUBLIC), true),
        (Some("none"), None, true),
        (Some("same-site"), None, false),
        (Some("same-site"), Some("http://other.strongroom.test"), false),
        (Some("cross-site"), None, false),
        (Some("cross-site"), Some("https://evil.example"), false),
        (None, Some("https://evil.example"), false),
        (None, Some("null"), false),
        (None, Some("http://strongroom.test.evil.example"), false),
        (None, Some(PUBLIC), true),
        (None, Some("https://also.test"), true),
        (None, None, true),
    ];
    for (number, (site, origin, passes)) in cases.into_iter().enumerate() {
        let mut client = cookie.clone();
        if let Some(site) = site {
            client = client.with(SITE, site);
        }
        if let Some(origin) = origin {
            client = client.with("origin", origin);
        }
        let status = create(&client, &format!("p{number}")).await;
        assert_eq!(status, if passes { 201 } else { 403 }, "{site:?} {origin:?}");
    }
}

#[tokio::test]
async fn forms_and_server_functions_are_guarded_too() {
    let server = Server::start().await;
    let browser = server.browser().await.with(SITE, "cross-site");
    for path in ["/login", "/logout", "/theme", "/forms/projects", "/ui/projects", "/anything"] {
        let reply = browser.form(path, "slug=shop&name=Shop").await;
        assert_eq!(reply.status, 403, "{path}: {}", reply.text());
    }
    // Signing someone in as somebody else is an attack as well.
    let form = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
    let anyone = server.anyone().in_browser().with(SITE, "cross-site");
    let reply = anyone.form("/login", &form).await.is(403);
    assert_eq!(reply.header("set-cookie"), "");
}

#[tokio::test]
async fn every_kind_of_form_is_guarded_on_rest() {
    let server = Server::start().await;
    let browser = server.browser().await.with(SITE, "cross-site");
    for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let client = browser.with("content-type", media);
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let reply = client.send(method, "/projects", "{\"slug\":\"shop\"}").await;
            reply.problem(403, "denied");
        }
    }
    assert!(server.admin().get("/projects").await.json()["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_bearer_token_speaks_for_itself() {
    let server = Server::start().await;
    let client = server.admin().with(SITE, "cross-site").with("origin", "https://anywhere.example");
    assert_eq!(create(&client, "shop").await, 201);
}

#[tokio::test]
async fn nobody_may_read_from_another_site() {
    let server = Server::start().await;
    let client = server.admin().with("origin", "https://evil.example");
    for reply in [
        client.get("/projects").await,
        client.send(Method::OPTIONS, "/projects", "").await,
        client.get("!/login").await,
    ] {
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
}
