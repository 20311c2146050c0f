//! Somebody with the database's password, and without the keys, changes one thing at a time: every column of every
//! table, rows removed, rows put back to what they once said. Each is told by a check, or stands on a list with a reason.
//!
//! The columns come from the schema as it is: a new one without a verdict fails. The same table is in `SECURITY.md`.

use domain::{api::Policy, time::HOUR};
use vault::{AuditConfig, Care, Config, NewValue, Rollback, SegmentLimits, Vault};

use crate::{
    account::{browser, enrol, someone},
    fixture::{ADMIN, PASSWORD, TestVault, new_token, request, secret},
    speak::{at, name, put, text},
};

/// What becomes of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    /// A check tells it.
    Told,
    /// It goes unnoticed, for this reason.
    Accepted(&'static str),
}
use Verdict::{Accepted, Told};

/// One table: its key, its columns, and the verdicts.
struct Table {
    name: &'static str,
    key: &'static [&'static str],
    /// Columns whose change is told.
    told: &'static [&'static str],
    /// Columns whose change is not, and why.
    accepted: &'static [(&'static str, &'static str)],
    /// A row is removed, with everything that hangs on it left as it is.
    removed: Verdict,
    /// A row is put back to what it said before its last change.
    older: Verdict,
}

const REMOVED: &str = "a row that is gone leaves no MAC; its removal without a record in the audit log is what tells";
const OLDER: &str = "an old row carries its old MAC; the audit log has the change since";
const NEVER: &str = "rows of this table are never changed";
const SESSION: &str = "an editor can end sessions, or put back one that was there; whom it signs in is checked against the \
                       person's epoch with every request";
const CARRIED: &str =
    "empty since `memberships`; a row put here is carried over only with its MAC, which needs the key";
const CODE: &str = "a keyed hash over person and code: a row that is changed fits no code of anybody";
const LINK: &str = "links of the first start, gone once there is an admin; found by a keyed hash";
const SEARCH: &str = "derived from guarded rows, which alone are believed: a change hides a hit, and never makes one";
const SCHEMA: &str = "the migrator's own; it compares each step with the one built in";

