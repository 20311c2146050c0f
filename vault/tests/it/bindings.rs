use domain::api::{Binding, Mode};
use serde_json::{Value, json};

use crate::speak::{path, refused, status};

fn bindings(json: Value) -> Vec<Binding> {
    serde_json::from_value(json).unwrap()
}

db_tests! {
    async fn bindings_are_replaced_as_a_whole_and_come_back_as_written(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        assert!(t.vault.list_bindings(&admin, &api).await.unwrap().is_empty());
        let first = bindings(json!([
            {"target": {"env": "Z"}, "secret": "my-secret"},
            {"target": {"env": "Z"}, "secret": "other", "environment": "staging"},
            {"target": {"file": "/etc/flyte/secrets/my_secret"}, "secret": "A",
             "scope": {"level": "project", "project": "shop", "environment": "production"}},
            {"target": {"env": "S"}, "secret": "A",
             "scope": {"level": "service", "project": "shop", "service": "api", "environment": null}},
            {"target": {"env": "P"}, "secret": "A", "scope": {"level": "platform", "environment": null}},
        ]));
        assert_eq!(t.vault.put_bindings(&admin, &api, &first).await.unwrap(), first);
        assert_eq!(t.vault.list_bindings(&admin, &api).await.unwrap(), first);
        assert!(t.vault.list_bindings(&admin, &path("shop", "web")).await.unwrap().is_empty());
        let second = bindings(json!([{"target": {"env": "Z"}, "secret": "B"}]));
        t.vault.put_bindings(&admin, &api, &second).await.unwrap();
        assert_eq!(t.vault.list_bindings(&admin, &api).await.unwrap(), second);
        assert_eq!(t.audited("binding.put", "allowed").await, 2);
    }

    async fn every_problem_of_bindings_is_told_and_nothing_is_stored(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        let api = path("shop", "api");
        let before = bindings(json!([{"target": {"env": "Z"}, "secret": "B"}]));
        t.vault.put_bindings(&admin, &api, &before).await.unwrap();
        let bad = bindings(json!([
            {"target": {"env": "GOOD"}, "secret": "A"},
            {"target": {"env": "not good"}, "secret": "A"},
            {"target": {"file": "relative"}, "secret": "A"},
            {"target": {"env": "TWICE"}, "secret": "A"},
            {"target": {"env": "TWICE"}, "secret": "B"},
            {"target": {"env": "NOWHERE"}, "secret": "A", "environment": "nowhere"},
            {"target": {"env": "PIN"}, "secret": "A", "scope": {"level": "platform", "environment": "nowhere"}},
            {"target": {"env": "BANK"}, "secret": "A", "scope": {"level": "project", "project": "bank", "environment": null}},
            {"target": {"env": "WEB"}, "secret": "A",
             "scope": {"level": "service", "project": "shop", "service": "web", "environment": null}},
        ]));
        let error = refused(t.vault.put_bindings(&admin, &api, &bad).await);
        assert_eq!(error.code.status(), 422);
        let told: Vec<_> = error.problems.iter().filter_map(|p| p.name.as_deref()).collect();
        assert_eq!(told, ["not good", "relative", "TWICE", "NOWHERE", "PIN", "BANK", "WEB"]);
        assert_eq!(
            error.problems[5].message,
            "`A` cannot be taken from project: bank: a binding of shop/api pins the platform, its own project or itself"
        );
        assert_eq!(t.vault.list_bindings(&admin, &api).await.unwrap(), before);
    }

    async fn a_new_service_gets_everything_until_its_mode_is_set(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        assert_eq!(t.vault.find_mode(&admin, &api).await.unwrap(), Mode::All);
        assert_eq!(t.vault.put_mode(&admin, &api, Mode::Bound).await.unwrap(), Mode::Bound);
        assert_eq!(t.vault.find_mode(&admin, &api).await.unwrap(), Mode::Bound);
        assert_eq!(t.vault.find_service(&admin, &api).await.unwrap().mode, Mode::Bound);
        assert_eq!(t.vault.find_mode(&admin, &path("shop", "web")).await.unwrap(), Mode::All);
        assert_eq!(t.audited("service.mode", "allowed").await, 1);
    }

    async fn who_may_bind(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        let developer = t.developer_of("shop").await;
        let outsider = t.outsider().await;
        let token = t.service_token("shop", "api", Some("staging")).await;
        t.vault.put_bindings(&developer, &api, &[]).await.unwrap();
        t.vault.put_mode(&developer, &api, Mode::Bound).await.unwrap();
        for (actor, sees) in [(&outsider, false), (&token, true)] {
            assert_eq!(t.vault.list_bindings(actor, &api).await.is_ok(), sees);
            assert_eq!(t.vault.find_mode(actor, &api).await.is_ok(), sees);
            assert_eq!(status(t.vault.put_bindings(actor, &api, &[]).await), 404);
            assert_eq!(status(t.vault.put_mode(actor, &api, Mode::All).await), 404);
        }
        let whole = t.service_token("shop", "api", None).await;
        assert_eq!(status(t.vault.put_bindings(&whole, &api, &[]).await), 403);
        assert_eq!(status(t.vault.put_bindings(&admin, &path("shop", "none"), &[]).await), 404);
        assert_eq!(status(t.vault.list_bindings(&admin, &path("shop", "none")).await), 404);
        assert_eq!(t.vault.find_mode(&admin, &api).await.unwrap(), Mode::Bound);
    }

    async fn bindings_put_at_once_never_mix(t: TestVault) {
        let admin = t.shop().await;
        let other = t.reopen().await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..6 {
            let vault = if writer % 2 == 0 { t.vault.clone() } else { other.clone() };
            let admin = admin.clone();
            writers.spawn(async move {
                let own = bindings(json!([
                    {"target": {"env": "SHARED"}, "secret": format!("S{writer}")},
                    {"target": {"env": format!("OWN{writer}")}, "secret": format!("S{writer}")},
                ]));
                vault.put_bindings(&admin, &path("shop", "api"), &own).await.unwrap();
            });
        }
        writers.join_all().await;
        let stored = t.vault.list_bindings(&admin, &path("shop", "api")).await.unwrap();
        assert_eq!(stored.len(), 2);
        assert_eq!(stored[0].secret, stored[1].secret);
        other.close().await;
    }
}
