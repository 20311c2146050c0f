use domain::{
    Actor,
    api::{Binding, ListQuery, MoveRequest, MovedSecret, ScopeFilter},
};
use vault::Result;

use crate::{
    fixture::TestVault,
    speak::{at, delivered, name, path, put, refused, reveal, slug, status},
};

const DAY: i64 = 24 * 60 * 60 * 1000;

impl TestVault {
    /// Moves `from` (a place and a name) to another place and name.
    async fn shift(&self, actor: &Actor, from: (&str, &str), to: (&str, &str)) -> Result<MovedSecret> {
        let request = MoveRequest {
            name: (from.1 != to.1).then(|| name(to.1)),
            scope: (from.0 != to.0).then(|| at(to.0)),
            expected_version: None,
        };
        self.vault.move_secret(actor, &at(from.0), &name(from.1), &request).await
    }

    async fn bind(&self, actor: &Actor, service: &str, bindings: serde_json::Value) {
        let bindings: Vec<Binding> = serde_json::from_value(bindings).unwrap();
        self.vault.put_bindings(actor, &path("shop", service), &bindings).await.unwrap();
    }

    /// What the bindings of a service take: target and name.
    async fn bound(&self, actor: &Actor, service: &str) -> Vec<(String, String)> {
        let bindings = self.vault.list_bindings(actor, &path("shop", service)).await.unwrap();
        bindings.into_iter().map(|b| (b.target.text().to_owned(), b.secret.to_string())).collect()
    }
}

fn bound(target: &str, secret: &str) -> (String, String) {
    (target.to_owned(), secret.to_owned())
}

