//! `check`: a contract against the running server.

use serde_json::{Value, json};

use crate::support::{Done, Place, has_line};

const CONTRACT: &str = "[[secret]]\nname = \"DB_PASS\"\nkind = \"text\"\ntarget = { env = \"MY_APP_SECRET\" }\n\n\
                        [[secret]]\nname = \"SENTRY\"\nrequired = false\n";

fn check(place: &Place, words: &[&str]) -> Done {
    place.done(["check", "-p", &place.project, "-s", "api"].iter().chain(words))
}

#[test]
fn a_contract_is_checked_in_every_environment_and_no_value_is_shown() {
    // Environments of other tests come and go on the server that they share.
    let place = Place::alone();
    std::fs::write(place.path("strongroom.contract.toml"), CONTRACT).unwrap();
    place.bind("bound", &json!([{"target": {"env": "MY_APP_SECRET"}, "secret": "DB_PASS"}]));
    place.ok_in_project(&["secret", "set", "DB_PASS=canary", "-s", "api", "-e", "production"]);
    let done = check(&place, &[]);
    assert_eq!(done.code, 1, "{done:?}");
    let table = String::from_utf8(done.stdout.clone()).unwrap();
    let what =
        "is missing: `strongroom explain DB_PASS` tells where it was looked for, `strongroom secret set` adds it";
    has_line(&table, &["development", "DB_PASS", "problem", what]);
    assert!(!table.lines().any(|line| line.starts_with("production") && line.contains("problem")), "{table}");
    assert!(done.stderr.contains("problems"), "{done:?}");

    let done = check(&place, &["-e", "production"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(String::from_utf8_lossy(&done.stdout).contains("is missing, and optional"), "{done:?}");
    assert_eq!(check(&place, &["-e", "production", "--strict"]).code, 1);
    place.ok_in_project(&["secret", "set", "SENTRY=canary"]);
    place.bind("all", &json!([{"target": {"env": "MY_APP_SECRET"}, "secret": "DB_PASS"}]));
    let done = check(&place, &["-e", "production", "--strict"]);
    assert_eq!((done.code, done.stdout.len()), (0, 0), "{done:?}");
    assert!(done.stderr.contains("2 secrets of"), "{done:?}");

    let json = check(&place, &["--output", "json"]);
    assert_eq!(json.code, 1);
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    let development = &report["environments"][0];
    assert_eq!(
        (&development["environment"], report["problems"].as_u64()),
        (&json!("development"), Some(2)),
        "{report}"
    );
    assert_eq!(development["findings"][0]["severity"], "problem");
}

#[test]
fn a_contract_that_is_none_is_told_by_line_and_column_and_nothing_is_asked() {
    let place = Place::new();
    let missing = check(&place, &[]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("cannot read the contract strongroom.contract.toml"), "{missing:?}");
    std::fs::write(place.path("c.toml"), "[[secret]]\nname = \"A\"\nkind = \"number\"\n").unwrap();
    let done = check(&place, &["--file", "c.toml"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("c.toml is no contract; nothing was checked"), "{done:?}");
    assert!(done.stderr.contains("c.toml:3:8: unknown variant `number`"), "{done:?}");
}

#[test]
fn a_pinned_binding_is_looked_at_where_it_is_pinned() {
    let place = Place::new();
    let contract = "[[secret]]\nname = \"ROOT_CA\"\nkind = \"text\"\ntarget = { env = \"ROOT\" }\n";
    std::fs::write(place.path("strongroom.contract.toml"), contract).unwrap();
    let scope = json!({"level": "project", "project": place.project, "environment": null});
    place.bind("bound", &json!([{"target": {"env": "ROOT"}, "secret": "ROOT_CA", "scope": scope}]));
    let missing = check(&place, &["-e", "production"]);
    assert_eq!(missing.code, 1, "{missing:?}");
    let table = String::from_utf8_lossy(&missing.stdout);
    assert!(table.contains("where its binding pins it: store it there"), "{table}");
    place.ok_in_project(&["secret", "set", "ROOT_CA=canary"]);
    assert_eq!(check(&place, &["-e", "production", "--strict"]).code, 0);
}

#[test]
fn a_published_contract_is_on_the_board() {
    let place = Place::new();
    std::fs::write(place.path("strongroom.contract.toml"), CONTRACT).unwrap();
    let board = format!("projects/{}/readiness", place.project);
    let before = place.get(&board);
    assert_eq!((&before["items"][0]["service"], &before["items"][0]["has_contract"]), (&json!("api"), &json!(false)));
    let done = check(&place, &["-e", "production", "--publish"]);
    assert!(done.code == 1 && done.stderr.contains("the server keeps strongroom.contract.toml"), "{done:?}");
    let after = place.get(&board);
    assert_eq!(after["items"][0]["has_contract"], true);
    let finding = &after["items"][0]["environments"][0]["findings"][0];
    assert_eq!((&finding["name"], &finding["severity"]), (&json!("DB_PASS"), &json!("problem")), "{after}");
    let kept = place.get(&format!("projects/{}/services/api/contract", place.project));
    assert_eq!(kept["text"], CONTRACT);
}

#[test]
fn a_service_s_own_token_suffices() {
    let place = Place::new();
    std::fs::write(place.path("strongroom.contract.toml"), "[[secret]]\nname = \"A\"\n").unwrap();
    place.ok_in_project(&["secret", "set", "A=canary"]);
    let words = ["token", "create", "ci", "-s", "api", "-e", "production"];
    let token = place.ok_in_project(&words);
    let mut command = place.command(["check", "-p", &place.project, "-s", "api", "-e", "production"]);
    let done = place.finish(command.env("STRONGROOM_TOKEN", token.trim()));
    assert_eq!(done.code, 0, "{done:?}");
}
