//! Environments, projects, services and people.

use serde_json::json;

use crate::fixture::EMAIL;

on_both! {
    async fn environments_have_an_order(server: Server) {
        let admin = server.admin();
        assert_eq!(admin.get("/environments").await.names(), ["development", "staging", "production"]);
        admin.post("/environments", json!({"name": "review", "position": 1})).await.is(201);
        assert_eq!(admin.get("/environments").await.names(), ["development", "review", "staging", "production"]);
        let new = admin.put("/environments/review", json!({"name": "preview", "position": 0})).await.is(200);
        assert_eq!(new.json(), json!({"name": "preview", "position": 0}));
        admin.post("/environments", json!({"name": "preview"})).await.problem(409, "conflict");
        admin.delete("/environments/preview").await.is(204);
        admin.delete("/environments/preview").await.problem(404, "not_found");
    }

    async fn an_environment_in_use_stays(server: Server) {
        let admin = server.admin();
        admin.put("/platform/secrets/A?environment=staging", json!({"value": "x"})).await.is(200);
        admin.delete("/environments/staging").await.problem(409, "conflict");
    }

    async fn projects_come_and_go(server: Server) {
        let admin = server.admin();
        let new = json!({"slug": "shop", "name": "The shop", "description": "Sells"});
        let project = admin.post("/projects", new.clone()).await.is(201).json();
        assert_eq!((&project["slug"], &project["name"], &project["services"]), (&json!("shop"), &json!("The shop"), &json!(0)));
        admin.post("/projects", new).await.problem(409, "conflict");
        let patched = admin.patch("/projects/shop", json!({"description": "Sells more"})).await.is(200).json();
        assert_eq!((&patched["name"], &patched["description"]), (&json!("The shop"), &json!("Sells more")));
        assert_eq!(admin.get("/projects/shop").await.is(200).json(), patched);
        admin.delete("/projects/shop").await.is(204);
        admin.get("/projects/shop").await.problem(404, "not_found");
    }

    async fn services_belong_to_a_project(server: Server) {
        let admin = server.shop().await;
        let path = "/projects/shop/services/api";
        let service = admin.get(path).await.is(200).json();
        assert_eq!((&service["project"], &service["mode"]), (&json!("shop"), &json!("all")));
        admin.patch(path, json!({"name": "The API"})).await.is(200);
        assert_eq!(admin.get("/projects/shop/services").await.names(), ["The API"]);
        admin.delete(path).await.is(204);
        admin.get(path).await.problem(404, "not_found");
        admin.post("/projects/none/services", json!({"slug": "api"})).await.problem(404, "not_found");
    }

    async fn members_see_their_projects_only(server: Server) {
        let admin = server.shop().await;
        admin.post("/projects", json!({"slug": "other"})).await.is(201);
        let person = json!({"email": "dev@example.com", "password": "a password of hers"});
        let id = admin.post("/people", person.clone()).await.is(201).json()["id"].as_str().unwrap().to_owned();
        admin.post("/people", person).await.problem(409, "conflict");
        admin.post("/projects/shop/members", json!({"email": "dev@example.com"})).await.is(201);
        let members = admin.get("/projects/shop/members").await.is(200).json();
        assert_eq!((&members["items"][0]["email"], &members["items"][0]["grants"][0]["role"]), (&json!(EMAIL), &json!("owner")));
        assert_eq!((&members["items"][1]["email"], &members["items"][1]["grants"][0]["role"]), (&json!("dev@example.com"), &json!("developer")));
        let anyone = server.anyone().in_browser();
        let form = "email=dev@example.com&password=a+password+of+hers";
        let dev = anyone.with("cookie", anyone.form("/login", form).await.is(303).cookie());
        dev.get("/projects/shop").await.is(200);
        dev.get("/projects/other").await.problem(404, "not_found");
        dev.get("/people").await.problem(403, "denied");
        dev.post("/projects", json!({"slug": "mine"})).await.problem(403, "denied");
        admin.delete(&format!("/projects/shop/members/{id}")).await.is(204);
        dev.get("/projects/shop").await.problem(404, "not_found");
    }

    async fn lists_come_in_pages(server: Server) {
        let admin = server.admin();
        for slug in ["a", "b", "c", "d", "e"] {
            admin.post("/projects", json!({"slug": slug})).await.is(201);
        }
        let (mut seen, mut path) = (Vec::new(), "/projects?limit=2".to_owned());
        loop {
            let reply = admin.get(&path).await.is(200);
            seen.extend(reply.names());
            match reply.json()["next_cursor"].as_str() {
                Some(cursor) => path = format!("/projects?limit=2&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen, ["a", "b", "c", "d", "e"]);
        admin.get("/projects?cursor=gone").await.problem(400, "malformed");
    }

    async fn what_was_done_is_in_the_audit_log(server: Server) {
        let admin = server.shop().await;
        admin.put("/projects/shop/secrets/A", json!({"value": "x"})).await.is(200);
        let reveal = admin.post("/projects/shop/secrets/A/reveal", json!({"reason": "ticket 5"})).await.is(200);
        let log = admin.get("/audit?action=secret.reveal").await.is(200).json();
        let record = &log["items"][0];
        assert_eq!(record["id"], reveal.json()["audit_id"]);
        assert_eq!((&record["name"], &record["source"], &record["reason"]), (&json!("A"), &json!("project: shop"), &json!("ticket 5")));
        assert_eq!(record["request_id"], reveal.header("x-request-id"));
        assert_eq!(record["actor"], "bootstrap");
    }
}
