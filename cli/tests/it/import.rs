//! `strongroom import`.

use crate::support::{Done, Place, has_line};

fn import(place: &Place, words: &[&str]) -> Done {
    place.done(["import", "-p", &place.project].iter().chain(words))
}

#[test]
fn a_dry_run_tells_what_would_happen_and_stores_nothing() {
    let place = Place::new();
    std::fs::write(place.path("secrets.json"), r#"{"A": "canary", "B": 1, "C": null}"#).unwrap();
    place.ok_in_project(&["secret", "set", "A=canary", "B=canary"]);

    let done = import(&place, &["secrets.json", "--dry-run", "--leave-out", "C"]);
    assert_eq!(done.code, 0, "{done:?}");
    let plan = String::from_utf8(done.stdout).unwrap();
    has_line(&plan, &["unchanged", "A"]);
    has_line(&plan, &["update", "B"]);
    has_line(&plan, &["left out", "C"]);
    assert_eq!(import(&place, &["secrets.json", "--dry-run", "--exit-code"]).code, 2);

    let done = import(&place, &["secrets.json", "--message", "first"]);
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b""[..]), "{done:?}");
    assert!(done.stderr.contains("1 created, 1 updated, 1 unchanged (change "), "{done:?}");
    assert_eq!(import(&place, &["secrets.json", "--dry-run", "--exit-code"]).code, 0);
    assert_eq!(import(&place, &["secrets.json", "--exit-code"]).code, 2, "without --dry-run it is wrong usage");
}

#[test]
fn problems_are_told_where_they_are_and_nothing_is_stored() {
    let place = Place::new();
    let file = "{\n  \"GOOD\": \"canary\",\n  \"BAD NAME\": \"canary\",\n  \"TWICE\": \"canary\",\n  \"TWICE\": \"canary\"\n}\n";
    std::fs::write(place.path("secrets.json"), file).unwrap();
    for words in [&["secrets.json"][..], &["secrets.json", "--dry-run"]] {
        let done = import(&place, words);
        assert_eq!(done.code, 1, "{done:?}");
        for place in ["secrets.json:3:3: ", "secrets.json:5:3: "] {
            assert!(done.stderr.contains(place), "{done:?}");
        }
        assert!(done.stderr.ends_with("error: 2 problems; nothing was stored\n"), "{done:?}");
    }
    for (bytes, expected) in [
        (&b"{\"A\": \"canary\""[..], "bad.json:1:15: "),
        (b"[\"canary\"]", "bad.json:1:1: "),
        (b"{\n\"A\": canary}", "bad.json:2:6: "),
    ] {
        std::fs::write(place.path("bad.json"), bytes).unwrap();
        let done = import(&place, &["bad.json"]);
        assert!(done.code == 1 && done.stderr.contains(expected), "{done:?}");
    }
    assert_eq!(import(&place, &["missing.json"]).code, 1);
    assert_eq!(place.ok_in_project(&["secret", "list"]), "Name  Value  Source\n");
}

#[test]
fn a_file_can_come_from_stdin() {
    let place = Place::new();
    let mut command = place.command(["import", "-p", &place.project, "-", "--output", "json"]);
    let done = place.finish_with(&mut command, br#"{"A": "canary"}"#);
    let plan: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(plan["counts"]["create"], 1);
    assert!(plan["change_id"].is_string());
}
