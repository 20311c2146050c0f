//! `strongroom secret`, `explain`.

use crate::support::{Place, has_line};

#[test]
fn a_secret_is_set_listed_read_and_removed() {
    let place = Place::new();
    let source = format!("project: {}", place.project);
    let done = place.done(["secret", "set", "-p", &place.project, "FOO=canary", "EMPTY="]);
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b""[..]), "{done:?}");
    assert!(done.stderr.contains(&format!("Successfully added a new secret variable FOO ({source})")), "{done:?}");
    has_line(&done.stderr, &["FOO", "••••••••", &source]);

    let list = place.ok_in_project(&["secret", "list"]);
    has_line(&list, &["Name", "Value", "Source"]);
    has_line(&list, &["FOO", "••••••••", &source]);
    has_line(&list, &["EMPTY", "••••••••", &source]);

    let masked = place.ok_in_project(&["secret", "get", "FOO"]);
    has_line(&masked, &["FOO", "••••••••", "text", "1", &source]);

    place.ok_in_project(&["secret", "remove", "FOO", "EMPTY"]);
    let done = place.done(["secret", "get", "FOO", "-p", &place.project]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.starts_with("error: ") && done.stderr.contains("request "), "{done:?}");
}

#[test]
fn a_revealed_value_is_its_bytes_and_nothing_else() {
    let place = Place::new();
    std::fs::write(place.path("value"), b"\0canary\xff\r\n").unwrap();
    place.ok_in_project(&["secret", "set", "KEY=@value", "--kind", "file"]);
    place.finish_with(&mut place.command(["secret", "set", "-p", &place.project, "TEXT=-"]), "canary é\n\n".as_bytes());
    place.ok_in_project(&["secret", "set", "AT=\\@canary"]);
    for (name, bytes) in [("KEY", &b"\0canary\xff\r\n"[..]), ("TEXT", "canary é\n\n".as_bytes()), ("AT", b"@canary")] {
        let get = ["secret", "get", name, "--reveal", "-p", &place.project];
        let done = place.finish(&mut place.command(get));
        assert_eq!((done.code, done.stdout.as_slice(), done.stderr.as_str()), (0, bytes, ""), "{name}");
    }
    let json = ["secret", "get", "TEXT", "--reveal", "-p", &place.project, "--output", "json"];
    let done = place.finish(&mut place.command(json));
    let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(json["value"], "canary é\n\n");
}

#[test]
fn a_bad_name_or_value_stores_none_of_them() {
    let place = Place::new();
    for (words, expected) in [
        (&["A=canary", "B C=canary"][..], "B C"),
        (&["A=canary", "A=canary"], "given twice"),
        (&["A=canary", "--kind", "json"], "the value is not JSON"),
        (&["A=canary", "B=@missing"], "cannot read missing"),
    ] {
        let done = place.done(["secret", "set", "-p", &place.project].iter().chain(words));
        assert_ne!(done.code, 0);
        assert!(done.stderr.contains(expected), "{done:?}");
    }
    let done = place.done(["secret", "list", "-p", &place.project]);
    assert_eq!(done.stdout, b"Name  Value  Source\n");
    assert!(done.stderr.starts_with("There are no secrets in project: "), "{done:?}");
}

#[test]
fn the_words_of_code_store_work() {
    let place = Place::new();
    let words = |verb: &str, rest: &[&str]| {
        let done = place.done(["secret", verb, "-p", &place.project, "-k", "FOO"].iter().chain(rest));
        (done.code, done.stderr)
    };
    let (code, stderr) = words("update", &["-v", "canary"]);
    assert_eq!(code, 1, "{stderr}");
    let (code, stderr) = words("add", &["-v", "-canary=1"]);
    assert!(code == 0 && stderr.contains("Successfully added a new secret variable FOO"), "{stderr}");
    has_line(&stderr, &["Key", "Value", "Source"]);
    has_line(&stderr, &["FOO", "••••••••", "project:", &place.project]);
    let (code, stderr) = words("update", &["-v", "canary 2"]);
    assert!(code == 0 && stderr.contains("Successfully updated secret variable FOO"), "{stderr}");
    let (code, stderr) = words("remove", &[]);
    assert!(code == 0 && stderr.contains("Successfully removed secret variable FOO"), "{stderr}");
}

