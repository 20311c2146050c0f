//! The audit log: complete, readable by whom it is for, and told when it was touched.

use std::collections::BTreeSet;

use domain::{
    Code,
    api::{AuditQuery, Outcome},
};
use vault::Error;

use crate::fixture::{ADMIN, TestVault, new_token, request, secret};

/// Some records by two servers: two chains.
async fn history(t: &TestVault) -> u64 {
    t.admin().await;
    for _ in 0..5 {
        t.log_in(ADMIN).await;
    }
    let other = t.reopen().await;
    for _ in 0..5 {
        let password = secret(crate::fixture::PASSWORD);
        other.log_in(&request(), ADMIN, password).await.unwrap();
    }
    other.close().await;
    t.vault.verify_audit().await.unwrap().verdict().unwrap()
}

async fn broken(t: &TestVault) -> String {
    t.vault.verify_audit().await.unwrap().verdict().unwrap_err()
}

db_tests! {
    async fn an_untouched_log_verifies_with_its_number_of_records(t: TestVault) {
        assert_eq!(t.vault.verify_audit().await.unwrap().verdict(), Ok(1), "installation.create");
        let records = history(&t).await;
        assert_eq!(records, 13);
        assert_eq!(t.place.number("SELECT COUNT(*) FROM audit_records").await, 13);
        assert_eq!(t.place.number("SELECT COUNT(*) FROM audit_chains").await, 2);
        let again = t.reopen().await;
        assert_eq!(again.verify_audit().await.unwrap().verdict(), Ok(records));
        again.close().await;
        assert_eq!(t.place.number("SELECT COUNT(*) FROM audit_chains").await, 2, "opening writes nothing");
    }

    async fn records_written_at_once_make_one_chain(t: TestVault) {
        let admin = t.admin().await;
        let before = t.vault.verify_audit().await.unwrap().verdict().unwrap();
        let outs = (0..24).map(|_| {
            let (vault, admin) = (t.vault.clone(), admin.clone());
            tokio::spawn(async move { vault.log_out(&admin).await })
        });
        for out in outs.collect::<Vec<_>>() {
            out.await.unwrap().unwrap();
        }
        assert_eq!(t.vault.verify_audit().await.unwrap().verdict(), Ok(before + 24));
    }

    async fn two_new_servers_begin_two_chains_at_once(t: TestVault) {
        let admin = t.admin().await;
        let (one, two) = (t.reopen().await, t.reopen().await);
        let outs = (0..12).map(|number| {
            let vault = if number % 2 == 0 { one.clone() } else { two.clone() };
            let admin = admin.clone();
            tokio::spawn(async move { vault.log_out(&admin).await })
        });
        for out in outs.collect::<Vec<_>>() {
            out.await.unwrap().unwrap();
        }
        t.vault.verify_audit().await.unwrap().verdict().unwrap();
        assert_eq!(t.place.number("SELECT COUNT(*) FROM audit_chains").await, 3);
        one.close().await;
        two.close().await;
    }

    async fn any_edit_of_any_column_is_told(t: TestVault) {
        history(&t).await;
        let pick = "WHERE sequence = 3 AND action = 'person.login'";
        for (column, change, undo) in [
            ("actor", "'x'", "actor"),
            ("action", "'x'", "action"),
            ("source", "'x'", "source"),
            ("name", "'x'", "name"),
            ("version", "1", "version"),
            ("outcome", "'denied'", "outcome"),
            ("reason", "'x'", "reason"),
            ("address", "'x'", "address"),
            ("request_id", "'x'", "request_id"),
            ("at", "at + 1", "at"),
            ("mac", "(SELECT mac FROM kept WHERE sequence = 2 LIMIT 1)", "mac"),
        ] {
            t.place.execute("CREATE TABLE kept AS SELECT * FROM audit_records").await;
            let touched = t.place.execute(&format!("UPDATE audit_records SET {column} = {change} {pick}")).await;
            assert!(touched > 0, "{column}");
            let told = broken(&t).await;
            assert!(told.contains("record 3") && told.contains("changed"), "{column}: {told}");
            t.place.execute(&format!("UPDATE audit_records SET {column} = (SELECT {undo} FROM kept WHERE kept.id = audit_records.id)")).await;
            t.vault.verify_audit().await.unwrap().verdict().unwrap();
            t.place.execute("DROP TABLE kept").await;
        }
    }

    async fn removed_records_are_told_in_the_middle_and_at_the_ends(t: TestVault) {
        history(&t).await;
        t.place.execute("CREATE TABLE kept AS SELECT * FROM audit_records").await;
        for (which, word) in [("= 1", "record 1 is missing"), ("= 4", "record 4 is missing"), ("> 4", "ends after record 4"), ("> 0", "ends after record 0")] {
            t.place.execute(&format!("DELETE FROM audit_records WHERE sequence {which}")).await;
            let told = broken(&t).await;
            assert!(told.contains(word), "{told}");
            t.place.execute("DELETE FROM audit_records").await;
            t.place.execute("INSERT INTO audit_records SELECT * FROM kept").await;
            t.vault.verify_audit().await.unwrap().verdict().unwrap();
        }
    }

    async fn a_log_cut_off_with_its_head_moved_back_is_told(t: TestVault) {
        history(&t).await;
        t.place.execute("DELETE FROM audit_records WHERE sequence > 4").await;
        t.place.execute("UPDATE audit_chains SET sequence = 4 WHERE sequence > 4").await;
        let told = broken(&t).await;
        assert!(told.contains("cut off"), "{told}");
        // The MAC of the last record left does not make a head.
        t.place.execute("UPDATE audit_chains SET mac = (SELECT r.mac FROM audit_records r WHERE r.writer_id = audit_chains.writer_id AND r.sequence = 4)").await;
        assert!(broken(&t).await.contains("cut off"));
    }

    async fn records_that_change_places_are_told(t: TestVault) {
        history(&t).await;
        for (from, to) in [(3, 1000), (4, 3), (1000, 4)] {
            t.place.execute(&format!("UPDATE audit_records SET sequence = {to} WHERE sequence = {from}")).await;
        }
        let told = broken(&t).await;
        assert!(told.contains("record 3"), "{told}");
    }

    async fn only_admins_read_the_log_and_a_refusal_is_in_it(t: TestVault) {
        let admin = t.admin().await;
        let outsider = t.outsider().await;
        let refused = t.vault.list_audit(&outsider, &AuditQuery::default()).await;
        assert_eq!(refused.unwrap_err().public().code, Code::Denied);
        let before = t.vault.list_audit(&admin, &AuditQuery::default()).await.unwrap();
        let newest = &before.items[0];
        assert_eq!((newest.action.as_str(), newest.actor.as_str(), newest.outcome), ("audit.read", outsider.label.as_str(), Outcome::Denied));
        let after = t.vault.list_audit(&admin, &AuditQuery::default()).await.unwrap();
        assert_eq!(before, after, "reading is not recorded");
    }

    async fn pages_show_every_record_once_newest_first(t: TestVault) {
        let records = history(&t).await;
        let admin = t.admin().await;
        t.clock.advance(1);
        t.vault.log_out(&admin).await.unwrap();
        let whole = t.vault.list_audit(&admin, &AuditQuery::default()).await.unwrap();
        assert_eq!(whole.items.len() as u64, records + 2);
        assert_eq!((whole.items[0].action.as_str(), whole.next_cursor), ("person.logout", None));
        let (mut query, mut pages) = (AuditQuery { limit: Some(4), ..AuditQuery::default() }, Vec::new());
        loop {
            let page = t.vault.list_audit(&admin, &query).await.unwrap();
            assert!(page.items.len() <= 4);
            pages.extend(page.items);
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(pages, whole.items);
        let ids: BTreeSet<_> = pages.iter().map(|row| &row.id).collect();
        assert_eq!(ids.len(), pages.len());
        for odd in ["x", "AAAA", "ü", &"A".repeat(200)] {
            let query = AuditQuery { cursor: Some(odd.into()), ..AuditQuery::default() };
            let told = t.vault.list_audit(&admin, &query).await.unwrap_err().public();
            assert_eq!(told.code, Code::Malformed, "{odd}");
        }
    }

    async fn filters_choose_by_actor_and_action(t: TestVault) {
        let admin = t.admin().await;
        t.token(&admin, &new_token("laptop")).await;
        let _ = t.vault.log_in(&request(), ADMIN, secret("wrong password")).await;
        let find = async |actor: Option<&str>, action: Option<&str>| {
            let query = AuditQuery { actor: actor.map(Into::into), action: action.map(Into::into), ..AuditQuery::default() };
            t.vault.list_audit(&admin, &query).await.unwrap().items.len()
        };
        assert_eq!(find(Some(ADMIN), None).await, 2);
        assert_eq!(find(Some("anonymous"), None).await, 1);
        assert_eq!(find(None, Some("person.login")).await, 2);
        assert_eq!(find(Some(ADMIN), Some("token.create")).await, 1);
        assert_eq!(find(Some("' OR 1=1 --"), None).await, 0);
        assert_eq!(find(Some(""), Some("")).await, 5);
    }

    async fn what_comes_from_outside_is_one_short_line(t: TestVault) {
        let admin = t.admin().await;
        let mut request = request();
        request.request_id = "a\nb\0c\u{202e}d".into();
        request.address = "x".repeat(5_000);
        let _ = t.vault.log_in(&request, ADMIN, secret("wrong password")).await;
        let row = &t.vault.list_audit(&admin, &AuditQuery::default()).await.unwrap().items[0];
        assert_eq!(row.request_id, "a\u{fffd}b\u{fffd}c\u{fffd}d");
        assert_eq!(row.address.len(), 500);
        t.vault.verify_audit().await.unwrap().verdict().unwrap();
    }

    async fn without_a_record_nothing_is_done(t: TestVault) {
        let admin = t.admin().await;
        t.place.execute("DROP TABLE audit_records").await;
        let made = t.vault.create_token(&admin, &new_token("laptop")).await;
        assert!(matches!(made, Err(Error::Database(_))));
        assert_eq!(t.place.number("SELECT COUNT(*) FROM tokens").await, 0);
        let signed_in = t.vault.log_in(&request(), ADMIN, secret(crate::fixture::PASSWORD)).await;
        assert!(matches!(signed_in, Err(Error::Database(_))));
    }
}
