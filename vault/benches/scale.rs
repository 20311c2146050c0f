//! How long what people wait for takes when there is much of it: `make bench`. Through the vault's public face, on SQLite
//! and, where `TEST_DATABASE_URL` is set, on Postgres. Prints the machine and its load beside the figures.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program that measures and prints"
)]

use std::time::{Duration, Instant};

use domain::{
    Actor, Scope,
    access::RequestInfo,
    api::{Binding, BindingTarget, ListQuery, MatrixShow, NewProject},
    import::parse_json,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vault::{Clock, Config, ImportOptions, KeyFiles, Vault};
use zeroize::Zeroizing;

/// Projects among which the secrets are spread, each with one service.
const PROJECTS: usize = 500;
/// Names of one long scope.
const LONG: usize = 50_000;
/// Keys of one upload.
const UPLOAD: usize = 10_000;
/// How often each query is asked.
const ROUNDS: usize = 20;

const OF: [&str; 16] = [
    "STRIPE", "DATABASE", "REDIS", "SENTRY", "SMTP", "OAUTH", "S3", "KAFKA", "WEBHOOK", "JWT", "GITHUB", "SLACK",
    "VAULT", "LDAP", "PAYPAL", "SEARCH",
];
const WHAT: [&str; 8] = ["URL", "KEY", "TOKEN", "PASSWORD", "SECRET", "HOST", "USER", "CERT"];
const PLACES: [&str; 4] = ["", "development", "staging", "production"];

/// What is asked, and what kind of question it is.
const QUERIES: [(&str, &str); 18] = [
    ("one name", "stripe_key_012345"),
    ("the end of a name", "_199999"),
    ("a common word", "key"),
    ("a few letters", "ass"),
    ("one letter", "e"),
    ("two words", "redis token"),
    ("words across", "n_123 git"),
    ("number within", "4242"),
    ("three common words", "s e t"),
    ("a project", "project-321"),
    ("no hit", "zebra"),
    ("no hit of common parts", "key_url_token"),
    ("filter: environment", "password env:production"),
    ("filter: level", "host level:service"),
    ("filter: kind", "kind:file"),
    ("filter: age", "stale:>90d"),
    ("filter: unused", "redis unused:true"),
    ("signs", "%"),
];

#[tokio::main]
async fn main() {
    let secrets = std::env::args().skip_while(|arg| arg != "--secrets").nth(1);
    let secrets = secrets.map_or(200_000, |count| count.parse().unwrap());
    println!("{}", machine());
    let directory = tempfile::tempdir().unwrap();
    let file = format!("sqlite://{}", directory.path().join("data/bench.db").display());
    measure("SQLite", &file, directory.path(), secrets).await;
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
        println!("\nPostgres: skipped, TEST_DATABASE_URL is not set");
        return;
    };
    let sql = async |sql: String| {
        let mut connection = PgConnection::connect(&server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    let schema = format!("bench_{}", std::process::id());
    sql(format!("CREATE SCHEMA {schema}")).await;
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options=-csearch_path%3D{schema}");
    let keys = tempfile::tempdir().unwrap();
    measure("Postgres", &url, keys.path(), secrets).await;
    sql(format!("DROP SCHEMA {schema} CASCADE")).await;
}

async fn measure(engine: &str, url: &str, directory: &std::path::Path, secrets: usize) {
    let vault = Vault::open(Config {
        database: url.parse().unwrap(),
        keys: KeyFiles::in_directory(&directory.join("keys")),
        clock: Clock::system(),
        audit: vault::AuditConfig::default(),
        confirm_within: 5 * domain::time::MINUTE,
    })
    .await
    .unwrap();
    let password = Zeroizing::new("correct horse battery".to_owned());
    let token = vault.bootstrap("bench@example.com", password, true).await.unwrap().unwrap();
    let admin = vault.actor_of_token(RequestInfo::default(), &token).await.unwrap();
    println!("\n## {engine}");
    let bench = Bench { vault, admin };

    let started = Instant::now();
    bench.fill(secrets).await;
    tell(&format!("{secrets} secrets in {PROJECTS} projects, written"), &[started.elapsed()]);
    let mut all = Vec::new();
    for (what, query) in QUERIES {
        let (times, hits, more) = bench.search(query).await;
        tell(&format!("search, {what}: `{query}` ({hits} hits{})", if more { ", and more" } else { "" }), &times);
        all.extend(times);
    }
    tell(&format!("search, all {} of them", all.len()), &all);

    bench.uploads().await;
    bench.long_scope().await;
    bench.vault.close().await;
}

struct Bench {
    vault: Vault,
    admin: Actor,
}

impl Bench {
    async fn fill(&self, secrets: usize) {
        let each = secrets / PROJECTS / PLACES.len();
        let mut number = 0;
        for project in 0..PROJECTS {
            let slug = format!("project-{project}");
            self.place(&slug).await;
            for (at, environment) in PLACES.iter().enumerate() {
                let names = (number..number + each).map(|n| format!("{}_{}_{n:06}", OF[n % 16], WHAT[n / 16 % 8]));
                let scope =
                    if at % 2 == 0 { project_scope(&slug, environment) } else { service_scope(&slug, environment) };
                self.import(&scope, names).await;
                number += each;
            }
        }
    }

    async fn place(&self, slug: &str) {
        let new = |slug: &str| NewProject { slug: slug.parse().unwrap(), name: None, description: None };
        self.vault.create_project(&self.admin, &new(slug)).await.unwrap();
        self.vault.create_service(&self.admin, &slug.parse().unwrap(), &new("api")).await.unwrap();
        let binding = Binding {
            target: BindingTarget::Env("DATABASE".to_owned()),
            secret: "DATABASE_URL".parse().unwrap(),
            environment: None,
            scope: None,
        };
        let path = domain::ServicePath::new(slug.parse().unwrap(), "api".parse().unwrap());
        self.vault.put_bindings(&self.admin, &path, &[binding]).await.unwrap();
    }

    async fn import(&self, scope: &Scope, names: impl Iterator<Item = String>) {
        let file = parse_json(json(names, "of the bench").as_bytes()).unwrap();
        self.vault.import(&self.admin, scope, &file, &ImportOptions::default()).await.unwrap();
    }

    async fn search(&self, query: &str) -> (Vec<Duration>, usize, bool) {
        let list = ListQuery { limit: Some(30), ..ListQuery::default() };
        let warm = self.vault.search(&self.admin, query, &list).await.unwrap();
        let mut times = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let started = Instant::now();
            self.vault.search(&self.admin, query, &list).await.unwrap();
            times.push(started.elapsed());
        }
        (times, warm.items.len(), warm.next_cursor.is_some())
    }

    async fn uploads(&self) {
        self.place("uploads").await;
        let scope = project_scope("uploads", "production");
        let options = ImportOptions::default();
        let (mut plans, mut applied, mut again) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..3 {
            let names = (0..UPLOAD).map(|n| format!("UPLOAD_{round}_{n:05}"));
            let text = json(names, "first");
            let file = parse_json(text.as_bytes()).unwrap();
            let started = Instant::now();
            self.vault.plan_import(&self.admin, &scope, &file, &options).await.unwrap();
            plans.push(started.elapsed());
            let started = Instant::now();
            self.vault.import(&self.admin, &scope, &file, &options).await.unwrap();
            applied.push(started.elapsed());
            let file = parse_json(text.replace("first", "second").as_bytes()).unwrap();
            let started = Instant::now();
            self.vault.import(&self.admin, &scope, &file, &options).await.unwrap();
            again.push(started.elapsed());
        }
        tell(&format!("upload of {UPLOAD} keys, plan"), &plans);
        tell(&format!("upload of {UPLOAD} keys, applied, all new"), &applied);
        tell(&format!("upload of {UPLOAD} keys, applied, all changed"), &again);
    }

    async fn long_scope(&self) {
        self.place("long").await;
        let scope = service_scope("long", "");
        for part in 0..LONG / UPLOAD {
            self.import(&scope, (0..UPLOAD).map(|n| format!("LONG_{part}_{n:05}"))).await;
        }
        let (level, admin) = (&scope.level, &self.admin);
        let (mut pages, mut filtered, mut listed) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let all = ListQuery::default();
            let started = Instant::now();
            self.vault.matrix(admin, level, MatrixShow::All, &all).await.unwrap();
            pages.push(started.elapsed());
            let search = ListQuery { search: Some("_4_0999".to_owned()), ..ListQuery::default() };
            let started = Instant::now();
            self.vault.matrix(admin, level, MatrixShow::All, &search).await.unwrap();
            filtered.push(started.elapsed());
            let cursor = ListQuery { cursor: Some("LONG_2_05000".to_owned()), ..ListQuery::default() };
            let started = Instant::now();
            self.vault.list_secrets(admin, &scope, &cursor).await.unwrap();
            listed.push(started.elapsed());
        }
        tell(&format!("scope of {LONG} names, first page with all counts"), &pages);
        tell(&format!("scope of {LONG} names, filtered"), &filtered);
        tell(&format!("scope of {LONG} names, a page of REST"), &listed);
    }
}

fn project_scope(slug: &str, environment: &str) -> Scope {
    Scope::project(slug.parse().unwrap(), environment.parse().ok())
}

fn service_scope(slug: &str, environment: &str) -> Scope {
    Scope::service(domain::ServicePath::new(slug.parse().unwrap(), "api".parse().unwrap()), environment.parse().ok())
}

fn json(names: impl Iterator<Item = String>, value: &str) -> String {
    let lines: Vec<String> = names.map(|name| format!("\"{name}\": \"{value}\"")).collect();
    format!("{{{}}}", lines.join(","))
}

/// One line: what, median, 99th percentile, and the load of the machine.
fn tell(what: &str, times: &[Duration]) {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!("| {what} | {:.1?} | {:.1?} | {} |", at(50), at(99), load());
}

fn machine() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores, load {}; columns: what, median, 99 %, load", model.unwrap_or("unknown"), load())
}

fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}