const TABLES: &[Table] = &[
    Table {
        name: "_sqlx_migrations",
        key: &["version"],
        told: &[],
        accepted: &[
            ("version", SCHEMA),
            ("description", SCHEMA),
            ("installed_on", SCHEMA),
            ("success", SCHEMA),
            ("checksum", SCHEMA),
            ("execution_time", SCHEMA),
        ],
        removed: Accepted(SCHEMA),
        older: Accepted(NEVER),
    },
    Table {
        name: "audit_chains",
        key: &["writer_id"],
        told: &["writer_id", "sequence", "mac", "segment"],
        accepted: &[(
            "segment_start",
            "only says when the next segment begins; a wrong one makes a header that is told",
        )],
        removed: Told,
        older: Told,
    },
    Table {
        name: "audit_epochs",
        key: &["epoch"],
        told: &["epoch", "started_at", "reason", "mac"],
        accepted: &[],
        removed: Told,
        older: Accepted(NEVER),
    },
    Table {
        name: "audit_records",
        key: &["id"],
        told: &[
            "id",
            "writer_id",
            "sequence",
            "at",
            "actor",
            "action",
            "source",
            "name",
            "version",
            "outcome",
            "reason",
            "address",
            "request_id",
            "mac",
        ],
        accepted: &[],
        removed: Told,
        older: Accepted(NEVER),
    },
    Table {
        name: "audit_segments",
        key: &["writer_id", "number"],
        told: &[
            "writer_id",
            "number",
            "first_sequence",
            "last_sequence",
            "first_at",
            "last_at",
            "digest",
            "seal",
            "signature",
            "removed_at",
            "mac",
        ],
        accepted: &[],
        removed: Told,
        older: Accepted("a header changes once, when its records go: without them the old one is told"),
    },
    Table {
        name: "bindings",
        key: &["id"],
        told: &[
            "id",
            "service_id",
            "environment_id",
            "position",
            "target_kind",
            "target",
            "secret_name",
            "pin_level",
            "pin_environment_id",
            "mac",
        ],
        accepted: &[],
        removed: Accepted(REMOVED),
        older: Accepted(OLDER),
    },
    Table {
        name: "change_sequence",
        key: &["id"],
        told: &["id"],
        accepted: &[("value", "a number behind the newest change is told; one ahead only leaves a gap")],
        removed: Told,
        older: Told,
    },
    Table {
        name: "changes",
        key: &["id"],
        told: &["id", "sequence", "scope_id", "action", "actor", "message", "created_at", "mac", "undoes", "partner"],
        accepted: &[],
        removed: Accepted(REMOVED),
        older: Accepted(NEVER),
    },
    Table {
        name: "contracts",
        key: &["service_id"],
        told: &["service_id", "text", "updated_at", "updated_by", "mac"],
        accepted: &[],
        removed: Accepted(REMOVED),
        older: Accepted(OLDER),
    },
    Table {
        name: "drafts",
        key: &["id"],
        told: &[
            "id",
            "person_id",
            "scope_id",
            "name",
            "base_version",
            "kind",
            "file_name",
            "comment",
            "wrapped_key",
            "sealed",
            "fingerprint",
            "created_at",
            "expires_at",
            "mac",
            "owner",
            "rotate_by",
        ],
        accepted: &[],
        removed: Accepted("what was typed and not written is lost after an hour anyway"),
        older: Accepted(NEVER),
    },
    Table {
        name: "environments",
        key: &["id"],
        told: &["id", "name", "position", "created_at", "mac"],
        accepted: &[],
        removed: Accepted(REMOVED),
        older: Accepted(OLDER),
    },
    Table {
        name: "installation",
        key: &["id"],
        told: &["id", "root_key_check", "store_key_check"],
        accepted: &[("created_at", "shown nowhere and decides nothing")],
        removed: Told,
        older: Accepted(NEVER),
    },
    Table {
        name: "invitations",
        key: &["person_id"],
        told: &["person_id", "token_hash", "created_at", "expires_at", "mac"],
        accepted: &[],
        removed: Accepted("an invitation that is gone lets nobody in"),
        older: Accepted(NEVER),
    },
    Table {
        name: "members",
        key: &["project_id", "person_id"],
        told: &[],
        accepted: &[
            ("project_id", CARRIED),
            ("person_id", CARRIED),
            ("role", CARRIED),
            ("created_at", CARRIED),
            ("mac", CARRIED),
        ],
        removed: Accepted(CARRIED),
        older: Accepted(CARRIED),
    },
    Table {
        name: "memberships",
        key: &["id"],
        told: &["id", "project_id", "person_id", "environment_id", "role", "created_at", "mac"],
        accepted: &[],
        removed: Accepted(REMOVED),
        older: Accepted(OLDER),
    },
    Table {
        name: "people",
        key: &["id"],
        told: &[
            "id",
            "email",
            "name",
            "role",
            "auditor",
            "password_hash",
            "credential_epoch",
            "disabled",
            "second_factor",
            "created_at",
            "mac",
        ],
        accepted: &[],
        removed: Accepted(REMOVED),
        older: Accepted(OLDER),
    },
    Table {
        name: "policy",
        key: &["id"],
        told: &["second_factor", "reveal", "export", "mac"],
        accepted: &[("id", "the one row has the number 1; with another it is not read, as if it were removed")],
        removed: Accepted("nothing is demanded then; the audit log says what was"),
        older: Accepted(OLDER),
    },
    Table {
        name: "projects",
        key: &["id"],
        told: &["id", "slug", "name", "description", "created_at", "mac"],
        accepted: &[],
        removed: Accepted(REMOVED),
        older: Accepted(OLDER),
    },
    Table {
        name: "recovery_codes",
        key: &["code_hash"],
        told: &[],
        accepted: &[("code_hash", CODE), ("person_id", CODE)],
        removed: Accepted("a code that is gone is refused"),
        older: Accepted("a code that was used and put back is good once more; its first use is in the audit log"),
    },
    Table {
        name: "scopes",
        key: &["id"],
        told: &[
            "id",
            "level",
            "project_id",
            "service_id",
            "environment_id",
            "key_version",
            "wrapped_key",
            "created_at",
            "mac",
        ],
        accepted: &[],
        removed: Told,
        older: Accepted(NEVER),
    },
    Table {
        name: "search_index",
        key: &["id"],
        told: &[],
        accepted: &[("id", SEARCH), ("format", SEARCH)],
        removed: Accepted(SEARCH),
        older: Accepted(SEARCH),
    },
    Table {
        name: "search_postings",
        key: &["part", "kind", "id"],
        told: &[],
        accepted: &[("part", SEARCH), ("kind", SEARCH), ("id", SEARCH)],
        removed: Accepted(SEARCH),
        older: Accepted(SEARCH),
    },
    Table {
        name: "search_suffixes",
        key: &["suffix", "part"],
        told: &[],
        accepted: &[("suffix", SEARCH), ("part", SEARCH)],
        removed: Accepted(SEARCH),
        older: Accepted(SEARCH),
    },
    Table {
        name: "second_factors",
        key: &["person_id"],
        told: &["person_id", "scope_id", "wrapped_key", "sealed", "last_step", "created_at", "mac"],
        accepted: &[],
        removed: Accepted("the person's own row says that there is one: they are refused, and the log says so"),
        older: Accepted(OLDER),
    },
    Table {
        name: "secret_versions",
        key: &["secret_id", "version"],
        told: &[
            "secret_id",
            "version",
            "change_id",
            "kind",
            "wrapped_key",
            "sealed",
            "fingerprint",
            "created_at",
            "created_by",
            "mac",
            "comment",
            "destroyed_at",
            "moved_from_secret",
            "moved_from_version",
            "file_name",
        ],
        accepted: &[],
        removed: Told,
        older: Accepted(NEVER),
    },
    Table {
        name: "secrets",
        key: &["id"],
        told: &["id", "scope_id", "name", "comment", "version", "deleted", "created_at", "mac", "owner", "rotate_by"],
        accepted: &[],
        removed: Told,
        older: Told,
    },
    Table {
        name: "services",
        key: &["id"],
        told: &["id", "project_id", "slug", "name", "description", "mode", "created_at", "mac"],
        accepted: &[],
        removed: Accepted(REMOVED),
        older: Accepted(OLDER),
    },
    Table {
        name: "sessions",
        key: &["id_hash"],
        told: &["id_hash", "person_id", "data", "seen_at", "expires_at", "mac"],
        accepted: &[],
        removed: Accepted(SESSION),
        older: Accepted(SESSION),
    },
    Table {
        name: "setup_links",
        key: &["token_hash"],
        told: &[],
        accepted: &[("token_hash", LINK), ("expires_at", LINK)],
        removed: Accepted(LINK),
        older: Accepted(LINK),
    },
    Table {
        name: "tokens",
        key: &["id"],
        told: &[
            "id",
            "token_hash",
            "name",
            "hint",
            "owner_id",
            "project_id",
            "service_id",
            "environment_id",
            "rights",
            "created_at",
            "expires_at",
            "revoked",
            "mac",
            "networks",
        ],
        accepted: &[("last_used_at", "says when it was used last, for people to look at; decides nothing")],
        removed: Accepted("a token that is gone is refused"),
        older: Accepted(OLDER),
    },
];

