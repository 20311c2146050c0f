use domain::api::{NewEnvironment, NewToken, PatchEnvironment};

use crate::{
    fixture::{TestVault, new_token},
    speak::{at, env, name, path, put, refused, reveal, status},
};

async fn names(t: &TestVault) -> Vec<String> {
    let admin = t.admin().await;
    let list = t.vault.list_environments(&admin).await.unwrap();
    for (index, environment) in (0..).zip(&list) {
        assert_eq!(environment.position, index, "the positions have no gap");
    }
    list.into_iter().map(|e| e.name.to_string()).collect()
}

fn new(text: &str, position: Option<u32>) -> NewEnvironment {
    NewEnvironment { name: env(text), position }
}

fn moved(name: Option<&str>, position: Option<u32>) -> PatchEnvironment {
    PatchEnvironment { name: name.map(env), position }
}

db_tests! {
    async fn a_new_installation_has_three_environments_that_everyone_sees(t: TestVault) {
        assert_eq!(names(&t).await, ["development", "staging", "production"]);
        t.shop().await;
        for actor in [t.outsider().await, t.service_token("shop", "api", Some("staging")).await] {
            assert_eq!(t.vault.list_environments(&actor).await.unwrap().len(), 3);
        }
    }

    async fn environments_are_added_moved_and_renamed_in_a_dense_order(t: TestVault) {
        let admin = t.admin().await;
        t.vault.create_environment(&admin, &new("last", None)).await.unwrap();
        let first = t.vault.create_environment(&admin, &new("first", Some(0))).await.unwrap();
        assert_eq!(first.position, 0);
        assert_eq!(names(&t).await, ["first", "development", "staging", "production", "last"]);
        let error = refused(t.vault.create_environment(&admin, &new("staging", None)).await);
        assert_eq!((error.code.status(), error.detail.as_str()), (409, "the environment `staging` exists already"));
        let end = t.vault.update_environment(&admin, &env("first"), &moved(None, Some(99))).await.unwrap();
        assert_eq!(end.position, 4);
        assert_eq!(names(&t).await, ["development", "staging", "production", "last", "first"]);
        t.vault.update_environment(&admin, &env("production"), &moved(Some("live"), Some(0))).await.unwrap();
        assert_eq!(names(&t).await, ["live", "development", "staging", "last", "first"]);
        t.vault.delete_environment(&admin, &env("staging")).await.unwrap();
        assert_eq!(names(&t).await, ["live", "development", "last", "first"]);
        assert_eq!(status(t.vault.update_environment(&admin, &env("last"), &moved(Some("first"), None)).await), 409);
        assert_eq!(status(t.vault.update_environment(&admin, &env("staging"), &moved(None, None)).await), 404);
        assert_eq!(status(t.vault.delete_environment(&admin, &env("staging")).await), 404);
        for (action, count) in [("create", 2), ("update", 2), ("delete", 1)] {
            assert_eq!(t.audited(&format!("environment.{action}"), "allowed").await, count);
        }
    }

    async fn environments_added_at_once_keep_the_order_dense(t: TestVault) {
        let admin = t.admin().await;
        let other = t.reopen().await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..8 {
            let vault = if writer % 2 == 0 { t.vault.clone() } else { other.clone() };
            let admin = admin.clone();
            writers.spawn(async move {
                let new = new(&format!("e{writer}"), Some(writer % 3));
                vault.create_environment(&admin, &new).await.unwrap();
            });
        }
        writers.join_all().await;
        assert_eq!(names(&t).await.len(), 11);
        other.close().await;
    }

    async fn a_renamed_environment_keeps_its_secrets(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop@staging", "A", "v").await;
        t.vault.update_environment(&admin, &env("staging"), &moved(Some("test"), None)).await.unwrap();
        assert_eq!(reveal(&t.vault, &admin, "shop@test", "A").await, "v");
        assert_eq!(status(t.vault.find_secret(&admin, &at("shop@staging"), &name("A")).await), 404);
    }

    async fn an_environment_in_use_is_not_deleted(t: TestVault) {
        let admin = t.shop().await;
        let staging = env("staging");
        put(&t.vault, &admin, "shop@staging", "A", "v").await;
        let bindings = serde_json::from_value::<Vec<_>>(serde_json::json!([
            {"target": {"env": "X"}, "secret": "A", "environment": "staging"},
            {"target": {"env": "Y"}, "secret": "A", "scope": {"level": "platform", "environment": "staging"}},
        ]));
        t.vault.put_bindings(&admin, &path("shop", "api"), &bindings.unwrap()).await.unwrap();
        let token = NewToken { environment: Some(staging.clone()), ..new_token("t") };
        let token = t.token(&admin, &token).await;
        let error = refused(t.vault.delete_environment(&admin, &staging).await);
        assert_eq!(error.code.status(), 409);
        assert_eq!(
            error.detail,
            "the environment `staging` is still used by 1 secret, 2 bindings and 1 token; remove that first"
        );
        t.vault.put_bindings(&admin, &path("shop", "api"), &[]).await.unwrap();
        t.vault.revoke_token(&admin, &token.row.id).await.unwrap();
        assert_eq!(status(t.vault.delete_environment(&admin, &staging).await), 409);
        t.vault.delete_secret(&admin, &at("shop@staging"), &name("A"), None).await.unwrap();
        t.vault.delete_environment(&admin, &staging).await.unwrap();
        assert_eq!(names(&t).await, ["development", "production"]);
    }

    async fn an_environment_goes_with_its_contents_when_that_is_meant(t: TestVault) {
        let admin = t.shop().await;
        let staging = env("staging");
        for (place, key) in [("shop@staging", "A"), ("shop@staging", "B"), ("platform@staging", "A"), ("shop", "A")] {
            put(&t.vault, &admin, place, key, "v").await;
        }
        let bindings = serde_json::from_value::<Vec<_>>(serde_json::json!([
            {"target": {"env": "X"}, "secret": "A", "environment": "staging"},
            {"target": {"env": "Y"}, "secret": "A"},
            {"target": {"env": "Z"}, "secret": "A", "scope": {"level": "platform", "environment": "staging"}},
        ]));
        t.vault.put_bindings(&admin, &path("shop", "api"), &bindings.unwrap()).await.unwrap();
        let token = NewToken { environment: Some(staging.clone()), ..new_token("ci-staging") };
        let token = t.token(&admin, &token).await;
        let plan = t.vault.plan_environment_removal(&admin, &staging).await.unwrap();
        assert_eq!((plan.secrets, plan.bindings, plan.tokens, plan.is_empty()), (3, 2, 1, false));
        let scopes: Vec<_> = plan.scopes.iter().map(|scope| (scope.source.as_str(), scope.names.join(" "))).collect();
        assert_eq!(
            scopes,
            [("platform, environment: staging", "A".to_owned()), ("project: shop, environment: staging", "A B".to_owned())]
        );
        assert_eq!(plan.bound[0].source, "project: shop, service: api");
        assert_eq!((plan.bound[0].target.as_str(), plan.token_names[0].as_str()), ("the variable X", "ci-staging"));
        // Planned only: everything is still there. And what changed since it was seen does not go.
        assert_eq!(reveal(&t.vault, &admin, "shop@staging", "A").await, "v");
        put(&t.vault, &admin, "shop/web@staging", "NEW", "v").await;
        let stale = t.vault.delete_environment_with_contents(&admin, &staging, Some(3)).await;
        assert_eq!(status(stale), 409);
        let gone = t.vault.delete_environment_with_contents(&admin, &staging, Some(4)).await.unwrap();
        assert_eq!(gone.secrets, 4);
        assert_eq!(names(&t).await, ["development", "production"]);
        assert_eq!(t.vault.list_bindings(&admin, &path("shop", "api")).await.unwrap().len(), 1);
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "v");
        assert!(t.vault.actor_of_token(crate::fixture::request(), &token.token.0).await.is_err());
        let left = "SELECT (SELECT COUNT(*) FROM secrets) + (SELECT COUNT(*) FROM tokens) + (SELECT COUNT(*) FROM scopes)";
        assert_eq!(t.place.number(left).await, 2, "one secret and its scope");
        for (action, count) in [("secret.delete", 4), ("binding.delete", 2), ("token.revoke", 1), ("environment.delete", 1)] {
            assert_eq!(t.audited(action, "allowed").await, count, "{action}");
        }
        // An empty one goes the same way.
        let gone = t.vault.delete_environment_with_contents(&admin, &env("development"), None).await.unwrap();
        assert!(gone.is_empty());
        assert_eq!(status(t.vault.plan_environment_removal(&admin, &env("development")).await), 404);
    }

    async fn only_admins_edit_environments(t: TestVault) {
        t.shop().await;
        let actors = [
            (t.outsider().await, 403),
            (t.developer_of("shop").await, 403),
            (t.service_token("shop", "api", None).await, 404),
        ];
        for (actor, told) in actors {
            let results = [
                t.vault.create_environment(&actor, &new("x", None)).await.map(drop),
                t.vault.update_environment(&actor, &env("staging"), &moved(None, Some(0))).await.map(drop),
                t.vault.delete_environment(&actor, &env("staging")).await,
                t.vault.plan_environment_removal(&actor, &env("staging")).await.map(drop),
                t.vault.delete_environment_with_contents(&actor, &env("staging"), None).await.map(drop),
            ];
            for result in results {
                assert_eq!(status(result), told);
            }
        }
        assert_eq!(names(&t).await, ["development", "staging", "production"]);
        assert_eq!(t.audited("environment.create", "denied").await, 3);
    }
}
