//! Pages, as far as they are the server's: who may see them, their policy, and what is not there.

use crate::fixture::Server;

fn nonce(policy: &str) -> &str {
    let (_, rest) = policy.split_once("'nonce-").unwrap();
    rest.split('\'').next().unwrap()
}

#[tokio::test]
async fn a_page_runs_its_own_scripts_only() {
    let server = Server::start().await;
    let browser = server.browser().await;
    let mut nonces = Vec::new();
    for (client, path, status) in [
        (server.anyone().in_browser(), "!/login", 200),
        (server.anyone().in_browser(), "!/nothing", 404),
        (browser.clone(), "!/", 200),
        (browser.clone(), "!/nothing/here", 404),
    ] {
        let reply = client.get(path).await.is(status);
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        let policy = reply.header("content-security-policy");
        let nonce = nonce(policy);
        assert!(nonce.len() >= 22, "128 bits");
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
                 style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
                 form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
            )
        );
        let page = reply.text();
        for script in page.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{path}: <script{tag}>");
        }
        assert!(!page.contains(" style=\"") && !page.contains("<style"), "{path}");
        nonces.push(nonce.to_owned());
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 4);
}

#[tokio::test]
async fn whoever_is_nobody_is_led_to_the_sign_in_and_back() {
    let server = Server::start().await;
    let anyone = server.anyone().in_browser();
    for (path, leads) in [
        ("!/", "/login"),
        ("!/tokens", "/login?next=/tokens"),
        ("!/audit?actor=a%26b", "/login?next=/audit%3Factor%3Da%2526b"),
        ("!/projects/shop", "/login?next=/projects/shop"),
    ] {
        assert_eq!(anyone.get(path).await.is(303).header("location"), leads);
    }
    let form = format!("email={}&password={}&next=", crate::fixture::EMAIL, crate::fixture::PASSWORD.replace(' ', "+"));
    for (next, leads) in [("/tokens", "/tokens"), ("//evil.example", "/"), ("https%3Aevil", "/"), ("/%5Cevil", "/")] {
        let reply = anyone.form("/login", &format!("{form}{next}")).await.is(303);
        assert_eq!(reply.header("location"), leads, "{next}");
    }
}

#[tokio::test]
async fn a_form_posted_by_nobody_leads_to_the_sign_in() {
    let server = Server::start().await;
    let reply = server.anyone().in_browser().form("/forms/projects", "slug=shop&name=Shop").await;
    assert_eq!((reply.status, reply.header("location")), (303, "/login"));
}

#[tokio::test]
async fn what_a_form_had_to_say_is_shown_once() {
    let server = Server::start().await;
    let anyone = server.anyone().in_browser();
    let refused = anyone.form("/login", "email=who@b.example&password=wrong+wrong+wrong").await.is(303);
    let browser = anyone.with("cookie", refused.cookie());
    // Neither a file nor REST takes it.
    browser.get("!/favicon.svg").await;
    browser.get("/me").await.is(401);
    let once = browser.get("!/login").await.is(200).text();
    assert!(once.contains("who@b.example"), "the field is filled in again");
    assert!(!once.contains("wrong wrong wrong"));
    let again = browser.get("!/login").await.is(200).text();
    assert!(!again.contains("who@b.example"));
}

#[tokio::test]
async fn a_host_that_the_client_claims_is_never_repeated() {
    let server = Server::start().await;
    let client = server.browser().await.with("host", "evil.example").with("x-forwarded-host", "evil.example");
    for path in ["!/", "!/login", "!/tokens", "!/nothing", "/projects"] {
        let reply = client.get(path).await;
        assert!(!reply.text().contains("evil.example"), "{path}");
        assert!(!reply.header("location").contains("evil.example"), "{path}");
    }
}
