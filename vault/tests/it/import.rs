use std::time::{Duration, Instant};

use domain::api::{ListQuery, Plan, PlanAction};
use vault::{ImportOptions, Wrapping};

use crate::speak::{at, name, page, put, refused, reveal, status, upload};

fn options(leave_out: &[&str]) -> ImportOptions {
    ImportOptions {
        leave_out: leave_out.iter().map(|&name| name.to_owned()).collect(),
        message: "why".into(),
        ..ImportOptions::default()
    }
}

fn actions(plan: &Plan) -> Vec<(&str, PlanAction, Option<i64>)> {
    let items = plan.items.iter();
    items.map(|item| (item.name.as_str(), item.action, item.version)).collect()
}

db_tests! {
    async fn an_upload_is_planned_then_applied_as_one_change(t: TestVault) {
        use PlanAction::{Create, Unchanged, Update};
        let admin = t.shop().await;
        let scope = at("shop/api@staging");
        put(&t.vault, &admin, "shop/api@staging", "SAME", "same").await;
        put(&t.vault, &admin, "shop/api@staging", "OTHER", "old").await;
        put(&t.vault, &admin, "shop/api@staging", "GONE", "gone").await;
        t.vault.delete_secret(&admin, &scope, &name("GONE"), None).await.unwrap();
        let file = upload(r#"{"NEW": "n", "SAME": "same", "OTHER": {"a": [1, null]}, "GONE": "gone"}"#);
        let expected = [
            ("NEW", Create, None), ("SAME", Unchanged, Some(1)), ("OTHER", Update, Some(1)), ("GONE", Create, None),
        ];
        let sequence = t.place.number("SELECT value FROM change_sequence").await;
        let plan = t.vault.plan_import(&admin, &scope, &file, &options(&[])).await.unwrap();
        assert_eq!((actions(&plan), plan.change_id.clone()), (expected.to_vec(), None));
        assert_eq!(t.place.number("SELECT value FROM change_sequence").await, sequence);

        let applied = t.vault.import(&admin, &scope, &file, &options(&[])).await.unwrap();
        assert_eq!(actions(&applied), expected);
        let change = t.vault.find_change(&admin, applied.change_id.as_deref().unwrap()).await.unwrap();
        assert_eq!(change.names, ["GONE", "NEW", "OTHER"]);
        assert_eq!((change.sequence, change.action.as_str(), change.message.as_str()), (sequence + 1, "import", "why"));
        assert_eq!(reveal(&t.vault, &admin, "shop/api@staging", "OTHER").await, r#"{"a": [1, null]}"#);
        assert_eq!(t.vault.find_secret(&admin, &scope, &name("GONE")).await.unwrap().version, 3);
        assert_eq!(t.audited("secret.import", "allowed").await, 1);
        assert_eq!(t.audited("secret.put", "allowed").await, 3 + 3);
        assert!(t.vault.verify_audit().await.unwrap().verdict().is_ok());

        let again = t.vault.import(&admin, &scope, &file, &options(&[])).await.unwrap();
        assert_eq!((again.counts.unchanged, again.change_id), (4, None));
        assert_eq!(t.place.number("SELECT value FROM change_sequence").await, sequence + 1);
    }

    async fn while_one_key_is_invalid_nothing_is_stored_unless_it_is_left_out(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop");
        let file = upload("{\n \"GOOD\": \"canary\",\n \"b ad\": \"canary\",\n \"TWICE\": \"1\", \"TWICE\": \"2\",\n \"LAST\": \"v\"\n}");
        let plan = t.vault.plan_import(&admin, &scope, &file, &options(&[])).await.unwrap();
        assert_eq!((plan.counts.create, plan.counts.invalid), (2, 2));
        let names: Vec<&str> = plan.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["GOOD", "b ad", "TWICE", "LAST"]);

        let error = refused(t.vault.import(&admin, &scope, &file, &options(&[])).await);
        let places: Vec<_> = error.problems.iter().map(|p| (p.name.as_deref(), p.line)).collect();
        assert_eq!(places, [(Some("b ad"), Some(3)), (Some("TWICE"), Some(4))]);
        assert_eq!(error.code.status(), 422);
        assert!(!format!("{error:?}").contains("canary"));
        let error = refused(t.vault.import(&admin, &scope, &file, &options(&["TWICE"])).await);
        assert_eq!(error.problems.len(), 1);
        for table in ["secrets", "secret_versions", "changes", "scopes"] {
            assert_eq!(t.place.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }

        let left = options(&["TWICE", "b ad", "GOOD"]);
        let applied = t.vault.import(&admin, &scope, &file, &left).await.unwrap();
        assert_eq!((applied.counts.create, applied.counts.left_out), (1, 3));
        let stored = t.vault.list_secrets(&admin, &scope, &ListQuery::default()).await.unwrap();
        assert_eq!(stored.items.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["LAST"]);
    }

    async fn leaving_out_what_the_file_does_not_hold_is_an_error(t: TestVault) {
        let admin = t.shop().await;
        let file = upload(r#"{"A": "1"}"#);
        let options = options(&["A", "B"]);
        for result in [
            t.vault.plan_import(&admin, &at("shop"), &file, &options).await,
            t.vault.import(&admin, &at("shop"), &file, &options).await,
        ] {
            let error = refused(result);
            assert_eq!(error.code.status(), 422);
            assert_eq!(error.detail, "`B` is to be left out, but the file does not hold it");
        }
    }

    async fn a_plan_tells_what_is_covered_and_what_covers(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        for place in [
            "platform", "platform@staging", "platform@production", "shop", "shop@staging", "shop@production",
            "shop/api", "shop/api@staging", "shop/web@staging", "bank",
        ] {
            put(&t.vault, &admin, place, "A", "v").await;
        }
        put(&t.vault, &admin, "shop/web", "B", "v").await;
        t.vault.delete_secret(&admin, &at("shop/web@staging"), &name("A"), None).await.unwrap();
        let file = upload(r#"{"A": "1", "FREE": "1"}"#);
        let table: [(&str, Vec<&str>, Vec<&str>); 5] = [
            (
                "shop/api@staging",
                vec!["shop/api", "shop@staging", "shop", "platform@staging", "platform"],
                vec![],
            ),
            (
                "shop/api",
                vec!["shop@production", "shop@staging", "shop", "platform@production", "platform@staging", "platform"],
                vec!["shop/api@staging"],
            ),
            ("shop@staging", vec!["shop", "platform@staging", "platform"], vec!["shop/api@staging", "shop/api"]),
            ("shop@development", vec!["shop", "platform"], vec!["shop/api"]),
            (
                "platform",
                vec![],
                vec![
                    "shop/api@staging", "shop/api", "shop@production", "shop@staging", "bank", "shop",
                    "platform@production", "platform@staging",
                ],
            ),
        ];
        let sources = |places: Vec<&str>| places.into_iter().map(|p| at(p).to_string()).collect::<Vec<_>>();
        for (place, shadows, shadowed_by) in table {
            let plan = t.vault.plan_import(&admin, &at(place), &file, &options(&[])).await.unwrap();
            assert_eq!(plan.items[0].shadows, sources(shadows), "{place}");
            assert_eq!(plan.items[0].shadowed_by, sources(shadowed_by), "{place}");
            assert!(plan.items[1].shadows.is_empty() && plan.items[1].shadowed_by.is_empty());
        }
    }

    async fn a_plan_names_no_place_that_the_actor_may_not_see(t: TestVault) {
        let admin = t.shop().await;
        for place in ["platform", "shop", "shop/api@staging"] {
            put(&t.vault, &admin, place, "A", "v").await;
        }
        let new = domain::api::NewToken {
            project: Some("shop".parse().unwrap()),
            rights: vec![domain::access::Right::Write],
            ..crate::fixture::new_token("ci")
        };
        let token = t.token(&admin, &new).await;
        let token = t.bearer(&token).await;
        let file = upload(r#"{"A": "1"}"#);
        let plan = t.vault.plan_import(&token, &at("shop/api"), &file, &options(&[])).await.unwrap();
        assert_eq!(plan.items[0].shadows, ["project: shop"]);
        assert_eq!(plan.items[0].shadowed_by, [at("shop/api@staging").to_string()]);
    }

    async fn who_may_not_write_may_not_import(t: TestVault) {
        t.shop().await;
        let file = upload(r#"{"A": "1"}"#);
        let actors = [
            (t.outsider().await, "shop", 404),
            (t.developer_of("shop").await, "platform", 403),
            (t.service_token("shop", "api", None).await, "shop/api", 403),
        ];
        for (actor, place, told) in actors {
            let scope = at(place);
            assert_eq!(status(t.vault.plan_import(&actor, &scope, &file, &options(&[])).await), told);
            assert_eq!(status(t.vault.import(&actor, &scope, &file, &options(&[])).await), told);
        }
        assert_eq!(t.audited("secret.import", "denied").await, 3);
    }

    async fn imports_at_once_lose_nothing(t: TestVault) {
        let admin = t.shop().await;
        let other = t.reopen().await;
        let mut imports = tokio::task::JoinSet::new();
        for number in 0..6 {
            let vault = if number % 2 == 0 { t.vault.clone() } else { other.clone() };
            let admin = admin.clone();
            imports.spawn(async move {
                let file = upload(&format!(r#"{{"SHARED": "{number}", "OWN{number}": "v"}}"#));
                vault.import(&admin, &at("shop"), &file, &options(&[])).await.unwrap()
            });
        }
        assert_eq!(imports.join_all().await.len(), 6);
        let shared = t.vault.find_secret(&admin, &at("shop"), &name("SHARED")).await.unwrap();
        assert_eq!(shared.version, 6);
        let stored = t.vault.list_secrets(&admin, &at("shop"), &page(100, None)).await.unwrap();
        assert_eq!(stored.items.len(), 7);
        other.close().await;
    }

    async fn ten_thousand_keys_are_planned_and_applied(t: TestVault) {
        let admin = t.shop().await;
        let json = |value: &str| {
            let keys: Vec<String> = (0..10_000).map(|n| format!("\"KEY_{n:05}\": \"{value}-{n}\"")).collect();
            upload(&format!("{{{}}}", keys.join(",\n")))
        };
        let scope = at("shop/api@staging");
        let (file, changed) = (json("a"), json("b"));
        t.vault.import(&admin, &at("platform"), &file, &options(&[])).await.unwrap();
        let mut took: Vec<(&str, Duration)> = Vec::new();
        let mut note = |what: &'static str, start: Instant| took.push((what, start.elapsed()));

        let start = Instant::now();
        let plan = t.vault.plan_import(&admin, &scope, &file, &options(&[])).await.unwrap();
        note("plan", start);
        assert_eq!(plan.counts.create, 10_000);
        assert_eq!(plan.items[9_999].shadows, ["platform"]);
        for (what, file, created, updated) in
            [("create", &file, 10_000, 0), ("update", &changed, 0, 10_000), ("unchanged", &changed, 0, 0)]
        {
            let start = Instant::now();
            let counts = t.vault.import(&admin, &scope, file, &options(&[])).await.unwrap().counts;
            note(what, start);
            assert_eq!((counts.create, counts.update), (created, updated));
        }
        let start = Instant::now();
        let list = t.vault.list_secrets(&admin, &scope, &page(1000, Some("KEY_04999"))).await.unwrap();
        note("list", start);
        assert_eq!((list.items.len(), list.items[0].name.as_str()), (1000, "KEY_05000"));
        let start = Instant::now();
        let delivery = t.vault.deliver(&admin, &crate::speak::path("shop", "api"), &crate::speak::env("staging"), Wrapping::Plain).await.unwrap();
        note("deliver", start);
        assert_eq!(delivery.values.len(), 10_000);
        println!("{took:?}");
    }
}
