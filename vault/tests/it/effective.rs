use domain::{Actor, ServicePath, ladder::RungState};

use crate::{
    fixture::TestVault,
    speak::{at, delivered, env, name, path, put, status},
};

const LADDER: [&str; 6] = ["shop/api@staging", "shop/api", "shop@staging", "shop", "platform@staging", "platform"];

async fn states(t: &TestVault, actor: &Actor, service: &ServicePath, environment: &str, key: &str) -> Vec<RungState> {
    let explained = t.vault.explain(actor, service, &env(environment), &name(key)).await.unwrap();
    explained.rungs.into_iter().map(|rung| rung.state).collect()
}

db_tests! {
    async fn the_nearest_rung_wins_all_the_way_down_the_ladder(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        for place in LADDER {
            put(&t.vault, &admin, place, "A", place).await;
        }
        // Neighbours that must never be seen.
        for place in ["shop/api@production", "shop/web", "shop/web@staging", "shop@production", "platform@production"] {
            put(&t.vault, &admin, place, "A", place).await;
            put(&t.vault, &admin, place, "B", place).await;
        }
        for (index, place) in LADDER.iter().enumerate() {
            let rows = t.vault.effective(&admin, &api, &env("staging")).await.unwrap();
            assert_eq!(rows.len(), 1);
            assert_eq!((rows[0].name.as_str(), rows[0].source.clone()), ("A", at(place).to_string()));
            let behind: Vec<String> = LADDER[index + 1..].iter().map(|p| at(p).to_string()).collect();
            assert_eq!(rows[0].shadows, behind);
            assert_eq!(delivered(&t.vault, &admin, &api, "staging").await["A"], *place);
            t.vault.delete_secret(&admin, &at(place), &name("A"), None).await.unwrap();
        }
        assert!(t.vault.effective(&admin, &api, &env("staging")).await.unwrap().is_empty());
        assert!(delivered(&t.vault, &admin, &api, "staging").await.is_empty());
    }

    /// The order of `StreamZero`: service, then project, then platform.
    async fn service_before_project_before_platform(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        for place in ["platform", "shop", "shop/api"] {
            put(&t.vault, &admin, place, "KEY", place).await;
            assert_eq!(delivered(&t.vault, &admin, &api, "production").await["KEY"], place);
        }
        assert_eq!(delivered(&t.vault, &admin, &path("shop", "web"), "production").await["KEY"], "shop");
    }

    /// The worked example of code.store: three services in three environments, and where each variable arrives.
    async fn the_worked_example_of_code_store(t: TestVault) {
        t.project("shop").await;
        for service in ["a", "b", "c"] {
            t.service("shop", service).await;
        }
        let admin = t.admin().await;
        put(&t.vault, &admin, "shop", "FOO", "BAR").await;
        put(&t.vault, &admin, "shop@development", "FOO", "BAR2").await;
        put(&t.vault, &admin, "shop/a@development", "FOO", "BAR3").await;
        for (service, development) in [("a", "BAR3"), ("b", "BAR2"), ("c", "BAR2")] {
            for (environment, value) in [("development", development), ("staging", "BAR"), ("production", "BAR")] {
                let values = delivered(&t.vault, &admin, &path("shop", service), environment).await;
                assert_eq!(values["FOO"], value, "{service} in {environment}");
            }
        }
        let rows = t.vault.effective(&admin, &path("shop", "a"), &env("development")).await.unwrap();
        assert_eq!(rows[0].source, "project: shop, service: a, environment: development");
        assert_eq!(rows[0].shadows, ["project: shop, environment: development", "project: shop"]);
    }

    async fn an_empty_value_wins_like_any_other(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "platform", "A", "filled").await;
        put(&t.vault, &admin, "shop/api", "A", "").await;
        assert_eq!(delivered(&t.vault, &admin, &path("shop", "api"), "staging").await["A"], "");
    }

    async fn an_explanation_tells_equal_values_from_different_ones(t: TestVault) {
        use RungState::{Absent, ShadowedDifferent, ShadowedSame, Wins};
        let admin = t.shop().await;
        let api = path("shop", "api");
        assert_eq!(states(&t, &admin, &api, "staging", "A").await, [Absent; 6]);
        for (place, value) in [("shop/api", "x"), ("shop@staging", "y"), ("platform@staging", "x"), ("platform", "")] {
            put(&t.vault, &admin, place, "A", value).await;
        }
        let expected = [Absent, Wins, ShadowedDifferent, Absent, ShadowedSame, ShadowedDifferent];
        assert_eq!(states(&t, &admin, &api, "staging", "A").await, expected);
        let explained = t.vault.explain(&admin, &api, &env("staging"), &name("A")).await.unwrap();
        let scopes: Vec<String> = explained.rungs.into_iter().map(|rung| rung.scope).collect();
        assert_eq!(scopes, LADDER.map(|place| at(place).to_string()));
    }

    async fn whoever_gets_the_values_may_know_all_rungs_and_others_their_own(t: TestVault) {
        use RungState::{Hidden, ShadowedDifferent, Wins};
        let admin = t.shop().await;
        let api = path("shop", "api");
        for place in LADDER {
            put(&t.vault, &admin, place, "A", place).await;
        }
        put(&t.vault, &admin, "platform", "B", "v").await;
        let full = [Wins, ShadowedDifferent, ShadowedDifferent, ShadowedDifferent, ShadowedDifferent, ShadowedDifferent];
        let own = t.service_token("shop", "api", None).await;
        for actor in [&own, &t.service_token("shop", "api", Some("staging")).await, &t.developer_of("shop").await] {
            assert_eq!(states(&t, actor, &api, "staging", "A").await, full);
            assert_eq!(t.vault.effective(actor, &api, &env("staging")).await.unwrap().len(), 2);
        }
        // A token that may write to the project, but not read.
        let new = domain::api::NewToken {
            project: Some("shop".parse().unwrap()),
            rights: vec![domain::access::Right::Write],
            ..crate::fixture::new_token("ci")
        };
        let token = t.token(&admin, &new).await;
        let writer = t.bearer(&token).await;
        let partly = [Wins, ShadowedDifferent, ShadowedDifferent, ShadowedDifferent, Hidden, Hidden];
        assert_eq!(states(&t, &writer, &api, "staging", "A").await, partly);
        assert_eq!(t.vault.effective(&writer, &api, &env("staging")).await.unwrap().len(), 1);

        let staging = t.service_token("shop", "api", Some("staging")).await;
        for (actor, service, environment) in [
            (&own, "web", "staging"), (&staging, "api", "production"), (&t.outsider().await, "api", "staging"),
            (&admin, "none", "staging"), (&admin, "api", "none"),
        ] {
            let service = path("shop", service);
            assert_eq!(status(t.vault.effective(actor, &service, &env(environment)).await), 404);
            assert_eq!(status(t.vault.explain(actor, &service, &env(environment), &name("A")).await), 404);
        }
    }
}
