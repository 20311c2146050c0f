use domain::api::{Compared, ListQuery, ScopeFilter};

use crate::speak::{at, name, page, put, status, text};

db_tests! {
    async fn versions_say_what_they_are(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop");
        let key = name("A");
        for (value, comment) in [("one", "first"), ("two", "second"), ("one", "third")] {
            t.vault.put_secret(&admin, &scope, &key, text(value), Some(comment), None).await.unwrap();
        }
        // The comment alone makes no version: the newest has another one then.
        t.vault.put_secret(&admin, &scope, &key, text("one"), Some("fourth"), None).await.unwrap();
        let id = put(&t.vault, &admin, "shop", "A", "two").await.change_id;
        t.vault.undo_change(&admin, &id).await.unwrap();
        let rows = t.vault.list_versions(&admin, &scope, &key).await.unwrap();
        let seen: Vec<_> = rows
            .iter()
            .map(|r| (r.version, r.action.as_str(), r.comment.as_deref().unwrap(), r.same_as, r.undone_by.is_some()))
            .collect();
        assert_eq!(seen, [
            (5, "undo", "fourth", Some(3), false),
            (4, "put", "fourth", Some(2), true),
            (3, "put", "fourth", Some(1), false),
            (2, "put", "second", None, false),
            (1, "put", "first", None, false),
        ]);
    }

    async fn two_versions_are_compared_without_opening_one(t: TestVault) {
        use Compared::{Different, Same, Unknown};
        let admin = t.shop().await;
        let scope = at("shop");
        let key = name("A");
        t.vault.put_secret(&admin, &scope, &key, text("1"), Some("x"), None).await.unwrap();
        t.vault.put_secret(&admin, &scope, &key, text("2"), Some("x"), None).await.unwrap();
        let json = domain::SecretValue::new(domain::Kind::Json, b"1".to_vec()).unwrap();
        t.vault.put_secret(&admin, &scope, &key, json, Some("y"), None).await.unwrap();
        t.vault.delete_secret(&admin, &scope, &key, None).await.unwrap();
        let compared = async |from, to| {
            let diff = t.vault.diff_versions(&admin, &scope, &key, from, to).await.unwrap();
            assert_eq!((diff.from.version, diff.to.version), (from, to));
            (diff.value, diff.kind, diff.comment)
        };
        assert_eq!(compared(1, 2).await, (Different, Same, Same));
        assert_eq!(compared(1, 3).await, (Same, Different, Different));
        assert_eq!(compared(3, 1).await, (Same, Different, Different));
        assert_eq!(compared(3, 4).await, (Different, Different, Same));
        assert_eq!(compared(2, 2).await, (Same, Same, Same));
        t.vault.destroy_versions(&admin, &scope, &key, Some(1)).await.unwrap();
        assert_eq!(compared(1, 2).await, (Unknown, Same, Same));
        assert_eq!(status(t.vault.diff_versions(&admin, &scope, &key, 1, 9).await), 404);
        assert_eq!(status(t.vault.diff_versions(&admin, &scope, &name("B"), 1, 1).await), 404);
        assert_eq!(status(t.vault.diff_versions(&t.outsider().await, &scope, &key, 1, 2).await), 404);
        assert_eq!(t.audited("secret.reveal", "allowed").await, 0);
    }

    async fn the_history_of_a_scope_is_that_of_its_changes(t: TestVault) {
        let admin = t.shop().await;
        for (number, place) in ["platform", "shop", "shop@staging", "shop/api", "shop/api@staging", "shop/web"].into_iter().enumerate() {
            put(&t.vault, &admin, place, "A", &number.to_string()).await;
        }
        let found = async |words: [&str; 4]| {
            let filter = ScopeFilter::of(words[0], words[1], words[2], words[3]).unwrap();
            let (mut seen, mut cursor) = (Vec::new(), None);
            loop {
                let list = t.vault.list_changes_of(&admin, &filter, &page(2, cursor.as_deref())).await.unwrap();
                seen.extend(list.items.iter().map(|change| change.sequence));
                cursor = list.next_cursor;
                if cursor.is_none() {
                    return seen;
                }
            }
        };
        assert_eq!(found(["", "", "", ""]).await, [6, 5, 4, 3, 2, 1]);
        assert_eq!(found(["project", "shop", "", ""]).await, [3, 2]);
        assert_eq!(found(["", "shop", "", "all"]).await, [6, 4, 2]);
        assert_eq!(found(["service", "shop", "api", "staging"]).await, [5]);
        assert_eq!(found(["", "nowhere", "", ""]).await, [0_i64; 0]);
        let token = t.service_token("shop", "api", None).await;
        let filter = ScopeFilter::of("", "shop", "", "").unwrap();
        let seen = t.vault.list_changes_of(&token, &filter, &ListQuery::default()).await.unwrap();
        assert_eq!(seen.items.iter().map(|change| change.sequence).collect::<Vec<_>>(), [5, 4]);
    }

    async fn versions_from_before_comments_had_versions_are_read(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        put(&t.vault, &admin, "shop", "A", "2").await;
        let rows = t.vault.list_versions(&admin, &at("shop"), &name("A")).await.unwrap();
        assert_eq!(rows[1].comment.as_deref(), Some(""));
        // Their MACs know nothing of the new columns; a row that was written with them needs them.
        t.place.execute("UPDATE secret_versions SET comment = NULL WHERE version = 1").await;
        assert_eq!(status(t.vault.list_versions(&admin, &at("shop"), &name("A")).await), 500);
    }
}
