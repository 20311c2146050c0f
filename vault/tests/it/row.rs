use domain::{SecretName, api::ListQuery};
use vault::RowCell;

use crate::speak::{at, env, name, put, refused, reveal, status, text};

fn cell(environment: Option<&str>, value: &str, expected: Option<i64>) -> RowCell {
    RowCell { environment: environment.map(env), value: text(value), expected }
}

db_tests! {
    async fn one_name_is_written_in_several_environments_as_one_change(t: TestVault) {
        let admin = t.shop().await;
        let level = at("shop/api").level;
        let key: SecretName = name("DB");
        put(&t.vault, &admin, "shop/api@staging", "DB", "old").await;
        put(&t.vault, &admin, "shop/api@production", "DB", "same").await;
        let cells = [
            cell(None, "all", Some(0)), cell(Some("staging"), "new", Some(1)), cell(Some("production"), "same", Some(1)),
        ];
        let written = t.vault.put_row(&admin, &level, &key, &cells, "move to db-2").await.unwrap();
        let versions: Vec<i64> = written.items.iter().map(|row| row.version).collect();
        assert_eq!(versions, [1, 2, 1], "the value that was there makes no version");
        for (place, value) in [("shop/api", "all"), ("shop/api@staging", "new"), ("shop/api@production", "same")] {
            assert_eq!(reveal(&t.vault, &admin, place, "DB").await, value);
        }
        let change = written.change_id.unwrap();
        let history = t.vault.list_versions(&admin, &at("shop/api@staging"), &key).await.unwrap();
        assert_eq!(history[0].change_id, change);
        let row = t.vault.find_change(&admin, &change).await.unwrap();
        assert_eq!((row.message.as_str(), row.names.len()), ("move to db-2", 2));
        let changes = t.vault.list_changes(&admin, &ListQuery::default()).await.unwrap();
        assert_eq!(changes.items.len(), 3, "two puts and one row");
        // What the database holds opens in every scope: each value is sealed for its own.
        assert_eq!(t.audited("secret.put", "allowed").await, 4);
        let again = [cell(Some("staging"), "new", Some(2))];
        let again = t.vault.put_row(&admin, &level, &key, &again, "").await.unwrap();
        assert_eq!((again.change_id, again.items[0].version), (None, 2));
    }

    async fn a_row_that_others_changed_is_refused_whole(t: TestVault) {
        let admin = t.shop().await;
        let level = at("shop").level;
        put(&t.vault, &admin, "shop@staging", "DB", "one").await;
        put(&t.vault, &admin, "shop@staging", "DB", "two").await;
        let cells = [cell(None, "x", Some(0)), cell(Some("staging"), "x", Some(1)), cell(Some("production"), "x", Some(3))];
        let error = refused(t.vault.put_row(&admin, &level, &name("DB"), &cells, "").await);
        assert_eq!(error.code.status(), 409);
        for part in ["nothing was stored", "is at version 2", "environment: staging", "environment: production"] {
            assert!(error.detail.contains(part), "{}", error.detail);
        }
        assert_eq!(status(t.vault.find_secret(&admin, &at("shop"), &name("DB")).await), 404);
        assert_eq!(reveal(&t.vault, &admin, "shop@staging", "DB").await, "two");
    }

    async fn a_row_says_something_once_to_those_who_may(t: TestVault) {
        let admin = t.shop().await;
        let level = at("shop").level;
        let key = name("DB");
        let put_row = async |cells: &[RowCell]| t.vault.put_row(&admin, &level, &key, cells, "").await;
        assert_eq!(status(put_row(&[]).await), 422);
        assert_eq!(status(put_row(&[cell(None, "a", None), cell(None, "b", None)]).await), 422);
        assert_eq!(status(put_row(&[cell(None, "a", None), cell(Some("moon"), "b", None)]).await), 404);
        let cells = [cell(Some("staging"), "x", None)];
        for (actor, told) in [(t.outsider().await, 404), (t.service_token("shop", "api", None).await, 404)] {
            assert_eq!(status(t.vault.put_row(&actor, &level, &key, &cells, "").await), told);
        }
        let developer = t.developer_of("shop").await;
        let platform = at("platform").level;
        assert_eq!(status(t.vault.put_row(&developer, &platform, &key, &cells, "").await), 403);
        assert!(t.vault.put_row(&developer, &level, &key, &cells, "").await.is_ok());
        assert_eq!(t.vault.list_secrets(&admin, &at("shop"), &ListQuery::default()).await.unwrap().items.len(), 0);
    }
}
