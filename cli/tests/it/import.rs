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

#[test]
fn the_name_of_a_file_or_a_flag_tells_its_format() {
    let place = Place::new();
    for (file, content) in [
        (".env", "# told\nexport ENV='canary'\n"),
        ("a.yml", "YAML: canary\n"),
        ("a.toml", "TOML = \"canary\"\n"),
        ("a.json", "{\"JSON\": \"canary\"}"),
    ] {
        std::fs::write(place.path(file), content).unwrap();
        assert_eq!(import(&place, &[file]).code, 0, "{file}");
    }
    std::fs::write(place.path("a.txt"), "TEXT=canary\n").unwrap();
    assert_eq!(import(&place, &["a.txt"]).code, 1, "JSON, as long as nobody says otherwise");
    assert_eq!(import(&place, &["a.txt", "--format", "env"]).code, 0);
    let wrong = import(&place, &["a.txt", "--format", "xml"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("the formats are json, env, yaml, toml"), "{wrong:?}");
    let mut command = place.command(["import", "-p", &place.project, "-", "--format", "env"]);
    assert_eq!(place.finish_with(&mut command, b"STDIN=canary\n").code, 0);
    let list = place.ok_in_project(&["secret", "list"]);
    for name in ["ENV", "JSON", "STDIN", "TEXT", "TOML", "YAML"] {
        assert!(list.contains(name), "{list}");
    }
    std::fs::write(place.path("bad.env"), "A=canary\nB='canary\n=canary\n").unwrap();
    let bad = import(&place, &["bad.env"]);
    assert!(bad.code == 1 && bad.stderr.contains("bad.env:2:3: ") && bad.stderr.contains("bad.env:3:1: "), "{bad:?}");
}

#[test]
fn a_directory_is_a_secret_in_every_file() {
    let place = Place::new();
    std::fs::create_dir(place.path("mounted")).unwrap();
    std::fs::write(place.path("mounted/tls.key"), b"canary\xff\0").unwrap();
    std::fs::write(place.path("mounted/password"), "canary\n").unwrap();
    std::fs::write(place.path("mounted/.hidden"), "canary").unwrap();
    let refused = import(&place, &["mounted"]);
    assert!(refused.code == 1 && refused.stderr.contains(".hidden"), "{refused:?}");
    assert_eq!(place.ok_in_project(&["secret", "list"]), "Name  Value  Source\n");

    let done = import(&place, &["mounted", "--leave-out", ".hidden"]);
    assert!(done.code == 0 && done.stderr.contains("2 created"), "{done:?}");
    for (name, bytes) in [("tls.key", &b"canary\xff\0"[..]), ("password", b"canary\n")] {
        let mut command = place.command(["secret", "get", name, "--reveal", "-p", &place.project]);
        assert_eq!(place.finish(&mut command).stdout, bytes, "{name}");
    }
    assert_eq!(import(&place, &["mounted", "--format", "env"]).code, 2);
}
