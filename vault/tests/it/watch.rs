use std::time::Duration;

use domain::{Actor, api::Mode};
use tokio::time::timeout;
use vault::{Vault, WATCHES_PER_TOKEN, Watch};

use crate::{
    fixture::{TestVault, new_token},
    speak::{at, env, name, path, put, refused, slug, status},
};

/// Long enough for anything that comes; nothing waits for its end.
const PATIENCE: Duration = Duration::from_mins(1);

async fn watch(vault: &Vault, actor: &Actor, last: Option<i64>) -> vault::Result<Watch> {
    vault.watch(actor, &path("shop", "api"), &env("staging"), last, "host:1").await
}

async fn next(watch: &mut Watch) -> Option<i64> {
    timeout(PATIENCE, watch.next()).await.expect("neither an event nor the end")
}

async fn sequence(t: &TestVault) -> i64 {
    t.place.number("SELECT value FROM change_sequence").await
}

db_tests! {
    async fn whoever_heard_the_newest_hears_the_next_change_of_its_service_and_no_other(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        let token = t.service_token("shop", "api", None).await;
        let now = sequence(&t).await;
        let mut fresh = watch(&t.vault, &token, None).await.unwrap();
        assert_eq!(next(&mut fresh).await, Some(now));
        let mut behind = watch(&t.vault, &token, Some(now - 1)).await.unwrap();
        assert_eq!(next(&mut behind).await, Some(now));

        let mut current = watch(&t.vault, &token, Some(now)).await.unwrap();
        // Of another service, of another environment, hidden by a narrower rung: its service gets the same as before.
        put(&t.vault, &admin, "shop/web", "A", "2").await;
        put(&t.vault, &admin, "shop@production", "A", "2").await;
        put(&t.vault, &admin, "platform", "A", "2").await;
        put(&t.vault, &admin, "shop@staging", "A", "2").await;
        assert_eq!(next(&mut current).await, Some(now + 4));
        assert_eq!(next(&mut fresh).await, Some(now + 4));
        t.vault.delete_secret(&admin, &at("shop@staging"), &name("A"), None).await.unwrap();
        assert_eq!(next(&mut current).await, Some(now + 5));
    }

    async fn bindings_and_the_mode_are_part_of_what_a_service_gets(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        let token = t.service_token("shop", "api", None).await;
        let mut watched = watch(&t.vault, &token, Some(sequence(&t).await)).await.unwrap();
        let api = path("shop", "api");
        let bindings = serde_json::from_value(serde_json::json!([{"target": {"env": "X"}, "secret": "A"}]));
        let bindings: Vec<_> = bindings.unwrap();
        t.vault.put_bindings(&admin, &api, &bindings).await.unwrap();
        assert_eq!(next(&mut watched).await, Some(sequence(&t).await));
        // The same once more is no change.
        t.vault.put_bindings(&admin, &api, &bindings).await.unwrap();
        t.vault.put_mode(&admin, &api, Mode::Bound).await.unwrap();
        assert_eq!(next(&mut watched).await, Some(sequence(&t).await));
        // No name of a binding.
        put(&t.vault, &admin, "shop", "B", "1").await;
        put(&t.vault, &admin, "shop", "A", "2").await;
        assert_eq!(next(&mut watched).await, Some(sequence(&t).await));
    }

    async fn what_another_server_changed_is_heard_too(t: TestVault) {
        let admin = t.shop().await;
        let token = t.service_token("shop", "api", None).await;
        let here = t.vault.clone();
        let following = tokio::spawn(async move { here.follow_changes().await });
        let mut watched = watch(&t.vault, &token, Some(sequence(&t).await)).await.unwrap();
        let there = t.reopen().await;
        put(&there, &admin, "shop", "A", "1").await;
        there.close().await;
        assert_eq!(next(&mut watched).await, Some(sequence(&t).await));
        following.abort();
    }

    async fn a_watch_ends_with_its_token_its_rights_and_its_service(t: TestVault) {
        let admin = t.shop().await;
        let made = t.token(&admin, &domain::api::NewToken { project: Some(slug("shop")), ..new_token("one") }).await;
        let token = t.bearer(&made).await;
        let mut watched = watch(&t.vault, &token, Some(sequence(&t).await)).await.unwrap();
        t.vault.revoke_token(&admin, &made.row.id).await.unwrap();
        assert_eq!(next(&mut watched).await, None);
        assert_eq!(status(watch(&t.vault, &token, None).await), 401);

        let developer = t.developer_of("shop").await;
        let made = t.token(&developer, &new_token("two")).await;
        let token = t.bearer(&made).await;
        let mut watched = watch(&t.vault, &token, Some(sequence(&t).await)).await.unwrap();
        let member = t.vault.list_members(&admin, &slug("shop")).await.unwrap().pop().unwrap();
        t.vault.delete_member(&admin, &slug("shop"), &member.id).await.unwrap();
        assert_eq!(next(&mut watched).await, None);
        assert_eq!(t.audited("service.watch", "denied").await, 1);

        let token = t.service_token("shop", "api", None).await;
        let mut short = watch(&t.vault, &token, Some(sequence(&t).await)).await.unwrap();
        t.clock.advance(91 * domain::time::DAY);
        // Its time is over, and it knew when that would be.
        assert_eq!(next(&mut short).await, None);
        let token = t.service_token("shop", "api", None).await;
        let mut watched = watch(&t.vault, &token, Some(sequence(&t).await)).await.unwrap();
        t.vault.delete_service(&t.admin().await, &path("shop", "api")).await.unwrap();
        assert_eq!(next(&mut watched).await, None);
    }

    async fn watching_needs_the_right_to_use_and_is_recorded_once(t: TestVault) {
        let admin = t.shop().await;
        let token = t.service_token("shop", "api", Some("production")).await;
        assert_eq!(status(watch(&t.vault, &token, None).await), 404);
        assert_eq!(status(watch(&t.vault, &t.outsider().await, None).await), 404);
        assert_eq!((t.audited("service.watch", "denied").await, t.audited("service.watch", "allowed").await), (2, 0));
        let token = t.service_token("shop", "api", Some("staging")).await;
        let mut watched = watch(&t.vault, &token, None).await.unwrap();
        next(&mut watched).await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        next(&mut watched).await;
        assert_eq!(t.audited("service.watch", "allowed").await, 1);
        assert_eq!(t.audited("service.read", "allowed").await, 0);
    }

    async fn there_is_a_limit_for_each_token_and_whoever_goes_makes_room(t: TestVault) {
        t.shop().await;
        let token = t.service_token("shop", "api", None).await;
        let mut watches = Vec::new();
        for _ in 0..WATCHES_PER_TOKEN {
            watches.push(watch(&t.vault, &token, None).await.unwrap());
        }
        let error = refused(watch(&t.vault, &token, None).await);
        assert_eq!(error.code.status(), 429);
        assert!(error.detail.contains("a token of their own"), "{}", error.detail);
        watch(&t.vault, &t.service_token("shop", "api", None).await, None).await.unwrap();
        watches.pop();
        watch(&t.vault, &token, None).await.unwrap();
    }

    async fn who_watches_is_listed_with_what_it_has_applied(t: TestVault) {
        let admin = t.shop().await;
        let (api, staging) = (path("shop", "api"), env("staging"));
        let token = t.service_token("shop", "api", Some("staging")).await;
        let list = async || {
            let watchers = t.vault.list_watchers(&admin, &api, &staging).await.unwrap();
            watchers.into_iter().map(|one| (one.client, one.token, one.sequence, one.newest)).collect::<Vec<_>>()
        };
        let seen = |sequence, newest| vec![("host:1".to_owned(), "deploy".to_owned(), sequence, newest)];
        assert!(list().await.is_empty());
        let mut watched = watch(&t.vault, &token, None).await.unwrap();
        let first = next(&mut watched).await.unwrap();
        assert_eq!(list().await, seen(None, false));
        t.vault.put_applied(&token, &api, &staging, &watched.id(), first).await.unwrap();
        assert_eq!(list().await, seen(Some(first), true));
        put(&t.vault, &admin, "shop", "A", "1").await;
        let second = next(&mut watched).await.unwrap();
        assert_eq!(list().await, seen(Some(first), false));
        t.vault.put_applied(&token, &api, &staging, &watched.id(), second).await.unwrap();
        // What is no change for it leaves it on the newest.
        put(&t.vault, &admin, "shop@production", "A", "1").await;
        assert_eq!(list().await, seen(Some(second), true));
        assert!(t.vault.list_watchers(&admin, &api, &env("production")).await.unwrap().is_empty());

        // Nobody speaks for another's watch, and nobody lists what they do not see.
        let other = t.service_token("shop", "api", Some("staging")).await;
        assert_eq!(status(t.vault.put_applied(&other, &api, &staging, &watched.id(), 0).await), 404);
        assert_eq!(status(t.vault.put_applied(&token, &api, &staging, "none", 0).await), 404);
        assert_eq!(status(t.vault.list_watchers(&t.outsider().await, &api, &staging).await), 404);
        let long = "x".repeat(201);
        assert_eq!(status(t.vault.watch(&token, &api, &staging, None, &long).await), 422);
        drop(watched);
        assert!(list().await.is_empty());
    }

    async fn all_end_when_the_server_does(t: TestVault) {
        t.shop().await;
        let token = t.service_token("shop", "api", None).await;
        let mut watched = watch(&t.vault, &token, Some(sequence(&t).await)).await.unwrap();
        let vault = t.vault.clone();
        let (end, ()) = tokio::join!(next(&mut watched), async move { vault.end_watches() });
        assert_eq!(end, None);
        let mut late = watch(&t.vault, &token, Some(sequence(&t).await)).await.unwrap();
        assert_eq!(next(&mut late).await, None);
    }
}
