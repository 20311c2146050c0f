//! `strongroom run` without its server.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::support::{Done, Place};

const PRINT: [&str; 4] = ["--", "sh", "-c", "printf %s \"$FOO\""];

fn run(place: &Place, words: &[&str]) -> Done {
    place.finish(&mut place.run(words.iter().chain(&PRINT)))
}

fn printed(place: &Place, words: &[&str]) -> String {
    let done = run(place, words);
    assert_eq!(done.code, 0, "{done:?}");
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn the_last_answer_starts_the_program_when_the_server_is_gone() {
    let place = Place::alone();
    place.ok_in_project(&["secret", "set", "FOO=canary", "OTHER=canary 2"]);
    let done = run(&place, &["--offline"]);
    assert!(done.code == 1 && done.stderr.contains("no run has kept a copy yet"), "{done:?}");
    assert_eq!(printed(&place, &[]), "canary");
    place.stop();

    let done = run(&place, &[]);
    assert!(done.code == 1 && done.stderr.contains("cannot reach"), "{done:?}");
    assert!(done.stderr.contains("--offline starts with it") && done.stdout.is_empty(), "{done:?}");
    assert_eq!(printed(&place, &["--offline"]), "canary");
    assert_eq!(printed(&place, &["--offline", "--secret", "FOO=OTHER"]), "canary 2");
    assert_eq!(printed(&place, &["--prefer-offline", "--max-age", "1h"]), "canary");
    let done = run(&place, &["--prefer-offline", "--secret", "A=nope"]);
    assert!(done.code == 1 && done.stderr.contains("cannot reach"), "{done:?}");
    let done = run(&place, &["--offline", "--secret", "A=nope"]);
    assert!(done.code == 1 && done.stderr.contains("looked in the offline copy only"), "{done:?}");
    let done = run(&place, &["--offline", "--max-age", "0s"]);
    assert!(done.code == 1 && done.stderr.contains("over --max-age"), "{done:?}");
    let done = run(&place, &["--prefer-offline", "--max-age", "0s"]);
    assert!(done.code == 1 && done.stderr.contains("cannot reach"), "{done:?}");
}

#[test]
fn a_copy_is_encrypted_for_its_owner_and_opens_with_its_token_only() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary"]);
    assert_eq!(printed(&place, &[]), "canary");
    let directory = place.path(".cache/strongroom");
    assert_eq!(directory.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let files: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(file).unwrap();
    for readable in [&b"canary"[..], b"FOO", place.token().as_bytes()] {
        assert!(!bytes.windows(readable.len()).any(|window| window == readable));
    }
    let mut other = place.run(["--offline"].iter().chain(&PRINT));
    let done = place.finish(other.env("STRONGROOM_TOKEN", "srm_another"));
    assert!(done.code == 1 && done.stderr.contains("with another token"), "{done:?}");

    // The server is not asked: it would know better.
    place.ok_in_project(&["secret", "set", "FOO=canary new"]);
    assert_eq!(printed(&place, &["--offline"]), "canary");
    assert_eq!(printed(&place, &["--prefer-offline"]), "canary");
    assert_eq!(printed(&place, &["--prefer-offline", "--max-age", "0s"]), "canary new");
    assert_eq!(printed(&place, &["--offline"]), "canary new");
    assert_eq!(printed(&place, &["--no-copy"]), "canary new");
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
}

#[test]
fn who_may_not_read_any_more_loses_the_copy() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary"]);
    assert_eq!(printed(&place, &[]), "canary");
    let done = place.finish(place.run(PRINT).env("STRONGROOM_TOKEN", "srm_revoked"));
    assert_eq!(done.code, 1, "{done:?}");
    assert!(run(&place, &["--offline"]).stderr.contains("no run has kept a copy yet"));
    // A place that does not exist any more.
    assert_eq!(printed(&place, &[]), "canary");
    place.ok(["service", "remove", "api", "-p", &place.project, "--yes"]);
    assert_eq!(run(&place, &[]).code, 1);
    assert!(run(&place, &["--offline"]).stderr.contains("no run has kept a copy yet"));
}
