use domain::api::{Compared, Conflict};
use vault::{Care, NewValue, PutOrKept};

use crate::{
    fixture::TestVault,
    speak::{at, name, put, reveal, status, text},
};

const HOUR: i64 = 60 * 60 * 1000;

async fn keep(t: &TestVault, actor: &domain::Actor, value: &str, expected: i64) -> String {
    let (value, care) = (NewValue::Given(text(value)), Care::of(Some("ops"), Some("2030-01-31")).unwrap());
    let put = t.vault.put_or_keep(actor, &at("shop"), &name("A"), value, Some("mine"), &care, expected).await;
    match put.unwrap() {
        PutOrKept::Kept(id) => id,
        PutOrKept::Done(row) => panic!("written as version {}", row.version),
    }
}

fn compared(conflict: &Conflict) -> [Compared; 3] {
    [conflict.mine_and_theirs, conflict.mine_and_base, conflict.theirs_and_base]
}

db_tests! {
    async fn what_the_second_writer_typed_is_kept_and_written_on_top(t: TestVault) {
        use Compared::{Different, Same};
        let admin = t.shop().await;
        let jonas = t.developer_of("shop").await;
        put(&t.vault, &admin, "shop", "A", "base").await;
        put(&t.vault, &admin, "shop", "A", "theirs").await;
        let id = keep(&t, &jonas, "canary mine", 1).await;
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "theirs");
        let conflict = t.vault.find_conflict(&jonas, &id).await.unwrap();
        assert_eq!(compared(&conflict), [Different, Different, Different]);
        let (base, theirs) = (conflict.base.as_ref().unwrap(), conflict.theirs.as_ref().unwrap());
        assert_eq!((base.version, theirs.version, conflict.version), (Some(1), Some(2), 2));
        assert_eq!((theirs.by.as_str(), conflict.mine.by.as_str()), (admin.label.as_str(), jonas.label.as_str()));
        assert!(!format!("{conflict:?}").contains("canary"));

        // Yet another comes between: it is told, and still nothing is lost.
        put(&t.vault, &admin, "shop", "A", "base").await;
        assert_eq!(status(t.vault.put_draft(&jonas, &id, 2).await), 409);
        let conflict = t.vault.find_conflict(&jonas, &id).await.unwrap();
        assert_eq!((compared(&conflict), conflict.version), ([Different, Different, Same], 3));
        let row = t.vault.put_draft(&jonas, &id, 3).await.unwrap();
        assert_eq!((row.version, row.comment.as_str()), (4, "mine"));
        assert_eq!((row.owner.as_str(), row.rotate_by.unwrap().to_string().as_str()), ("ops", "2030-01-31"));
        assert_eq!(reveal(&t.vault, &admin, "shop", "A").await, "canary mine");
        assert_eq!(status(t.vault.find_conflict(&jonas, &id).await), 404, "it is done");
        assert_eq!(t.place.number("SELECT COUNT(*) FROM drafts").await, 0);
    }

    async fn a_conflict_tells_same_from_different_and_what_is_not_there(t: TestVault) {
        use Compared::{Different, Same};
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "theirs").await;
        // Both set what was not set.
        let both = t.vault.find_conflict(&admin, &keep(&t, &admin, "theirs", 0).await).await.unwrap();
        assert_eq!((compared(&both), both.base), ([Same, Different, Different], None));
        // One deletes what the other writes.
        t.vault.delete_secret(&admin, &at("shop"), &name("A"), None).await.unwrap();
        let id = keep(&t, &admin, "theirs", 1).await;
        let gone = t.vault.find_conflict(&admin, &id).await.unwrap();
        assert_eq!((compared(&gone), gone.version), ([Different, Same, Different], 2));
        assert!(gone.theirs.is_none() && gone.base.is_some());
        assert_eq!(t.vault.put_draft(&admin, &id, 2).await.unwrap().version, 3);
    }

    async fn what_was_typed_is_for_its_writer_and_for_an_hour(t: TestVault) {
        let admin = t.shop().await;
        let jonas = t.developer_of("shop").await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        let id = keep(&t, &jonas, "2", 0).await;
        for stranger in [&admin, &t.developer_of("shop").await, &t.service_token("shop", "api", None).await] {
            assert_eq!(status(t.vault.find_conflict(stranger, &id).await), 404);
            assert_eq!(status(t.vault.put_draft(stranger, &id, 1).await), 404);
            assert_eq!(status(t.vault.delete_draft(stranger, &id).await), 404);
        }
        assert_eq!(status(t.vault.find_conflict(&jonas, "x").await), 404);
        t.vault.delete_draft(&jonas, &id).await.unwrap();
        assert_eq!(status(t.vault.find_conflict(&jonas, &id).await), 404);
        let id = keep(&t, &jonas, "2", 0).await;
        t.clock.advance(HOUR);
        assert_eq!(status(t.vault.find_conflict(&jonas, &id).await), 404);
        assert_eq!(t.place.number("SELECT COUNT(*) FROM drafts").await, 1);
        t.vault.sweep_deleted().await.unwrap();
        assert_eq!(t.place.number("SELECT COUNT(*) FROM drafts").await, 0);
        // A token sends its value again; nothing is kept for it.
        let token = domain::api::NewToken { rights: vec![domain::access::Right::Write], ..crate::fixture::new_token("ci") };
        let token = t.bearer(&t.token(&t.admin().await, &token).await).await;
        let (value, care) = (NewValue::Given(text("2")), Care::default());
        let late = t.vault.put_or_keep(&token, &at("shop"), &name("A"), value, None, &care, 0).await;
        assert_eq!(status(late), 409);
    }

    async fn a_draft_that_was_edited_or_copied_is_refused(t: TestVault) {
        let admin = t.shop().await;
        let jonas = t.developer_of("shop").await;
        put(&t.vault, &admin, "shop", "A", "1").await;
        let id = keep(&t, &jonas, "2", 0).await;
        for edit in ["base_version = 1", "comment = 'x'", "name = 'B'", "kind = 'json'", "expires_at = expires_at + 1",
            "person_id = (SELECT id FROM people WHERE role = 'admin')", "fingerprint = wrapped_key", "sealed = wrapped_key"] {
            t.place.execute("CREATE TABLE kept AS SELECT * FROM drafts").await;
            t.place.execute(&format!("UPDATE drafts SET {edit}")).await;
            let reader = if edit.starts_with("person_id") { &admin } else { &jonas };
            assert_eq!(status(t.vault.find_conflict(reader, &id).await), 500, "{edit}");
            assert_eq!(status(t.vault.put_draft(reader, &id, 1).await), 500, "{edit}");
            t.place.execute("DELETE FROM drafts").await;
            t.place.execute("INSERT INTO drafts SELECT * FROM kept").await;
            t.place.execute("DROP TABLE kept").await;
        }
        t.vault.put_draft(&jonas, &id, 1).await.unwrap();
    }
}
