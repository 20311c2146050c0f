use domain::{
    Kind, SecretValue,
    api::{ListQuery, RevealRequest},
};
use seal::random_bytes;

use crate::speak::{at, name, page, put, refused, reveal, status, text};

db_tests! {
    async fn a_value_comes_back_byte_for_byte(t: TestVault) {
        let admin = t.shop().await;
        let random = random_bytes::<999>().unwrap().to_vec();
        let values: [(&str, Kind, Vec<u8>); 7] = [
            ("EMPTY", Kind::Text, Vec::new()),
            ("SPACES", Kind::Text, b" a \r\n".to_vec()),
            ("NUL", Kind::Text, b"a\0b".to_vec()),
            ("JSON", Kind::Json, b"{ \"z\": 1,  \"a\": 1.0 }".to_vec()),
            ("NULL", Kind::Json, b"null".to_vec()),
            ("FILE", Kind::File, random),
            ("LARGE", Kind::Text, vec![b'x'; domain::value::VALUE_MAX]),
        ];
        let scope = at("shop/api@staging");
        for (key, kind, bytes) in values {
            let value = SecretValue::new(kind, bytes.clone()).unwrap();
            let row = t.vault.put_secret(&admin, &scope, &name(key), value, Some("why"), None).await.unwrap();
            assert_eq!((row.version, row.kind, row.comment.as_str()), (1, kind, "why"));
            assert_eq!(row.source, "project: shop, service: api, environment: staging");
            let request = RevealRequest::default();
            let revealed = t.vault.reveal(&admin, &scope, &name(key), &request).await.unwrap();
            assert_eq!(revealed.version, 1);
            let value = SecretValue::from_wire(revealed.kind, &revealed.value.0).unwrap();
            assert!(value.expose() == bytes, "{key}");
        }
    }

    async fn versions_count_from_one_without_gaps_through_deletion_and_revival(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop");
        let key = name("DB_PASS");
        assert_eq!(put(&t.vault, &admin, "shop", "DB_PASS", "one").await.version, 1);
        assert_eq!(put(&t.vault, &admin, "shop", "DB_PASS", "two").await.version, 2);
        t.vault.delete_secret(&admin, &scope, &key, None).await.unwrap();
        assert_eq!(status(t.vault.find_secret(&admin, &scope, &key).await), 404);
        assert_eq!(status(t.vault.reveal(&admin, &scope, &key, &RevealRequest::default()).await), 404);
        assert_eq!(status(t.vault.delete_secret(&admin, &scope, &key, None).await), 404);
        assert!(t.vault.list_secrets(&admin, &scope, &ListQuery::default()).await.unwrap().items.is_empty());
        assert_eq!(put(&t.vault, &admin, "shop", "DB_PASS", "two").await.version, 4);

        let versions = t.vault.list_versions(&admin, &scope, &key).await.unwrap();
        let seen: Vec<_> = versions.iter().map(|v| (v.version, v.deleted, v.same_as_previous)).collect();
        assert_eq!(seen, [(4, false, false), (3, true, false), (2, false, false), (1, false, false)]);
        let request = RevealRequest { version: Some(1), ..RevealRequest::default() };
        let old = t.vault.reveal(&admin, &scope, &key, &request).await.unwrap();
        assert_eq!((old.value.0.as_str(), old.version), ("one", 1));
        let request = RevealRequest { version: Some(9), ..RevealRequest::default() };
        assert_eq!(status(t.vault.reveal(&admin, &scope, &key, &request).await), 404);
    }

    async fn the_same_value_again_makes_no_version_but_may_change_the_comment(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop");
        let first = put(&t.vault, &admin, "shop", "A", "1").await;
        t.clock.advance(1000);
        assert_eq!(put(&t.vault, &admin, "shop", "A", "1").await, first);
        assert_eq!(t.audited("secret.put", "allowed").await, 1);

        let commented = t.vault.put_secret(&admin, &scope, &name("A"), text("1"), Some("new"), Some(1)).await.unwrap();
        assert_eq!((commented.version, commented.comment.as_str()), (1, "new"));
        assert_eq!(t.vault.find_secret(&admin, &scope, &name("A")).await.unwrap().comment, "new");
        assert_eq!(t.audited("secret.put", "allowed").await, 2);
        assert_eq!(t.vault.list_changes(&admin, &ListQuery::default()).await.unwrap().items.len(), 1);

        // The same bytes of another kind are another value.
        let json = SecretValue::new(Kind::Json, b"1".to_vec()).unwrap();
        let row = t.vault.put_secret(&admin, &scope, &name("A"), json, None, None).await.unwrap();
        assert_eq!((row.version, row.comment.as_str()), (2, "new"));
    }

    async fn a_write_that_follows_another_version_is_a_conflict_that_names_both(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop/api");
        let key = name("A");
        let write = async |value: &str, expected| {
            t.vault.put_secret(&admin, &scope, &key, text(value), None, Some(expected)).await
        };
        assert_eq!(refused(write("x", 3).await).detail, "`A` does not exist, but this write expected version 3");
        assert_eq!(write("1", 0).await.unwrap().version, 1);
        assert_eq!(
            refused(write("canary", 0).await).detail,
            "`A` is at version 1, but this write expected that it does not exist"
        );
        assert_eq!(write("2", 1).await.unwrap().version, 2);
        let error = refused(write("canary", 1).await);
        assert_eq!(error.detail, "`A` is at version 2, but this write expected version 1");
        assert_eq!(error.code.status(), 409);
        assert_eq!(status(t.vault.delete_secret(&admin, &scope, &key, Some(1)).await), 409);
        t.vault.delete_secret(&admin, &scope, &key, Some(2)).await.unwrap();
        assert_eq!(
            refused(write("canary", 2).await).detail,
            "`A` was deleted in version 3, but this write expected version 2"
        );
        assert_eq!(write("4", 0).await.unwrap().version, 4);
    }

    async fn writers_at_once_get_versions_without_gaps_and_lose_nothing(t: TestVault) {
        let admin = t.shop().await;
        let other = t.reopen().await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..8 {
            let vault = if writer % 2 == 0 { t.vault.clone() } else { other.clone() };
            let admin = admin.clone();
            writers.spawn(async move {
                let mut versions = Vec::new();
                for round in 0..5 {
                    let value = format!("{writer}-{round}");
                    versions.push(put(&vault, &admin, "shop/api@staging", "A", &value).await.version);
                }
                versions
            });
        }
        let mut versions: Vec<i64> = writers.join_all().await.into_iter().flatten().collect();
        versions.sort_unstable();
        assert_eq!(versions, (1..=40).collect::<Vec<_>>());
        let history = t.vault.list_versions(&admin, &at("shop/api@staging"), &name("A")).await.unwrap();
        assert_eq!(history.len(), 40);
        let sequence = t.place.number("SELECT value FROM change_sequence").await;
        assert_eq!(sequence, 40);
        other.close().await;
    }

    async fn of_writers_that_follow_the_same_version_one_wins(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "0").await;
        let other = t.reopen().await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..8 {
            let vault = if writer % 2 == 0 { t.vault.clone() } else { other.clone() };
            let admin = admin.clone();
            writers.spawn(async move {
                let value = text(&format!("by {writer}"));
                vault.put_secret(&admin, &at("shop"), &name("A"), value, None, Some(1)).await
            });
        }
        let results = writers.join_all().await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        for result in results.into_iter().filter(Result::is_err) {
            let error = refused(result);
            assert_eq!(error.detail, "`A` is at version 2, but this write expected version 1");
        }
        other.close().await;
    }

    async fn first_writers_of_a_scope_share_its_key(t: TestVault) {
        let admin = t.shop().await;
        let other = t.reopen().await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..10 {
            let vault = if writer % 2 == 0 { t.vault.clone() } else { other.clone() };
            let admin = admin.clone();
            writers.spawn(async move {
                put(&vault, &admin, "shop/web@production", &format!("K{writer}"), "v").await.version
            });
        }
        assert_eq!(writers.join_all().await, [1; 10]);
        assert_eq!(t.place.number("SELECT COUNT(*) FROM scopes").await, 1);
        for writer in 0..10 {
            assert_eq!(reveal(&other, &admin, "shop/web@production", &format!("K{writer}")).await, "v");
        }
        other.close().await;
    }

    async fn a_reveal_is_recorded_with_its_reason_before_it_is_answered(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        let request = RevealRequest { reason: Some("on call".into()), version: None };
        let revealed = t.vault.reveal(&admin, &at("shop"), &name("A"), &request).await.unwrap();
        let log = t.vault.list_audit(&admin, &domain::api::AuditQuery::default()).await.unwrap();
        let record = log.items.iter().find(|record| record.id == revealed.audit_id).unwrap();
        assert_eq!(record.action, "secret.reveal");
        assert_eq!(record.source, "project: shop");
        assert_eq!((record.name.as_str(), record.version, record.reason.as_str()), ("A", Some(1), "on call"));
        let request = RevealRequest { reason: Some("x".repeat(201)), version: None };
        assert_eq!(status(t.vault.reveal(&admin, &at("shop"), &name("A"), &request).await), 422);
    }

    async fn an_old_version_is_restored_as_the_newest(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop");
        for value in ["one", "two"] {
            put(&t.vault, &admin, "shop", "A", value).await;
        }
        t.vault.delete_secret(&admin, &scope, &name("A"), None).await.unwrap();
        let restored = t.vault.restore_secret(&admin, &scope, &name("A"), 1).await.unwrap();
        assert_eq!(restored.version, 4);
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "one");
        assert_eq!(t.vault.restore_secret(&admin, &scope, &name("A"), 1).await.unwrap().version, 4);
        let error = refused(t.vault.restore_secret(&admin, &scope, &name("A"), 3).await);
        assert_eq!(error.detail, "version 3 of `A` is its deletion; there is no value to bring back");
        assert_eq!(status(t.vault.restore_secret(&admin, &scope, &name("A"), 9).await), 404);
        assert_eq!(status(t.vault.restore_secret(&admin, &scope, &name("B"), 1).await), 404);
        assert_eq!(t.audited("secret.restore", "allowed").await, 1);
    }

    async fn lists_are_sorted_by_bytes_searched_and_paged(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop");
        for key in ["b", "_a", "B.1", "a-b", "C"] {
            put(&t.vault, &admin, "shop", key, "v").await;
        }
        put(&t.vault, &admin, "shop@staging", "ELSEWHERE", "v").await;
        let names = |page: &domain::api::Page<domain::api::SecretRow>| -> Vec<String> {
            page.items.iter().map(|row| row.name.to_string()).collect()
        };
        let first = t.vault.list_secrets(&admin, &scope, &page(3, None)).await.unwrap();
        assert_eq!(names(&first), ["B.1", "C", "_a"]);
        let second = t.vault.list_secrets(&admin, &scope, &page(3, first.next_cursor.as_deref())).await.unwrap();
        assert_eq!((names(&second), second.next_cursor), (vec!["a-b".to_owned(), "b".to_owned()], None));
        let query = ListQuery { search: Some("B".into()), ..ListQuery::default() };
        let found = t.vault.list_secrets(&admin, &scope, &query).await.unwrap();
        assert_eq!(names(&found), ["B.1", "a-b", "b"]);
    }

    async fn who_may_what_with_secrets(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        let developer = t.developer_of("shop").await;
        let outsider = t.outsider().await;
        let token = t.service_token("shop", "api", None).await;
        for place in ["platform", "shop", "shop/api", "shop/web", "bank"] {
            put(&t.vault, &admin, place, "A", "v").await;
        }
        let key = name("A");
        let request = RevealRequest::default();
        // (actor, place, see, reveal, write): 200 means that it works.
        let table = [
            (&developer, "shop", 200, 200, 200),
            (&developer, "shop/web", 200, 200, 200),
            (&developer, "platform", 200, 403, 403),
            (&developer, "bank", 404, 404, 404),
            (&outsider, "shop", 404, 404, 404),
            (&outsider, "shop/api", 404, 404, 404),
            (&outsider, "platform", 200, 403, 403),
            (&token, "shop/api", 200, 200, 403),
            (&token, "shop/web", 404, 404, 404),
            (&token, "shop", 404, 404, 404),
            (&token, "platform", 404, 404, 404),
        ];
        let told = |done: Option<domain::Error>| done.map_or(200, |error| error.code.status());
        for (actor, place, sees, reveals, writes) in table {
            let scope = at(place);
            let all = |result: vault::Result<()>| told(result.err().map(vault::Error::public));
            let see = [
                all(t.vault.find_secret(actor, &scope, &key).await.map(drop)),
                all(t.vault.list_secrets(actor, &scope, &ListQuery::default()).await.map(drop)),
                all(t.vault.list_versions(actor, &scope, &key).await.map(drop)),
            ];
            assert_eq!(see, [sees; 3], "{} sees {place}", actor.label);
            let reveal = all(t.vault.reveal(actor, &scope, &key, &request).await.map(drop));
            assert_eq!(reveal, reveals, "{} reveals in {place}", actor.label);
            let write = [
                all(t.vault.put_secret(actor, &scope, &key, text("w"), None, None).await.map(drop)),
                all(t.vault.restore_secret(actor, &scope, &key, 1).await.map(drop)),
                all(t.vault.delete_secret(actor, &scope, &name("A"), None).await.map(drop)),
            ];
            assert_eq!(write, [writes; 3], "{} writes in {place}", actor.label);
            if writes == 200 {
                put(&t.vault, &admin, place, "A", "v").await;
            }
        }
        assert_eq!(t.audited("secret.reveal", "denied").await, 8);
    }

    async fn what_does_not_exist_is_told_like_what_may_not_be_seen(t: TestVault) {
        let admin = t.shop().await;
        let developer = t.developer_of("shop").await;
        t.project("bank").await;
        for place in ["bank", "nowhere", "bank/x@staging"] {
            let scope = at(place);
            let error = refused(t.vault.find_secret(&developer, &scope, &name("A")).await);
            assert_eq!(error.detail, format!("{scope} does not exist, or you may not see it"));
        }
        for place in ["nowhere", "shop/nowhere", "shop@nowhere", "platform@nowhere"] {
            let scope = at(place);
            let error = refused(t.vault.put_secret(&admin, &scope, &name("A"), text("v"), None, None).await);
            assert_eq!(error.detail, format!("{scope} does not exist, or you may not see it"));
        }
        assert_eq!(t.place.number("SELECT COUNT(*) FROM scopes").await, 0);
    }
}
