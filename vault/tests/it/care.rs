use domain::{
    Generate, Kind, SecretValue,
    api::{ListQuery, MatrixShow, RevealRequest, SecretPatch},
    time::DAY,
};
use vault::{Care, NewValue};

use crate::speak::{at, name, page, put, refused, reveal, status, text};

fn patch(owner: Option<&str>, rotate_by: Option<&str>) -> SecretPatch {
    let own = |text: Option<&str>| text.map(str::to_owned);
    SecretPatch { owner: own(owner), rotate_by: own(rotate_by), ..SecretPatch::default() }
}

fn file(bytes: &[u8], name: &str) -> SecretValue {
    SecretValue::new(Kind::File, bytes.to_vec()).unwrap().with_file_name(name).unwrap()
}

db_tests! {
    async fn an_owner_and_a_day_stand_beside_a_value_and_make_no_version(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api", "A", "v").await;
        let update = async |new: SecretPatch| t.vault.update_secret(&admin, &at("shop/api"), &name("A"), &new).await;
        let row = update(patch(Some(" team payments "), Some("2027-02-28"))).await.unwrap();
        assert_eq!((row.version, row.owner.as_str()), (1, "team payments"));
        assert_eq!(row.rotate_by.unwrap().to_string(), "2027-02-28");
        // What is not named stays, also when the value changes.
        let row = update(SecretPatch { comment: Some("why".into()), ..SecretPatch::default() }).await.unwrap();
        assert_eq!((row.comment.as_str(), row.owner.as_str(), row.version), ("why", "team payments", 1));
        let row = put(&t.vault, &admin, "shop/api", "A", "w").await;
        assert_eq!((row.version, row.owner.as_str(), row.comment.as_str()), (2, "team payments", "why"));
        // An empty text clears, and the same words again write nothing.
        let row = update(patch(None, Some(""))).await.unwrap();
        assert_eq!((row.rotate_by, row.owner.as_str()), (None, "team payments"));
        update(patch(Some("team payments"), None)).await.unwrap();
        assert_eq!(t.audited("secret.update", "allowed").await, 3);
        assert_eq!(reveal(&t.vault, &admin, "shop/api", "A").await, "w");
    }

    async fn words_that_do_not_fit_change_nothing(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api", "A", "v").await;
        let update = async |new: SecretPatch| t.vault.update_secret(&admin, &at("shop/api"), &name("A"), &new).await;
        for bad in [patch(Some(&"x".repeat(101)), None), patch(None, Some("2027-02-30")), patch(Some("a\tb"), None)] {
            assert_eq!(status(update(bad).await), 422);
        }
        let stale = SecretPatch { expected_version: Some(7), ..patch(Some("me"), None) };
        assert_eq!(status(update(stale).await), 409);
        let row = t.vault.find_secret(&admin, &at("shop/api"), &name("A")).await.unwrap();
        assert_eq!((row.owner.as_str(), row.rotate_by), ("", None));
        let missing = t.vault.update_secret(&admin, &at("shop/web"), &name("A"), &patch(Some("me"), None)).await;
        assert_eq!(status(missing), 404);
        for (actor, told) in [(t.outsider().await, 404), (t.service_token("shop", "api", None).await, 403)] {
            let done = t.vault.update_secret(&actor, &at("shop/api"), &name("A"), &patch(Some("me"), None)).await;
            assert_eq!(status(done), told);
        }
    }

    async fn what_sql_writes_into_the_new_columns_is_refused(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop/api");
        put(&t.vault, &admin, "shop/api", "PLAIN", "v").await;
        let care = Care::of(Some("me"), Some("2027-01-01")).unwrap();
        let value = NewValue::Given(file(b"x", "tls.p12"));
        t.vault.write_secret(&admin, &scope, &name("CARED"), value, None, &care, None).await.unwrap();
        for (edit, back, key) in [
            ("owner = 'you'", "owner = ''", "PLAIN"),
            ("rotate_by = 0", "rotate_by = NULL", "PLAIN"),
            ("owner = ''", "owner = 'me'", "CARED"),
            ("rotate_by = NULL", "rotate_by = 1798761600000", "CARED"),
            ("rotate_by = 1798761600001", "rotate_by = 1798761600000", "CARED"),
        ] {
            let change = |set: &str| format!("UPDATE secrets SET {set} WHERE name = '{key}'");
            assert_eq!(t.place.execute(&change(edit)).await, 1);
            assert_eq!(status(t.vault.find_secret(&admin, &scope, &name(key)).await), 500, "{edit}");
            assert_eq!(t.place.execute(&change(back)).await, 1);
            assert!(t.vault.find_secret(&admin, &scope, &name(key)).await.is_ok(), "{back}");
        }
        let rename = "UPDATE secret_versions SET file_name = 'x' WHERE kind = 'file'";
        assert_eq!(t.place.execute(rename).await, 1);
        assert_eq!(status(t.vault.find_secret(&admin, &scope, &name("CARED")).await), 500);
    }

    async fn a_file_keeps_its_bytes_and_its_name_through_versions_and_restore(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop/api");
        let every: Vec<u8> = (0..1024 * 1024_u32).map(|n| n.wrapping_mul(31).to_le_bytes()[0]).collect();
        let write = async |value| t.vault.put_secret(&admin, &scope, &name("tls"), value, None, None).await;
        let row = write(file(&every, "first.p12")).await.unwrap();
        assert_eq!((row.version, row.file_name.as_deref()), (1, Some("first.p12")));
        // Another name is another version; the same name and bytes are not.
        assert_eq!(write(file(&every, "second.p12")).await.unwrap().version, 2);
        assert_eq!(write(file(&every, "second.p12")).await.unwrap().version, 2);
        let row = t.vault.restore_secret(&admin, &scope, &name("tls"), 1).await.unwrap();
        assert_eq!((row.version, row.file_name.as_deref()), (3, Some("first.p12")));
        let revealed = t.vault.reveal(&admin, &scope, &name("tls"), &RevealRequest::default()).await.unwrap();
        assert_eq!(revealed.file_name.as_deref(), Some("first.p12"));
        let value = SecretValue::from_wire(Kind::File, &revealed.value.0).unwrap();
        assert!(value.expose() == every);
    }

    async fn the_server_makes_values_that_differ_and_fit_their_alphabet(t: TestVault) {
        let admin = t.shop().await;
        let generate = async |generate: Generate| {
            let value = NewValue::Generated(generate);
            t.vault.write_secret(&admin, &at("shop"), &name("KEY"), value, None, &Care::default(), None).await
        };
        let mut seen = std::collections::HashSet::new();
        for version in 1..=20 {
            assert_eq!(generate(Generate::default()).await.unwrap().version, version);
            let value = reveal(&t.vault, &admin, "shop", "KEY").await;
            assert!(value.len() == 32 && value.bytes().all(|b| b.is_ascii_alphanumeric()));
            assert!(seen.insert(value));
        }
        let row = generate(Generate { length: 64, alphabet: "01".into() }).await.unwrap();
        assert_eq!(row.kind, Kind::Text);
        let value = reveal(&t.vault, &admin, "shop", "KEY").await;
        assert!(value.len() == 64 && value.contains('0') && value.contains('1'));
        let error = refused(generate(Generate { length: 0, ..Generate::default() }).await);
        assert_eq!((error.code.status(), error.problems[0].name.as_deref()), (422, Some("length")));
        assert_eq!(t.vault.find_secret(&admin, &at("shop"), &name("KEY")).await.unwrap().version, 21);
    }

    async fn what_is_due_is_found(t: TestVault) {
        let admin = t.shop().await;
        let today = domain::Day::of(t.clock.now());
        let day = |days: i64| domain::Day::of(today.start().plus(days * DAY)).to_string();
        for (key, days) in [("LATER", 15), ("SOON", 14), ("TODAY", 0), ("OVER", -1)] {
            put(&t.vault, &admin, "shop@staging", key, "v").await;
            let new = patch(None, Some(&day(days)));
            t.vault.update_secret(&admin, &at("shop@staging"), &name(key), &new).await.unwrap();
        }
        put(&t.vault, &admin, "shop", "NEVER", "v").await;
        let level = at("shop").level;
        let shown = t.vault.matrix(&admin, &level, MatrixShow::Due, &page(10, None)).await.unwrap();
        let names: Vec<&str> = shown.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["OVER", "SOON", "TODAY"]);
        assert_eq!((shown.counts.due, shown.counts.all, shown.today), (3, 5, today));
        assert_eq!(shown.rows[0].cells[2].rotate_by.unwrap().days_after(today), -1);
        // It is the level's own due dates that count.
        let service = t.vault.matrix(&admin, &at("shop/api").level, MatrixShow::Due, &page(10, None)).await.unwrap();
        assert!(service.rows.is_empty());
    }

    async fn equal_values_are_found_across_scopes_by_whoever_may_see_all_of_them(t: TestVault) {
        let before = t.shop().await;
        t.project("bank").await;
        let admin = t.admin().await;
        let marker = "duplicate-marker-5d1f";
        for (place, key) in [("platform", "A"), ("shop/api@staging", "B"), ("bank", "A")] {
            put(&t.vault, &admin, place, key, marker).await;
        }
        for (place, key, value) in [("shop", "X", "two"), ("bank@staging", "X", "two"), ("shop", "ALONE", "one")] {
            put(&t.vault, &admin, place, key, value).await;
        }
        // Neither what was there before nor what is deleted counts.
        put(&t.vault, &admin, "shop", "OLD", "one").await;
        put(&t.vault, &admin, "shop", "OLD", "other").await;
        put(&t.vault, &admin, "shop", "GONE", marker).await;
        t.vault.delete_secret(&admin, &at("shop"), &name("GONE"), None).await.unwrap();
        let all = t.vault.list_duplicates(&admin, &ListQuery::default()).await.unwrap();
        let told = |all: &domain::api::Page<domain::api::Duplicate>| -> Vec<(u32, Vec<String>)> {
            let place = |p: &domain::api::DuplicatePlace| format!("{} in {}", p.name, p.source);
            all.items.iter().map(|value| (value.count, value.places.iter().map(place).collect())).collect()
        };
        // Without a role in a project, an admin compares nothing in it.
        let fewer = t.vault.list_duplicates(&before, &ListQuery::default()).await.unwrap();
        let left = ["A in platform".to_owned(), "B in project: shop, service: api, environment: staging".to_owned()];
        assert_eq!(told(&fewer), [(2, left.to_vec())]);
        assert_eq!(
            told(&all),
            [
                (3, vec![
                    "A in platform".to_owned(), "A in project: bank".to_owned(),
                    "B in project: shop, service: api, environment: staging".to_owned(),
                ]),
                (2, vec!["X in project: bank, environment: staging".to_owned(), "X in project: shop".to_owned()]),
            ]
        );
        assert!(!serde_json::to_string(&all).unwrap().contains(marker));
        let first = t.vault.list_duplicates(&admin, &page(1, None)).await.unwrap();
        assert_eq!((first.items.len(), first.next_cursor.as_deref()), (1, Some("1")));
        let second = t.vault.list_duplicates(&admin, &page(1, Some("1"))).await.unwrap();
        assert_eq!((second.items[0].count, second.next_cursor), (2, None));
        assert_eq!(status(t.vault.list_duplicates(&admin, &page(1, Some("x"))).await), 422);
        let own = t.service_token("shop", "api", None).await;
        for (actor, told) in [(t.developer_of("shop").await, 403), (t.outsider().await, 403), (own, 404)] {
            assert_eq!(status(t.vault.list_duplicates(&actor, &ListQuery::default()).await), told);
        }
        assert_eq!(t.audited("secret.duplicates", "denied").await, 3);
        let same = text(marker);
        assert_eq!(t.vault.put_secret(&admin, &at("bank"), &name("A"), same, None, None).await.unwrap().version, 1);
    }
}
