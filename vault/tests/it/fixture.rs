//! A fresh vault for every test, with a clock that stands still and people to act.

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Millis,
    access::{Actor, ProjectRole, RequestInfo, Right},
    api::{CreatedToken, NewMember, NewPerson, NewProject, NewToken},
};
use seal::{KeyRing, RootKey, StoreKey};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use uuid::Uuid;
use vault::{AuditConfig, Clock, Config, DatabaseUrl, KeyFiles, LogIn, SignedIn, Vault};
use zeroize::Zeroizing;

/// What every person of the fixture signs in with.
pub const PASSWORD: &str = "correct horse battery";
/// For how long a password that was given is enough.
pub const CONFIRM_WITHIN: i64 = 5 * domain::time::MINUTE;
pub const ADMIN: &str = "admin@example.com";

/// Generates `sqlite::name` and `postgres::name` of each test.
macro_rules! db_tests {
    ($($(#[$meta:meta])* async fn $name:ident($t:ident: TestVault) $body:block)+) => {
        mod cases {
            #[allow(unused_imports)]
            use super::*;
            $($(#[$meta])* pub(super) async fn $name($t: $crate::fixture::TestVault) $body)+
        }
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { $crate::fixture::on_sqlite(super::cases::$name).await; })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { $crate::fixture::on_postgres(super::cases::$name).await; })+
        }
    };
}

/// A vault, and everything a test needs around it.
#[derive(Clone)]
pub struct TestVault {
    pub vault: Vault,
    pub clock: TestClock,
    pub place: TestPlace,
    made: Arc<AtomicU32>,
}

/// Where a vault keeps its things: an empty directory, and a database with nothing in it.
#[derive(Clone)]
pub struct TestPlace {
    directory: Arc<TempDir>,
    url: String,
}

/// A clock that only [`TestClock::advance`] moves.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_800_000_000_000)))
    }

    pub fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }

    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub fn clock(&self) -> Clock {
        let clock = self.clone();
        Clock::from_fn(move || clock.now())
    }
}

impl TestPlace {
    fn new(url: Option<String>) -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let file = directory.path().join("data/strongroom.db");
        Self { url: url.unwrap_or_else(|| format!("sqlite://{}", file.display())), directory }
    }

    /// `keys` and, on SQLite, `data` lie in it.
    pub fn directory(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    pub fn keys(&self) -> KeyFiles {
        KeyFiles::in_directory(&self.directory.path().join("keys"))
    }

    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    pub fn config(&self, clock: &TestClock) -> Config {
        Config {
            database: self.url.parse::<DatabaseUrl>().unwrap(),
            keys: self.keys(),
            clock: clock.clock(),
            audit: AuditConfig::default(),
            confirm_within: CONFIRM_WITHIN,
        }
    }

    /// Runs a statement as someone with the database's password would; answers how many rows it touched.
    pub async fn execute(&self, sql: &str) -> u64 {
        let sql = AssertSqlSafe(sql.to_owned());
        if let Some(path) = self.url.strip_prefix("sqlite://") {
            let mut connection = SqliteConnection::connect(path).await.unwrap();
            let done = sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            done.rows_affected()
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let done = sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            done.rows_affected()
        }
    }

    /// Runs statements as somebody who may do anything to the database, its own rules aside; says why not where it
    /// refuses all the same.
    pub async fn attempt(&self, sql: &str) -> Result<(), String> {
        let freely = if self.is_sqlite() {
            format!("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; {sql}")
        } else {
            format!("SET session_replication_role = replica; {sql}")
        };
        let sql = AssertSqlSafe(freely);
        let done = if let Some(path) = self.url.strip_prefix("sqlite://") {
            let mut connection = SqliteConnection::connect(path).await.unwrap();
            let done = sqlx::raw_sql(sql).execute(&mut connection).await.map(drop);
            connection.close().await.unwrap();
            done
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let done = sqlx::raw_sql(sql).execute(&mut connection).await.map(drop);
            connection.close().await.unwrap();
            done
        };
        done.map_err(|error| error.to_string())
    }

    /// The texts a query answers.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        if let Some(path) = self.url.strip_prefix("sqlite://") {
            let mut connection = SqliteConnection::connect(path).await.unwrap();
            let texts = sqlx::query_scalar(sql).fetch_all(&mut connection).await;
            connection.close().await.unwrap();
            texts.unwrap()
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let texts = sqlx::query_scalar(sql).fetch_all(&mut connection).await;
            connection.close().await.unwrap();
            texts.unwrap()
        }
    }

    /// The bytes that a query answers.
    pub async fn bytes(&self, sql: &str) -> Vec<u8> {
        let sql = AssertSqlSafe(sql.to_owned());
        let path = self.url.strip_prefix("sqlite://").expect("a file");
        let mut connection = SqliteConnection::connect(path).await.unwrap();
        let bytes = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
        connection.close().await.unwrap();
        bytes.unwrap()
    }

    /// The number a query answers.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        if let Some(path) = self.url.strip_prefix("sqlite://") {
            let mut connection = SqliteConnection::connect(path).await.unwrap();
            let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
            connection.close().await.unwrap();
            number.unwrap()
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
            connection.close().await.unwrap();
            number.unwrap()
        }
    }
}

