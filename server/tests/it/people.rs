//! People, their invitations and their roles, over REST and by forms.

use serde_json::{Value, json};

use crate::fixture::{Client, EMAIL, Server};

/// A person of their own password; answers their browser, signed in, and their id.
async fn person(server: &Server, email: &str) -> (Client, String) {
    let new = json!({"email": email, "password": "a password of hers"});
    let made = server.admin().post("/people", new).await.is(201).json();
    assert_eq!(made["invitation"], Value::Null);
    (sign_in(server, email, "a+password+of+hers").await, made["id"].as_str().unwrap().to_owned())
}

async fn sign_in(server: &Server, email: &str, password: &str) -> Client {
    let anyone = server.anyone().in_browser();
    let reply = anyone.form("/login", &format!("email={email}&password={password}")).await.is(303);
    anyone.with("cookie", reply.cookie())
}

async fn invite(server: &Server, email: &str) -> (Value, String) {
    let made = server.admin().post("/people", json!({"email": email})).await.is(201).json();
    let link = made["invitation"]["link"].as_str().unwrap().to_owned();
    let path = link.strip_prefix("http://strongroom.test").expect("the whole address").to_owned();
    (made, path)
}

on_both! {
    async fn an_invitation_is_shown_once_and_lets_one_person_in(server: Server) {
        let (made, path) = invite(&server, "new@example.com").await;
        assert_eq!((&made["state"], &made["role"]), (&json!("invited"), &json!("member")));
        assert!(path.starts_with("/invite/") && path.len() == 51, "{path}");
        let list = server.admin().get("/people").await.is(200);
        assert!(!list.text().contains(path.trim_start_matches("/invite/")));
        let stranger = server.anyone().in_browser();
        // Looking at it changes nothing, however often.
        for _ in 0..2 {
            let page = stranger.get(&format!("!{path}")).await.is(200);
            assert_eq!(page.header("referrer-policy"), "no-referrer", "the path is a credential");
            assert!(page.text().contains("new@example.com"));
        }
        let refused = stranger.form(&path, "name=New&password=short").await.is(303);
        assert_eq!(refused.header("location"), path);
        let again = stranger.with("cookie", refused.cookie()).get(&format!("!{path}")).await.is(200);
        assert!(again.text().contains("12 to 1024 bytes"), "the reason is shown at the form");
        let accepted = stranger.form(&path, "name=New+Person&password=a+password+of+hers").await.is(303);
        assert_eq!(accepted.header("location"), "/");
        let browser = stranger.with("cookie", accepted.cookie());
        let me = browser.get("/me").await.is(200).json();
        assert_eq!((&me["label"], &me["memberships"]), (&json!("new@example.com"), &json!([])));
        let used = stranger.get(&format!("!{path}")).await.is(200).text();
        assert!(used.contains("does not work any more") && !used.contains("new@example.com"));
        let refused = stranger.form(&path, "password=a+password+of+hers").await.is(303);
        assert_eq!(refused.header("location"), path);
        sign_in(&server, "new@example.com", "a+password+of+hers").await.get("/me").await.is(200);
        // From another site, nobody is let in.
        let (_, path) = invite(&server, "other@example.com").await;
        stranger.with("sec-fetch-site", "cross-site").form(&path, "password=a+password+of+hers").await.is(403);
    }

    async fn a_renewed_invitation_ends_the_one_before(server: Server) {
        let (made, old) = invite(&server, "new@example.com").await;
        let id = made["id"].as_str().unwrap();
        let again = server.admin().post(&format!("/people/{id}/invitation"), json!({})).await.is(201).json();
        let link = again["link"].as_str().unwrap();
        assert!(link.contains("/invite/") && !link.ends_with(&old));
        let stranger = server.anyone().in_browser();
        assert!(stranger.get(&format!("!{old}")).await.is(200).text().contains("does not work any more"));
        server.admin().delete(&format!("/people/{id}")).await.is(204);
        let path = link.strip_prefix("http://strongroom.test").unwrap();
        assert!(stranger.get(&format!("!{path}")).await.is(200).text().contains("does not work any more"));
    }

    async fn a_person_is_changed_disabled_and_removed(server: Server) {
        let (browser, id) = person(&server, "dev@example.com").await;
        let admin = server.admin();
        let token = browser.post("/tokens", json!({"name": "mine"})).await.is(201).json();
        let bearer = server.bearer(token["token"].as_str().unwrap());
        bearer.get("/me").await.is(200);
        let path = format!("/people/{id}");
        let row = admin.patch(&path, json!({"name": "Dev"})).await.is(200).json();
        assert_eq!((&row["name"], &row["state"]), (&json!("Dev"), &json!("active")));
        browser.get("/me").await.is(200);
        let row = admin.patch(&path, json!({"disabled": true})).await.is(200).json();
        assert_eq!(row["state"], "disabled");
        browser.get("/me").await.problem(401, "unauthenticated");
        bearer.get("/me").await.problem(401, "unauthenticated");
        admin.patch(&path, json!({"disabled": false, "role": "auditor"})).await.is(200);
        bearer.get("/me").await.problem(401, "unauthenticated");
        let auditor = sign_in(&server, "dev@example.com", "a+password+of+hers").await;
        auditor.get("/audit").await.is(200);
        auditor.get("/people").await.is(200);
        auditor.get("!/people").await.is(200);
        auditor.patch(&path, json!({"role": "admin"})).await.problem(403, "denied");
        auditor.post("/projects", json!({"slug": "mine"})).await.problem(403, "denied");
        admin.patch(&path, json!({"role": "root"})).await.problem(400, "malformed");
        admin.patch(&path, json!({"password": "x"})).await.problem(400, "malformed");
        admin.delete(&path).await.is(204);
        auditor.get("/me").await.problem(401, "unauthenticated");
        admin.patch(&path, json!({"name": "x"})).await.problem(404, "not_found");
        admin.delete(&path).await.problem(404, "not_found");
    }

    async fn the_last_admin_stays(server: Server) {
        let admin = server.admin();
        let everyone = admin.get("/people").await.is(200).json();
        let id = everyone["items"][0]["id"].as_str().unwrap().to_owned();
        for change in [json!({"disabled": true}), json!({"role": "member"}), json!({"role": "auditor"})] {
            admin.patch(&format!("/people/{id}"), change).await.problem(409, "conflict");
        }
        admin.delete(&format!("/people/{id}")).await.problem(409, "conflict");
        let browser = server.browser().await;
        for form in ["disable", "delete"] {
            browser.form(&format!("/forms/people/{form}"), &format!("id={id}")).await.is(303);
        }
        browser.form("/forms/people/edit", &format!("id={id}&name=Ada&role=member")).await.is(303);
        let me = browser.get("/me").await.is(200).json();
        assert_eq!(me["role"], "admin");
    }

    async fn a_role_of_one_environment_opens_that_one(server: Server) {
        let admin = server.shop().await;
        let (browser, id) = person(&server, "dev@example.com").await;
        browser.get("/projects/shop").await.problem(404, "not_found");
        for environment in ["development", "production"] {
            let path = format!("/projects/shop/secrets/A?environment={environment}");
            admin.put(&path, json!({"value": "x"})).await.is(200);
        }
        let new = json!({"email": "dev@example.com", "role": "developer", "environments": ["development"]});
        let member = admin.post("/projects/shop/members", new.clone()).await.is(201).json();
        assert_eq!(member["grants"], json!([{"role": "developer", "environment": "development"}]));
        admin.post("/projects/shop/members", new).await.problem(409, "conflict");
        browser.post("/projects/shop/secrets/A/reveal?environment=development", json!({})).await.is(200);
        browser.post("/projects/shop/secrets/A/reveal?environment=production", json!({})).await.problem(404, "not_found");
        browser.get("/projects/shop/secrets?environment=production").await.problem(404, "not_found");
        // The pages show the other environments as closed, and fail nowhere.
        for page in [
            "/projects/shop", "/projects/shop/secrets", "/projects/shop/secrets?open=A&env=production",
            "/projects/shop/services/api/secrets", "/projects/shop/services/api/project?open=A&env=production",
            "/projects/shop/services/api/effective", "/projects/shop/services/api/bindings", "/changes", "/",
        ] {
            browser.get(&format!("!{page}")).await.is(200);
        }
        let closed = browser.get("!/projects/shop/services/api/effective?env=production").await.is(200).text();
        assert!(closed.contains("No access to production"));
        let path = format!("/projects/shop/members/{id}");
        let put = json!({"grants": [{"role": "user", "environment": null}]});
        assert_eq!(admin.put(&path, put.clone()).await.is(200).json()["grants"], put["grants"]);
        browser.post("/projects/shop/secrets/A/reveal?environment=development", json!({})).await.problem(403, "denied");
        browser.put(&path, json!({"grants": [{"role": "owner"}]})).await.problem(403, "denied");
        admin.put(&path, json!({"grants": []})).await.problem(422, "invalid");
        admin.put(&path, json!({"grants": [{"role": "admin", "environment": "staging"}]})).await.problem(422, "invalid");
    }

    async fn the_forms_do_what_rest_does(server: Server) {
        server.shop().await;
        let browser = server.browser().await;
        let page = browser.form("/forms/people", "email=new%40example.com&name=New&role=member").await.is(200);
        let text = page.text();
        let token = text.split("/invite/").nth(1).expect("the link is shown").split('<').next().unwrap().to_owned();
        assert_eq!(token.len(), 43, "{token}");
        assert!(!browser.get("!/people").await.is(200).text().contains(&token), "once");
        let everyone = server.admin().get("/people").await.is(200).json();
        let new = everyone["items"].as_array().unwrap().iter().find(|row| row["email"] == "new@example.com").unwrap();
        let id = new["id"].as_str().unwrap();
        let again = browser.form("/forms/people/invite", &format!("id={id}")).await.is(200).text();
        assert!(again.contains("/invite/") && !again.contains(&token));
        browser.form("/forms/people", "email=new%40example.com&role=member").await.is(303);
        let add = "project=shop&email=new%40example.com&role=developer&environment=development&environment=staging";
        browser.form("/forms/members", add).await.is(303);
        let grants = async || {
            let members = server.admin().get("/projects/shop/members").await.is(200).json();
            let of = members["items"].as_array().unwrap().iter().find(|row| row["id"] == id).cloned();
            of.map_or(Value::Null, |member| member["grants"].clone())
        };
        assert_eq!(grants().await.as_array().unwrap().len(), 2);
        let edit = format!("project=shop&id={id}&role=&role.development=user&role.staging=");
        browser.form("/forms/members/edit", &edit).await.is(303);
        assert_eq!(grants().await, json!([{"role": "user", "environment": "development"}]));
        browser.form("/forms/members/delete", &format!("project=shop&id={id}")).await.is(303);
        assert_eq!(grants().await, Value::Null);
        for (form, state) in [("disable", "disabled"), ("enable", "invited")] {
            browser.form(&format!("/forms/people/{form}"), &format!("id={id}")).await.is(303);
            let everyone = server.admin().get("/people").await.is(200).json();
            let new = everyone["items"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap();
            assert_eq!(new["state"], state);
        }
        browser.form("/forms/people/delete", &format!("id={id}")).await.is(303);
        server.admin().patch(&format!("/people/{id}"), json!({})).await.problem(404, "not_found");
        assert_eq!(server.browser().await.get("/me").await.is(200).json()["label"], EMAIL);
    }

    async fn members_have_no_page_of_people_and_their_forms_change_nothing(server: Server) {
        server.shop().await;
        let (browser, id) = person(&server, "dev@example.com").await;
        server.admin().post("/projects/shop/members", json!({"email": "dev@example.com"})).await.is(201);
        browser.get("!/people").await.is(403);
        browser.get("!/projects/shop").await.is(200);
        for (form, fields) in [
            ("/forms/people", "email=eve%40example.com&role=admin".to_owned()),
            ("/forms/people/edit", format!("id={id}&name=x&role=admin")),
            ("/forms/members", format!("project=shop&email={EMAIL}&role=owner")),
            ("/forms/members/edit", format!("project=shop&id={id}&role=owner")),
        ] {
            browser.form(form, &fields).await.is(303);
        }
        let everyone = server.admin().get("/people").await.is(200).json();
        assert_eq!(everyone["items"].as_array().unwrap().len(), 2);
        let me = browser.get("/me").await.is(200).json();
        assert_eq!((&me["role"], &me["memberships"][0]["role"]), (&json!("member"), &json!("developer")));
    }
}
