//! `strongroom project`, `service`, `environment`, `token`.

use serde_json::Value;

use crate::support::{Place, has_line};

#[test]
fn projects_and_services_come_and_go() {
    let place = Place::new();
    let projects = place.ok(["project", "list"]);
    assert!(projects.lines().any(|line| line.starts_with(&format!("{} ", place.project))), "{projects}");
    let services: Value = serde_json::from_str(&place.ok_in_project(&["service", "list", "--output", "json"])).unwrap();
    assert_eq!(services["items"][0]["slug"], "api");

    let done = place.done(["project", "remove", &place.project]);
    assert!(done.code == 2 && done.stderr.contains("--yes"), "{done:?}");
    place.ok_in_project(&["service", "remove", "api", "--yes"]);
    place.ok(["project", "remove", &place.project, "--yes"]);
    let done = place.done(["secret", "list", "-p", &place.project]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("does not exist, or you may not see it"), "{done:?}");
}

#[test]
fn environments_come_and_go() {
    let place = Place::new();
    let name = format!("test-{}", place.project);
    place.ok(["environment", "create", &name]);
    has_line(&place.ok(["environment", "list"]), &[&name]);
    place.ok(["environment", "remove", &name]);
    assert!(!place.ok(["environment", "list"]).contains(&name));
}

#[test]
fn a_token_is_printed_once_and_reaches_what_it_is_for() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary"]);
    let place_flags = ["-p", &place.project, "-s", "api", "-e", "development"];
    let done = place.done(["token", "create", "ci"].iter().chain(&place_flags));
    let token = String::from_utf8(done.stdout).unwrap();
    assert!(
        token.trim_end().chars().all(|c| c.is_ascii_graphic()) && !done.stderr.contains(token.trim()),
        "{}",
        done.stderr
    );

    let with_it = |words: &[&str]| {
        let words = words.iter().copied().chain(place_flags);
        let mut command = place.bare(words);
        command.env("STRONGROOM_URL", place.url()).env("STRONGROOM_TOKEN", token.trim());
        place.finish(&mut command)
    };
    assert_eq!(with_it(&["secret", "get", "FOO", "--reveal"]).stdout, b"canary");
    assert_eq!(with_it(&["secret", "set", "FOO=x"]).code, 1);

    let tokens: Value = serde_json::from_str(&place.ok(["token", "list", "--output", "json"])).unwrap();
    let own = |row: &&Value| row["name"] == "ci" && row["project"] == place.project.as_str();
    let id = tokens["items"].as_array().unwrap().iter().find(own).unwrap()["id"].as_str().unwrap();
    place.ok(["token", "remove", id]);
    let done = with_it(&["secret", "get", "FOO"]);
    assert!(done.code == 1 && done.stderr.contains("strongroom status"), "{done:?}");
}

#[test]
fn a_token_works_from_its_networks_and_no_program_starts_once_it_is_taken_back() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary"]);
    let flags = ["-p", &place.project, "-s", "api", "-e", "development"];
    let create = |name: &str, network: &str| {
        let words = ["token", "create", name, "--network", network];
        let done = place.done(words.iter().chain(&flags));
        assert_eq!(done.code, 0, "{done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    let run = |token: &str| {
        let words = ["run"].iter().chain(&flags).chain(&["--", "sh", "-c", "printf %s \"$FOO\""]).copied();
        let mut command = place.bare(words);
        command.env("STRONGROOM_URL", place.url()).env("STRONGROOM_TOKEN", token);
        place.finish(&mut command)
    };
    let refused = run(&create("far", "203.0.113.0/24"));
    assert!(refused.code == 1 && refused.stdout.is_empty(), "{refused:?}");
    let near = create("near", "127.0.0.0/8");
    assert_eq!(run(&near).stdout, b"canary");

    let tokens: Value = serde_json::from_str(&place.ok(["token", "list", "--output", "json"])).unwrap();
    let own = |row: &&Value| row["name"] == "near" && row["project"] == place.project.as_str();
    let row = tokens["items"].as_array().unwrap().iter().find(own).unwrap();
    assert_eq!(row["networks"], serde_json::json!(["127.0.0.0/8"]));
    place.ok(["token", "remove", row["id"].as_str().unwrap()]);
    let refused = run(&near);
    assert!(refused.code == 1 && refused.stdout.is_empty(), "{refused:?}");
    let wrong = place.done(["token", "create", "x", "--network", "office"].iter().chain(&flags));
    assert!(wrong.code == 1 && wrong.stderr.contains("is no network"), "{wrong:?}");
}
