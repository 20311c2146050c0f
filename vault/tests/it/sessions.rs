//! The session store behind the server's cookie.

use std::{collections::HashMap, sync::Arc};

use time::OffsetDateTime;
use tower_sessions_core::{
    Expiry, Session, SessionStore,
    session::{Id, Record},
};

use crate::fixture::TestVault;

/// A record that ends so many milliseconds after now.
fn record(t: &TestVault, millis: i64) -> Record {
    Record {
        id: Id::default(),
        data: HashMap::from([("notice".to_owned(), serde_json::json!("saved"))]),
        expiry_date: at(t, millis),
    }
}

fn at(t: &TestVault, millis: i64) -> OffsetDateTime {
    let nanos = i128::from(t.clock.now().0 + millis) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap()
}

async fn count(t: &TestVault) -> i64 {
    t.place.number("SELECT COUNT(*) FROM sessions").await
}

db_tests! {
    async fn a_session_is_found_as_it_was_stored(t: TestVault) {
        let store = t.vault.sessions();
        let mut record = record(&t, 5_000);
        let proposed = record.id;
        store.create(&mut record).await.unwrap();
        assert_ne!(record.id, proposed, "the id comes from the kernel");
        assert_eq!(store.load(&record.id).await.unwrap().unwrap(), record);
        record.data.insert("person".into(), serde_json::json!(1));
        record.expiry_date = at(&t, 9_000);
        store.save(&record).await.unwrap();
        assert_eq!(store.load(&record.id).await.unwrap().unwrap(), record);
        assert!(store.load(&Id(7)).await.unwrap().is_none());
        let again = t.reopen().await;
        assert_eq!(again.sessions().load(&record.id).await.unwrap().unwrap(), record);
        again.close().await;
    }

    async fn a_session_that_is_over_is_not_found_and_swept(t: TestVault) {
        let store = t.vault.sessions();
        let (mut short, mut long) = (record(&t, 1_000), record(&t, 2_000));
        store.create(&mut short).await.unwrap();
        store.create(&mut long).await.unwrap();
        t.clock.advance(999);
        assert!(store.load(&short.id).await.unwrap().is_some());
        assert_eq!(t.vault.sweep_sessions().await.unwrap(), 0);
        t.clock.advance(1);
        assert!(store.load(&short.id).await.unwrap().is_none());
        assert_eq!(t.vault.sweep_sessions().await.unwrap(), 1);
        assert_eq!(count(&t).await, 1);
        assert!(store.load(&long.id).await.unwrap().is_some());
    }

    async fn a_session_that_was_ended_is_not_brought_back_by_a_request_still_running(t: TestVault) {
        let store = t.vault.sessions();
        let mut record = record(&t, 5_000);
        store.create(&mut record).await.unwrap();
        store.delete(&record.id).await.unwrap();
        store.save(&record).await.unwrap();
        assert!(store.load(&record.id).await.unwrap().is_none());
        store.delete(&record.id).await.unwrap();
        assert_eq!(count(&t).await, 0);
    }

    async fn a_new_id_at_sign_in_ends_the_old_one(t: TestVault) {
        let store = Arc::new(t.vault.sessions());
        let expiry = Expiry::AtDateTime(at(&t, 60_000));
        let session = Session::new(None, store.clone(), Some(expiry));
        session.insert("notice", "hello").await.unwrap();
        session.save().await.unwrap();
        let before = session.id().unwrap();
        session.cycle_id().await.unwrap();
        session.save().await.unwrap();
        let after = session.id().unwrap();
        assert_ne!(before, after);
        assert!(store.load(&before).await.unwrap().is_none());
        let found = store.load(&after).await.unwrap().unwrap();
        assert_eq!(found.data["notice"], "hello");
    }

    async fn the_table_does_not_hold_the_id_of_a_cookie(t: TestVault) {
        let mut record = record(&t, 5_000);
        t.vault.sessions().create(&mut record).await.unwrap();
        let id = record.id.0.to_be_bytes().map(|byte| format!("{byte:02x}")).concat();
        let hash = if t.place.is_sqlite() { "lower(hex(id_hash))" } else { "encode(id_hash, 'hex')" };
        let found = format!("SELECT COUNT(*) FROM sessions WHERE {hash} LIKE '%{id}%' OR data LIKE '%{id}%'");
        assert_eq!(t.place.number(&found).await, 0);
        assert_eq!(count(&t).await, 1);
    }
}