#[test]
fn versions_are_listed_and_brought_back() {
    let place = Place::new();
    for value in ["FOO=canary 1", "FOO=canary 2"] {
        place.ok_in_project(&["secret", "set", value]);
    }
    place.ok_in_project(&["secret", "restore", "FOO", "--version", "1"]);
    let history = place.ok_in_project(&["secret", "history", "FOO"]);
    assert_eq!(history.lines().count(), 4, "{history}");
    assert!(history.lines().nth(1).unwrap().starts_with('3'), "{history}");
    for (version, value) in [(None, "canary 1"), (Some("2"), "canary 2")] {
        let get = ["secret", "get", "FOO", "--reveal", "-p", &place.project].into_iter();
        let version = version.into_iter().flat_map(|version| ["--version", version]);
        let done = place.finish(&mut place.command(get.chain(version)));
        assert_eq!(done.stdout, value.as_bytes());
    }
}

#[test]
fn values_are_destroyed_before_their_time() {
    let place = Place::new();
    for value in ["FOO=canary 1", "FOO=canary 2"] {
        place.ok_in_project(&["secret", "set", value]);
    }
    let destroy = |more: &[&str]| place.done(["secret", "destroy", "FOO", "-p", &place.project].iter().chain(more));
    let refused = |more: &[&str], code: i32, words: &str| {
        let done = destroy(more);
        assert!(done.code == code && done.stderr.contains(words), "{done:?}");
    };
    refused(&[], 2, "say --yes if that is meant");
    refused(&["--yes"], 1, "is in use; delete it first, or name an old version to destroy");
    refused(&["--yes", "--version", "2"], 1, "in use");
    let done = destroy(&["--yes", "--version", "1"]);
    assert!(done.code == 0 && done.stderr.contains("Destroyed version 1 of FOO"), "{done:?}");
    let history = place.ok_in_project(&["secret", "history", "FOO"]);
    assert!(history.lines().nth(2).unwrap().ends_with("destroyed"), "{history}");
    let done = place.done(["secret", "restore", "FOO", "--version", "1", "-p", &place.project]);
    assert!(done.code == 1 && done.stderr.contains("destroyed"), "{done:?}");

    place.ok_in_project(&["secret", "remove", "FOO"]);
    assert_eq!(destroy(&["--yes"]).code, 0);
    let done = place.done(["secret", "restore", "FOO", "--version", "2", "-p", &place.project]);
    assert!(done.code == 1 && done.stderr.contains("destroyed"), "{done:?}");
}

#[test]
fn a_service_lists_what_it_inherits_and_explains_why() {
    let place = Place::new();
    let project = format!("project: {}", place.project);
    let service = ["-s", "api", "-e", "development"];
    place.ok_in_project(&["secret", "set", "FOO=canary 1", "BAR=canary"]);
    let set = [&["secret", "set", "FOO=canary 2"][..], &service].concat();
    place.ok_in_project(&set);

    let list = place.ok_in_project(&[&["secret", "list"][..], &service].concat());
    has_line(&list, &["FOO", "••••••••", &format!("{project}, service: api, environment: development")]);
    has_line(&list, &["BAR", "••••••••", &project]);

    let explained = place.ok_in_project(&[&["explain", "FOO"][..], &service].concat());
    assert_eq!(explained.lines().count(), 7, "{explained}");
    let rung = |start: &str| explained.lines().find(|line| line.starts_with(start)).unwrap();
    for (start, said) in [
        (format!("{project}, service: api, environment: development "), "wins"),
        (format!("{project} "), "shadowed, another value"),
    ] {
        let line = rung(&start);
        assert!(line.contains(said) && line.contains(" v1 ") && line.ends_with("UTC by bootstrap"), "{explained}");
    }
    has_line(&explained, &["platform", "absent"]);

    let reveal = [&["secret", "get", "BAR", "--reveal", "-p", &place.project][..], &service].concat();
    assert_eq!(place.finish(&mut place.command(reveal)).stdout, b"canary");
}

#[test]
fn the_platform_is_reached_from_within_a_project() {
    let place = Place::new();
    std::fs::write(place.path("strongroom.toml"), format!("project = \"{}\"\nservice = \"api\"\n", place.project))
        .unwrap();
    let done = place.done(["secret", "set", "HERE=canary"]);
    assert!(done.stderr.contains(&format!("(project: {}, service: api)", place.project)), "{done:?}");
    let name = format!("WIDE_{}", place.project);
    let done = place.done(["secret", "set", "--platform", &format!("{name}=canary")]);
    assert!(done.stderr.contains("(platform)"), "{done:?}");
    place.ok(["secret", "remove", "--platform", &name]);
}

