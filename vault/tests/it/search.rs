use std::{collections::BTreeSet, time::Instant};

use domain::{
    Actor, Code,
    api::{Binding, Found, ListQuery, MoveRequest, NewToken, PatchPlace, SearchHit},
    search::fold,
    time::DAY,
};
use serde_json::json;
use vault::ImportOptions;

use crate::{
    fixture::{TestVault, new_token},
    speak::{at, env, name, page, path, put, refused, slug, status, text, upload},
};

/// Every hit of a query, page by page.
async fn all(t: &TestVault, actor: &Actor, query: &str, limit: u32) -> Vec<SearchHit> {
    let (mut hits, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let found = t.vault.search(actor, query, &page(limit, cursor.as_deref())).await.unwrap();
        assert!(found.items.len() <= usize::try_from(limit).unwrap());
        hits.extend(found.items);
        cursor = found.next_cursor;
        if cursor.is_none() {
            return hits;
        }
    }
}

/// The hits as `secret NAME in SOURCE`, sorted.
async fn told(t: &TestVault, actor: &Actor, query: &str) -> Vec<String> {
    let hits = all(t, actor, query, 100).await;
    let mut told: Vec<String> =
        hits.iter().map(|hit| format!("{} {} in {}", hit.found.word(), hit.name, hit.source)).collect();
    told.sort();
    told
}

/// The names of the secrets that are found, sorted.
async fn names(t: &TestVault, actor: &Actor, query: &str) -> Vec<String> {
    let hits = all(t, actor, query, 100).await;
    let mut names: Vec<String> =
        hits.into_iter().filter(|hit| hit.found == Found::Secret).map(|hit| hit.name).collect();
    names.sort();
    names
}

async fn comment(t: &TestVault, actor: &Actor, place: &str, key: &str, comment: &str) {
    t.vault.put_secret(actor, &at(place), &name(key), text("v"), Some(comment), None).await.unwrap();
}

async fn bind(t: &TestVault, actor: &Actor, bindings: serde_json::Value) {
    let bindings: Vec<Binding> = serde_json::from_value(bindings).unwrap();
    t.vault.put_bindings(actor, &path("shop", "api"), &bindings).await.unwrap();
}

