//! What `import` and `secret copy` say of a plan, and what they ask.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Done, Place, has_line};

/// Runs the client at a terminal of its own, and types.
fn at_a_terminal(place: &Place, words: &str, typed: &str) -> String {
    let client = place.command([""; 0]);
    let line = format!("{} {words}", client.get_program().to_string_lossy());
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).env_clear().current_dir(place.home.path());
    for (name, value) in client.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let done = place.finish_with(&mut command, typed.as_bytes());
    let shown = String::from_utf8(done.stdout).unwrap();
    assert!(!shown.contains("canary"), "{shown}");
    format!("{shown}\nexit: {}", done.code)
}

fn import(place: &Place, words: &[&str]) -> Done {
    place.done(["import", "-p", &place.project].iter().chain(words))
}

#[test]
fn a_plan_tells_everything_there_is_to_know() {
    let place = Place::new();
    place.bind("all", &json!([{"target": {"env": "X"}, "secret": "WAITED"}]));
    place.ok_in_project(&["secret", "set", "db_pass=canary"]);
    let pem = "-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----\\n";
    std::fs::write(
        place.path("secrets.json"),
        format!(r#"{{"DB_PASS": "canary", "WAITED": "canary", "CA": "{pem}"}}"#),
    )
    .unwrap();
    let done = import(&place, &["secrets.json", "--dry-run"]);
    let plan = String::from_utf8(done.stdout).unwrap();
    has_line(&plan, &["create", "DB_PASS", "differs in case only from db_pass"]);
    let filled = format!("fills a missing binding of project: {}, service: api", place.project);
    has_line(&plan, &["create", "WAITED", &filled]);
    has_line(&plan, &["create", "CA", "looks like a PEM file: --as-file CA"]);
    assert!(done.stderr.contains("1 service sees other values: "), "{}", done.stderr);

    let done = import(&place, &["secrets.json", "--as-file", "CA", "--output", "json"]);
    let plan: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(plan["items"][2]["kind"], "file");
    assert_eq!(plan["affects"]["places"], 3);
    assert!(plan["change_id"].is_string());
}

#[test]
fn at_a_terminal_the_plan_is_shown_and_asked_about() {
    let place = Place::new();
    std::fs::write(place.path("secrets.json"), r#"{"A": "canary"}"#).unwrap();
    let words = format!("import -p {} secrets.json", place.project);
    let shown = at_a_terminal(&place, &words, "n\n");
    assert!(
        shown.contains("create  A") && shown.contains(&format!("Write 1 name to project: {}? [y/N]", place.project)),
        "{shown}"
    );
    assert!(shown.contains("not confirmed; nothing was stored") && shown.ends_with("exit: 1"), "{shown}");
    let shown = at_a_terminal(&place, &words, "y\n");
    assert!(shown.contains("1 created (change ") && shown.ends_with("exit: 0"), "{shown}");
    let shown = at_a_terminal(&place, &words, "");
    assert!(shown.contains("1 unchanged") && !shown.contains("[y/N]"), "there is nothing to ask: {shown}");
    std::fs::write(place.path("secrets.json"), r#"{"A": "canary2"}"#).unwrap();
    let shown = at_a_terminal(&place, &format!("{words} --yes"), "");
    assert!(shown.contains("1 updated (change ") && !shown.contains("[y/N]"), "{shown}");
}

#[test]
fn secrets_are_copied_and_moved_between_places() {
    let place = Place::new();
    let project = place.project.as_str();
    for name in ["A", "B"] {
        place.ok(["secret", "set", &format!("{name}=canary"), "-p", project, "-s", "api", "-e", "staging"]);
    }
    let from = format!("{project}/api@staging");
    let copy = |words: &[&str]| {
        place.done(["secret", "copy", "-p", project, "-e", "staging", "--from", &from].iter().chain(words))
    };
    let done = copy(&["--all", "--dry-run", "--exit-code"]);
    assert_eq!(done.code, 2, "{done:?}");
    let covered = format!("covered by project: {project}, service: api, environment: staging (same value)");
    has_line(std::str::from_utf8(&done.stdout).unwrap(), &["create", "B", &covered]);
    let done = copy(&["A", "--move", "-m", "promoted"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stderr.contains("1 created, 1 removed elsewhere (change "), "{done:?}");
    let done = copy(&["NONE", "B"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("`NONE` is not set in project: "), "{done:?}");
    assert_eq!(copy(&["B", "--all"]).code, 2, "either names or all of them");
    assert_eq!(copy(&[]).code, 2);
    assert_eq!(place.done(["secret", "copy", "--all", "--from", "Not a place"]).code, 2);
    let listed = place.ok(["secret", "list", "-p", project, "-e", "staging"]);
    assert!(listed.contains("A ") && !listed.contains("B "), "{listed}");
    let done = place.done(["secret", "copy", "B", "-p", project, "-s", "api", "-e", "production", "--from", &from]);
    assert_eq!(done.code, 0, "{done:?}");
}