fn config(t: &TestVault, rollback: Rollback) -> Config {
    let head = Some(t.place.directory().join("keys/audit.head"));
    let audit = AuditConfig { head, rollback, segments: SegmentLimits { records: 6, millis: HOUR } };
    Config { audit, ..t.place.config(&t.clock) }
}

/// Something in every table that holds anything to protect.
async fn fill(t: &TestVault) -> Vault {
    let admin = t.shop().await;
    let first = Vault::open(config(t, Rollback::Refuse)).await.unwrap();
    first.log_in(&request(), ADMIN, secret(PASSWORD)).await.unwrap();
    first.end_audit().await.unwrap();
    first.close().await;
    // An accepted rollback: a server's chain is gone.
    let last = "(SELECT writer_id FROM audit_segments LIMIT 1)";
    t.place.execute(&format!("DELETE FROM audit_records WHERE writer_id = {last}")).await;
    t.place.execute("CREATE TABLE gone AS SELECT writer_id FROM audit_segments").await;
    t.place.execute("DELETE FROM audit_segments").await;
    t.place.execute("DELETE FROM audit_chains WHERE writer_id IN (SELECT writer_id FROM gone)").await;
    t.place.execute("DROP TABLE gone").await;
    let vault = Vault::open(config(t, Rollback::Accept)).await.unwrap();

    for (place, key) in [("shop", "A"), ("shop", "B"), ("shop/api@production", "A"), ("platform", "C")] {
        put(&vault, &admin, place, key, "one").await;
        put(&vault, &admin, place, key, "two").await;
    }
    vault.delete_secret(&admin, &at("shop"), &name("B"), None).await.unwrap();
    let (value, care) = (NewValue::Given(text("late")), Care::of(Some("ops"), Some("2030-01-31")).unwrap());
    vault.put_or_keep(&admin, &at("shop"), &name("A"), value, Some("mine"), &care, 1).await.unwrap();
    t.developer_of("shop").await;
    let (actor, email) = someone(t).await;
    browser(t, &vault, t.log_in(&email).await, "Firefox, Linux").await;
    enrol(t, &actor).await;
    let invited = serde_json::from_value(serde_json::json!({"email": "new@example.com"})).unwrap();
    vault.create_person(&admin, invited).await.unwrap();
    vault.put_policy(&admin, Policy::default()).await.unwrap();
    let contract = "[[secret]]\nname = \"A\"\n";
    vault.put_contract(&admin, &crate::speak::path("shop", "api"), contract).await.unwrap();
    vault.create_token(&admin, &new_token("laptop")).await.unwrap();
    let bindings = serde_json::from_value::<Vec<domain::api::Binding>>(serde_json::json!([
        {"target": {"env": "ONE"}, "secret": "A", "environment": null, "scope": null},
    ]));
    let service = crate::speak::path("shop", "api");
    vault.put_bindings(&admin, &service, &bindings.unwrap()).await.unwrap();
    vault.write_head().await.unwrap();
    vault
}

