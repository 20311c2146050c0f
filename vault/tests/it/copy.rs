//! Copying, promoting and demoting.

use domain::api::{Plan, PlanAction, RevealRequest};
use vault::{CopyOptions, Error, Wrapping};

use crate::speak::{at, env, name, path, put, refused, reveal, status};

/// Everything of a place.
pub fn all(from: &str, remove_source: bool) -> CopyOptions {
    CopyOptions {
        from: at(from),
        names: None,
        leave_out: Vec::new(),
        remove_source,
        message: "why".into(),
        basis: None,
    }
}

fn some(from: &str, names: &[&str], remove_source: bool) -> CopyOptions {
    CopyOptions { names: Some(names.iter().map(|text| name(text)).collect()), ..all(from, remove_source) }
}

fn actions(plan: &Plan) -> Vec<(&str, PlanAction)> {
    plan.items.iter().map(|item| (item.name.as_str(), item.action)).collect()
}

db_tests! {
    async fn names_are_copied_as_one_change_and_their_values_do_not_show(t: TestVault) {
        let admin = t.shop().await;
        for (key, value) in [("A", "canary-a"), ("B", "canary-b"), ("C", "canary-c")] {
            put(&t.vault, &admin, "shop/api@staging", key, value).await;
        }
        put(&t.vault, &admin, "shop/api@production", "A", "canary-a").await;
        put(&t.vault, &admin, "shop/api@production", "B", "old").await;
        let to = at("shop/api@production");
        let plan = t.vault.plan_copy(&admin, &to, &all("shop/api@staging", false)).await.unwrap();
        let expected = [("A", PlanAction::Unchanged), ("B", PlanAction::Update), ("C", PlanAction::Create)];
        assert_eq!((actions(&plan), plan.change_id.clone()), (expected.to_vec(), None));
        assert!(!format!("{plan:?}").contains("canary"));

        let options = CopyOptions { basis: Some(plan.basis), ..all("shop/api@staging", false) };
        let applied = t.vault.copy(&admin, &to, &options).await.unwrap();
        assert_eq!(actions(&applied), expected);
        let change = t.vault.find_change(&admin, applied.change_id.as_deref().unwrap()).await.unwrap();
        assert_eq!((change.action.as_str(), change.message.as_str(), change.source), ("copy", "why", to.to_string()));
        assert_eq!(change.names, ["B", "C"]);
        assert_eq!(reveal(&t.vault, &admin, "shop/api@production", "C").await, "canary-c");
        assert_eq!(reveal(&t.vault, &admin, "shop/api@staging", "C").await, "canary-c");
        // Two values left their place, and the whole is recorded.
        assert_eq!(t.audited("secret.copy", "allowed").await, 3);
        assert!(t.vault.verify_audit().await.unwrap().verdict().is_ok());
        let error = t.vault.copy(&admin, &to, &options).await;
        assert!(matches!(error, Err(Error::Stale(_))), "a plan is not replayed");
    }

    async fn promoting_moves_a_value_along_the_ladder(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api@production", "DB", "canary").await;
        t.vault.put_secret(
            &admin, &at("shop/api@production"), &name("DB"), crate::speak::text("canary2"), Some("the comment"), None,
        ).await.unwrap();
        let options = some("shop/api@production", &["DB"], true);
        let plan = t.vault.plan_copy(&admin, &at("shop@production"), &options).await.unwrap();
        assert_eq!(plan.items[0].removed_from.as_deref(), Some("project: shop, service: api, environment: production"));
        assert_eq!((plan.counts.create, plan.counts.removed), (1, 1));
        assert!(plan.items[0].shadowed_by.is_empty(), "what is removed covers nothing");
        let affected: Vec<_> = plan.affects.items.iter().map(|a| (a.service.as_str(), a.environment.as_str())).collect();
        assert_eq!(affected, [("web", "production")], "api sees what it saw");

        let sequence = t.place.number("SELECT value FROM change_sequence").await;
        let applied = t.vault.copy(&admin, &at("shop@production"), &options).await.unwrap();
        let parts = "the removal and the write, each in its scope, in one transaction";
        assert_eq!(t.place.number("SELECT value FROM change_sequence").await, sequence + 2, "{parts}");
        let moved = t.vault.find_secret(&admin, &at("shop@production"), &name("DB")).await.unwrap();
        assert_eq!((moved.version, moved.comment.as_str()), (1, "the comment"));
        assert_eq!(status(t.vault.find_secret(&admin, &at("shop/api@production"), &name("DB")).await), 404);
        let change = t.vault.find_change(&admin, applied.change_id.as_deref().unwrap()).await.unwrap();
        assert_eq!(change.action, "move");
        let delivery = t.vault.deliver(&admin, &path("shop", "api"), &env("production"), Wrapping::Plain).await.unwrap();
        assert_eq!(delivery.values[&name("DB")].value.0.as_str(), "canary2");
        assert_eq!(t.audited("secret.delete", "allowed").await, 1);

        // Back again: what is demoted is taken from the others.
        let back = some("shop@production", &["DB"], true);
        let plan = t.vault.plan_copy(&admin, &at("shop/api@production"), &back).await.unwrap();
        assert_eq!(plan.affects.items.len(), 1);
        assert_eq!(plan.affects.items[0].service.as_str(), "web");
        t.vault.copy(&admin, &at("shop/api@production"), &back).await.unwrap();
        assert_eq!(t.vault.find_secret(&admin, &at("shop/api@production"), &name("DB")).await.unwrap().version, 4);
        let old = RevealRequest { version: Some(1), reason: None };
        let old = t.vault.reveal(&admin, &at("shop/api@production"), &name("DB"), &old).await.unwrap();
        assert_eq!(old.value.0.as_str(), "canary", "history is kept");
    }

    async fn moving_what_is_there_already_only_removes_it(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api", "A", "same").await;
        put(&t.vault, &admin, "shop", "A", "same").await;
        let applied = t.vault.copy(&admin, &at("shop"), &some("shop/api", &["A"], true)).await.unwrap();
        assert_eq!((applied.counts.unchanged, applied.counts.removed, applied.change_id.is_some()), (1, 1, true));
        assert_eq!(applied.affects.places, 0);
        assert_eq!(status(t.vault.find_secret(&admin, &at("shop/api"), &name("A")).await), 404);
        assert_eq!(t.vault.find_secret(&admin, &at("shop"), &name("A")).await.unwrap().version, 1);
    }

    async fn a_removal_that_leaves_a_binding_empty_is_told(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "v").await;
        let bindings = serde_json::from_value(serde_json::json!([{"target": {"env": "X"}, "secret": "A"}])).unwrap();
        let bindings: Vec<domain::api::Binding> = bindings;
        for service in ["api", "web"] {
            t.vault.put_bindings(&admin, &path("shop", service), &bindings).await.unwrap();
        }
        let plan = t.vault.plan_copy(&admin, &at("shop/api"), &some("shop", &["A"], true)).await.unwrap();
        assert_eq!(plan.items[0].empties, ["project: shop, service: web"]);
        let plan = t.vault.plan_copy(&admin, &at("shop/api"), &some("shop", &["A"], false)).await.unwrap();
        assert!(plan.items[0].empties.is_empty());
    }

    async fn names_that_are_not_there_are_told_and_may_be_left_out(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "v").await;
        put(&t.vault, &admin, "shop", "GONE", "v").await;
        t.vault.delete_secret(&admin, &at("shop"), &name("GONE"), None).await.unwrap();
        let options = some("shop", &["A", "GONE", "NONE"], false);
        let plan = t.vault.plan_copy(&admin, &at("shop/api"), &options).await.unwrap();
        assert_eq!((plan.counts.create, plan.counts.invalid), (1, 2));
        let error = refused(t.vault.copy(&admin, &at("shop/api"), &options).await);
        assert_eq!(error.code.status(), 422);
        assert!(error.problems.iter().any(|p| p.message == "`GONE` is not set in project: shop"), "{error:?}");
        let options = CopyOptions { leave_out: vec!["GONE".into(), "NONE".into()], ..options };
        assert_eq!(t.vault.copy(&admin, &at("shop/api"), &options).await.unwrap().counts.create, 1);
        for (options, told) in [
            (some("shop/api", &["A"], false), "project: shop, service: api is where the names would go, too"),
            (some("shop", &[], false), "no name is given"),
        ] {
            assert_eq!(refused(t.vault.copy(&admin, &at("shop/api"), &options).await).detail, told);
        }
        let nothing = t.vault.copy(&admin, &at("shop/api"), &all("shop@staging", true)).await.unwrap();
        assert_eq!((nothing.items.len(), nothing.change_id), (0, None));
    }

    async fn who_may_not_reveal_a_value_cannot_copy_it_to_where_they_may(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        put(&t.vault, &admin, "platform", "A", "canary").await;
        put(&t.vault, &admin, "shop", "A", "canary").await;
        let developer = t.developer_of("shop").await;
        let writer = domain::api::NewToken {
            project: Some("shop".parse().unwrap()),
            rights: vec![domain::access::Right::Write],
            ..crate::fixture::new_token("ci")
        };
        let writer = t.token(&admin, &writer).await;
        let writer = t.bearer(&writer).await;
        for (actor, from, to, told) in [
            (&developer, "platform", "shop/api", 403),
            (&developer, "shop", "platform", 403),
            (&developer, "bank", "shop", 404),
            (&developer, "shop", "bank", 404),
            (&writer, "shop", "shop/api", 403),
        ] {
            for remove in [false, true] {
                let options = all(from, remove);
                assert_eq!(status(t.vault.plan_copy(actor, &at(to), &options).await), told, "{from} to {to}");
                assert_eq!(status(t.vault.copy(actor, &at(to), &options).await), told, "{from} to {to}");
            }
        }
        assert_eq!(t.audited("secret.copy", "denied").await, 10);
        assert_eq!(status(t.vault.find_secret(&admin, &at("shop/api"), &name("A")).await), 404);
        assert!(t.vault.copy(&developer, &at("shop/api"), &all("shop", false)).await.is_ok());
    }

    async fn ten_thousand_names_are_copied_at_once(t: TestVault) {
        let admin = t.shop().await;
        let keys: Vec<String> = (0..10_000).map(|n| format!("\"KEY_{n:05}\": \"v-{n}\"")).collect();
        let file = crate::speak::upload(&format!("{{{}}}", keys.join(",\n")));
        t.vault.import(&admin, &at("shop@staging"), &file, &vault::ImportOptions::default()).await.unwrap();
        let options = all("shop@staging", true);
        let start = std::time::Instant::now();
        let plan = t.vault.plan_copy(&admin, &at("shop@production"), &options).await.unwrap();
        let planned = start.elapsed();
        let start = std::time::Instant::now();
        let options = CopyOptions { basis: Some(plan.basis), ..options };
        let applied = t.vault.copy(&admin, &at("shop@production"), &options).await.unwrap();
        println!("copy: planned in {planned:?}, moved in {:?}", start.elapsed());
        assert_eq!((applied.counts.create, applied.counts.removed), (10_000, 10_000));
        assert_eq!(reveal(&t.vault, &admin, "shop@production", "KEY_09999").await, "v-9999");
    }
}