db_tests! {
    async fn a_new_name_keeps_value_comment_and_history(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "OLD", "one").await;
        let text = crate::speak::text("two");
        t.vault.put_secret(&admin, &at("shop"), &name("OLD"), text, Some("why"), None).await.unwrap();
        let moved = t.shift(&admin, ("shop", "OLD"), ("shop", "NEW")).await.unwrap().secret;
        assert_eq!((moved.version, moved.comment.as_str(), moved.source.as_str()), (1, "why", "project: shop"));
        assert_eq!(reveal(&t.vault, &admin, "shop", "NEW").await, "two");
        assert_eq!(status(t.vault.find_secret(&admin, &at("shop"), &name("OLD")).await), 404);

        let new = t.vault.list_versions(&admin, &at("shop"), &name("NEW")).await.unwrap();
        let from = new[0].moved_from.as_ref().unwrap();
        assert_eq!((from.name.as_str(), from.version, new[0].action.as_str()), ("OLD", 2, "move"));
        let old = t.vault.list_versions(&admin, &at("shop"), &name("OLD")).await.unwrap();
        let to = old[0].moved_to.as_ref().unwrap();
        assert_eq!((old[0].version, to.name.as_str(), to.version), (3, "NEW", 1));
        // A secret that was moved is not one that was lost.
        let list = t.vault.list_deleted(&admin, &ScopeFilter::default(), &ListQuery::default()).await.unwrap();
        assert!(list.items.is_empty());
        let change = t.vault.find_change(&admin, &moved.change_id).await.unwrap();
        assert_eq!((change.action.as_str(), change.names, change.partner), ("move", vec!["NEW".to_owned(), "OLD".to_owned()], None));

        t.vault.undo_change(&admin, &moved.change_id).await.unwrap();
        assert_eq!(reveal(&t.vault, &admin, "shop", "OLD").await, "two");
        assert_eq!(status(t.vault.find_secret(&admin, &at("shop"), &name("NEW")).await), 404);
    }

    async fn a_move_to_another_scope_is_sealed_anew_and_undone_from_either_half(t: TestVault) {
        let admin = t.shop().await;
        for half in [0, 1] {
            let key = format!("K{half}");
            put(&t.vault, &admin, "shop/api@staging", &key, "v").await;
            t.shift(&admin, ("shop/api@staging", &key), ("shop", &key)).await.unwrap();
            assert_eq!(reveal(&t.vault, &admin, "shop", &key).await, "v");
            assert_eq!(status(t.vault.find_secret(&admin, &at("shop/api@staging"), &name(&key)).await), 404);
            let changes = t.vault.list_changes(&admin, &ListQuery::default()).await.unwrap().items;
            let (there, here) = (&changes[0], &changes[1]);
            assert_eq!((there.source.as_str(), there.partner.as_ref()), ("project: shop", Some(&here.id)));
            assert_eq!((here.source.as_str(), here.partner.as_ref()), ("project: shop, service: api, environment: staging", Some(&there.id)));
            let undo = t.vault.undo_change(&admin, &changes[half].id).await.unwrap();
            assert!(undo.partner.is_some());
            assert_eq!(reveal(&t.vault, &admin, "shop/api@staging", &key).await, "v");
            assert_eq!(status(t.vault.find_secret(&admin, &at("shop"), &name(&key)).await), 404);
            assert_eq!(status(t.vault.undo_change(&admin, &changes[1 - half].id).await), 409);
            // And there again.
            t.vault.undo_change(&admin, &undo.id).await.unwrap();
            assert_eq!(reveal(&t.vault, &admin, "shop", &key).await, "v");
        }
    }

    async fn a_move_that_cannot_be_changes_nothing(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        put(&t.vault, &admin, "shop", "B", "2").await;
        put(&t.vault, &admin, "platform", "P", "3").await;
        let error = refused(t.shift(&admin, ("shop", "A"), ("shop", "B")).await);
        assert_eq!((error.code.status(), error.detail.as_str()), (409, "`B` is set in project: shop already, in version 1; nothing was moved"));
        assert_eq!(status(t.shift(&admin, ("shop", "A"), ("shop", "A")).await), 422);
        assert_eq!(status(t.shift(&admin, ("shop", "NONE"), ("shop", "C")).await), 404);
        assert_eq!(status(t.shift(&admin, ("shop", "A"), ("nowhere", "A")).await), 404);
        let late = MoveRequest { name: Some(name("C")), scope: None, expected_version: Some(7) };
        assert_eq!(status(t.vault.move_secret(&admin, &at("shop"), &name("A"), &late).await), 409);
        let developer = t.developer_of("shop").await;
        assert_eq!(status(t.shift(&developer, ("shop", "A"), ("platform", "A")).await), 403);
        assert_eq!(status(t.shift(&developer, ("shop", "A"), ("bank", "A")).await), 404);
        assert_eq!(status(t.shift(&developer, ("platform", "P"), ("shop", "P")).await), 403);
        let writer = t.token(&admin, &domain::api::NewToken {
            rights: vec![domain::access::Right::Write], ..crate::fixture::new_token("w")
        }).await;
        let writer = t.bearer(&writer).await;
        // Whoever may not reveal it here must not carry it to where it is read.
        assert_eq!(status(t.shift(&writer, ("shop", "A"), ("shop/api", "A")).await), 403);
        assert_eq!(t.vault.list_changes(&admin, &ListQuery::default()).await.unwrap().items.len(), 3);
        t.shift(&writer, ("shop", "A"), ("shop", "C")).await.unwrap();
    }

    async fn bindings_follow_where_they_go_on_to_get_the_same(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api", "PASS", "own").await;
        put(&t.vault, &admin, "shop", "PASS", "project's").await;
        t.bind(&admin, "api", serde_json::json!([
            {"target": {"env": "EVERYWHERE"}, "secret": "PASS"},
            {"target": {"env": "PINNED"}, "secret": "PASS", "scope": {"level": "service", "project": "shop", "service": "api", "environment": null}},
            {"target": {"env": "ELSEWHERE"}, "secret": "PASS", "scope": {"level": "project", "project": "shop", "environment": null}},
        ])).await;
        t.bind(&admin, "web", serde_json::json!([{"target": {"env": "OTHER"}, "secret": "PASS"}])).await;
        let moved = t.shift(&admin, ("shop/api", "PASS"), ("shop/api", "PASSWORD")).await.unwrap();
        assert_eq!((moved.bindings_moved, moved.bindings_left.len()), (2, 0));
        let after = [bound("EVERYWHERE", "PASSWORD"), bound("PINNED", "PASSWORD"), bound("ELSEWHERE", "PASS")];
        assert_eq!(t.bound(&admin, "api").await, after);
        assert_eq!(t.bound(&admin, "web").await, [bound("OTHER", "PASS")]);
        t.vault.undo_change(&admin, &moved.secret.change_id).await.unwrap();
        let before = [bound("EVERYWHERE", "PASS"), bound("PINNED", "PASS"), bound("ELSEWHERE", "PASS")];
        assert_eq!(t.bound(&admin, "api").await, before);
        let values = delivered(&t.vault, &t.service_token("shop", "api", None).await, &path("shop", "api"), "staging").await;
        assert_eq!(values["PASS"], "own");
    }

    async fn a_binding_that_gets_the_name_from_elsewhere_too_stays_and_is_told(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api@staging", "PASS", "own").await;
        put(&t.vault, &admin, "shop", "PASS", "project's").await;
        t.bind(&admin, "api", serde_json::json!([
            {"target": {"env": "EVERYWHERE"}, "secret": "PASS"},
            {"target": {"env": "STAGING"}, "secret": "PASS", "environment": "staging"},
        ])).await;
        let moved = t.shift(&admin, ("shop/api@staging", "PASS"), ("shop/api@staging", "P2")).await.unwrap();
        assert_eq!((moved.bindings_moved, moved.bindings_left), (1, vec!["shop/api".to_owned()]));
        assert_eq!(t.bound(&admin, "api").await, [bound("EVERYWHERE", "PASS"), bound("STAGING", "P2")]);
    }

    async fn a_pinned_binding_moves_with_the_secret_along_its_own_ladder(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api", "PASS", "v").await;
        t.bind(&admin, "api", serde_json::json!([
            {"target": {"env": "X"}, "secret": "PASS", "scope": {"level": "service", "project": "shop", "service": "api", "environment": null}},
        ])).await;
        t.shift(&admin, ("shop/api", "PASS"), ("shop@staging", "PASS")).await.unwrap();
        let bindings = t.vault.list_bindings(&admin, &path("shop", "api")).await.unwrap();
        assert_eq!(bindings[0].scope, Some(at("shop@staging")));
        // To a place that the service does not stand on, no binding can follow.
        let moved = t.shift(&admin, ("shop@staging", "PASS"), ("shop/web", "PASS")).await.unwrap();
        assert_eq!((moved.bindings_moved, moved.bindings_left), (0, vec!["shop/api".to_owned()]));
    }

    async fn a_moved_secret_s_past_stays_as_long_as_it_does(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "one").await;
        put(&t.vault, &admin, "shop", "A", "two").await;
        t.shift(&admin, ("shop", "A"), ("shop/api", "B")).await.unwrap();
        t.clock.advance(40 * DAY);
        assert_eq!(t.vault.sweep_deleted().await.unwrap(), 0);
        let request = domain::api::RevealRequest { version: Some(1), ..Default::default() };
        let old = t.vault.reveal(&admin, &at("shop"), &name("A"), &request).await.unwrap();
        assert_eq!(old.value.0.as_str(), "one");
        t.vault.delete_secret(&admin, &at("shop/api"), &name("B"), None).await.unwrap();
        t.clock.advance(40 * DAY);
        assert_eq!(t.vault.sweep_deleted().await.unwrap(), 3);

        put(&t.vault, &admin, "shop", "C", "one").await;
        t.shift(&admin, ("shop", "C"), ("shop", "D")).await.unwrap();
        t.shift(&admin, ("shop", "D"), ("shop", "C")).await.unwrap();
        t.vault.delete_secret(&admin, &at("shop"), &name("C"), None).await.unwrap();
        let admin = t.admin().await;
        assert_eq!(t.vault.destroy_versions(&admin, &at("shop"), &name("C"), None).await.unwrap(), 3);
    }

    async fn half_of_a_move_may_outlive_the_other(t: TestVault) {
        t.shop().await;
        t.project("bank").await;
        let admin = t.admin().await;
        put(&t.vault, &admin, "bank", "A", "v").await;
        let moved = t.shift(&admin, ("bank", "A"), ("shop", "A")).await.unwrap().secret;
        // A member of one end learns nothing of the other.
        let developer = t.developer_of("shop").await;
        let versions = t.vault.list_versions(&developer, &at("shop"), &name("A")).await.unwrap();
        assert_eq!(versions[0].moved_from, None);
        let error = refused(t.vault.undo_change(&developer, &moved.change_id).await);
        assert_eq!((error.code.status(), error.detail.contains("bank")), (403, false));
        t.vault.delete_project(&admin, &slug("bank")).await.unwrap();
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "v");
        assert_eq!(status(t.vault.undo_change(&admin, &moved.change_id).await), 409);
        assert_eq!(t.vault.list_versions(&admin, &at("shop"), &name("A")).await.unwrap()[0].moved_from, None);
    }

    async fn an_edited_origin_is_refused(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "v").await;
        t.shift(&admin, ("shop", "A"), ("shop", "B")).await.unwrap();
        for edit in ["moved_from_version = 7", "moved_from_secret = secret_id", "moved_from_secret = NULL, moved_from_version = NULL"] {
            t.place.execute("CREATE TABLE kept AS SELECT * FROM secret_versions WHERE moved_from_secret IS NOT NULL").await;
            t.place.execute(&format!("UPDATE secret_versions SET {edit} WHERE moved_from_secret IS NOT NULL")).await;
            assert_eq!(status(t.vault.list_versions(&admin, &at("shop"), &name("B")).await), 500, "{edit}");
            t.place.execute("UPDATE secret_versions SET moved_from_version = (SELECT moved_from_version FROM kept), moved_from_secret = (SELECT moved_from_secret FROM kept) WHERE secret_id = (SELECT secret_id FROM kept)").await;
            t.place.execute("DROP TABLE kept").await;
            assert!(t.vault.list_versions(&admin, &at("shop"), &name("B")).await.is_ok());
        }
    }
}
