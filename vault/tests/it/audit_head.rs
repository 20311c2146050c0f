//! Segments of the audit log, the head file, and what a start does about a database that is older than it.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use domain::{
    Code,
    api::{AuditQuery, BreakKind, HeadState},
    time::{DAY, HOUR},
};
use vault::{AuditConfig, Config, Rollback, SegmentLimits, StartError, Vault};

use crate::fixture::{ADMIN, PASSWORD, TestVault, new_token, request, secret};

fn head_file(t: &TestVault) -> PathBuf {
    t.place.directory().join("keys/audit.head")
}

fn config(t: &TestVault, rollback: Rollback) -> Config {
    let segments = SegmentLimits { records: 5, millis: HOUR };
    let audit = AuditConfig { head: Some(head_file(t)), rollback, segments };
    Config { audit, ..t.place.config(&t.clock) }
}

async fn open(t: &TestVault) -> Vault {
    Vault::open(config(t, Rollback::Refuse)).await.unwrap()
}

/// So many records by a server that ends properly.
async fn write(t: &TestVault, vault: &Vault, records: usize) {
    t.admin().await;
    for _ in 0..records {
        vault.log_in(&request(), ADMIN, secret(PASSWORD)).await.unwrap();
    }
}

async fn end(vault: Vault) {
    vault.end_audit().await.unwrap();
    vault.close().await;
}