#[test]
fn a_change_is_listed_and_taken_back_and_a_secret_is_moved() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary 1"]);
    place.ok_in_project(&["secret", "set", "FOO=canary 2"]);
    let history = place.ok_in_project(&["history"]);
    assert_eq!(history.lines().count(), 3, "{history}");
    let newest = history.lines().nth(1).unwrap();
    assert!(newest.contains("put") && newest.ends_with("FOO"), "{history}");
    let id = newest.split_whitespace().next().unwrap().to_owned();
    let done = place.done(["undo", &id]);
    assert!(done.stderr.contains("Taken back: FOO"), "{done:?}");
    let again = place.finish(&mut place.command(["undo", &id]));
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("taken back already"), "{again:?}");
    assert_eq!(place.finish(&mut place.command(["undo", "../me"])).code, 2);

    let moved =
        place.done(["secret", "move", "FOO", "--to-name", "BAR", "--to-environment", "staging", "-p", &place.project]);
    assert!(
        moved.stderr.contains(&format!("FOO is BAR now (project: {}, environment: staging)", place.project)),
        "{moved:?}"
    );
    let get = ["secret", "get", "BAR", "--reveal", "-e", "staging", "-p", &place.project];
    assert_eq!(place.finish(&mut place.command(get)).stdout, b"canary 1");
    place.ok_in_project(&["secret", "remove", "BAR", "-e", "staging"]);
    let deleted = place.ok_in_project(&["history", "--deleted"]);
    assert!(deleted.lines().nth(1).unwrap().starts_with("BAR"), "{deleted}");
    assert_eq!(place.finish(&mut place.command(["secret", "move", "BAR"])).code, 2);
}

#[test]
fn values_are_generated_by_the_server_and_shown_to_nobody() {
    let place = Place::new();
    let set =
        ["secret", "set", "-p", &place.project, "KEY", "OTHER", "--generate=20", "--alphabet", "xyz", "--owner", "ops"];
    let done = place.done(set);
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b""[..]), "{done:?}");
    let value = |name: &str| {
        let get = ["secret", "get", name, "--reveal", "-p", &place.project];
        String::from_utf8(place.finish(&mut place.command(get)).stdout).unwrap()
    };
    for name in ["KEY", "OTHER"] {
        let made = value(name);
        assert!(made.len() == 20 && made.chars().all(|c| "xyz".contains(c)), "{made}");
        assert!(!done.stderr.contains(&made));
    }
    place.ok_in_project(&["secret", "set", "KEY", "--generate", "--rotate-by", "2027-01-31"]);
    assert_eq!(value("KEY").len(), 32);
    for (words, expected) in [
        (&["KEY=canary", "--generate"][..], "only names are given"),
        (&["KEY", "--generate", "--kind", "json"], "a generated value is a text"),
        (&["KEY", "--generate=0"], "1 to 4096 characters"),
        (&["A=b", "--rotate-by", "soon"], "2026-12-31"),
    ] {
        let done = place.done(["secret", "set", "-p", &place.project].iter().chain(words));
        assert!(done.code != 0 && done.stderr.contains(expected) && !done.stderr.contains("canary"), "{done:?}");
    }
}

#[test]
fn an_environment_goes_with_its_contents_only_when_that_is_said() {
    let place = Place::new();
    let name = format!("e{}", place.project);
    let run = |words: &[&str]| place.done(words);
    assert_eq!(run(&["environment", "create", &name]).code, 0);
    place.ok_in_project(&["secret", "set", "A=canary", "-e", &name]);
    assert!(run(&["environment", "remove", &name]).stderr.contains("still used by 1 secret"));
    let plan = run(&["environment", "remove", &name, "--dry-run"]);
    assert!(plan.code == 0 && plan.stderr.contains("1 secret, 0 bindings and 0 tokens"), "{plan:?}");
    let unsure = run(&["environment", "remove", &name, "--with-contents"]);
    assert!(unsure.code == 2 && unsure.stderr.contains("--yes"), "{unsure:?}");
    let done = run(&["environment", "remove", &name, "--with-contents", "--yes"]);
    assert!(done.code == 0 && done.stderr.contains("with 1 secret"), "{done:?}");
}
