//! Secrets of a scope.

use serde_json::json;

on_both! {
    async fn a_secret_lives_in_each_of_the_three_places(server: Server) {
        let admin = server.shop().await;
        for place in ["/platform", "/projects/shop", "/projects/shop/services/api"] {
            for environment in ["", "?environment=production"] {
                let path = |rest: &str| format!("{place}/secrets{rest}{environment}");
                let value = json!({"value": format!("of {place} {environment}"), "comment": "why"});
                let row = admin.put(&path("/DB_PASS"), value.clone()).await.is(200).json();
                assert_eq!((&row["name"], &row["version"], &row["kind"]), (&json!("DB_PASS"), &json!(1), &json!("text")));
                assert_eq!(admin.get(&path("/DB_PASS")).await.is(200).json(), row);
                assert_eq!(admin.get(&path("")).await.is(200).json()["items"], json!([row]));
                let revealed = admin.send(axum::http::Method::POST, &path("/DB_PASS/reveal"), "").await.is(200).json();
                assert_eq!((&revealed["value"], &revealed["version"]), (&value["value"], &json!(1)));
            }
        }
    }

    async fn a_write_that_came_late_is_refused(server: Server) {
        let admin = server.shop().await;
        let path = "/projects/shop/secrets/A";
        let put = async |value: &str, expected: i64| {
            admin.put(path, json!({"value": value, "expected_version": expected})).await
        };
        put("one", 0).await.is(200);
        put("other", 0).await.problem(409, "conflict");
        assert_eq!(put("two", 1).await.is(200).json()["version"], 2);
        put("late", 1).await.problem(409, "conflict");
        admin.delete(&format!("{path}?expected_version=1")).await.problem(409, "conflict");
        admin.delete(&format!("{path}?expected_version=2")).await.is(204);
        admin.get(path).await.problem(404, "not_found");
    }

    async fn old_versions_come_back(server: Server) {
        let admin = server.shop().await;
        let path = "/projects/shop/secrets/A";
        for value in ["one", "two"] {
            admin.put(path, json!({"value": value})).await.is(200);
        }
        let first = admin.post(&format!("{path}/reveal"), json!({"version": 1})).await.is(200).json();
        assert_eq!(first["value"], "one");
        let row = admin.post(&format!("{path}/restore"), json!({"version": 1})).await.is(200).json();
        assert_eq!(row["version"], 3);
        let versions = admin.get(&format!("{path}/versions?limit=2")).await.is(200).json();
        assert_eq!((&versions["items"][0]["version"], &versions["next_cursor"]), (&json!(3), &json!("2")));
        let rest = admin.get(&format!("{path}/versions?cursor=2")).await.is(200).json();
        assert_eq!(rest["items"][0]["version"], 1);
        admin.post(&format!("{path}/restore"), json!({"version": 9})).await.problem(404, "not_found");
        let changes = admin.get("/changes").await.is(200).json();
        let id = changes["items"][0]["id"].as_str().unwrap();
        assert_eq!(changes["items"][0]["action"], "restore");
        assert_eq!(admin.get(&format!("/changes/{id}")).await.is(200).json(), changes["items"][0]);
        admin.get("/changes/none").await.problem(404, "not_found");
    }

    async fn values_come_back_byte_for_byte(server: Server) {
        let admin = server.shop().await;
        let cases = [
            ("text", ""), ("text", " a\r\n"), ("text", "\u{feff}\u{0}é😀"), ("text", "supersecretpas$"),
            ("json", "{ \"b\":1, \"a\" : [1.0,2] }"), ("json", "null"), ("file", "AP8="), ("file", ""),
        ];
        for (number, (kind, value)) in cases.into_iter().enumerate() {
            let path = format!("/projects/shop/secrets/V{number}");
            admin.put(&path, json!({"value": value, "kind": kind})).await.is(200);
            let revealed = admin.post(&format!("{path}/reveal"), json!({})).await.is(200).json();
            assert_eq!((&revealed["value"], &revealed["kind"]), (&json!(value), &json!(kind)));
        }
    }

    async fn a_value_that_does_not_fit_its_kind_is_refused(server: Server) {
        let admin = server.admin();
        let path = "/platform/secrets/A";
        let put = async |kind: &str, value: String| admin.put(path, json!({"value": value, "kind": kind})).await;
        put("json", "{c4nary".into()).await.problem(422, "invalid_value");
        put("file", "c4nary!".into()).await.problem(422, "invalid_value");
        put("text", "x".repeat(1024 * 1024 + 1)).await.problem(422, "value_too_large");
        put("text", "x".repeat(1024 * 1024)).await.is(200);
    }

    async fn a_large_scope_is_searched_and_paged(server: Server) {
        let admin = server.shop().await;
        let file: serde_json::Map<_, _> = (0..250).map(|n| (format!("KEY_{n:03}"), json!("x"))).collect();
        admin.upload("/projects/shop/import", serde_json::Value::Object(file).to_string()).await.is(200);
        let first = admin.get("/projects/shop/secrets").await.is(200);
        assert_eq!(first.names().len(), 100);
        let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
        let rest = admin.get(&format!("/projects/shop/secrets?limit=1000&cursor={cursor}")).await.is(200);
        assert_eq!((rest.names().len(), rest.names()[0].as_str()), (150, "KEY_100"));
        assert!(rest.json()["next_cursor"].is_null());
        let found = admin.get("/projects/shop/secrets?search=key_24").await.is(200).names();
        assert_eq!(found.len(), 10);
    }
}
