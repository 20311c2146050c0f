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
