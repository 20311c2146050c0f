use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use domain::{
    Code, Kind, SecretValue,
    api::{ListQuery, MatrixShow, RevealRequest},
};
use seal::random_bytes;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use vault::{DatabaseUrl, ImportOptions, Wrapping};

use crate::{
    fixture::TestVault,
    speak::{at, env, name, path, put, refused, text, upload},
};

/// Every table, so that a new one is looked at too.
const TABLES: [&str; 30] = [
    "_sqlx_migrations",
    "audit_chains",
    "audit_epochs",
    "audit_records",
    "audit_segments",
    "bindings",
    "change_sequence",
    "changes",
    "contracts",
    "drafts",
    "environments",
    "installation",
    "invitations",
    "members",
    "memberships",
    "people",
    "policy",
    "projects",
    "recovery_codes",
    "scopes",
    "search_index",
    "search_postings",
    "search_suffixes",
    "second_factors",
    "secret_versions",
    "secrets",
    "services",
    "sessions",
    "setup_links",
    "tokens",
];

fn hex(bytes: &[u8]) -> String {
    let pairs = bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes());
    pairs.map(char::from).collect()
}

/// The forms in which a value could lie about: raw, in hex, and in base64 wherever it starts.
fn forms(marker: &str) -> Vec<String> {
    let mut forms = vec![marker.to_owned(), hex(marker.as_bytes()), hex(marker.as_bytes()).to_uppercase()];
    for shift in 0..3 {
        let encoded = BASE64_STANDARD_NO_PAD.encode(format!("{}{marker}", "x".repeat(shift)));
        // The characters that depend on neighbours are left out.
        forms.push(encoded[4..encoded.len() - 4].to_owned());
    }
    forms
}

async fn assert_nowhere(t: &TestVault, markers: &[String]) {
    let forms: Vec<String> = markers.iter().flat_map(|marker| forms(marker)).collect();
    if t.place.is_sqlite() {
        let data = t.place.directory().join("data");
        for entry in std::fs::read_dir(&data).unwrap() {
            let file = entry.unwrap().path();
            let bytes = std::fs::read(&file).unwrap();
            for form in &forms {
                let found = bytes.windows(form.len()).any(|w| w == form.as_bytes());
                assert!(!found, "{form} in {}", file.display());
            }
        }
        return;
    }
    let count = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema()";
    assert_eq!(t.place.number(count).await, i64::try_from(TABLES.len()).unwrap());
    for table in TABLES {
        for form in &forms {
            // A row as text: bytes are in hex there.
            let sql = format!("SELECT COUNT(*) FROM {table} t WHERE position('{form}' in t::text) > 0");
            assert_eq!(t.place.number(&sql).await, 0, "{form} in {table}");
        }
    }
}

