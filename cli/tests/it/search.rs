//! `strongroom search`.

use serde_json::Value;

use crate::support::{Place, has_line};

#[test]
fn secrets_are_found_wherever_they_are() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "STRIPE_KEY=canary"]);
    place.ok_in_project(&["secret", "set", "STRIPE_URL=canary", "-s", "api", "-e", "staging"]);
    let source = format!("project: {}", place.project);
    let found = place.ok(["search", "stripe", "level:project", "--limit", "1000"]);
    has_line(&found, &["secret", "STRIPE_KEY", "text", &source]);
    let found = place.ok(["search", "stripe_u", "--output", "json", "--limit", "1000"]);
    let found: Value = serde_json::from_str(&found).unwrap();
    let own = format!("{source}, service: api, environment: staging");
    assert!(found["items"].as_array().unwrap().iter().any(|hit| hit["source"] == own.as_str()), "{found}");
    let found = place.ok(["search", &place.project]);
    assert!(found.lines().any(|line| line.starts_with("project ") && line.ends_with(&source)), "{found}");
}

#[test]
fn a_search_says_when_there_is_more_and_when_there_is_nothing() {
    let place = Place::new();
    for name in ["MANY_A", "MANY_B"] {
        place.ok_in_project(&["secret", "set", &format!("{name}=canary")]);
    }
    let done = place.done(["search", "many_", "--limit", "1"]);
    assert!(done.code == 0 && done.stderr.contains("these are the first 1"), "{done:?}");
    let done = place.done(["search", "zzz_nowhere"]);
    assert!(done.code == 0 && done.stderr.contains("nothing is found"), "{done:?}");
    let done = place.done(["search", "stale:90d"]);
    assert!(done.code == 1 && done.stderr.contains("an age such as `>90d`"), "{done:?}");
    assert_eq!(place.done(["search"]).code, 2);
}