/// Whether a check tells that something is wrong; opening the installation anew is one.
async fn is_told(t: &TestVault, vault: &Vault) -> bool {
    let rows = vault.verify_rows().await;
    if rows.map_or(true, |report| !report.problems.is_empty()) {
        return true;
    }
    if vault.verify_audit().await.map_or(true, |report| report.verdict().is_err()) {
        return true;
    }
    match Vault::open(config(t, Rollback::Look)).await {
        Ok(again) => {
            again.close().await;
            false
        }
        Err(_) => true,
    }
}

/// The schema as it is: table, column, type.
async fn columns(t: &TestVault) -> Vec<(String, String, String)> {
    let found = if t.place.is_sqlite() {
        t.place.texts(
            "SELECT m.name || '.' || c.name || '.' || lower(c.type) FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1",
        )
    } else {
        t.place.texts(
            "SELECT table_name || '.' || column_name || '.' || data_type FROM information_schema.columns \
             WHERE table_schema = current_schema() ORDER BY 1",
        )
    };
    let split = |line: &String| {
        let mut parts = line.splitn(3, '.').map(str::to_owned);
        (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap())
    };
    found.await.iter().map(split).collect()
}

/// A column of a row as a literal, and the condition that finds the row.
struct Cell {
    literal: String,
    key: Vec<String>,
}

impl Cell {
    async fn of(t: &TestVault, table: &Table, column: &str) -> Option<Self> {
        let quote = |column: &str| {
            if t.place.is_sqlite() {
                format!("quote({column})")
            } else {
                format!("quote_nullable(CAST({column} AS TEXT))")
            }
        };
        // A row that says something in this column, where there is one.
        let order = format!("ORDER BY {column} IS NULL, {}", table.key.join(", "));
        let ask = async |column: &str| {
            t.place.texts(&format!("SELECT {} FROM {} {order} LIMIT 1", quote(column), table.name)).await
        };
        let literal = ask(column).await.pop()?;
        let mut key = Vec::new();
        for column in table.key {
            key.push(ask(column).await.pop()?);
        }
        Some(Self { literal, key })
    }

