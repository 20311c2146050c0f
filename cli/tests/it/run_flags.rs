//! `strongroom run`: which variables the program gets, and what is refused before it starts.

use serde_json::json;

use crate::support::Place;

fn place() -> Place {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary", "BAR=canary 2"]);
    place
}

fn variables(place: &Place, words: &[&str]) -> Vec<String> {
    let mut command = place.run(words.iter().chain(&["--", "env", "-0"]));
    let done = place.finish(command.env("FOO", "inherited").env("BAR", "inherited").env("MINE", "inherited"));
    assert_eq!(done.code, 0, "{done:?}");
    let text = String::from_utf8(done.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[track_caller]
fn has(variables: &[String], expected: &[&str]) {
    for variable in expected {
        assert!(variables.iter().any(|other| other == variable), "no {variable}");
    }
}

#[test]
fn variables_are_preserved_or_left_behind_as_asked() {
    let place = place();
    has(&variables(&place, &[]), &["FOO=canary", "BAR=canary 2", "MINE=inherited"]);
    has(&variables(&place, &["--preserve-env"]), &["FOO=inherited", "BAR=inherited"]);
    has(&variables(&place, &["--preserve-env=FOO,OTHER"]), &["FOO=inherited", "BAR=canary 2"]);
    has(&variables(&place, &["--preserve-env", "--secret", "FOO=BAR"]), &["FOO=canary 2", "BAR=inherited"]);
    let clean = variables(&place, &["--clean-env"]);
    has(&clean, &["FOO=canary"]);
    let names: Vec<&str> = clean.iter().filter_map(|variable| variable.split('=').next()).collect();
    assert!(names.iter().all(|name| ["PATH", "HOME", "FOO", "BAR"].contains(name)), "{names:?}");
    has(&variables(&place, &["--clean-env", "--preserve-env=MINE"]), &["MINE=inherited", "FOO=canary"]);
    let done = place.finish(&mut place.run(["--clean-env", "--preserve-env", "--", "true"]));
    assert!(done.code == 2 && done.stderr.contains("contradict each other"), "{done:?}");
}

#[test]
fn a_text_is_for_the_shell() {
    let place = place();
    let text = "test \"$FOO\" = canary && printf '%s|' \"$0\" 'a  b' && exit 3";
    for (shell, expected) in [("/bin/bash", "/bin/bash|a  b|"), ("/usr/bin/python3", "sh|a  b|"), ("", "sh|a  b|")] {
        let done = place.finish(place.run(["--command", text]).env("SHELL", shell));
        assert_eq!((done.code, done.stdout.as_slice()), (3, expected.as_bytes()), "{done:?}");
    }
    let done = place.finish(&mut place.run(["-c", "true", "--", "true"]));
    assert!(done.code == 2 && done.stderr.contains("cannot be used with"), "{done:?}");
}

#[test]
fn what_is_missing_can_be_left_out_with_a_warning() {
    let place = place();
    place.bind("all", &json!([{"target": {"env": "BOUND"}, "secret": "GONE"}]));
    let words = ["--missing", "warn", "--secret", "A=NOPE", "--only", "FOO,ABSENT,GONE", "--file", "key=NO_KEY"];
    let done =
        place.finish(&mut place.run(words.iter().chain(&["--", "sh", "-c", "test -z \"$A$BOUND\" && echo \"$FOO\""])));
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b"canary\n"[..]), "{done:?}");
    for expected in ["'NOPE' not found", "'NO_KEY' not found", "gets no `ABSENT`", "`GONE` is missing"] {
        assert!(done.stderr.contains(expected), "{expected}: {done:?}");
    }
    // Several are told at once.
    let done = place.finish(&mut place.run(["--secret", "A=NOPE", "--secret", "B=NOR_THIS", "--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("Secrets with names 'NOPE', 'NOR_THIS' not found"), "{done:?}");
    assert_eq!(done.stderr.matches("looked for").count(), 2, "{done:?}");
    assert!(!place.path("started").exists());
}

#[test]
fn a_name_that_changes_how_programs_run_has_to_be_meant() {
    let place = place();
    for name in ["PATH", "LD_PRELOAD", "BASH_ENV", "NODE_OPTIONS", "DYLD_INSERT_LIBRARIES", "STRONGROOM_TOKEN"] {
        place.ok_in_project(&["secret", "set", &format!("{name}=canary")]);
        let done = place.finish(&mut place.run(["--", "touch", "started"]));
        assert!(done.code == 1 && done.stderr.contains(&format!("`{name}` would become {name}")), "{done:?}");
        place.ok_in_project(&["secret", "remove", name]);
    }
    place.ok_in_project(&["secret", "set", "OPTIONS=canary"]);
    let words = ["--secret", "NODE_OPTIONS=OPTIONS", "--", "sh", "-c", "echo $NODE_OPTIONS"];
    assert_eq!(place.finish(&mut place.run(words)).stdout, b"canary\n");
    place.bind("all", &json!([{"target": {"env": "BASH_ENV"}, "secret": "OPTIONS"}]));
    assert_eq!(place.finish(&mut place.run(["--", "printenv", "BASH_ENV"])).stdout, b"canary\n");
    assert!(!place.path("started").exists());
}

#[test]
fn two_secrets_that_meet_in_one_variable_start_nothing_until_one_is_bound() {
    let place = place();
    place.ok_in_project(&["secret", "set", "meet.here=canary one", "MEET_HERE=canary two"]);
    let done = place.finish(&mut place.run(["--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("meet in the variable MEET_HERE"), "{done:?}");
    assert!(done.stderr.contains("meet.here") && !place.path("started").exists(), "{done:?}");
    place.bind("all", &json!([{"target": {"env": "MEET_HERE"}, "secret": "meet.here"}]));
    assert_eq!(place.finish(&mut place.run(["--", "printenv", "MEET_HERE"])).stdout, b"canary one\n");
}

#[test]
fn a_value_that_is_not_text_is_no_variable() {
    let place = place();
    std::fs::write(place.path("value"), b"canary\xff").unwrap();
    place.ok_in_project(&["secret", "set", "KEY=@value", "--kind", "file"]);
    let done = place.finish(&mut place.run(["--secret", "A=KEY", "--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("the variable A is not UTF-8"), "{done:?}");
    assert!(!place.path("started").exists());
}

#[test]
fn ten_thousand_secrets_are_too_many_for_variables_but_not_for_files() {
    let place = place();
    let secrets: serde_json::Map<_, _> =
        (0..10_000).map(|number| (format!("S{number}"), json!(format!("canary {}", "x".repeat(230))))).collect();
    std::fs::write(place.path("secrets.json"), serde_json::to_vec(&secrets).unwrap()).unwrap();
    place.ok_in_project(&["import", "secrets.json"]);
    let done = place.finish(&mut place.run(["--", "touch", "started"]));
    assert!(done.code == 126 && done.stderr.contains("and this system passes at most"), "{done:?}");
    // How many, how large, and what would have been the most.
    let numbers: Vec<usize> = done.stderr.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [count, size, most] = numbers[..] else { panic!("{done:?}") };
    assert!(count >= 10_002 && size > 10_000 * 240 && (131_072..size).contains(&most), "{done:?}");
    assert!(done.stderr.contains("--mount DIR") && !place.path("started").exists(), "{done:?}");
    let done = place.finish(&mut place.run(["--mount", "secrets", "--", "sh", "-c", "ls secrets | wc -l"]));
    assert_eq!(done.stdout, b"10002\n", "{}", done.stderr);
}

#[test]
fn shells_complete_commands_and_flags() {
    let place = place();
    for (shell, check) in
        [("bash", "bash -n"), ("zsh", "grep -q '#compdef strongroom'"), ("fish", "grep -q 'complete -c strongroom'")]
    {
        let done = place.finish(&mut place.bare(["completion", shell]));
        assert_eq!(done.code, 0, "{done:?}");
        let text = String::from_utf8(done.stdout).unwrap();
        assert!(text.contains("prefer-offline") && text.contains("explain"), "{shell}");
        assert!(!text.contains("lead-session"), "{shell}");
        std::fs::write(place.path("script"), text).unwrap();
        let words = format!("{check} script");
        let checked = std::process::Command::new("sh").args(["-c", &words]).current_dir(place.home.path()).status();
        assert!(checked.unwrap().success(), "{shell}");
    }
}