db_tests! {
    async fn everything_is_found_with_its_source(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "platform", "SHOP_URL", "canary").await;
        put(&t.vault, &admin, "shop/api@staging", "WORKSHOP", "canary").await;
        comment(&t, &admin, "shop", "MAIL_KEY", "asked for by the shop's owner").await;
        bind(&t, &admin, json!([
            {"target": {"env": "SHOP_TOKEN"}, "secret": "A", "environment": "staging"},
            {"target": {"file": "/etc/b"}, "secret": "SHOP_URL"},
            {"target": {"env": "C"}, "secret": "C"},
        ])).await;
        assert_eq!(told(&t, &admin, "sHoP").await, [
            "binding /etc/b in project: shop, service: api",
            "binding SHOP_TOKEN in project: shop, service: api, environment: staging",
            "project shop in project: shop",
            "secret MAIL_KEY in project: shop",
            "secret SHOP_URL in platform",
            "secret WORKSHOP in project: shop, service: api, environment: staging",
        ]);
        assert_eq!(told(&t, &admin, "ap").await, ["service api in project: shop, service: api"]);
        let hits = all(&t, &admin, "workshop", 10).await;
        assert_eq!((hits[0].version, hits[0].kind.map(domain::Kind::word)), (Some(1), Some("text")));
        assert_eq!(hits[0].updated_at, Some(t.clock.now()));
        assert!(!serde_json::to_string(&hits).unwrap().contains("canary"));
    }

    async fn words_are_all_there_and_nothing_in_them_has_a_meaning(t: TestVault) {
        let admin = t.shop().await;
        comment(&t, &admin, "shop", "DB_PASS", "100% of it; say \"hi\" to O'Hara \\ ünder").await;
        comment(&t, &admin, "shop", "DBXPASS", "").await;
        comment(&t, &admin, "shop", "A.B-C", "").await;
        for (query, found) in [
            ("db pass", vec!["DBXPASS", "DB_PASS"]),
            ("db_pass", vec!["DB_PASS"]),
            ("b_p", vec!["DB_PASS"]),
            ("_", vec!["DB_PASS"]),
            ("%", vec!["DB_PASS"]),
            ("0%", vec!["DB_PASS"]),
            ("\"", vec!["DB_PASS"]),
            ("\"hi\"", vec!["DB_PASS"]),
            ("\"say \"", vec!["DB_PASS"]),
            ("'", vec!["DB_PASS"]),
            ("\\", vec!["DB_PASS"]),
            ("ÜND", vec!["DB_PASS"]),
            ("a.b-c", vec!["A.B-C"]),
            ("a_b", vec![]),
            ("pass zzz", vec![]),
            ("%a%", vec![]),
            ("\u{0}", vec![]),
        ] {
            assert_eq!(names(&t, &admin, query).await, found, "{query}");
        }
        assert!(all(&t, &admin, "  ", 10).await.is_empty());
        let long = refused(t.vault.search(&admin, &"x".repeat(10_000), &ListQuery::default()).await);
        assert_eq!((long.code, long.problems[0].name.as_deref()), (Code::Invalid, Some("q")));
        for cursor in ["nonsense", "e30", "W10"] {
            assert_eq!(status(t.vault.search(&admin, "a", &page(1, Some(cursor))).await), 422, "{cursor}");
        }
        let long = ListQuery { search: Some("x".repeat(10_000)), ..ListQuery::default() };
        assert_eq!(status(t.vault.list_secrets(&admin, &at("shop"), &long).await), 422);
        let odd = ListQuery { search: Some("b_".into()), ..ListQuery::default() };
        assert_eq!(t.vault.list_secrets(&admin, &at("shop"), &odd).await.unwrap().items.len(), 1);
    }

    async fn nobody_finds_what_they_may_not_see(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        t.service("bank", "ledger").await;
        for place in ["platform", "shop", "shop@staging", "shop/api", "shop/api@staging", "shop/web", "bank", "bank/ledger"] {
            put(&t.vault, &admin, place, "KEY", "v").await;
        }
        bind(&t, &admin, json!([{"target": {"env": "KEY"}, "secret": "KEY"}])).await;
        let sources = async |actor: &Actor| -> Vec<String> {
            let hits = all(&t, actor, "key", 3).await;
            let sources: BTreeSet<String> = hits.into_iter().map(|hit| hit.source).collect();
            sources.into_iter().collect()
        };
        assert_eq!(sources(&admin).await.len(), 8);
        assert_eq!(sources(&t.outsider().await).await, ["platform"]);
        let developer = t.developer_of("bank").await;
        assert_eq!(sources(&developer).await, ["platform", "project: bank", "project: bank, service: ledger"]);
        assert_eq!(told(&t, &developer, "ledger").await, ["service ledger in project: bank, service: ledger"]);
        assert!(told(&t, &developer, "shop").await.is_empty());
        let staging = t.service_token("shop", "api", Some("staging")).await;
        assert_eq!(sources(&staging).await, [
            "project: shop, service: api", "project: shop, service: api, environment: staging"
        ]);
        let of_shop = NewToken { project: Some(slug("shop")), ..new_token("all of shop") };
        let of_shop = t.bearer(&t.token(&admin, &of_shop).await).await;
        assert_eq!(sources(&of_shop).await.len(), 5);
    }

    async fn filters_narrow_what_is_found(t: TestVault) {
        let admin = t.shop().await;
        let put_kind = async |place: &str, key: &str, kind, value: &str| {
            let value = domain::SecretValue::new(kind, value.as_bytes().to_vec()).unwrap();
            t.vault.put_secret(&admin, &at(place), &name(key), value, None, None).await.unwrap();
        };
        put_kind("shop", "OLD_FILE", domain::Kind::File, "x").await;
        put_kind("shop@staging", "OLD_JSON", domain::Kind::Json, "{}").await;
        t.clock.advance(91 * DAY);
        put_kind("shop/api@staging", "NEW_TEXT", domain::Kind::Text, "x").await;
        put_kind("platform", "NEW_FILE", domain::Kind::File, "x").await;
        for (query, found) in [
            ("kind:file", vec!["NEW_FILE", "OLD_FILE"]),
            ("kind:file old", vec!["OLD_FILE"]),
            ("env:staging", vec!["NEW_TEXT", "OLD_JSON"]),
            ("env:all", vec!["NEW_FILE", "OLD_FILE"]),
            ("level:project", vec!["OLD_FILE", "OLD_JSON"]),
            ("level:platform env:all", vec!["NEW_FILE"]),
            ("stale:>90d", vec!["OLD_FILE", "OLD_JSON"]),
            ("stale:>91d", vec![]),
            ("stale:>90d kind:json level:project env:staging old", vec!["OLD_JSON"]),
            ("env:nowhere", vec![]),
        ] {
            assert_eq!(names(&t, &admin, query).await, found, "{query}");
        }
        assert_eq!(status(t.vault.search(&admin, "kind:x", &ListQuery::default()).await), 422);
    }

    async fn a_secret_is_unused_when_no_service_gets_it(t: TestVault) {
        let admin = t.shop().await;
        t.project("empty").await;
        for (place, key) in [
            ("platform", "EVERYWHERE"),
            ("platform", "COVERED"), ("shop", "COVERED"),
            ("shop@staging", "BY_ENVIRONMENT"), ("shop/api@staging", "BY_ENVIRONMENT"), ("shop/web", "BY_ENVIRONMENT"),
            ("empty", "NOBODY"),
            ("shop", "PINNED"), ("shop/api", "PINNED"), ("shop/web", "PINNED"),
        ] {
            put(&t.vault, &admin, place, key, "v").await;
        }
        bind(&t, &admin, json!([
            {"target": {"env": "P"}, "secret": "PINNED", "scope": {"level": "project", "project": "shop", "environment": null}},
        ])).await;
        assert_eq!(told(&t, &admin, "unused:true").await, [
            "secret BY_ENVIRONMENT in project: shop, environment: staging",
            "secret COVERED in platform",
            "secret NOBODY in project: empty",
        ]);
        // A service that gets its bindings alone uses nothing else.
        t.vault.put_mode(&admin, &path("shop", "api"), domain::api::Mode::Bound).await.unwrap();
        t.vault.put_mode(&admin, &path("shop", "web"), domain::api::Mode::Bound).await.unwrap();
        bind(&t, &admin, json!([{"target": {"env": "E"}, "secret": "EVERYWHERE", "environment": "staging"}])).await;
        assert_eq!(told(&t, &admin, "unused:false").await, ["secret EVERYWHERE in platform"]);
        assert_eq!(all(&t, &admin, "unused:true", 2).await.len(), 9);
    }

    async fn what_is_found_follows_what_is_written(t: TestVault) {
        let admin = t.shop().await;
        comment(&t, &admin, "shop", "KEY", "made in spring").await;
        assert_eq!(names(&t, &admin, "spring").await, ["KEY"]);
        comment(&t, &admin, "shop", "KEY", "made in autumn").await;
        assert!(names(&t, &admin, "spring").await.is_empty());
        assert_eq!(names(&t, &admin, "autumn").await, ["KEY"]);
        t.vault.delete_secret(&admin, &at("shop"), &name("KEY"), None).await.unwrap();
        assert!(names(&t, &admin, "autumn").await.is_empty());
        assert!(names(&t, &admin, "level:project").await.is_empty());
        put(&t.vault, &admin, "shop", "KEY", "w").await;
        assert_eq!(names(&t, &admin, "autumn").await, ["KEY"]);
        let words = PatchPlace { name: Some("Storefront".into()), description: Some("sells hats".into()) };
        t.vault.update_project(&admin, &slug("shop"), &words).await.unwrap();
        t.vault.update_service(&admin, &path("shop", "web"), &words).await.unwrap();
        assert_eq!(told(&t, &admin, "hats").await, ["project shop in project: shop", "service web in project: shop, service: web"]);
        bind(&t, &admin, json!([{"target": {"env": "HATS"}, "secret": "KEY"}])).await;
        assert_eq!(told(&t, &admin, "hats key").await.len(), 1);
        bind(&t, &admin, json!([])).await;
        assert!(told(&t, &admin, "hats key").await.is_empty());
        t.vault.delete_project(&admin, &slug("shop")).await.unwrap();
        assert!(told(&t, &admin, "hats").await.is_empty() && told(&t, &admin, "key").await.is_empty());
        assert_eq!(t.place.number("SELECT COUNT(*) FROM search_postings").await, 0);
    }

    async fn what_is_found_follows_moves_undo_and_what_leaves_with_an_environment(t: TestVault) {
        let admin = t.shop().await;
        comment(&t, &admin, "shop", "OLD", "made in spring").await;
        bind(&t, &admin, json!([{"target": {"env": "HATS"}, "secret": "OLD"}])).await;
        let request = MoveRequest { name: Some(name("FRESH")), scope: None, expected_version: None };
        let moved = t.vault.move_secret(&admin, &at("shop"), &name("OLD"), &request).await.unwrap();
        assert_eq!(names(&t, &admin, "spring").await, ["FRESH"]);
        assert!(told(&t, &admin, "old").await.is_empty());
        // The binding that followed is found by what it takes now.
        assert_eq!(told(&t, &admin, "hats fresh").await.len(), 1);
        assert!(told(&t, &admin, "hats old").await.is_empty());
        t.vault.undo_change(&admin, &moved.secret.change_id).await.unwrap();
        assert_eq!(names(&t, &admin, "spring").await, ["OLD"]);
        assert_eq!(told(&t, &admin, "hats old").await.len(), 1);
        assert!(told(&t, &admin, "fresh").await.is_empty());

        comment(&t, &admin, "shop@staging", "LEAVES", "with it").await;
        bind(&t, &admin, json!([{"target": {"env": "LEAVES_TOO"}, "secret": "OLD", "environment": "staging"}])).await;
        assert_eq!(told(&t, &admin, "leaves").await.len(), 2);
        t.vault.delete_environment_with_contents(&admin, &env("staging"), None).await.unwrap();
        assert!(told(&t, &admin, "leaves").await.is_empty());
        assert_eq!(t.place.number("SELECT COUNT(*) FROM search_postings WHERE part = 'leaves'").await, 0);
    }

    async fn pages_meet_without_gap_or_overlap_and_hold_what_a_plain_look_finds(t: TestVault) {
        let admin = t.shop().await;
        let keys: Vec<String> = (0..700)
            .map(|n| format!("{}_{}_{n}", ["BANANA", "ANANAS", "KEY", "A"][n % 4], ["URL", "KEY", "ana"][n % 3]))
            .collect();
        for (place, keys) in [("shop", &keys[..400]), ("shop/api@staging", &keys[300..])] {
            let file: Vec<String> = keys.iter().map(|key| format!("\"{key}\": \"v\"")).collect();
            let file = upload(&format!("{{{}}}", file.join(",")));
            t.vault.import(&admin, &at(place), &file, &ImportOptions::default()).await.unwrap();
        }
        let developer = t.developer_of("shop").await;
        for query in ["a", "ana", "an", "key", "key_6", "1", "banana url", "y_a", "_", "na_ur 12", "nothing"] {
            let words: Vec<String> = query.split(' ').map(fold).collect();
            let plain = |keys: &[String]| keys.iter().filter(|key| words.iter().all(|word| fold(key).contains(word))).count();
            let expected = plain(&keys[..400]) + plain(&keys[300..]);
            for (actor, limit) in [(&admin, 1000), (&admin, 7), (&developer, 31)] {
                let hits = all(&t, actor, query, limit).await;
                let secrets: Vec<_> = hits.iter().filter(|hit| hit.found == Found::Secret).collect();
                let different: BTreeSet<_> = secrets.iter().map(|hit| (&hit.name, &hit.source)).collect();
                assert_eq!((secrets.len(), different.len()), (expected, expected), "{query} by {limit}");
            }
        }
    }

    async fn whoever_edits_the_search_tables_hides_hits_and_invents_none(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "HONEST", "v").await;
        put(&t.vault, &admin, "shop", "OTHER", "v").await;
        t.place.execute("UPDATE search_postings SET part = 'forged' WHERE part = 'honest'").await;
        t.place.execute("UPDATE search_suffixes SET part = 'forged' WHERE part = 'honest'").await;
        assert!(names(&t, &admin, "honest").await.is_empty());
        assert!(names(&t, &admin, "forged").await.is_empty());
        // Anything else finds what it did.
        assert_eq!(names(&t, &admin, "other").await, ["OTHER"]);
        // Made anew, it is all there again.
        t.place.execute("UPDATE search_index SET format = 0").await;
        t.reopen().await.close().await;
        assert_eq!(names(&t, &admin, "honest").await, ["HONEST"]);
        // A row that was edited is refused, not shown.
        t.place.execute("UPDATE secrets SET comment = 'forged other' WHERE name = 'OTHER'").await;
        assert_eq!(status(t.vault.search(&admin, "other", &ListQuery::default()).await), 500);
    }

    async fn a_search_looks_at_so_many_candidates_and_leads_on(t: TestVault) {
        let admin = t.shop().await;
        for part in 0..2 {
            let keys: Vec<String> = (0..3000).map(|n| format!("\"KEY_{part}_{n:04}\": \"v\"")).collect();
            let file = upload(&format!("{{{}}}", keys.join(",")));
            t.vault.import(&admin, &at("shop"), &file, &ImportOptions::default()).await.unwrap();
        }
        comment(&t, &admin, "shop", "KEY_1_2999", "the rare one").await;
        let start = Instant::now();
        let found = t.vault.search(&admin, "key rare", &page(10, None)).await.unwrap();
        println!("rare {:?}", start.elapsed());
        assert_eq!((found.items.len(), found.next_cursor), (1, None));
        // No part is rare, so a page may be empty; all of them together are not.
        let first = t.vault.search(&admin, "y_1_29 99", &page(10, None)).await.unwrap();
        println!("first {}", first.items.len());
        let hits = all(&t, &admin, "y_1_29 99", 10).await;
        assert_eq!(hits.len(), (2900..3000).filter(|n| n.to_string().contains("99")).count());
        assert_eq!(all(&t, &admin, "kind:json", 10).await.len(), 0);
        assert_eq!(all(&t, &admin, "level:project", 1000).await.len(), 6000);
    }
}
