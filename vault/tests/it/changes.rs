use domain::api::ListQuery;
use vault::ImportOptions;

use crate::speak::{at, name, page, put, status, upload};

db_tests! {
    async fn every_write_is_a_change_newest_first(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        put(&t.vault, &admin, "shop", "A", "2").await;
        t.vault.restore_secret(&admin, &at("shop"), &name("A"), 1).await.unwrap();
        t.vault.delete_secret(&admin, &at("shop"), &name("A"), None).await.unwrap();
        let options = ImportOptions { message: "from the old store".into(), ..ImportOptions::default() };
        let file = upload(r#"{"C": "1", "B": "2"}"#);
        t.vault.import(&admin, &at("platform@staging"), &file, &options).await.unwrap();

        let list = t.vault.list_changes(&admin, &ListQuery::default()).await.unwrap();
        let seen: Vec<_> = list
            .items
            .iter()
            .map(|c| (c.sequence, c.action.as_str(), c.source.as_str(), c.names.join(" ")))
            .collect();
        assert_eq!(seen, [
            (5, "import", "platform, environment: staging", "B C".to_owned()),
            (4, "delete", "project: shop", "A".to_owned()),
            (3, "restore", "project: shop", "A".to_owned()),
            (2, "put", "project: shop", "A".to_owned()),
            (1, "put", "project: shop", "A".to_owned()),
        ]);
        assert_eq!((list.items[0].message.as_str(), list.items[0].actor.as_str()), ("from the old store", "admin@example.com"));
        for change in &list.items {
            assert_eq!(t.vault.find_change(&admin, &change.id).await.unwrap(), *change);
        }
        let versions = t.vault.list_versions(&admin, &at("shop"), &name("A")).await.unwrap();
        assert_eq!(versions[0].change_id, list.items[1].id);
    }

    async fn changes_are_paged(t: TestVault) {
        let admin = t.shop().await;
        for number in 0..7 {
            put(&t.vault, &admin, "shop", "A", &number.to_string()).await;
        }
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let list = t.vault.list_changes(&admin, &page(3, cursor.as_deref())).await.unwrap();
            seen.extend(list.items.iter().map(|change| change.sequence));
            cursor = list.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(status(t.vault.list_changes(&admin, &page(3, Some("x"))).await), 422);
    }

    async fn changes_of_places_one_may_not_see_are_left_out(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        for place in ["bank", "platform", "shop", "shop/api", "shop/web"] {
            put(&t.vault, &admin, place, "A", "v").await;
        }
        let all = t.vault.list_changes(&admin, &ListQuery::default()).await.unwrap().items;
        let hidden = all.iter().find(|change| change.source == "project: bank").unwrap();
        for (actor, sequences) in [
            (t.developer_of("shop").await, vec![5, 4, 3, 2]),
            (t.outsider().await, vec![2]),
            (t.service_token("shop", "api", None).await, vec![4]),
        ] {
            let seen = t.vault.list_changes(&actor, &ListQuery::default()).await.unwrap();
            assert_eq!(seen.items.iter().map(|change| change.sequence).collect::<Vec<_>>(), sequences);
            assert_eq!(status(t.vault.find_change(&actor, &hidden.id).await), 404);
        }
        assert_eq!(status(t.vault.find_change(&admin, "x").await), 404);
        assert_eq!(status(t.vault.find_change(&admin, "0190b0a0-0000-7000-8000-000000000000").await), 404);
    }
}
