//! Search, as programs use it.

use serde_json::json;

on_both! {
    async fn a_search_answers_pages_of_hits_with_their_sources(server: Server) {
        let admin = server.shop().await;
        for environment in ["", "?environment=staging", "?environment=production"] {
            let path = format!("/projects/shop/services/api/secrets/STRIPE_KEY{environment}");
            admin.put(&path, json!({"value": "canary", "comment": "rolled each spring"})).await.is(200);
        }
        let first = admin.get("/search?q=stripe%20SPRING&limit=2").await.is(200);
        assert!(!first.text().contains("canary"));
        let first = first.json();
        assert_eq!(first["items"].as_array().unwrap().len(), 2);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = admin.get(&format!("/search?q=stripe%20SPRING&limit=2&cursor={cursor}")).await.is(200).json();
        assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (1, &json!(null)));
        let found = admin.get("/search?q=stripe%20env:staging").await.is(200).json();
        let hit = &found["items"][0];
        assert_eq!(hit["source"], "project: shop, service: api, environment: staging");
        assert_eq!(
            (&hit["found"], &hit["name"], &hit["kind"], &hit["version"], &hit["about"]),
            (&json!("secret"), &json!("STRIPE_KEY"), &json!("text"), &json!(1), &json!("rolled each spring"))
        );
    }

    async fn a_search_that_is_not_understood_says_why(server: Server) {
        let admin = server.shop().await;
        for query in ["q=kind:planet", "q=stale:90d", &format!("q={}", "x".repeat(10_000)), "q=a&cursor=x"] {
            admin.get(&format!("/search?{query}")).await.problem(422, "invalid");
        }
        for query in ["", "search=a", "q=a&q=b", "q=a&limit=-1"] {
            admin.get(&format!("/search?{query}")).await.problem(400, "malformed");
        }
        for odd in ["%25", "_", "%27", "%22", "%00", "%F0%9F%98%80", "%5C"] {
            assert_eq!(admin.get(&format!("/search?q={odd}")).await.is(200).json()["items"], json!([]), "{odd}");
        }
        admin.get("/projects/shop/secrets?search=%00").await.problem(422, "invalid");
    }

    async fn a_page_is_told_what_failed_with_the_status_of_it(server: Server) {
        let reply = server.browser().await.with("accept", "application/json").form("/ui/find", "q=kind:planet").await.is(422);
        assert_eq!(reply.json()["code"], "invalid");
        server.anyone().in_browser().with("accept", "application/json").form("/ui/find", "q=key").await.is(401);
    }

    async fn a_token_finds_what_it_reaches(server: Server) {
        let admin = server.shop().await;
        for place in ["/platform", "/projects/shop", "/projects/shop/services/api"] {
            admin.put(&format!("{place}/secrets/STRIPE_KEY"), json!({"value": "v"})).await.is(200);
        }
        let api = server.token(json!({"name": "api", "project": "shop", "service": "api"})).await;
        let found = api.get("/search?q=stripe").await.is(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        assert_eq!(found["items"][0]["source"], "project: shop, service: api");
    }
}
