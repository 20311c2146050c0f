//! The way back: undo, deletions, destruction, comparing, moving; over REST and by the dashboard's forms.

use serde_json::json;

on_both! {
    async fn a_change_is_taken_back_once_and_again(server: Server) {
        let admin = server.shop().await;
        let file = json!({"A": "one", "B": "two"}).to_string();
        let plan = admin.upload("/projects/shop/import?message=spring", file).await.is(200).json();
        let undo = format!("/changes/{}/undo", plan["change_id"].as_str().unwrap());
        let undone = admin.post(&undo, json!({})).await.is(200).json();
        assert_eq!((&undone["action"], &undone["message"], &undone["undoes"]), (&json!("undo"), &json!("Undo: spring"), &plan["change_id"]));
        assert_eq!(undone["items"][0], json!({"name": "A", "action": "delete", "from": 1, "to": 2}));
        assert!(admin.get("/projects/shop/secrets").await.is(200).names().is_empty());
        admin.post(&undo, json!({})).await.problem(409, "conflict");
        let again = format!("/changes/{}/undo", undone["id"].as_str().unwrap());
        admin.post(&again, json!({})).await.is(200);
        assert_eq!(admin.get("/projects/shop/secrets").await.is(200).names(), ["A", "B"]);
        admin.post("/changes/none/undo", json!({})).await.problem(404, "not_found");
    }

    async fn what_stands_in_the_way_is_named(server: Server) {
        let admin = server.shop().await;
        let file = json!({"A": "one", "B": "two"}).to_string();
        let plan = admin.upload("/projects/shop/import", file).await.is(200).json();
        admin.put("/projects/shop/secrets/B", json!({"value": "three"})).await.is(200);
        let undo = format!("/changes/{}/undo", plan["change_id"].as_str().unwrap());
        let problem = admin.post(&undo, json!({})).await.problem(409, "conflict");
        assert_eq!(problem["problems"][0]["name"], "B");
        assert_eq!(problem["problems"].as_array().unwrap().len(), 1);
    }

    async fn the_history_of_a_scope_is_asked_for_by_words(server: Server) {
        let admin = server.shop().await;
        for path in ["/platform/secrets/A", "/projects/shop/secrets/A", "/projects/shop/secrets/A?environment=staging", "/projects/shop/services/api/secrets/A"] {
            admin.put(path, json!({"value": "x"})).await.is(200);
        }
        for (query, sequences) in [
            ("", vec![4, 3, 2, 1]),
            ("?level=project&project=shop", vec![3, 2]),
            ("?project=shop&environment=all", vec![4, 2]),
            ("?project=shop&service=api", vec![4]),
            ("?level=platform", vec![1]),
        ] {
            let list = admin.get(&format!("/changes{query}")).await.is(200).json();
            let seen: Vec<_> = list["items"].as_array().unwrap().iter().map(|c| c["sequence"].as_i64().unwrap()).collect();
            assert_eq!(seen, sequences, "{query}");
        }
        admin.get("/changes?level=planet").await.problem(422, "invalid");
        admin.get("/changes?scope=shop").await.problem(400, "malformed");
        assert_eq!(admin.get("/changes?limit=1&cursor=3").await.is(200).json()["items"][0]["sequence"], 2);
    }

    async fn what_was_deleted_comes_back_or_is_destroyed(server: Server) {
        let admin = server.shop().await;
        let path = "/projects/shop/secrets/A";
        for value in ["one", "two"] {
            admin.put(path, json!({"value": value})).await.is(200);
        }
        admin.delete(&format!("{path}/versions")).await.problem(409, "conflict");
        admin.delete(path).await.is(204);
        let deleted = admin.get("/deleted?project=shop").await.is(200).json();
        assert_eq!((&deleted["items"][0]["name"], &deleted["items"][0]["version"]), (&json!("A"), &json!(2)));
        admin.post(&format!("{path}/restore"), json!({"version": 2})).await.is(200);
        admin.delete(&format!("{path}/versions?version=1")).await.is(204);
        admin.post(&format!("{path}/reveal"), json!({"version": 1})).await.problem(410, "gone");
        admin.post(&format!("{path}/restore"), json!({"version": 1})).await.problem(410, "gone");
        let diff = admin.get(&format!("{path}/diff?from=1&to=2")).await.is(200).json();
        assert_eq!((&diff["value"], &diff["kind"]), (&json!("unknown"), &json!("same")));
        admin.get(&format!("{path}/diff?from=1")).await.problem(400, "malformed");
        admin.delete(path).await.is(204);
        admin.delete(&format!("{path}/versions")).await.is(204);
        assert_eq!(admin.get("/deleted").await.is(200).json()["items"], json!([]));
        let writer = server.token(json!({"name": "w", "rights": ["read", "write"]})).await;
        writer.delete(&format!("{path}/versions")).await.problem(403, "denied");
    }

    async fn a_secret_is_renamed_and_moved(server: Server) {
        let admin = server.shop().await;
        let api = "/projects/shop/services/api";
        admin.put(&format!("{api}/secrets/OLD"), json!({"value": "v"})).await.is(200);
        admin.put(&format!("{api}/bindings"), json!([{"target": {"env": "X"}, "secret": "OLD"}])).await.is(200);
        let moved = admin.post(&format!("{api}/secrets/OLD/move"), json!({"name": "NEW"})).await.is(200).json();
        assert_eq!((&moved["secret"]["name"], &moved["bindings_moved"]), (&json!("NEW"), &json!(1)));
        let to = json!({"scope": {"level": "project", "project": "shop", "environment": "staging"}});
        let moved = admin.post(&format!("{api}/secrets/NEW/move"), to).await.is(200).json();
        assert_eq!(moved["secret"]["source"], "project: shop, environment: staging");
        let versions = admin.get("/projects/shop/secrets/NEW/versions?environment=staging").await.is(200).json();
        assert_eq!(versions["items"][0]["moved_from"]["source"], "project: shop, service: api");
        admin.post(&format!("{api}/secrets/NEW/move"), json!({"name": "X"})).await.problem(404, "not_found");
        admin.post("/projects/shop/secrets/NEW/move?environment=staging", json!({"to": "X"})).await.problem(400, "malformed");
    }

    async fn what_was_typed_too_late_is_in_no_page(server: Server) {
        let admin = server.shop().await;
        admin.put("/projects/shop/secrets/A", json!({"value": "one"})).await.is(200);
        admin.put("/projects/shop/secrets/A", json!({"value": "two"})).await.is(200);
        let browser = server.browser().await;
        let late = |value: &str, version: &str| {
            let fields = [("level", "project"), ("project", "shop"), ("service", ""), ("cell", "1"), ("name", "A"),
                ("environment", "all"), ("expected_version", version), ("kind", "text"), ("value", value), ("comment", "")];
            let parts = fields.map(|(name, text)| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n"));
            format!("{}--x--\r\n", parts.concat())
        };
        let form = browser.with("content-type", "multipart/form-data; boundary=x");
        let reply = form.send(axum::http::Method::POST, "!/forms/secrets", late("c4nary-typed", "1")).await.is(303);
        let path = reply.header("location").to_owned();
        assert!(path.starts_with("/conflict?draft="), "{path}");
        let page = browser.get(&format!("!{path}")).await.is(200).text();
        assert!(page.contains("Write mine as version 3") && !page.contains("c4nary-typed"));
        let draft = path.split('=').nth(1).unwrap();
        let reply = browser.form("/forms/conflict/write", &format!("draft={draft}&version=2")).await.is(303);
        assert!(reply.header("location").starts_with("/projects/shop/secrets?open=A"));
        let revealed = admin.post("/projects/shop/secrets/A/reveal", json!({})).await.is(200).json();
        assert_eq!((&revealed["value"], &revealed["version"]), (&json!("c4nary-typed"), &json!(3)));
        browser.get(&format!("!{path}")).await.is(404);
        // Somebody else's is nobody's.
        browser.form("/forms/conflict/drop", "draft=0190b0a0-0000-7000-8000-000000000000").await.is(404);
    }
}
