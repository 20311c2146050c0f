//! Sessions of browsers.

use crate::fixture::{EMAIL, PASSWORD, Server};

fn credentials() -> String {
    format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"))
}

#[tokio::test]
async fn the_cookie_is_for_the_browser_only() {
    let server = Server::start().await;
    let reply = server.anyone().in_browser().form("/login", &credentials()).await.is(303);
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("strongroom="), "{cookie}");
    for flag in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=1800"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn behind_https_the_cookie_is_for_this_host_only() {
    let server = Server::with_https().await;
    let reply = server.anyone().in_browser().form("/login", &credentials()).await.is(303);
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-strongroom="), "{cookie}");
    for flag in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

on_both! {
    async fn signing_in_changes_the_id(server: Server) {
        // A refused sign-in leaves a session for its notice; its id is worth nothing afterwards.
        let browser = server.anyone().in_browser();
        let refused = browser.form("/login", "email=a@b.example&password=wrong+wrong+wrong").await.is(303);
        let planted = refused.cookie();
        let signed_in = browser.with("cookie", &planted).form("/login", &credentials()).await.is(303);
        let cookie = signed_in.cookie();
        assert_ne!(cookie, planted);
        browser.with("cookie", &cookie).get("/me").await.is(200);
        browser.with("cookie", &planted).get("/me").await.is(401);
    }

    async fn signing_out_ends_the_session_on_the_server(server: Server) {
        let browser = server.browser().await;
        browser.get("/me").await.is(200);
        let reply = browser.form("/logout", "").await.is(303);
        assert_eq!(reply.header("location"), "/login");
        assert_eq!(reply.header("clear-site-data"), "\"cache\", \"storage\"");
        assert!(reply.header("set-cookie").contains("Max-Age=0"), "{}", reply.header("set-cookie"));
        browser.get("/me").await.problem(401, "unauthenticated");
    }

    async fn a_session_that_nobody_uses_ends_after_half_an_hour(server: Server) {
        let browser = server.browser().await;
        server.pass(31 * domain::time::MINUTE);
        browser.get("/me").await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn an_invented_session_is_nobody() {
    let server = Server::start().await;
    for cookie in ["strongroom=AAAAAAAAAAAAAAAAAAAAAA", "strongroom=x", "strongroom=", "=;;"] {
        server.anyone().with("cookie", cookie).get("/me").await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn reading_does_not_set_a_cookie_each_time() {
    let server = Server::start().await;
    let browser = server.browser().await;
    assert_eq!(browser.get("/me").await.is(200).header("set-cookie"), "");
    assert_eq!(server.anyone().get("!/login").await.header("set-cookie"), "");
}