/// Runs a test on a new SQLite file.
pub async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(TestVault) -> F) {
    let t = TestVault::at(TestPlace::new(None)).await;
    test(t.clone()).await;
    t.vault.close().await;
}

/// Runs a test in a new Postgres schema, and removes the schema whatever happened.
pub async fn on_postgres<F: Future<Output = ()> + Send + 'static>(test: impl FnOnce(TestVault) -> F + Send + 'static) {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
        assert!(std::env::var_os("REQUIRE_POSTGRES").is_none(), "TEST_DATABASE_URL is not set");
        println!("skipped: TEST_DATABASE_URL is not set");
        return;
    };
    let schema = format!("test_{}", hex(seal::random_bytes::<8>().unwrap()));
    let on_server = async |sql: String| {
        let mut connection = PgConnection::connect(&server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    on_server(format!("CREATE SCHEMA {schema}")).await;
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options=-csearch_path%3D{schema}");
    let run = tokio::spawn(async move {
        let t = TestVault::at(TestPlace::new(Some(url))).await;
        test(t.clone()).await;
        t.vault.close().await;
    });
    let done = run.await;
    on_server(format!("DROP SCHEMA {schema} CASCADE")).await;
    if let Err(failed) = done {
        std::panic::resume_unwind(failed.into_panic());
    }
}

fn hex(bytes: [u8; 8]) -> String {
    format!("{:016x}", u64::from_be_bytes(bytes))
}

/// A request from somewhere.
pub fn request() -> RequestInfo {
    RequestInfo { request_id: "request-1".into(), address: "192.0.2.1".into() }
}

pub fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

/// A token for everything its owner may: read, nowhere in particular, 90 days.
pub fn new_token(name: &str) -> NewToken {
    NewToken {
        name: name.into(),
        project: None,
        service: None,
        environment: None,
        rights: vec![Right::Read],
        expires_in_days: None,
        networks: Vec::new(),
    }
}

impl TestVault {
    async fn at(place: TestPlace) -> Self {
        let clock = TestClock::new();
        let vault = Vault::open(place.config(&clock)).await.unwrap();
        Self { vault, clock, place, made: Arc::default() }
    }

    /// Another vault, on SQLite: for what must not work across installations.
    pub async fn on_a_new_sqlite() -> Self {
        Self::at(TestPlace::new(None)).await
    }

    /// Writes a person's row as a vault would that disables people or ends their sessions: with its MAC.
    pub async fn rewrite_person(&self, email: &str, disabled: bool, epoch: i64) {
        type Row = (Uuid, Uuid, String, String, String, i64);
        let keys = self.place.keys();
        let root = RootKey::from_bytes(&key_in(&keys.root)).unwrap();
        let store = StoreKey::from_bytes(&key_in(&keys.store)).unwrap();
        let find = "SELECT i.id, p.id, p.name, p.role, p.password_hash, p.created_at \
                    FROM installation i, people p WHERE p.email = $1";
        let change = "UPDATE people SET disabled = $2, credential_epoch = $3, mac = $4 WHERE id = $1";
        let mac = |row: &Row| {
            let ring = KeyRing::new(&root, &store, *row.0.as_bytes());
            let fields: [&[u8]; 8] = [
                row.1.as_bytes(),
                email.as_bytes(),
                row.2.as_bytes(),
                row.3.as_bytes(),
                row.4.as_bytes(),
                &epoch.to_be_bytes(),
                &[u8::from(disabled)],
                &row.5.to_be_bytes(),
            ];
            ring.row_mac("people", &fields).to_vec()
        };
        macro_rules! rewrite {
            ($connection:expr) => {{
                let mut connection = $connection.await.unwrap();
                let find = sqlx::query_as(find).bind(email);
                let row: Row = find.fetch_one(&mut connection).await.unwrap();
                let change = sqlx::query(change).bind(row.1).bind(disabled).bind(epoch);
                let change = change.bind(mac(&row)).execute(&mut connection);
                assert_eq!(change.await.unwrap().rows_affected(), 1);
                connection.close().await.unwrap();
            }};
        }
        if let Some(path) = self.place.url.strip_prefix("sqlite://") {
            rewrite!(SqliteConnection::connect(path));
        } else {
            rewrite!(PgConnection::connect(&self.place.url));
        }
    }

    /// The same installation, opened once more: another server on the same database.
    pub async fn reopen(&self) -> Vault {
        Vault::open(self.place.config(&self.clock)).await.unwrap()
    }

    /// The first admin; made when asked for the first time.
    pub async fn admin(&self) -> Actor {
        if !self.vault.is_set_up().await.unwrap() {
            let token = self.vault.bootstrap(ADMIN, secret(PASSWORD), false).await.unwrap();
            assert!(token.is_none());
        }
        let signed_in = self.log_in(ADMIN).await;
        self.actor(signed_in).await
    }

    /// Signs in with [`PASSWORD`].
    pub async fn log_in(&self, email: &str) -> SignedIn {
        match self.vault.log_in(&request(), email, secret(PASSWORD)).await.unwrap() {
            LogIn::Done(signed_in) => signed_in,
            LogIn::SecondStep(_) => panic!("a second step is asked for"),
        }
    }

    /// The actor of a session that is good.
    pub async fn actor(&self, signed_in: SignedIn) -> Actor {
        let actor = self.vault.actor_of_session(request(), signed_in).await;
        actor.unwrap().expect("the session is good")
    }

    /// Someone who belongs to no project.
    pub async fn outsider(&self) -> Actor {
        let email = self.person().await;
        let signed_in = self.log_in(&email).await;
        self.actor(signed_in).await
    }

    /// A new member of a project that exists.
    pub async fn developer_of(&self, project: &str) -> Actor {
        let admin = self.admin().await;
        let email = self.person().await;
        let new: NewMember = serde_json::from_value(serde_json::json!({"email": email})).unwrap();
        let project = project.parse().unwrap();
        self.vault.create_member(&admin, &project, &new).await.unwrap();
        let signed_in = self.log_in(&email).await;
        self.actor(signed_in).await
    }

    /// A new person with a role in a project that exists: for all environments, or for these.
    pub async fn member_of(&self, project: &str, role: ProjectRole, environments: &[&str]) -> Actor {
        let admin = self.admin().await;
        let email = self.person().await;
        let environments: Vec<_> = environments.iter().map(|name| name.parse().unwrap()).collect();
        let environments = Some(environments).filter(|environments| !environments.is_empty());
        let new = NewMember { email: email.clone(), role, environments };
        self.vault.create_member(&admin, &project.parse().unwrap(), &new).await.unwrap();
        let signed_in = self.log_in(&email).await;
        self.actor(signed_in).await
    }

    /// Takes the database back to the schema of before there were roles, with `email` as a member of `project` in it.
    pub async fn before_roles(&self, project: &str, email: &str) {
        let keys = self.place.keys();
        let root = RootKey::from_bytes(&key_in(&keys.root)).unwrap();
        let store = StoreKey::from_bytes(&key_in(&keys.store)).unwrap();
        self.place
            .execute(
                "DROP TABLE memberships; DROP TABLE invitations; ALTER TABLE people DROP COLUMN auditor; \
                 DELETE FROM _sqlx_migrations WHERE version = 6",
            )
            .await;
        let find =
            "SELECT i.id, r.id, p.id FROM installation i, projects r, people p WHERE r.slug = $1 AND p.email = $2";
        let write = "INSERT INTO members (project_id, person_id, role, created_at, mac) VALUES ($1, $2, $3, $4, $5)";
        macro_rules! append {
            ($connection:expr) => {{
                let mut connection = $connection.await.unwrap();
                let row: (Uuid, Uuid, Uuid) =
                    sqlx::query_as(find).bind(project).bind(email).fetch_one(&mut connection).await.unwrap();
                let ring = KeyRing::new(&root, &store, *row.0.as_bytes());
                let fields: [&[u8]; 4] = [row.1.as_bytes(), row.2.as_bytes(), b"developer", &7_i64.to_be_bytes()];
                let mac = ring.row_mac("members", &fields).to_vec();
                let write = sqlx::query(write).bind(row.1).bind(row.2).bind("developer").bind(7_i64).bind(mac);
                write.execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }};
        }
        if let Some(path) = self.place.url.strip_prefix("sqlite://") {
            append!(SqliteConnection::connect(path));
        } else {
            append!(PgConnection::connect(&self.place.url));
        }
    }

    /// Adds a person; answers their e-mail address.
    pub async fn person(&self) -> String {
        let admin = self.admin().await;
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        let email = format!("person{number}@example.com");
        let new = NewPerson {
            email: email.clone(),
            name: None,
            password: Some(PASSWORD.to_owned().into()),
            role: domain::access::PlatformRole::Member,
        };
        self.vault.create_person(&admin, new).await.unwrap();
        email
    }

    /// Adds a project.
    pub async fn project(&self, slug: &str) {
        let admin = self.admin().await;
        self.vault.create_project(&admin, &new_place(slug)).await.unwrap();
    }

    /// Adds a service to a project that exists.
    pub async fn service(&self, project: &str, slug: &str) {
        let admin = self.admin().await;
        self.vault.create_service(&admin, &project.parse().unwrap(), &new_place(slug)).await.unwrap();
    }

    /// Makes a token as `actor`.
    pub async fn token(&self, actor: &Actor, new: &NewToken) -> CreatedToken {
        self.vault.create_token(actor, new).await.unwrap()
    }

    /// The actor of a token that is good.
    pub async fn bearer(&self, token: &CreatedToken) -> Actor {
        self.vault.actor_of_token(request(), &token.token.0).await.unwrap()
    }

    /// A token of a service that exists; it may read, in one environment or in all of them.
    pub async fn service_token(&self, project: &str, service: &str, environment: Option<&str>) -> Actor {
        let admin = self.admin().await;
        let new = NewToken {
            project: Some(project.parse().unwrap()),
            service: Some(service.parse().unwrap()),
            environment: environment.map(|environment| environment.parse().unwrap()),
            ..new_token("deploy")
        };
        let created = self.token(&admin, &new).await;
        self.bearer(&created).await
    }
}

fn key_in(path: &Path) -> Vec<u8> {
    let line = std::fs::read_to_string(path).unwrap();
    let (_, encoded) = line.trim_end().split_once(':').unwrap();
    STANDARD.decode(encoded).unwrap()
}

fn new_place(slug: &str) -> NewProject {
    NewProject { slug: slug.parse().unwrap(), name: None, description: None }
}