    fn condition(&self, table: &Table, column: &str, now: &str) -> String {
        let pairs = table.key.iter().zip(&self.key).map(|(name, literal)| {
            let literal = if *name == column { now } else { literal };
            format!("{name} = {literal}")
        });
        pairs.collect::<Vec<_>>().join(" AND ")
    }

    /// Another value of the same type: one bit, one more, one letter; a word of the same kind where only some are known.
    fn changed(&self, table: &str, column: &str, kind: &str) -> String {
        let words: &[&str] = match (table, column) {
            ("people", "role") => &["'admin'", "'member'"],
            ("memberships", "role") => &["'developer'", "'user'"],
            ("policy", "second_factor") => &["'admins'", "'optional'"],
            ("policy", _) => &["'always'", "'never'"],
            ("services", "mode") => &["'all'", "'bound'"],
            ("scopes" | "bindings", "level" | "pin_level") => &["'platform'", "'project'"],
            ("bindings", "target_kind") => &["'env'", "'file'"],
            ("secret_versions" | "drafts", "kind") => &["'text'", "'json'"],
            ("audit_records", "outcome") => &["'allowed'", "'denied'"],
            _ => &[],
        };
        if let Some(word) = words.iter().find(|word| **word != self.literal) {
            return (*word).to_owned();
        }
        let old = self.literal.as_str();
        match kind {
            "bigint" if old == "NULL" => "1".to_owned(),
            "bigint" => (old.trim_matches('\'').parse::<i64>().unwrap() + 1).to_string(),
            "boolean" => if matches!(old, "1" | "'true'") { "FALSE" } else { "TRUE" }.to_owned(),
            "text" if old == "NULL" => "'x'".to_owned(),
            "text" => format!("'x{}", &old[1..]),
            "uuid" | "bytea" if old == "NULL" && old.len() == 4 => match kind {
                "uuid" => "X'01'".to_owned(),
                _ => "'\\x01'".to_owned(),
            },
            "uuid" | "bytea" => {
                // The last digit, before the quote.
                let place = old.len() - 2;
                let digit = if &old[place..=place] == "0" { "1" } else { "0" };
                format!("{}{digit}'", &old[..place])
            }
            other => panic!("no change of a {other}"),
        }
    }
}

