//! Accounts as browsers and REST see them: the second step, confirming again, sessions, the policy.

use axum::http::Method;
use serde_json::{Value, json};

use crate::fixture::{Client, EMAIL, PASSWORD, Reply, Server};

/// More than the five minutes for which a password is enough.
const LATER: i64 = 6 * domain::time::MINUTE;

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn credentials() -> String {
    form(&[("email", EMAIL), ("password", PASSWORD)])
}

/// The same browser with the cookie it was given, if it was given one.
fn after(browser: &Client, reply: &Reply) -> Client {
    if reply.header("set-cookie").is_empty() { browser.clone() } else { browser.with("cookie", reply.cookie()) }
}

/// Gives the admin a second factor by REST; answers the secret and the recovery codes.
async fn enrol(server: &Server, browser: &Client) -> (String, Vec<String>) {
    let begun = browser.post("/account/second-factor", json!({})).await.is(201).json();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    let code = server.shown(&secret, -1);
    let codes = browser.post("/account/second-factor/confirm", json!({"code": code})).await.is(200).json();
    let codes = codes["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
    (secret, codes.collect())
}

on_both! {
    async fn a_sign_in_with_a_second_factor_is_nobody_before_its_code(server: Server) {
        let browser = server.browser().await;
        let (secret, recovery) = enrol(&server, &browser).await;
        let anyone = server.anyone().in_browser();
        let reply = anyone.form("/login", &credentials()).await.is(303);
        assert_eq!(reply.header("location"), "/login/code");
        let half = anyone.with("cookie", reply.cookie());
        half.get("/me").await.problem(401, "unauthenticated");
        assert_eq!(half.get("!/account").await.is(303).header("location"), "/login?next=/account");
        assert_eq!(half.form("/forms/tokens", "name=x&place=&expires_in_days=1&read=y").await.status, 303);
        half.get("!/login/code").await.is(200);

        let wrong = half.form("/login/code", "code=000000").await.is(303);
        assert_eq!(wrong.header("location"), "/login/code");
        half.get("/me").await.problem(401, "unauthenticated");

        let code = form(&[("code", &server.shown(&secret, 0)), ("next", "/account")]);
        let done = half.form("/login/code", &code).await.is(303);
        assert_eq!(done.header("location"), "/account");
        assert_ne!(done.cookie(), reply.cookie(), "a new session id");
        let signed_in = anyone.with("cookie", done.cookie());
        signed_in.get("/me").await.is(200);
        half.get("/me").await.problem(401, "unauthenticated");

        let reply = anyone.form("/login", &credentials()).await.is(303);
        let half = anyone.with("cookie", reply.cookie());
        let replayed = half.form("/login/code", &code).await.is(303);
        assert_eq!(replayed.header("location"), "/login/code?next=/account", "a code is good once");
        let done = half.form("/login/code", &form(&[("code", &recovery[0])])).await.is(303);
        anyone.with("cookie", done.cookie()).get("/me").await.is(200);

        let state = signed_in.get("/account/second-factor").await.is(200).json();
        assert_eq!(state["recovery_codes"], 9);
        assert!(state["since"].is_i64() || state["since"].is_string(), "{state}");
    }

    async fn a_form_that_weighs_more_asks_and_is_then_done(server: Server) {
        let browser = server.browser().await;
        server.pass(LATER);
        let new = form(&[("name", "ci"), ("place", ""), ("expires_in_days", "7"), ("read", "yes"), ("networks", "10.0.0.0/8")]);
        let asked = browser.form("/forms/tokens", &new).await.is(200);
        let page = asked.text();
        assert!(page.contains("Confirm that it is you") && page.contains("name=\"kept name\" value=\"ci\""), "{page}");
        assert_eq!(asked.header("location"), "");
        assert_eq!(server.admin().get("/tokens").await.names(), ["bootstrap"]);

        let kept = |proof: &str| {
            let own = [("form", "/forms/tokens"), ("back", "/tokens"), ("proof", proof)];
            let fields = [("kept name", "ci"), ("kept place", ""), ("kept expires_in_days", "7"), ("kept read", "yes"), ("kept networks", "10.0.0.0/8")];
            form(&[own.as_slice(), &fields].concat())
        };
        let wrong = browser.form("/forms/confirm", &kept("wrong wrong wrong")).await.is(200);
        assert!(wrong.text().contains("This is not your password") && !wrong.text().contains("wrong wrong"), "{}", wrong.text());
        let done = browser.form("/forms/confirm", &kept(PASSWORD)).await.is(200);
        assert!(done.text().contains("srm_") && !done.text().contains(PASSWORD));
        assert_ne!(done.cookie(), browser.header("cookie"), "a new session id");
        let list = server.admin().get("/tokens").await.json();
        assert_eq!((&list["items"][0]["name"], &list["items"][0]["networks"]), (&json!("ci"), &json!(["10.0.0.0/8"])));

        browser.get("/me").await.problem(401, "unauthenticated");
        let browser = after(&browser, &done);
        browser.form("/forms/tokens", &new.replace("ci", "other")).await.is(200);
        assert_eq!(server.admin().get("/tokens").await.json()["items"].as_array().unwrap().len(), 3, "for a while");
    }

    async fn an_invitation_waits_for_the_password_and_no_other_form_is_sent_from_there(server: Server) {
        let browser = server.browser().await;
        server.pass(LATER);
        let person = form(&[("email", "jonas@example.com"), ("role", "member")]);
        let asked = browser.form("/forms/people", &person).await.is(200);
        assert!(asked.text().contains("Confirm that it is you"));
        assert_eq!(server.admin().get("/people").await.json()["items"].as_array().unwrap().len(), 1);
        let own = [("form", "/forms/people"), ("back", "/people"), ("proof", PASSWORD)];
        let kept = [("kept email", "jonas@example.com"), ("kept role", "member")];
        let done = browser.form("/forms/confirm", &form(&[own.as_slice(), &kept].concat())).await.is(200);
        assert!(done.text().contains("/invite/") && !done.text().contains(PASSWORD));
        let browser = after(&browser, &done);
        assert_eq!(server.admin().get("/people").await.json()["items"].as_array().unwrap().len(), 2);
        // No form can be sent from there that may not be sent again.
        let other = form(&[("form", "/logout"), ("back", "/people"), ("proof", PASSWORD)]);
        let done = browser.form("/forms/confirm", &other).await.is(303);
        assert_eq!(done.header("location"), "/people");
        after(&browser, &done).get("/me").await.is(200);
    }

    async fn rest_asks_a_session_and_not_a_token(server: Server) {
        let browser = server.browser().await;
        server.pass(LATER);
        let new = json!({"name": "ci"});
        browser.post("/tokens", new.clone()).await.problem(403, "step_up_required");
        server.admin().post("/tokens", new.clone()).await.is(201);
        browser.post("/account/confirm", json!({"proof": "wrong wrong wrong"})).await.problem(401, "unauthenticated");
        let confirmed = browser.post("/account/confirm", json!({"proof": PASSWORD})).await.is(204);
        after(&browser, &confirmed).post("/tokens", new).await.is(201);
        server.admin().get("/account/sessions").await.problem(403, "denied");
    }

    async fn sessions_are_listed_and_ended(server: Server) {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
        let first = server.anyone().in_browser().with("user-agent", firefox);
        let reply = first.form("/login", &credentials()).await.is(303);
        let first = first.with("cookie", reply.cookie());
        let second = server.browser().await;
        let list = first.get("/account/sessions").await.is(200).json();
        let items = list["items"].as_array().unwrap();
        assert_eq!((&items[0]["device"], &items[0]["current"]), (&json!("Firefox, Linux"), &json!(true)));
        assert_eq!((&items[1]["device"], &items[1]["current"]), (&json!("unknown browser"), &json!(false)));
        assert!(!first.header("cookie").contains(items[0]["id"].as_str().unwrap()));
        first.delete(&format!("/account/sessions/{}", items[1]["id"].as_str().unwrap())).await.is(204);
        second.get("/me").await.problem(401, "unauthenticated");
        let third = server.browser().await;
        first.delete("/account/sessions").await.is(204);
        third.get("/me").await.problem(401, "unauthenticated");
        first.get("/me").await.is(200);
        let page = first.get("!/account").await.is(200).text();
        assert!(page.contains("Firefox, Linux") && page.contains("this one"), "{page}");
    }

    async fn a_new_password_keeps_this_session_alone(server: Server) {
        let here = server.browser().await;
        let there = server.browser().await;
        let change = json!({"current": PASSWORD, "new": "seven quiet harbours"});
        let changed = here.put("/account/password", change).await.is(204);
        after(&here, &changed).get("/me").await.is(200);
        there.get("/me").await.problem(401, "unauthenticated");
        server.admin().get("/me").await.problem(401, "unauthenticated");
    }

    async fn who_lacks_what_the_policy_demands_is_led_to_it(server: Server) {
        let browser = server.browser().await;
        let policy = json!({"second_factor": "everyone", "reveal": "always", "export": "never"});
        browser.put("/policy", policy.clone()).await.is(200);
        assert_eq!(server.admin().get("/policy").await.is(200).json(), policy);
        for path in ["/", "/account", "/tokens"] {
            assert_eq!(browser.get(&format!("!{path}")).await.is(303).header("location"), "/account/second-factor", "{path}");
        }
        browser.get("/me").await.problem(403, "second_factor_required");
        browser.get("/projects").await.problem(403, "second_factor_required");
        let made = browser.form("/forms/projects", "slug=mine").await.is(303);
        assert_eq!(made.header("location"), "/account/second-factor");
        let script = browser.with("accept", "application/json");
        assert_eq!(script.send(Method::POST, "!/ui/people", "").await.status, 401);
        assert!(server.admin().get("/projects").await.names().is_empty());

        let page = browser.get("!/account/second-factor").await.is(200).text();
        assert!(page.contains("This installation requires it"), "{page}");
        let shown = browser.form("/forms/account/second-factor/begin", "").await.is(200).text();
        let key = shown.split("id=\"secret-key\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
        assert!(shown.contains("class=\"qr-modules\""), "{shown}");
        let wrong = browser.form("/forms/account/second-factor/confirm", "code=000000").await.is(200).text();
        assert!(wrong.contains("does not match") && wrong.contains("qr-modules"));
        let right = form(&[("code", &server.shown(&key, 0))]);
        let codes = browser.form("/forms/account/second-factor/confirm", &right).await.is(200).text();
        assert!(codes.contains("Write these down") && !codes.contains(&key));
        browser.get("/me").await.is(200);
        assert!(!browser.get("!/account/second-factor").await.is(200).text().contains("qr-modules"));
    }

    async fn a_token_in_an_address_is_refused_recorded_and_not_logged(server: Server) {
        let created = server.admin().post("/tokens", json!({"name": "ci"})).await.is(201).json();
        let token = created["token"].as_str().unwrap();
        for path in [format!("/me?token={token}"), format!("/me?access_token={token}"), format!("/projects?search={token}"), "/me?token=".into()] {
            let reply = server.admin().get(&path).await;
            assert!(!reply.problem(400, "malformed").to_string().contains(token));
        }
        let page = server.anyone().in_browser().get(&format!("!/login?next={token}")).await.is(400);
        assert!(!page.text().contains(token));
        let audit = server.admin().get("/audit?action=token.use").await.is(200);
        let items = audit.json()["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), 5);
        assert!(items.iter().all(|item| item["outcome"] == "denied" && item["reason"] == "a token in an address"), "{items:?}");
        assert!(!audit.text().contains(token));
        server.admin().get("/search?q=srm_notatoken").await.is(200);
    }

    async fn whoever_cannot_sign_in_is_not_told_why(server: Server) {
        let person = json!({"email": "jonas@example.com", "password": "nine loud lighthouses"});
        server.admin().post("/people", person).await.is(201);
        let answer = async |email: &str, password: &str| -> Vec<String> {
            let browser = server.anyone().in_browser();
            let reply = browser.form("/login", &form(&[("email", email), ("password", password)])).await.is(303);
            let shown = browser.with("cookie", reply.cookie()).get("!/login").await.is(200).text();
            let json = reply.header("location").to_owned();
            let names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
            // The nonce of a page is another each time, and the address typed stands in its field again.
            let page = shown.replace(email, "EMAIL");
            let nonces: Vec<_> = page.split("nonce=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
            let page = nonces.iter().fold(page, |page, nonce| page.replace(nonce.as_str(), "NONCE"));
            vec![json, names.join(","), page, reply.text()]
        };
        let unknown = answer("nobody@example.com", "nine loud lighthouses").await;
        assert!(unknown[2].contains("E-mail and password do not match"), "{}", unknown[2]);
        assert_eq!(unknown, answer("jonas@example.com", "nine quiet lighthouses").await, "wrong");
    }
}

/// Values of the document that a client could take for one another.
#[test]
fn the_new_codes_have_words_of_their_own() {
    let word = |code: domain::Code| serde_json::to_value(code).unwrap();
    assert_eq!(word(domain::Code::StepUpRequired), Value::from("step_up_required"));
    assert_eq!(word(domain::Code::SecondFactorRequired), Value::from("second_factor_required"));
}
