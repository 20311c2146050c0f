use domain::{
    Actor,
    api::{ListQuery, RevealRequest, ScopeFilter},
};
use vault::Vault;

use crate::{
    fixture::TestVault,
    speak::{at, name, page, put, refused, reveal, status},
};

const DAY: i64 = 24 * 60 * 60 * 1000;

async fn deleted(vault: &Vault, actor: &Actor) -> Vec<(String, i64, String)> {
    let list = vault.list_deleted(actor, &ScopeFilter::default(), &ListQuery::default()).await.unwrap();
    list.items.into_iter().map(|row| (row.name.to_string(), row.version, row.source)).collect()
}

async fn delete(t: &TestVault, actor: &Actor, place: &str, key: &str) {
    t.vault.delete_secret(actor, &at(place), &name(key), None).await.unwrap();
}

/// How many versions hold a value.
async fn sealed(t: &TestVault) -> i64 {
    t.place.number("SELECT COUNT(*) FROM secret_versions WHERE sealed IS NOT NULL AND wrapped_key IS NOT NULL").await
}

db_tests! {
    async fn what_was_deleted_is_listed_and_comes_back_for_30_days(t: TestVault) {
        let admin = t.shop().await;
        for place in ["platform", "shop", "shop/api@staging"] {
            put(&t.vault, &admin, place, "A", "old").await;
            put(&t.vault, &admin, place, "A", "new").await;
            t.clock.advance(1);
            delete(&t, &admin, place, "A").await;
        }
        put(&t.vault, &admin, "shop", "KEPT", "v").await;
        let source = |text: &str| ("A".to_owned(), 2, text.to_owned());
        assert_eq!(deleted(&t.vault, &admin).await, [
            source("project: shop, service: api, environment: staging"), source("project: shop"), source("platform"),
        ]);
        let filter = ScopeFilter::default();
        let first = t.vault.list_deleted(&admin, &filter, &page(2, None)).await.unwrap();
        let rest = t.vault.list_deleted(&admin, &filter, &page(2, first.next_cursor.as_deref())).await.unwrap();
        assert_eq!((first.items.len(), rest.items.len(), rest.next_cursor), (2, 1, None));
        assert_eq!(first.items[0].destroyed_from.0 - first.items[0].deleted_at.0, 30 * DAY);
        assert_eq!(status(t.vault.list_deleted(&admin, &filter, &page(2, Some("x"))).await), 422);
        assert_eq!(deleted(&t.vault, &t.outsider().await).await, [source("platform")]);

        t.clock.advance(30 * DAY - 10);
        assert_eq!(t.vault.sweep_deleted().await.unwrap(), 0);
        t.vault.restore_secret(&admin, &at("shop"), &name("A"), 2).await.unwrap();
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "new");
        assert_eq!(deleted(&t.vault, &admin).await.len(), 2);
    }

    async fn after_30_days_values_are_destroyed_and_history_says_so(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "one").await;
        put(&t.vault, &admin, "shop", "A", "two").await;
        put(&t.vault, &admin, "shop", "B", "three").await;
        put(&t.vault, &admin, "shop", "B", "four").await;
        delete(&t, &admin, "shop", "A").await;
        assert_eq!(sealed(&t).await, 4);
        t.clock.advance(30 * DAY);
        assert_eq!(t.vault.sweep_deleted().await.unwrap(), 2);
        assert_eq!(t.vault.sweep_deleted().await.unwrap(), 0);
        assert_eq!(sealed(&t).await, 2, "those of B");
        assert_eq!(t.audited("secret.destroy", "allowed").await, 1);
        assert!(deleted(&t.vault, &admin).await.is_empty());

        let rows = t.vault.list_versions(&admin, &at("shop"), &name("A")).await.unwrap();
        let seen: Vec<_> = rows.iter().map(|r| (r.version, r.deleted, r.destroyed_at.is_some())).collect();
        assert_eq!(seen, [(3, true, false), (2, false, true), (1, false, true)]);
        assert_eq!(rows[1].destroyed_at, Some(t.clock.now()));
        let request = RevealRequest { version: Some(2), ..RevealRequest::default() };
        assert_eq!(status(t.vault.reveal(&admin, &at("shop"), &name("A"), &request).await), 410);
        let error = refused(t.vault.restore_secret(&admin, &at("shop"), &name("A"), 2).await);
        assert_eq!(error.code.status(), 410);
        assert!(error.detail.starts_with("version 2 was destroyed on "), "{error}");
        let deletion = rows[0].change_id.clone();
        assert_eq!(status(t.vault.undo_change(&admin, &deletion).await), 410);
        // The name itself lives on.
        assert_eq!(put(&t.vault, &admin, "shop", "A", "two").await.version, 4);
        assert_eq!(reveal(&t.vault, &admin, "shop", "B").await, "four");
        assert!(t.vault.verify_audit().await.unwrap().verdict().is_ok());
    }

    async fn a_sweep_goes_on_until_nothing_is_left(t: TestVault) {
        let admin = t.shop().await;
        let file: Vec<String> = (0..230).map(|n| format!("\"K{n}\": \"{n}\"")).collect();
        let file = crate::speak::upload(&format!("{{{}}}", file.join(",")));
        let plan = t.vault.import(&admin, &at("shop"), &file, &vault::ImportOptions::default()).await.unwrap();
        t.vault.undo_change(&admin, &plan.change_id.unwrap()).await.unwrap();
        t.clock.advance(31 * DAY);
        assert_eq!(t.vault.sweep_deleted().await.unwrap(), 230);
        assert_eq!(sealed(&t).await, 0);
    }

    async fn an_admin_destroys_at_once(t: TestVault) {
        let admin = t.shop().await;
        for value in ["one", "two", "three"] {
            put(&t.vault, &admin, "shop", "A", value).await;
        }
        let (scope, key) = (at("shop"), name("A"));
        let destroy = async |actor: &Actor, version| t.vault.destroy_versions(actor, &scope, &key, version).await;
        let developer = t.developer_of("shop").await;
        assert_eq!(status(destroy(&developer, Some(1)).await), 403);
        assert_eq!(status(destroy(&t.outsider().await, Some(1)).await), 404);
        assert_eq!(status(destroy(&admin, None).await), 409, "it is in use");
        assert_eq!(status(destroy(&admin, Some(3)).await), 409, "it is in use");
        assert_eq!(status(destroy(&admin, Some(9)).await), 404);
        assert_eq!(sealed(&t).await, 3);
        assert_eq!(destroy(&admin, Some(1)).await.unwrap(), 1);
        assert_eq!(status(destroy(&admin, Some(1)).await), 410);
        assert_eq!(status(t.vault.restore_secret(&admin, &scope, &key, 1).await), 410);
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "three");
        delete(&t, &admin, "shop", "A").await;
        assert_eq!(status(destroy(&admin, Some(4)).await), 422, "a deletion holds nothing");
        assert_eq!(destroy(&admin, None).await.unwrap(), 2);
        assert_eq!(status(destroy(&admin, None).await), 410);
        assert_eq!(sealed(&t).await, 0);
        assert!(deleted(&t.vault, &admin).await.is_empty());
        assert_eq!(t.audited("secret.destroy", "allowed").await, 2);
        assert_eq!(t.audited("secret.destroy", "denied").await, 2);
        assert_eq!(status(t.vault.destroy_versions(&admin, &scope, &name("B"), None).await), 404);
    }

    async fn a_tombstone_cannot_be_forged_or_taken_away(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "one").await;
        put(&t.vault, &admin, "shop", "A", "two").await;
        let versions = async || t.vault.list_versions(&admin, &at("shop"), &name("A")).await;
        t.place.execute("UPDATE secret_versions SET destroyed_at = 1 WHERE version = 1").await;
        assert_eq!(status(versions().await), 500);
        t.place.execute("UPDATE secret_versions SET destroyed_at = NULL WHERE version = 1").await;
        assert!(versions().await.is_ok());
        t.vault.destroy_versions(&admin, &at("shop"), &name("A"), Some(1)).await.unwrap();
        t.place.execute("UPDATE secret_versions SET destroyed_at = NULL WHERE version = 1").await;
        assert_eq!(status(versions().await), 500);
    }

    async fn what_was_destroyed_is_not_in_the_file_any_more(t: TestVault) {
        if !t.place.is_sqlite() {
            return;
        }
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "one").await;
        let hex = "SELECT CAST(COUNT(*) AS BIGINT) FROM secret_versions WHERE hex(wrapped_key) <> ''";
        assert_eq!(t.place.number(hex).await, 1);
        let files = || {
            let data = t.place.directory().join("data");
            let mut all = Vec::new();
            for entry in std::fs::read_dir(data).unwrap() {
                all.extend(std::fs::read(entry.unwrap().path()).unwrap());
            }
            all
        };
        let key: Vec<u8> = t.place.bytes("SELECT wrapped_key FROM secret_versions").await;
        let holds = |all: &[u8]| all.windows(key.len()).any(|window| window == key);
        assert!(holds(&files()));
        delete(&t, &admin, "shop", "A").await;
        t.vault.destroy_versions(&admin, &at("shop"), &name("A"), None).await.unwrap();
        assert!(!holds(&files()));
    }
}