db_tests! {
    async fn every_column_that_is_changed_is_told_or_on_the_list(t: TestVault) {
        let vault = fill(&t).await;
        assert!(!is_told(&t, &vault).await, "untouched: {:?}", vault.verify_rows().await.unwrap().problems);
        let mut expected: Vec<_> = TABLES.iter().flat_map(|table| {
            let accepted = table.accepted.iter().map(|(column, _)| *column);
            table.told.iter().copied().chain(accepted).map(|column| (table.name.to_owned(), column.to_owned()))
        }).collect();
        expected.sort();
        let columns = columns(&t).await;
        let mut found: Vec<_> = columns.iter().map(|(table, column, _)| (table.clone(), column.clone())).collect();
        found.sort();
        assert_eq!(found, expected, "a column without a verdict, or a verdict without a column");

        let (mut tried, mut refused, mut wrong) = (0, Vec::new(), Vec::new());
        for table in TABLES {
            for column in table.told {
                let kind = &columns.iter().find(|(t, c, _)| (t.as_str(), c.as_str()) == (table.name, *column)).unwrap().2;
                let Some(cell) = Cell::of(&t, table, column).await else {
                    wrong.push(format!("{} is empty: nothing was tried", table.name));
                    break;
                };
                let mut new = cell.changed(table.name, column, kind);
                if cell.literal == "NULL" && kind == "uuid" {
                    "(SELECT id FROM projects LIMIT 1)".clone_into(&mut new);
                } else if cell.literal == "NULL" && kind == "bytea" && t.place.is_sqlite() {
                    "X'01'".clone_into(&mut new);
                }
                let condition = cell.condition(table, column, &cell.literal);
                let done = t.place.attempt(&format!("UPDATE {} SET {column} = {new} WHERE {condition}", table.name)).await;
                tried += 1;
                if done.is_err() {
                    // The schema itself refuses it.
                    refused.push(format!("{}.{column}", table.name));
                    continue;
                }
                if !is_told(&t, &vault).await {
                    wrong.push(format!("{}.{column}: {} -> {new}", table.name, cell.literal));
                }
                let condition = cell.condition(table, column, &new);
                t.place.attempt(&format!("UPDATE {} SET {column} = {} WHERE {condition}", table.name, cell.literal)).await.unwrap();
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(tried > 100, "{tried}");
        assert!(!is_told(&t, &vault).await, "everything is as it was");
        println!("{tried} columns changed, each told; the schema refused {refused:?}");
        assert!(refused.len() < 12, "{refused:?}");
        vault.close().await;
    }

    async fn rows_that_are_removed_or_put_back_are_told_or_on_the_list(t: TestVault) {
        let vault = fill(&t).await;
        let mut wrong = Vec::new();
        for table in TABLES {
            let Some(cell) = Cell::of(&t, table, table.key[0]).await else { continue };
            let condition = cell.condition(table, "", "");
            t.place.attempt(&format!("CREATE TABLE kept AS SELECT * FROM {} WHERE {condition}", table.name)).await.unwrap();
            if t.place.attempt(&format!("DELETE FROM {} WHERE {condition}", table.name)).await.is_ok() {
                let told = is_told(&t, &vault).await;
                if table.removed == Told && !told {
                    wrong.push(format!("a row of {} was removed", table.name));
                }
                t.place.attempt(&format!("INSERT INTO {} SELECT * FROM kept", table.name)).await.unwrap();
            }
            t.place.attempt("DROP TABLE kept").await.unwrap();
        }
        assert!(!is_told(&t, &vault).await, "everything is as it was");
        // Put back to what they said before the last write.
        let older = ["audit_chains", "change_sequence", "secrets"];
        for table in TABLES.iter().filter(|table| table.older == Told) {
            assert!(older.contains(&table.name), "{}: say how", table.name);
        }
        for table in older {
            t.place.attempt(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await.unwrap();
        }
        let admin = t.admin().await;
        put(&vault, &admin, "shop", "A", "three").await;
        for table in older {
            t.place.attempt(&format!("CREATE TABLE now AS SELECT * FROM {table}; DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}")).await.unwrap();
            if !is_told(&t, &vault).await {
                wrong.push(format!("{table} was put back"));
            }
            t.place.attempt(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM now; DROP TABLE now")).await.unwrap();
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        vault.close().await;
    }

    async fn two_rows_that_change_places_are_told(t: TestVault) {
        let vault = fill(&t).await;
        let mut tried = 0;
        for (table, columns) in [
            ("secret_versions", "wrapped_key, sealed, fingerprint, mac"),
            ("secret_versions", "wrapped_key, sealed"),
            ("secrets", "name"), ("secrets", "comment, mac"), ("scopes", "wrapped_key"),
            ("people", "password_hash"), ("people", "role, mac"), ("tokens", "token_hash"),
            ("changes", "actor, mac"), ("audit_records", "actor, mac"),
        ] {
            t.place.attempt(&format!("CREATE TABLE kept AS SELECT * FROM {table}")).await.unwrap();
            for column in columns.split(", ") {
                // Each row gets what the one with the next key has.
                let key = if table == "secret_versions" { "secret_id" } else { "id" };
                let next = format!(
                    "COALESCE((SELECT k.{column} FROM kept k WHERE k.{key} > {table}.{key} ORDER BY k.{key} LIMIT 1), {column})"
                );
                if t.place.attempt(&format!("UPDATE {table} SET {column} = {next}")).await.is_ok() {
                    tried += 1;
                }
            }
            let same = t.place.number(&format!("SELECT COUNT(*) FROM (SELECT * FROM {table} EXCEPT SELECT * FROM kept) d")).await == 0;
            assert!(same || is_told(&t, &vault).await, "{table}: {columns}");
            t.place.attempt(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept")).await.unwrap();
        }
        assert!(tried >= 12, "{tried}");
        assert!(!is_told(&t, &vault).await);
        vault.close().await;
    }
}
