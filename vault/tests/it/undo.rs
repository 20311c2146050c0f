use domain::{
    Actor, Code,
    api::{ChangeAction, ChangeRow, ListQuery, RevealRequest},
};
use vault::{ImportOptions, RowCell, Vault};

use crate::{
    fixture::TestVault,
    speak::{at, env, name, put, refused, reveal, status, text, upload},
};

async fn newest(vault: &Vault, actor: &Actor) -> ChangeRow {
    vault.list_changes(actor, &ListQuery::default()).await.unwrap().items.remove(0)
}

async fn import(vault: &Vault, actor: &Actor, place: &str, file: &str, message: &str) -> String {
    let options = ImportOptions { message: message.into(), ..ImportOptions::default() };
    let plan = vault.import(actor, &at(place), &upload(file), &options).await.unwrap();
    plan.change_id.unwrap()
}

/// The names that are there.
async fn names(t: &TestVault, actor: &Actor, place: &str) -> Vec<String> {
    let list = t.vault.list_secrets(actor, &at(place), &crate::speak::page(1000, None)).await.unwrap();
    list.items.into_iter().map(|row| row.name.to_string()).collect()
}

db_tests! {
    async fn an_upload_is_taken_back_as_a_whole_and_again(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "a1").await;
        let comment = Some("first");
        t.vault.put_secret(&admin, &at("shop"), &name("B"), text("b1"), comment, None).await.unwrap();
        t.vault.delete_secret(&admin, &at("shop"), &name("B"), None).await.unwrap();
        let id = import(&t.vault, &admin, "shop", r#"{"A": "a2", "B": "b2", "C": "c1"}"#, "spring").await;
        let row = t.vault.find_change(&admin, &id).await.unwrap();
        let did: Vec<_> = row.items.iter().map(|item| (item.name.as_str(), item.action, item.from, item.to)).collect();
        assert_eq!(did, [
            ("A", ChangeAction::Update, Some(1), 2),
            ("B", ChangeAction::Create, None, 3),
            ("C", ChangeAction::Create, None, 1),
        ]);

        let undo = t.vault.undo_change(&admin, &id).await.unwrap();
        assert_eq!((undo.action.as_str(), undo.message.as_str()), ("undo", "Undo: spring"));
        assert_eq!((undo.undoes.as_deref(), &undo.undone_by), (Some(id.as_str()), &None));
        let did: Vec<_> = undo.items.iter().map(|item| (item.name.as_str(), item.action, item.from, item.to)).collect();
        assert_eq!(did, [
            ("A", ChangeAction::Update, Some(2), 3),
            ("B", ChangeAction::Delete, Some(3), 4),
            ("C", ChangeAction::Delete, Some(1), 2),
        ]);
        assert_eq!(names(&t, &admin, "shop").await, ["A"]);
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "a1");
        assert_eq!(t.vault.find_change(&admin, &id).await.unwrap().undone_by, Some(undo.id.clone()));
        assert_eq!(newest(&t.vault, &admin).await, undo);

        let redo = t.vault.undo_change(&admin, &undo.id).await.unwrap();
        assert_eq!((redo.message.as_str(), redo.undoes), ("spring", Some(undo.id)));
        assert_eq!(names(&t, &admin, "shop").await, ["A", "B", "C"]);
        for (key, value) in [("A", "a2"), ("B", "b2"), ("C", "c1")] {
            assert_eq!(reveal(&t.vault, &admin, "shop", key).await, value);
        }
        assert_eq!(t.audited("change.undo", "allowed").await, 2);
    }

    async fn a_deletion_is_taken_back_with_value_and_comment(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop/api@staging");
        t.vault.put_secret(&admin, &scope, &name("A"), text("one"), Some("why"), None).await.unwrap();
        t.vault.put_secret(&admin, &scope, &name("A"), text("two"), Some("because"), None).await.unwrap();
        let id = t.vault.delete_secret(&admin, &scope, &name("A"), None).await.unwrap();
        t.vault.undo_change(&admin, &id).await.unwrap();
        assert_eq!(reveal(&t.vault, &admin, "shop/api@staging", "A").await, "two");
        let row = t.vault.find_secret(&admin, &scope, &name("A")).await.unwrap();
        assert_eq!((row.version, row.comment.as_str()), (4, "because"));
        // What the second write did is no more the newest; what the undo did, is.
        let second = t.vault.list_versions(&admin, &scope, &name("A")).await.unwrap().remove(2).change_id;
        assert_eq!(status(t.vault.undo_change(&admin, &second).await), 409);
    }

    async fn an_update_is_taken_back_with_its_comment(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop");
        t.vault.put_secret(&admin, &scope, &name("A"), text("one"), Some("why"), None).await.unwrap();
        let row = t.vault.put_secret(&admin, &scope, &name("A"), text("two"), Some("because"), None).await.unwrap();
        t.vault.undo_change(&admin, &row.change_id).await.unwrap();
        assert_eq!(t.vault.find_secret(&admin, &scope, &name("A")).await.unwrap().comment, "why");
    }

    async fn what_others_built_upon_a_change_stands_in_the_way_by_name(t: TestVault) {
        let admin = t.shop().await;
        let id = import(&t.vault, &admin, "shop", r#"{"A": "1", "B": "1", "C": "1"}"#, "").await;
        let jonas = t.developer_of("shop").await;
        let b = put(&t.vault, &jonas, "shop", "B", "2").await;
        let c = t.vault.delete_secret(&admin, &at("shop"), &name("C"), None).await.unwrap();
        let before = newest(&t.vault, &admin).await;
        let error = refused(t.vault.undo_change(&admin, &id).await);
        assert_eq!(error.code, Code::Conflict);
        assert_eq!(error.detail, "others built upon this change: `B` and `C` were written again since");
        let told: Vec<_> = error.problems.iter().map(|p| (p.name.as_deref().unwrap(), p.message.as_str())).collect();
        assert_eq!(told, [
            ("B", format!("version 2 by {} in the change {}", jonas.label, b.change_id).as_str()),
            ("C", format!("version 2 by {} in the change {c}", admin.label).as_str()),
        ]);
        assert_eq!(newest(&t.vault, &admin).await, before, "nothing was changed");
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "1");
        // Taken back in the order of their making, newest first, they all go.
        t.vault.undo_change(&admin, &c).await.unwrap();
        assert_eq!(status(t.vault.undo_change(&admin, &id).await), 409);
    }

    async fn of_two_who_take_the_same_back_one_is_told(t: TestVault) {
        let admin = t.shop().await;
        let other = t.reopen().await;
        for round in 0..5 {
            put(&t.vault, &admin, "shop", "A", &format!("first {round}")).await;
            let id = put(&t.vault, &admin, "shop", "A", &format!("second {round}")).await.change_id;
            let (one, two) = tokio::join!(t.vault.undo_change(&admin, &id), other.undo_change(&admin, &id));
            let refusals: Vec<_> = [one, two].into_iter().filter_map(Result::err).map(vault::Error::public).collect();
            assert_eq!(refusals.len(), 1);
            assert_eq!(refusals[0].code, Code::Conflict);
            assert!(refusals[0].detail.starts_with("this change was taken back already, by admin@example.com"), "{}", refusals[0]);
            assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, format!("first {round}"));
        }
        other.close().await;
    }

    async fn an_undo_races_a_write_and_loses_nothing(t: TestVault) {
        let admin = t.shop().await;
        let other = t.reopen().await;
        for round in 0..8 {
            let key = format!("K{round}");
            let id = put(&t.vault, &admin, "shop", &key, "first").await.change_id;
            let scope = at("shop");
            let secret = name(&key);
            let (undo, write) = tokio::join!(
                t.vault.undo_change(&admin, &id),
                other.put_secret(&admin, &scope, &secret, text("second"), None, None),
            );
            let versions = t.vault.list_versions(&admin, &scope, &secret).await.unwrap();
            let row = write.unwrap();
            assert_eq!(reveal(&t.vault, &admin, "shop", &key).await, "second");
            // Either the undo came first and the write revived the name, or the write stood in the way.
            match undo {
                Ok(_) => assert_eq!((row.version, versions.len()), (3, 3)),
                Err(error) => assert_eq!((error.public().code, versions.len()), (Code::Conflict, 2)),
            }
        }
        other.close().await;
    }

    async fn a_write_dropped_in_the_middle_leaves_nothing(t: TestVault) {
        let admin = t.shop().await;
        let keys: Vec<String> = (0..300).map(|n| format!("\"K{n}\": \"1\"")).collect();
        let id = import(&t.vault, &admin, "shop", &format!("{{{}}}", keys.join(",")), "").await;
        for micros in [200, 1_000, 3_000, 8_000, 15_000, 30_000] {
            let undo = t.vault.undo_change(&admin, &id);
            let done = tokio::time::timeout(std::time::Duration::from_micros(micros), undo).await;
            // The commit may be on its way still: then all of it is done, else nothing.
            let undone = async || t.vault.find_change(&admin, &id).await.unwrap().undone_by.is_some();
            let (left, undone) = loop {
                let before = undone().await;
                let left = names(&t, &admin, "shop").await.len();
                if before == undone().await {
                    break (left, before);
                }
            };
            assert_eq!(left, if undone { 0 } else { 300 }, "{micros} µs");
            if done.is_ok() || undone {
                return;
            }
        }
        t.vault.undo_change(&admin, &id).await.unwrap();
        assert!(names(&t, &admin, "shop").await.is_empty());
    }

    async fn a_change_is_taken_back_by_those_who_may_write_there(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        let shop = put(&t.vault, &admin, "shop", "A", "1").await.change_id;
        let platform = put(&t.vault, &admin, "platform", "A", "1").await.change_id;
        let bank = put(&t.vault, &admin, "bank", "A", "1").await.change_id;
        let developer = t.developer_of("shop").await;
        assert_eq!(status(t.vault.undo_change(&developer, &bank).await), 404);
        assert_eq!(status(t.vault.undo_change(&developer, &platform).await), 403);
        assert_eq!(status(t.vault.undo_change(&developer, "x").await), 404);
        let reader = t.service_token("shop", "api", None).await;
        assert_eq!(status(t.vault.undo_change(&reader, &shop).await), 404);
        assert_eq!(t.audited("change.undo", "denied").await, 1);
        t.vault.undo_change(&developer, &shop).await.unwrap();
        assert_eq!(names(&t, &admin, "platform").await, ["A"]);
    }

    async fn a_change_goes_with_its_project(t: TestVault) {
        let admin = t.shop().await;
        let id = put(&t.vault, &admin, "shop", "A", "1").await.change_id;
        t.vault.undo_change(&admin, &id).await.unwrap();
        let id = put(&t.vault, &admin, "shop", "B", "1").await.change_id;
        t.vault.delete_project(&admin, &crate::speak::slug("shop")).await.unwrap();
        assert_eq!(status(t.vault.undo_change(&admin, &id).await), 404);
        assert!(t.vault.list_changes(&admin, &ListQuery::default()).await.unwrap().items.is_empty());
    }

    async fn a_value_that_was_destroyed_is_not_brought_back(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        let id = put(&t.vault, &admin, "shop", "A", "2").await.change_id;
        t.vault.destroy_versions(&admin, &at("shop"), &name("A"), Some(1)).await.unwrap();
        let error = refused(t.vault.undo_change(&admin, &id).await);
        assert_eq!((error.code, error.problems.len()), (Code::Gone, 1));
        assert_eq!(error.detail, "this change cannot be taken back: the value before of `A` was destroyed");
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "2");
        let request = RevealRequest { version: Some(1), ..RevealRequest::default() };
        assert_eq!(status(t.vault.reveal(&admin, &at("shop"), &name("A"), &request).await), 410);
    }

    async fn a_change_whose_ties_were_edited_is_refused(t: TestVault) {
        let admin = t.shop().await;
        let id = put(&t.vault, &admin, "shop", "A", "1").await.change_id;
        let other = put(&t.vault, &admin, "shop", "B", "1").await.change_id;
        t.vault.undo_change(&admin, &id).await.unwrap();
        for (edit, back) in [
            ("UPDATE changes SET undoes = NULL WHERE action = 'undo'".to_owned(), format!("UPDATE changes SET undoes = (SELECT id FROM changes WHERE sequence = 1) WHERE action = 'undo' AND '{id}' <> ''")),
            ("UPDATE changes SET undoes = (SELECT id FROM changes WHERE sequence = 2) WHERE action = 'undo'".to_owned(), "UPDATE changes SET undoes = (SELECT id FROM changes WHERE sequence = 1) WHERE action = 'undo'".to_owned()),
            ("UPDATE changes SET partner = (SELECT id FROM changes WHERE sequence = 2) WHERE sequence = 1".to_owned(), "UPDATE changes SET partner = NULL".to_owned()),
        ] {
            assert_eq!(t.place.execute(&edit).await, 1);
            assert_eq!(status(t.vault.list_changes(&admin, &ListQuery::default()).await), 500, "{edit}");
            t.place.execute(&back).await;
            assert!(t.vault.find_change(&admin, &other).await.is_ok(), "{back}");
        }
    }

    async fn what_was_written_in_several_environments_goes_back_in_each(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api@staging", "DB", "old").await;
        let cell = |environment: Option<&str>, value| RowCell {
            environment: environment.map(env),
            value: text(value),
            expected: None,
        };
        let cells = [cell(None, "all"), cell(Some("staging"), "new"), cell(Some("production"), "live")];
        let level = at("shop/api").level;
        let written = t.vault.put_row(&admin, &level, &name("DB"), &cells, "db-2").await.unwrap();
        let undo = t.vault.undo_change(&admin, &written.change_id.unwrap()).await.unwrap();
        assert_eq!(undo.items.len(), 3);
        assert_eq!(reveal(&t.vault, &admin, "shop/api@staging", "DB").await, "old");
        for place in ["shop/api", "shop/api@production"] {
            assert_eq!(status(t.vault.find_secret(&admin, &at(place), &name("DB")).await), 404);
        }
        t.vault.undo_change(&admin, &undo.id).await.unwrap();
        for (place, value) in [("shop/api", "all"), ("shop/api@staging", "new"), ("shop/api@production", "live")] {
            assert_eq!(reveal(&t.vault, &admin, place, "DB").await, value);
        }
    }

    async fn what_was_promoted_goes_back_at_both_ends(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api@staging", "A", "a").await;
        put(&t.vault, &admin, "shop/api@staging", "B", "b").await;
        let options = crate::copy::all("shop/api@staging", true);
        let plan = t.vault.copy(&admin, &at("shop@staging"), &options).await.unwrap();
        assert!(names(&t, &admin, "shop/api@staging").await.is_empty());
        t.vault.undo_change(&admin, &plan.change_id.unwrap()).await.unwrap();
        assert_eq!(names(&t, &admin, "shop/api@staging").await, ["A", "B"]);
        assert!(names(&t, &admin, "shop@staging").await.is_empty());
        assert_eq!(reveal(&t.vault, &admin, "shop/api@staging", "A").await, "a");
    }
}
