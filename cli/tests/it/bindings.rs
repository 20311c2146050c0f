//! `binding`: made, removed, written down for other tools, and taken from their files.

use serde_json::{Value, json};

use crate::support::{Place, has_line};

fn binding(place: &Place, words: &[&str]) -> String {
    place.ok(["binding"].iter().chain(words).chain(&["-p", &place.project, "-s", "api"]))
}

#[test]
fn bindings_are_made_listed_and_removed() {
    let place = Place::new();
    binding(&place, &["create", "MY_APP_SECRET", "DB_PASS"]);
    binding(&place, &["create", "/run/tls.key", "tls.key", "-e", "production"]);
    let list = binding(&place, &["list"]);
    has_line(&list, &["MY_APP_SECRET", "DB_PASS", "all", "the ladder"]);
    has_line(&list, &["/run/tls.key", "tls.key", "production", "the ladder"]);
    place.ok_in_project(&["secret", "set", "DB_PASS=canary"]);
    let list = binding(&place, &["list", "-e", "production"]);
    has_line(&list, &["MY_APP_SECRET", "DB_PASS", "text", &format!("project: {}", place.project)]);
    has_line(&list, &["/run/tls.key", "tls.key", "missing"]);
    let refused = place.done(["binding", "remove", "/run/tls.key", "-p", &place.project, "-s", "api"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("is not bound in all environments"), "{refused:?}");
    binding(&place, &["remove", "/run/tls.key", "-e", "production"]);
    assert!(!binding(&place, &["list"]).contains("tls.key"));
    let twice = place.done(["binding", "create", "MY_APP_SECRET", "OTHER", "-p", &place.project, "-s", "api"]);
    assert!(twice.code == 1 && twice.stderr.contains("both feed"), "{twice:?}");
}

/// The line that is written down does what it says: it is run here, by a shell.
#[test]
fn a_command_that_is_written_down_runs() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "DB_PASS=canary-1", "TLS=canary-2"]);
    let file = place.path("it's here").display().to_string();
    place.bind(
        "bound",
        &json!([
        {"target": {"env": "MY_APP_SECRET"}, "secret": "DB_PASS"}, {"target": {"file": file}, "secret": "TLS"}]),
    );
    let line = binding(&place, &["export", "-e", "production"]);
    // Another service, without a single binding.
    place.ok_in_project(&["service", "create", "web"]);
    let line = line.replace("-s api", "-s web").replace("./app", "sh -c 'echo $MY_APP_SECRET; cat \"$0\"' \"$FILE\"");
    let shell = format!("strongroom() {{ {} \"$@\"; }}\n{line}", env!("CARGO_BIN_EXE_strongroom"));
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &shell]).env("FILE", &file).env("HOME", place.home.path()).current_dir(place.home.path());
    command.env("STRONGROOM_URL", place.url()).env("STRONGROOM_TOKEN", place.token());
    let done = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stdout), "canary-1\ncanary-2", "{done:?}\n{line}");
}

#[test]
fn manifests_name_the_secrets_and_hold_no_value() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "DB_PASS=canary"]);
    let manifest = binding(&place, &["export", "--format", "kubernetes", "-e", "production"]);
    assert!(manifest.contains(&format!("\"{}-api-production-secrets\"", place.project)), "{manifest}");
    assert!(binding(&place, &["export", "--format", "compose", "-e", "production"]).contains("- \"DB_PASS\""));
    let wrong =
        place.done(["binding", "export", "--format", "helm", "-p", &place.project, "-s", "api", "-e", "production"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
}

#[test]
fn what_files_of_others_ask_for_is_bound_once() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "DB_PASS=canary", "ibm-token=canary"]);
    std::fs::write(place.path(".env.example"), "DB_PASS=canary-of-the-file\nSENTRY_DSN=\n").unwrap();
    let plan = binding(&place, &["import", ".env.example", "--dry-run"]);
    has_line(&plan, &["DB_PASS", "DB_PASS", "delivered by its own name"]);
    has_line(&plan, &["SENTRY_DSN", "SENTRY_DSN", "to be bound; the secret is missing"]);
    assert!(!binding(&place, &["list"]).contains("SENTRY_DSN"));
    binding(&place, &["import", ".env.example"]);
    has_line(&binding(&place, &["import", ".env.example"]), &["SENTRY_DSN", "SENTRY_DSN", "bound already"]);

    let document = json!({"paths": {"/": {"post": {"requestBody": {"content": {"application/json": {"schema":
        {"properties": {"$secrets": {"properties": {"ibmToken": {"type": "string"}, "other": {}}}}}}}}}}}});
    std::fs::write(place.path("openapi.json"), document.to_string()).unwrap();
    let words = ["import", "openapi.json", "--leave-out", "SECRET_OTHER", "--output", "json"];
    let bound: Value = serde_json::from_str(&binding(&place, &words)).unwrap();
    assert_eq!(bound, json!([{"variable": "SECRET_IBM_TOKEN", "secret": "ibm-token", "proposal": "bind"}]));
    std::fs::write(place.path("nothing"), "what is this\n").unwrap();
    let refused = place.done(["binding", "import", "nothing", "-p", &place.project, "-s", "api"]);
    assert_eq!(refused.code, 1, "{refused:?}");
}