/// Why the server does not start.
async fn refusal(t: &TestVault) -> String {
    match Vault::open(config(t, Rollback::Refuse)).await {
        Err(StartError::Head(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it started"),
    }
}

const LOG: [&str; 4] = ["audit_segments", "audit_records", "audit_chains", "audit_epochs"];

/// Keeps a copy of the log, to be put back later as someone with an old backup would.
async fn keep(t: &TestVault) {
    for table in LOG {
        t.place.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
    }
}

async fn put_back(t: &TestVault) {
    for table in LOG {
        t.place.execute(&format!("DELETE FROM {table}")).await;
    }
    for table in ["audit_chains", "audit_records", "audit_segments", "audit_epochs"] {
        t.place.execute(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
        t.place.execute(&format!("DROP TABLE kept_{table}")).await;
    }
}

async fn broken(vault: &Vault) -> (BreakKind, String) {
    let report = vault.verify_audit().await.unwrap();
    let broken = report.chains.into_iter().find_map(|chain| chain.broken).expect("a break");
    (broken.kind, broken.detail)
}

async fn actions(t: &TestVault, vault: &Vault) -> Vec<String> {
    let admin = t.admin().await;
    let log = vault.list_audit(&admin, &AuditQuery::default()).await.unwrap();
    log.items.into_iter().map(|row| format!("{} {}", row.action, row.reason)).collect()
}

db_tests! {
    async fn a_chain_moves_on_from_segment_to_segment_and_verifies(t: TestVault) {
        let vault = open(&t).await;
        write(&t, &vault, 12).await;
        let report = vault.verify_audit().await.unwrap();
        report.verdict().unwrap();
        let ours = report.chains.iter().max_by_key(|chain| chain.records).unwrap();
        // One record says that there was no head file before.
        assert_eq!((ours.records, ours.segments), (13, 2));
        // An hour without a record closes what is open; so does the end.
        t.clock.advance(HOUR);
        write(&t, &vault, 1).await;
        let ours = "SELECT COUNT(*) FROM audit_segments s WHERE s.writer_id = (SELECT writer_id FROM audit_segments ORDER BY number DESC LIMIT 1)";
        assert_eq!(t.place.number(ours).await, 3);
        end(vault).await;
        assert_eq!(t.place.number(ours).await, 4);
        let later = open(&t).await;
        let report = later.verify_audit().await.unwrap();
        report.verdict().unwrap();
        assert!(matches!(report.head, HeadState::Known { epoch: 0, .. }));
        later.close().await;
    }

    async fn a_transaction_that_fails_after_a_segment_was_closed_leaves_the_chain_going_on(t: TestVault) {
        let vault = open(&t).await;
        write(&t, &vault, 4).await;
        // The next record closes the segment, and then cannot be written.
        t.place.execute("ALTER TABLE audit_records RENAME COLUMN reason TO because").await;
        assert!(vault.log_in(&request(), ADMIN, secret(PASSWORD)).await.is_err());
        t.place.execute("ALTER TABLE audit_records RENAME COLUMN because TO reason").await;
        assert_eq!(t.place.number("SELECT COUNT(*) FROM audit_segments").await, 0);
        write(&t, &vault, 8).await;
        assert_eq!(t.place.number("SELECT COUNT(*) FROM audit_segments").await, 2);
        vault.verify_audit().await.unwrap().verdict().unwrap();
        end(vault).await;
    }

    async fn headers_of_segments_that_are_edited_or_gone_are_told(t: TestVault) {
        let vault = open(&t).await;
        write(&t, &vault, 12).await;
        vault.verify_audit().await.unwrap().verdict().unwrap();
        for change in [
            "last_at = last_at + 1", "first_at = first_at - 1", "last_sequence = last_sequence - 1",
            "first_sequence = first_sequence + 1", "removed_at = 1", "number = number + 7",
            "digest = seal", "seal = digest", "signature = seal", "mac = seal",
        ] {
            keep(&t).await;
            let touched = t.place.execute(&format!("UPDATE audit_segments SET {change} WHERE number = 1")).await;
            assert_eq!(touched, 1, "{change}");
            assert_eq!(broken(&vault).await.0, BreakKind::Segment, "{change}");
            put_back(&t).await;
            vault.verify_audit().await.unwrap().verdict().unwrap();
        }
        for gone in ["number = 0", "number = 1", "number >= 0"] {
            keep(&t).await;
            t.place.execute(&format!("DELETE FROM audit_segments WHERE {gone}")).await;
            assert!(vault.verify_audit().await.unwrap().verdict().is_err(), "{gone}");
            put_back(&t).await;
        }
        end(vault).await;
    }

    async fn a_log_cut_off_at_the_end_of_a_segment_is_told(t: TestVault) {
        let vault = open(&t).await;
        write(&t, &vault, 9).await;
        let chain = "writer_id IN (SELECT writer_id FROM audit_segments)";
        t.place.execute("DELETE FROM audit_records WHERE sequence > 5 AND writer_id IN (SELECT writer_id FROM audit_segments)").await;
        // The digest in the header is not the head that would be needed.
        t.place.execute(&format!(
            "UPDATE audit_chains SET sequence = 5, segment_start = 5, segment = 1, \
             mac = (SELECT digest FROM audit_segments LIMIT 1) WHERE {chain}"
        )).await;
        assert_eq!(broken(&vault).await.0, BreakKind::Head);
        vault.close().await;
    }

    async fn a_whole_chain_that_was_removed_is_told_by_the_head_file(t: TestVault) {
        let vault = open(&t).await;
        write(&t, &vault, 3).await;
        end(vault).await;
        let later = open(&t).await;
        later.verify_audit().await.unwrap().verdict().unwrap();
        for table in ["audit_segments", "audit_records", "audit_chains"] {
            let most = "(SELECT writer_id FROM kept)";
            if table == "audit_segments" {
                t.place.execute("CREATE TABLE kept AS SELECT writer_id FROM audit_segments LIMIT 1").await;
            }
            t.place.execute(&format!("DELETE FROM {table} WHERE writer_id IN {most}")).await;
        }
        let (kind, detail) = broken(&later).await;
        assert_eq!(kind, BreakKind::Removed);
        assert!(detail.contains("4 records"), "{detail}");
        // A server that runs tells too, and never signs less than it knew.
        later.write_head().await.unwrap();
        let status = later.audit_status(&t.admin().await).await.unwrap();
        assert!(status.lost[0].contains("is not there"), "{:?}", status.lost);
        later.close().await;
        assert!(refusal(&t).await.contains("--accept-rollback"));
    }

    async fn a_database_that_was_rolled_back_is_refused_and_nothing_is_written(t: TestVault) {
        let vault = open(&t).await;
        write(&t, &vault, 2).await;
        vault.write_head().await.unwrap();
        keep(&t).await;
        write(&t, &vault, 3).await;
        end(vault).await;
        put_back(&t).await;
        let records = t.place.number("SELECT COUNT(*) FROM audit_records").await;
        let why = refusal(&t).await;
        assert!(why.contains("has 3 records of 6") && why.contains("rolled back"), "{why}");
        assert_eq!(t.place.number("SELECT COUNT(*) FROM audit_records").await, records);
        // To have a look is allowed, and says the same.
        let look = Vault::open(config(&t, Rollback::Look)).await.unwrap();
        let (kind, detail) = broken(&look).await;
        assert_eq!(kind, BreakKind::Checkpoint, "{detail}");
        look.close().await;
        assert_eq!(t.place.number("SELECT COUNT(*) FROM audit_records").await, records);
    }

    async fn an_accepted_rollback_is_on_record_and_ends_sessions_and_tokens_of_before(t: TestVault) {
        let vault = open(&t).await;
        let admin = t.admin().await;
        let token = vault.create_token(&admin, &new_token("laptop")).await.unwrap();
        keep(&t).await;
        write(&t, &vault, 4).await;
        end(vault).await;
        put_back(&t).await;
        refusal(&t).await;

        let vault = Vault::open(config(&t, Rollback::Accept)).await.unwrap();
        let accepted = actions(&t, &vault).await;
        assert!(accepted[1].starts_with("audit.rollback_accepted chain"), "{accepted:?}");
        let used = vault.actor_of_token(request(), &token.token.0).await;
        assert_eq!(used.unwrap_err().public().code, Code::Unauthenticated);
        // Not even with its row put back as it was.
        t.place.execute("UPDATE tokens SET revoked = (1 = 0)").await;
        assert!(vault.actor_of_token(request(), &token.token.0).await.is_err());
        assert_eq!(t.place.number("SELECT COUNT(*) FROM sessions").await, 0);
        let fresh = vault.create_token(&admin, &new_token("desktop")).await.unwrap();
        end(vault).await;

        // From now on all is as ever, in the new epoch.
        let vault = open(&t).await;
        vault.actor_of_token(request(), &fresh.token.0).await.unwrap();
        let report = vault.verify_audit().await.unwrap();
        report.verdict().unwrap();
        assert!(matches!(report.head, HeadState::Known { epoch: 1, .. }));
        // The epoch itself cannot be taken back.
        end(vault).await;
        t.place.execute("DELETE FROM audit_epochs").await;
        assert!(refusal(&t).await.contains("epoch"));
    }

    async fn a_head_file_that_is_missing_is_made_on_record_and_one_that_is_not_ours_is_refused(t: TestVault) {
        let vault = open(&t).await;
        write(&t, &vault, 1).await;
        assert!(actions(&t, &vault).await.iter().any(|action| action.starts_with("audit.head_missing")));
        end(vault).await;
        let text = fs::read_to_string(head_file(&t)).unwrap();
        for (from, to) in [("\"sequence\": 2", "\"sequence\": 1"), ("\"epoch\": 0", "\"epoch\": 3"), ("{", "["), ("head-v1", "head-v2")] {
            assert!(text.contains(from), "{from} in {text}");
            fs::write(head_file(&t), text.replacen(from, to, 1)).unwrap();
            assert!(refusal(&t).await.contains("cannot be used"), "{from}");
        }
        fs::write(head_file(&t), &text).unwrap();
        end(open(&t).await).await;
        assert_eq!(head_file(&t).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    async fn an_empty_database_beside_a_head_file_is_refused(t: TestVault) {
        if !t.place.is_sqlite() {
            return;
        }
        let vault = open(&t).await;
        write(&t, &vault, 1).await;
        end(vault).await;
        t.vault.close().await;
        fs::remove_dir_all(t.place.directory().join("data")).unwrap();
        assert!(refusal(&t).await.contains("no installation"));
        assert!(!t.place.directory().join("data").exists());
        let vault = Vault::open(config(&t, Rollback::Accept)).await.unwrap();
        end(vault).await;
        end(open(&t).await).await;
    }

    async fn old_segments_are_removed_whole_and_the_log_still_verifies(t: TestVault) {
        let vault = open(&t).await;
        write(&t, &vault, 12).await;
        // A process that did not end properly leaves its last segment open.
        vault.write_head().await.unwrap();
        vault.close().await;
        let later = open(&t).await;
        let recent = later.prune_audit(t.clock.now()).await.unwrap_err().public();
        assert_eq!(recent.code, Code::Invalid);
        assert_eq!(later.prune_audit(t.clock.now().plus(-2 * DAY)).await.unwrap(), 0);
        t.clock.advance(10 * DAY);
        let before = later.verify_audit().await.unwrap().verdict().unwrap();
        let removed = later.prune_audit(t.clock.now().plus(-5 * DAY)).await.unwrap();
        assert_eq!(removed, before, "also what was left open");
        let report = later.verify_audit().await.unwrap();
        assert_eq!(report.verdict(), Ok(1), "the record about it");
        assert_eq!(report.removed, removed);
        end(later).await;
        // Still so after a restart, and with the head file.
        let last = open(&t).await;
        last.verify_audit().await.unwrap().verdict().unwrap();
        // Removing more by hand is told, and so is bringing one back.
        keep(&t).await;
        t.place.execute("DELETE FROM audit_records").await;
        assert!(last.verify_audit().await.unwrap().verdict().is_err());
        put_back(&t).await;
        last.verify_audit().await.unwrap().verdict().unwrap();
        t.place.execute("UPDATE audit_segments SET removed_at = NULL WHERE number = 0").await;
        assert_eq!(broken(&last).await.0, BreakKind::Segment);
        last.close().await;
    }

    async fn a_log_that_does_not_verify_is_not_pruned(t: TestVault) {
        let vault = open(&t).await;
        write(&t, &vault, 6).await;
        t.clock.advance(10 * DAY);
        t.place.execute("UPDATE audit_records SET actor = 'x' WHERE sequence = 3").await;
        let refused = vault.prune_audit(t.clock.now().plus(-5 * DAY)).await.unwrap_err().public();
        assert_eq!(refused.code, Code::Conflict);
        assert!(refused.detail.contains("record 3"), "{}", refused.detail);
        vault.close().await;
    }

    async fn every_committed_record_is_streamed_once_and_no_other(t: TestVault) {
        let vault = open(&t).await;
        let admin = t.admin().await;
        let mut stream = vault.stream_audit();
        write(&t, &vault, 7).await;
        let refused = vault.create_token(&admin, &domain::api::NewToken { expires_in_days: Some(0), ..new_token("x") }).await;
        assert!(refused.is_err());
        let mut lines = Vec::new();
        while let Ok(row) = stream.try_recv() {
            lines.push((row.sequence, row.id));
        }
        let stored = t.vault.list_audit(&admin, &AuditQuery::default()).await.unwrap();
        let chain = &stored.items[0].chain;
        let mut stored: Vec<_> = stored.items.iter().filter(|row| row.chain == *chain).map(|row| (row.sequence, row.id.clone())).collect();
        stored.reverse();
        assert_eq!(lines, stored[1..], "all but the one before it was asked for");
        vault.close().await;
    }
}