/// Flips the lowest bit of one byte of a column of ciphertext.
async fn flip(t: &TestVault, column: &str, offset: usize) {
    match t.place.config(&t.clock).database {
        DatabaseUrl::Postgres(_) => {
            let sql = format!(
                "UPDATE secret_versions SET {column} = set_byte({column}, {offset}, get_byte({column}, {offset}) # 1)"
            );
            assert_eq!(t.place.execute(&sql).await, 1);
        }
        DatabaseUrl::Sqlite(file) => {
            let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
            let sql = AssertSqlSafe(format!("SELECT {column} FROM secret_versions"));
            let mut bytes: Vec<u8> = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
            bytes[offset] ^= 1;
            let sql = AssertSqlSafe(format!("UPDATE secret_versions SET {column} = $1"));
            sqlx::query(sql).bind(bytes).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

/// What a client is told when the database is not what we wrote: nothing of what was found.
#[track_caller]
fn assert_broken<T>(result: vault::Result<T>, what: &str) {
    match result {
        Ok(_) => panic!("served in spite of: {what}"),
        Err(error) => {
            let inside = error.to_string();
            let error = error.public();
            assert_eq!(error.code, Code::Internal, "{what}: {inside}");
            assert!(error.detail.starts_with("something failed"), "{what}");
        }
    }
}

db_tests! {
    async fn no_value_lies_in_the_database_in_any_form(t: TestVault) {
        let admin = t.shop().await;
        let markers: Vec<String> = (0..6).map(|_| hex(&random_bytes::<20>().unwrap())).collect();
        let scope = at("shop/api@staging");
        put(&t.vault, &admin, "shop/api@staging", "TEXT", &markers[0]).await;
        let json = SecretValue::new(Kind::Json, format!("[\"{}\"]", markers[1]).into_bytes()).unwrap();
        t.vault.put_secret(&admin, &scope, &name("JSON"), json, Some("a comment"), None).await.unwrap();
        let file = SecretValue::new(Kind::File, format!("\0\n{}", markers[2]).into_bytes()).unwrap();
        t.vault.put_secret(&admin, &scope, &name("FILE"), file, None, None).await.unwrap();
        let import = upload(&format!(r#"{{"A": "{}", "B": {{"deep": ["{}"]}}}}"#, markers[3], markers[4]));
        t.vault.import(&admin, &scope, &import, &ImportOptions::default()).await.unwrap();
        put(&t.vault, &admin, "shop/api@staging", "TEXT", "another").await;
        t.vault.restore_secret(&admin, &scope, &name("TEXT"), 1).await.unwrap();
        let request = RevealRequest::default();
        t.vault.reveal(&admin, &scope, &name("TEXT"), &request).await.unwrap();
        t.vault.deliver(&admin, &path("shop", "api"), &env("staging"), Wrapping::Plain).await.unwrap();
        let lost = t.vault.put_secret(&admin, &scope, &name("TEXT"), text(&markers[5]), None, Some(1)).await;
        assert!(!format!("{:?}", refused(lost)).contains(&markers[5]));
        t.vault.delete_secret(&admin, &scope, &name("TEXT"), None).await.unwrap();
        assert_nowhere(&t, &markers).await;
        t.vault.close().await;
        assert_nowhere(&t, &markers).await;
    }

    async fn equal_values_leave_different_bytes_and_lengths_tell_little(t: TestVault) {
        let admin = t.shop().await;
        for (key, value) in [("A", "1234"), ("B", "1234"), ("C", "a rather long passphrase")] {
            put(&t.vault, &admin, "shop", key, value).await;
        }
        assert_eq!(t.place.number("SELECT COUNT(DISTINCT sealed) FROM secret_versions").await, 3);
        assert_eq!(t.place.number("SELECT COUNT(DISTINCT wrapped_key) FROM secret_versions").await, 3);
        assert_eq!(t.place.number("SELECT COUNT(DISTINCT length(sealed)) FROM secret_versions").await, 1);
    }

    async fn a_flipped_bit_anywhere_in_the_ciphertext_is_refused(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "canary").await;
        let request = RevealRequest::default();
        for (column, length) in [("sealed", 86 + 32), ("wrapped_key", 94)] {
            let sql = format!("SELECT CAST(length({column}) AS BIGINT) FROM secret_versions");
            assert_eq!(t.place.number(&sql).await, length);
            for offset in (0..usize::try_from(length).unwrap()).step_by(3) {
                flip(&t, column, offset).await;
                let revealed = t.vault.reveal(&admin, &at("shop"), &name("A"), &request).await;
                assert_broken(revealed, &format!("{column} at {offset}"));
                flip(&t, column, offset).await;
            }
        }
        let delivered = t.vault.deliver(&admin, &path("shop", "api"), &env("staging"), Wrapping::Plain).await;
        assert_eq!(delivered.unwrap().values.len(), 1);
        assert_eq!(t.audited("secret.reveal", "allowed").await, 0);
    }

    async fn ciphertext_of_another_secret_version_or_scope_is_refused(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "one").await;
        put(&t.vault, &admin, "shop", "A", "two").await;
        put(&t.vault, &admin, "shop", "B", "three").await;
        put(&t.vault, &admin, "shop@staging", "A", "four").await;
        t.place.execute("CREATE TABLE kept AS SELECT * FROM secret_versions").await;
        let of = |key: &str, scope: &str, version: i64| format!(
            "(SELECT k.COLUMN FROM kept k JOIN secrets s ON s.id = k.secret_id JOIN scopes c ON c.id = s.scope_id
              WHERE s.name = '{key}' AND c.environment_id IS {scope} AND k.version = {version})"
        );
        let target = "version = 2 AND secret_id IN (SELECT id FROM secrets WHERE name = 'A')";
        for source in [of("A", "NULL", 1), of("B", "NULL", 1), of("A", "NOT NULL", 1)] {
            let all = format!(
                "UPDATE secret_versions SET sealed = {}, wrapped_key = {} WHERE {target}",
                source.replace("COLUMN", "sealed"), source.replace("COLUMN", "wrapped_key"),
            );
            assert_eq!(t.place.execute(&all).await, 1);
            let revealed = t.vault.reveal(&admin, &at("shop"), &name("A"), &RevealRequest::default()).await;
            assert_broken(revealed, &all);
            let fingerprints = format!(
                "UPDATE secret_versions SET fingerprint = {} WHERE {target}", source.replace("COLUMN", "fingerprint"),
            );
            t.place.execute(&fingerprints).await;
            let listed = t.vault.list_versions(&admin, &at("shop"), &name("A")).await;
            assert_broken(listed, &fingerprints);
            for column in ["sealed", "wrapped_key", "fingerprint"] {
                let back = of("A", "NULL", 2).replace("COLUMN", column);
                t.place.execute(&format!("UPDATE secret_versions SET {column} = {back} WHERE {target}")).await;
            }
        }
        assert_eq!(crate::speak::reveal(&t.vault, &admin, "shop", "A").await, "two");
        t.place.execute("DROP TABLE kept").await;
    }

    async fn edited_rows_are_refused_not_served(t: TestVault) {
        let admin = t.shop().await;
        let api = path("shop", "api");
        put(&t.vault, &admin, "platform", "A", "wider").await;
        t.clock.advance(1);
        put(&t.vault, &admin, "shop@staging", "A", "old").await;
        put(&t.vault, &admin, "shop@staging", "A", "new").await;
        let bindings = serde_json::from_value::<Vec<_>>(serde_json::json!([{"target": {"env": "X"}, "secret": "A"}]));
        t.vault.put_bindings(&admin, &api, &bindings.unwrap()).await.unwrap();
        // What is edited, how it is put back, and whether the service's values depend on it.
        let table: [(&str, &str, bool); 14] = [
            ("UPDATE secrets SET comment = 'x' WHERE version = 2", "UPDATE secrets SET comment = '' WHERE version = 2", true),
            ("UPDATE secrets SET version = 1 WHERE version = 2", "UPDATE secrets SET version = 2 WHERE created_at = (SELECT MAX(created_at) FROM secrets)", true),
            ("UPDATE secrets SET deleted = true WHERE version = 2", "UPDATE secrets SET deleted = false", true),
            ("UPDATE secrets SET name = 'B' WHERE version = 2", "UPDATE secrets SET name = 'A'", true),
            ("UPDATE secret_versions SET kind = 'json' WHERE version = 2", "UPDATE secret_versions SET kind = 'text'", true),
            ("UPDATE secret_versions SET created_by = 'x' WHERE version = 2", "UPDATE secret_versions SET created_by = 'admin@example.com'", true),
            ("UPDATE bindings SET secret_name = 'B'", "UPDATE bindings SET secret_name = 'A'", true),
            ("UPDATE bindings SET pin_level = 'platform'", "UPDATE bindings SET pin_level = NULL", true),
            ("UPDATE services SET mode = 'bound'", "UPDATE services SET mode = 'all'", true),
            ("UPDATE scopes SET key_version = 2", "UPDATE scopes SET key_version = 1", true),
            ("UPDATE environments SET position = 7", "UPDATE environments SET position = CASE name WHEN 'development' THEN 0 WHEN 'staging' THEN 1 ELSE 2 END", true),
            ("UPDATE projects SET description = 'x'", "UPDATE projects SET description = ''", true),
            ("UPDATE changes SET message = 'x'", "UPDATE changes SET message = ''", false),
            ("UPDATE changes SET actor = 'x'", "UPDATE changes SET actor = 'admin@example.com'", false),
        ];
        let staging = env("staging");
        for (edit, back, delivers) in table {
            assert!(t.place.execute(edit).await > 0, "{edit}");
            if delivers {
                assert_broken(t.vault.deliver(&admin, &api, &staging, Wrapping::Plain).await, edit);
                assert_broken(t.vault.delivery_tag(&admin, &api, &staging).await, edit);
            } else {
                assert_broken(t.vault.list_changes(&admin, &ListQuery::default()).await, edit);
            }
            t.place.execute(back).await;
            assert!(t.vault.deliver(&admin, &api, &staging, Wrapping::Plain).await.is_ok(), "{back}");
        }
    }

    async fn an_edited_name_or_comment_is_not_even_listed(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "v").await;
        for (edit, back) in [
            ("UPDATE secrets SET name = 'B'", "UPDATE secrets SET name = 'A'"),
            ("UPDATE secrets SET comment = 'call me'", "UPDATE secrets SET comment = ''"),
            ("UPDATE secret_versions SET created_at = 0", "UPDATE secret_versions SET created_at = 1800000000000"),
        ] {
            t.place.execute(edit).await;
            let scope = at("shop");
            assert_broken(t.vault.list_secrets(&admin, &scope, &ListQuery::default()).await, edit);
            let show = MatrixShow::All;
            assert_broken(t.vault.matrix(&admin, &scope.level, show, &ListQuery::default()).await, edit);
            let file = upload(r#"{"A": "1", "B": "1"}"#);
            let plan = t.vault.plan_import(&admin, &scope, &file, &ImportOptions::default()).await;
            assert_broken(plan, edit);
            t.place.execute(back).await;
            assert_eq!(t.vault.list_secrets(&admin, &scope, &ListQuery::default()).await.unwrap().items.len(), 1);
        }
    }

    async fn a_row_moved_to_another_scope_is_refused(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "v").await;
        put(&t.vault, &admin, "shop/web", "B", "v").await;
        let to = "UPDATE secrets SET scope_id = (SELECT id FROM scopes WHERE level = 'service') WHERE name = 'A'";
        assert_eq!(t.place.execute(to).await, 1);
        let request = RevealRequest::default();
        assert_broken(t.vault.reveal(&admin, &at("shop/web"), &name("A"), &request).await, to);
        assert_broken(t.vault.deliver(&admin, &path("shop", "web"), &env("staging"), Wrapping::Plain).await, to);
    }

    async fn the_two_keys_of_another_installation_open_nothing(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "A", "v").await;
        let mut config = t.place.config(&t.clock);
        let keys = tempfile::tempdir().unwrap();
        config.keys = vault::KeyFiles::in_directory(keys.path());
        assert!(vault::Vault::open(config).await.is_err());
    }
}
