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

    async fn what_stands_beside_a_value_is_written_with_it_or_alone(server: Server) {
        let admin = server.shop().await;
        let path = "/projects/shop/secrets/A?environment=staging";
        let write = json!({"value": "c4nary", "owner": "team payments", "rotate_by": "2027-02-28"});
        let row = admin.put(path, write).await.is(200).json();
        assert_eq!((&row["owner"], &row["rotate_by"]), (&json!("team payments"), &json!("2027-02-28")));
        let row = admin.patch(path, json!({"rotate_by": "", "comment": "why"})).await.is(200).json();
        assert_eq!((&row["owner"], &row["rotate_by"], &row["version"]), (&json!("team payments"), &json!(null), &json!(1)));
        for bad in [json!({"rotate_by": "soon"}), json!({"owner": "x".repeat(101)})] {
            admin.patch(path, bad).await.problem(422, "invalid");
        }
        admin.patch(path, json!({"owner": "me", "expected_version": 9})).await.problem(409, "conflict");
        admin.patch(path, json!({"value": "c4nary"})).await.problem(400, "malformed");
        admin.patch("/projects/shop/secrets/NONE", json!({"owner": "me"})).await.problem(404, "not_found");
    }

    async fn a_value_is_given_or_generated_and_not_both(server: Server) {
        let admin = server.shop().await;
        let path = "/projects/shop/secrets/KEY";
        let row = admin.put(path, json!({"generate": {"length": 12, "alphabet": "ab"}})).await.is(200).json();
        assert_eq!((&row["kind"], &row["version"], row.get("value")), (&json!("text"), &json!(1), None));
        let value = admin.post(&format!("{path}/reveal"), json!({})).await.is(200).json();
        let value = value["value"].as_str().unwrap().to_owned();
        assert!(value.len() == 12 && value.chars().all(|c| "ab".contains(c)), "{value}");
        admin.put(path, json!({"generate": {}})).await.is(200);
        let value = admin.post(&format!("{path}/reveal"), json!({})).await.is(200).json();
        assert_eq!(value["value"].as_str().unwrap().len(), 32);
        for bad in [
            json!({}), json!({"value": "x", "generate": {}}), json!({"generate": {"length": 0}}),
            json!({"generate": {"alphabet": "aa"}}), json!({"generate": {}, "kind": "json"}),
        ] {
            admin.put(path, bad).await.is(422);
        }
        assert_eq!(admin.get(path).await.is(200).json()["version"], 2);
    }

    async fn one_name_is_written_in_several_environments_at_once(server: Server) {
        let admin = server.shop().await;
        let path = "/projects/shop/services/api/secrets/DB/environments";
        let cells = json!([
            {"value": "all"}, {"environment": "staging", "value": "{}", "kind": "json", "expected_version": 0},
        ]);
        let written = admin.put(path, json!({"cells": cells, "message": "why"})).await.is(200).json();
        assert_eq!(written["items"].as_array().unwrap().len(), 2);
        let change = admin.get(&format!("/changes/{}", written["change_id"].as_str().unwrap())).await.is(200).json();
        assert_eq!((&change["message"], &change["names"]), (&json!("why"), &json!(["DB", "DB"])));
        admin.put(path, json!({"cells": cells})).await.problem(409, "conflict");
        admin.put(path, json!({"cells": []})).await.problem(422, "invalid");
        admin.put(&format!("{path}?environment=staging"), json!({"cells": cells})).await.is(400);
        admin.put(path, json!({"cells": [{"value": "{c4nary", "kind": "json"}]})).await.problem(422, "invalid_value");
    }

    async fn equal_values_are_listed_for_admins(server: Server) {
        let admin = server.shop().await;
        for path in ["/platform/secrets/A", "/projects/shop/secrets/B"] {
            admin.put(path, json!({"value": "c4nary"})).await.is(200);
        }
        let found = admin.get("/duplicates").await.is(200);
        assert!(!found.text().contains("c4nary"));
        let found = found.json();
        assert_eq!(found["items"][0]["count"], 2);
        assert_eq!(found["items"][0]["places"][1]["source"], "project: shop");
        admin.get("/duplicates?cursor=x").await.is(422);
    }

    async fn an_environment_is_removed_with_a_plan(server: Server) {
        let admin = server.shop().await;
        admin.put("/projects/shop/secrets/A?environment=staging", json!({"value": "x"})).await.is(200);
        admin.delete("/environments/staging").await.problem(409, "conflict");
        let plan = admin.delete("/environments/staging?dry_run=true").await.is(200).json();
        assert_eq!((&plan["secrets"], &plan["scopes"][0]["names"]), (&json!(1), &json!(["A"])));
        admin.delete("/environments/staging?with_contents=true&expected_secrets=7").await.problem(409, "conflict");
        admin.delete("/environments/staging?with_contents=true&expected_secrets=1").await.is(204);
        admin.delete("/environments/staging?dry_run=true").await.problem(404, "not_found");
        admin.delete("/environments/production?with=all").await.is(400);
    }
}
