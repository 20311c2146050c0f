use std::collections::BTreeSet;

use domain::api::{Binding, Mode};
use vault::Wrapping;

use crate::{
    fixture::TestVault,
    speak::{at, delivered, env, name, path, put, refused, status, text},
};

async fn bind(t: &TestVault, bindings: serde_json::Value) {
    let admin = t.admin().await;
    let bindings: Vec<Binding> = serde_json::from_value(bindings).unwrap();
    t.vault.put_bindings(&admin, &path("shop", "api"), &bindings).await.unwrap();
}

db_tests! {
    async fn a_service_gets_its_values_and_one_record_says_how_many(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "platform", "A", "1").await;
        put(&t.vault, &admin, "shop@staging", "B", "2").await;
        put(&t.vault, &admin, "shop@production", "C", "3").await;
        let token = t.service_token("shop", "api", Some("staging")).await;
        let delivery = t.vault.deliver(&token, &path("shop", "api"), &env("staging"), Wrapping::Plain).await.unwrap();
        assert_eq!((delivery.sequence, delivery.mode, delivery.bindings.len()), (3, Mode::All, 0));
        let seen: Vec<_> = delivery
            .values
            .iter()
            .map(|(name, d)| (name.as_str(), d.value.0.as_str(), d.version, d.source.as_str()))
            .collect();
        assert_eq!(seen, [("A", "1", 1, "platform"), ("B", "2", 1, "project: shop, environment: staging")]);
        let log = t.vault.list_audit(&admin, &domain::api::AuditQuery::default()).await.unwrap();
        assert_eq!(log.items[0].action, "service.read");
        assert_eq!(log.items[0].source, at("shop/api@staging").to_string());
        assert_eq!((log.items[0].name.as_str(), log.items[0].reason.as_str()), ("", "2 values, plain"));
    }

    async fn one_value_is_delivered_by_name_and_recorded_by_name(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "old").await;
        put(&t.vault, &admin, "shop/api", "A", "new").await;
        let api = path("shop", "api");
        let one = t.vault.deliver_one(&admin, &api, &env("staging"), &name("A"), Wrapping::Plain).await.unwrap();
        assert_eq!((one.delivered.value.0.as_str(), one.delivered.source.as_str()), ("new", "project: shop, service: api"));
        assert_eq!(one.sequence, 2);
        let error = refused(t.vault.deliver_one(&admin, &api, &env("staging"), &name("B"), Wrapping::Plain).await);
        assert_eq!(error.code.status(), 404);
        let log = t.vault.list_audit(&admin, &domain::api::AuditQuery::default()).await.unwrap();
        assert_eq!((log.items[0].action.as_str(), log.items[0].name.as_str()), ("service.read", "A"));
    }

    async fn the_record_says_whether_values_left_sealed_or_plain(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        let (api, staging) = (path("shop", "api"), env("staging"));
        for (wrapping, all, one) in
            [(Wrapping::Plain, "1 value, plain", "plain"), (Wrapping::Sealed, "1 value, sealed", "sealed")]
        {
            t.vault.deliver(&admin, &api, &staging, wrapping).await.unwrap();
            t.vault.deliver_one(&admin, &api, &staging, &name("A"), wrapping).await.unwrap();
            let log = t.vault.list_audit(&admin, &domain::api::AuditQuery::default()).await.unwrap();
            assert_eq!((log.items[0].reason.as_str(), log.items[0].version), (one, Some(1)));
            assert_eq!((log.items[1].reason.as_str(), log.items[1].version), (all, None));
        }
    }

    async fn bindings_of_an_environment_override_those_of_all(t: TestVault) {
        let admin = t.shop().await;
        for key in ["A", "B"] {
            put(&t.vault, &admin, "shop", key, key).await;
        }
        bind(&t, serde_json::json!([
            {"target": {"env": "X"}, "secret": "A"},
            {"target": {"env": "X"}, "secret": "B", "environment": "staging"},
            {"target": {"file": "/run/x"}, "secret": "MISSING"},
            {"target": {"env": "Y"}, "secret": "A", "environment": "production"},
        ])).await;
        let told = async |environment: &str| {
            let delivery = t.vault.deliver(&admin, &path("shop", "api"), &env(environment), Wrapping::Plain).await.unwrap();
            let bindings = delivery.bindings.iter();
            bindings
                .map(|b| (b.target.text().to_owned(), b.secret.to_string(), b.missing))
                .collect::<BTreeSet<_>>()
        };
        let set = |bindings: &[(&str, &str, bool)]| {
            bindings.iter().map(|(x, y, z)| ((*x).to_owned(), (*y).to_owned(), *z)).collect::<BTreeSet<_>>()
        };
        let missing = ("/run/x", "MISSING", true);
        assert_eq!(told("development").await, set(&[("X", "A", false), missing]));
        assert_eq!(told("staging").await, set(&[("X", "B", false), missing]));
        assert_eq!(told("production").await, set(&[("X", "A", false), ("Y", "A", false), missing]));
    }

    async fn a_pinned_binding_takes_exactly_its_scope(t: TestVault) {
        let admin = t.shop().await;
        for place in ["shop/api", "shop", "platform", "platform@production"] {
            put(&t.vault, &admin, place, "A", place).await;
        }
        bind(&t, serde_json::json!([
            {"target": {"env": "PLATFORM"}, "secret": "A", "scope": {"level": "platform", "environment": null}},
            {"target": {"env": "LIVE"}, "secret": "A", "scope": {"level": "platform", "environment": "production"}},
            {"target": {"env": "PROJECT"}, "secret": "A", "scope": {"level": "project", "project": "shop", "environment": null}},
            {"target": {"env": "NONE"}, "secret": "A", "scope": {"level": "project", "project": "shop", "environment": "staging"}},
            {"target": {"env": "LADDER"}, "secret": "A"},
        ])).await;
        let delivery = t.vault.deliver(&admin, &path("shop", "api"), &env("staging"), Wrapping::Plain).await.unwrap();
        let seen: Vec<_> = delivery
            .bindings
            .iter()
            .map(|b| (b.target.text(), b.pinned.as_ref().map(|p| p.value.0.as_str()), b.missing))
            .collect();
        assert_eq!(seen, [
            ("PLATFORM", Some("platform"), false),
            ("LIVE", Some("platform@production"), false),
            ("PROJECT", Some("shop"), false),
            ("NONE", None, true),
            ("LADDER", None, false),
        ]);
        assert_eq!(delivery.values[&name("A")].value.0.as_str(), "shop/api");
        assert_eq!(delivery.bindings[1].pinned.as_ref().unwrap().source, "platform, environment: production");
        let log = t.vault.list_audit(&admin, &domain::api::AuditQuery::default()).await.unwrap();
        assert_eq!(log.items[0].reason, "4 values, plain");
    }

    async fn in_mode_bound_only_what_bindings_need_is_delivered(t: TestVault) {
        let admin = t.shop().await;
        for key in ["A", "B", "C"] {
            put(&t.vault, &admin, "shop", key, key).await;
        }
        bind(&t, serde_json::json!([
            {"target": {"env": "X"}, "secret": "B"},
            {"target": {"env": "Y"}, "secret": "C", "scope": {"level": "project", "project": "shop", "environment": null}},
        ])).await;
        let api = path("shop", "api");
        assert_eq!(delivered(&t.vault, &admin, &api, "staging").await.len(), 3);
        t.vault.put_mode(&admin, &api, Mode::Bound).await.unwrap();
        let delivery = t.vault.deliver(&admin, &api, &env("staging"), Wrapping::Plain).await.unwrap();
        assert_eq!(delivery.mode, Mode::Bound);
        assert_eq!(delivery.values.keys().map(domain::SecretName::as_str).collect::<Vec<_>>(), ["B"]);
        assert!(delivery.bindings.iter().all(|binding| !binding.missing));
        assert_eq!(delivery.bindings[1].pinned.as_ref().unwrap().value.0.as_str(), "C");
    }

    async fn the_tag_changes_with_what_is_delivered_and_with_nothing_else(t: TestVault) {
        let admin = t.shop().await;
        let (api, staging) = (path("shop", "api"), env("staging"));
        put(&t.vault, &admin, "shop", "A", "1").await;
        let tag = async || t.vault.delivery_tag(&admin, &api, &staging).await.unwrap();
        let first = tag().await;
        assert!(first.len() == 32 && first.chars().all(|c| c.is_ascii_hexdigit()));
        put(&t.vault, &admin, "shop@production", "A", "2").await;
        put(&t.vault, &admin, "shop/web", "A", "2").await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        assert_eq!(tag().await, first);

        let mut tags = vec![first];
        put(&t.vault, &admin, "shop", "A", "2").await;
        tags.push(tag().await);
        put(&t.vault, &admin, "shop/api", "A", "2").await;
        tags.push(tag().await);
        put(&t.vault, &admin, "platform", "B", "2").await;
        tags.push(tag().await);
        t.vault.delete_secret(&admin, &at("platform"), &name("B"), None).await.unwrap();
        assert_eq!(tag().await, tags[2]);
        bind(&t, serde_json::json!([{"target": {"env": "X"}, "secret": "A"}])).await;
        tags.push(tag().await);
        bind(&t, serde_json::json!([
            {"target": {"env": "X"}, "secret": "A", "scope": {"level": "platform", "environment": "production"}}
        ])).await;
        tags.push(tag().await);
        put(&t.vault, &admin, "platform@production", "A", "p").await;
        tags.push(tag().await);
        t.vault.put_mode(&admin, &api, Mode::Bound).await.unwrap();
        tags.push(tag().await);
        let different: BTreeSet<_> = tags.iter().collect();
        assert_eq!(different.len(), tags.len());
        assert_eq!(t.audited("service.read", "allowed").await, 0);
    }

    async fn only_who_may_use_a_service_gets_its_values(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api", "A", "v").await;
        let api = path("shop", "api");
        let staging = t.service_token("shop", "api", Some("staging")).await;
        let web = t.service_token("shop", "web", None).await;
        let new = domain::api::NewToken {
            project: Some("shop".parse().unwrap()),
            rights: vec![domain::access::Right::Write],
            ..crate::fixture::new_token("ci")
        };
        let writer = t.token(&admin, &new).await;
        let writer = t.bearer(&writer).await;
        let developer = t.developer_of("shop").await;
        let outsider = t.outsider().await;
        for (actor, environment, told) in [
            (&staging, "staging", 200), (&developer, "production", 200), (&staging, "production", 404),
            (&web, "staging", 404), (&outsider, "staging", 404), (&writer, "staging", 403), (&admin, "none", 404),
        ] {
            let environment = env(environment);
            let results = [
                t.vault.deliver(actor, &api, &environment, Wrapping::Plain).await.map(drop),
                t.vault.deliver_one(actor, &api, &environment, &name("A"), Wrapping::Plain).await.map(drop),
                t.vault.delivery_tag(actor, &api, &environment).await.map(drop),
            ];
            for result in results {
                match told {
                    200 => result.unwrap(),
                    told => assert_eq!(status(result), told, "{} in {environment}", actor.label),
                }
            }
        }
        assert_eq!(t.audited("service.read", "allowed").await, 4);
        assert_eq!(t.audited("service.read", "denied").await, 12);
    }

    async fn what_is_written_is_delivered_at_once_by_every_server(t: TestVault) {
        let admin = t.shop().await;
        let other = t.reopen().await;
        for number in 0..5 {
            let value = number.to_string();
            let (writer, reader) = if number % 2 == 0 { (&t.vault, &other) } else { (&other, &t.vault) };
            writer.put_secret(&admin, &at("shop"), &name("A"), text(&value), None, None).await.unwrap();
            assert_eq!(delivered(reader, &admin, &path("shop", "api"), "staging").await["A"], value);
        }
        other.close().await;
    }
}
