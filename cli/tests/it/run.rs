//! `strongroom run`, with nothing but variables to deliver.

use std::{io::Read, os::unix::process::ExitStatusExt};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::{Place, piped};

/// The variables of a program.
fn variables(place: &Place, words: &[&str]) -> Vec<String> {
    let done = place.finish(&mut place.run(words.iter().chain(&["--", "env", "-0"])));
    assert_eq!(done.code, 0, "{done:?}");
    let text = String::from_utf8(done.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn arguments_reach_the_program_untouched() {
    let place = Place::new();
    let arguments = ["", " ", "a b", "a\nb", "'\"$HOME`id`\\", "--", "-p", "--secret", "*", "é", ""];
    let words = ["--", "printf", "%s\\0"].iter().chain(&arguments);
    let done = place.finish(&mut place.run(words));
    let expected: String = arguments.iter().flat_map(|argument| [argument, "\0"]).collect();
    assert_eq!(String::from_utf8(done.stdout).unwrap(), expected);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
}

#[test]
fn the_exit_code_is_the_program_s_own() {
    let place = Place::new();
    std::fs::write(place.path("plain"), "no program").unwrap();
    let plain = place.path("plain");
    for (words, code) in [
        (&["true"][..], 0),
        (&["sh", "-c", "exit 3"], 3),
        (&["sh", "-c", "exit 255"], 255),
        (&["no-such-program"], 127),
        (&["/nowhere/program"], 127),
        (&[plain.to_str().unwrap()], 126),
    ] {
        let done = place.finish(&mut place.run(["--"].iter().chain(words)));
        assert_eq!(done.code, code, "{words:?} {done:?}");
    }
    // The program took our place, so the signal that ended it ended us.
    let status = place.run(["--", "sh", "-c", "kill -TERM $$"]).status().unwrap();
    assert_eq!(status.signal(), Some(15));
}

#[test]
fn the_program_takes_our_place() {
    let place = Place::new();
    let mut child =
        piped(&mut place.run(["--", "sh", "-c", "trap 'exit 7' TERM; echo $$; while :; do sleep 0.02; done"]));
    let mut line = [0; 1];
    let mut pid = String::new();
    while line != *b"\n" {
        child.stdout.as_mut().unwrap().read_exact(&mut line).unwrap();
        pid.push(line[0].into());
    }
    assert_eq!(pid.trim(), child.id().to_string());
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(place.end(child).code, 7);
}

#[test]
fn the_program_gets_its_secrets_and_not_our_token() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary\n", "lower.name=canary 2", "EMPTY="]);
    let variables = variables(&place, &["--env", "PLAIN=a=b", "--secret", "OTHER=FOO"]);
    for expected in ["FOO=canary\n", "LOWER_NAME=canary 2", "EMPTY=", "PLAIN=a=b", "OTHER=canary\n"] {
        assert!(variables.iter().any(|variable| variable == expected), "{expected:?}");
    }
    assert!(variables.iter().any(|variable| variable.starts_with("STRONGROOM_URL=")));
    assert!(
        !variables.iter().any(|variable| variable.contains(place.token()) || variable.starts_with("STRONGROOM_TOKEN"))
    );
}

#[test]
fn secrets_come_before_inherited_variables_and_flags_before_secrets() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary", "BAR=canary 2"]);
    let value = |words: &[&str]| {
        let mut command = place.run(words.iter().chain(&["--", "sh", "-c", "printf %s \"$FOO\""]));
        String::from_utf8(place.finish(command.env("FOO", "inherited")).stdout).unwrap()
    };
    assert_eq!(value(&[]), "canary");
    assert_eq!(value(&["--secret", "FOO=BAR"]), "canary 2");
    assert_eq!(value(&["--env", "FOO=plain"]), "plain");
    assert_eq!(value(&["--only", "BAR"]), "inherited");
}

#[test]
fn in_mode_bound_the_program_gets_its_bindings_and_what_is_asked_for() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "my-secret=canary", "OTHER=canary 2"]);
    place.bind("bound", &json!([{"target": {"env": "MY_APP_SECRET"}, "secret": "my-secret"}]));
    let variables = variables(&place, &["--secret", "ASKED=OTHER"]);
    for expected in ["MY_APP_SECRET=canary", "ASKED=canary 2"] {
        assert!(variables.iter().any(|variable| variable == expected), "{expected}");
    }
    assert!(!variables.iter().any(|variable| variable.starts_with("OTHER=") || variable.starts_with("MY_SECRET=")));
}

#[test]
fn a_missing_secret_starts_nothing_and_says_where_it_looked() {
    let place = Place::new();
    let rung = format!("project: {}, service: api, environment: development", place.project);
    let started = place.path("started");
    let refused = |words: &[&str], expected: &str| {
        let words = words.iter().chain(&["--", "touch", "started"]);
        let done = place.done(["run", "-p", &place.project, "-s", "api", "-e", "development"].iter().chain(words));
        assert!(done.code == 1 && done.stderr.contains(expected), "{done:?}");
        assert!(done.stderr.contains(&rung) && done.stderr.contains("absent"), "{done:?}");
        assert!(!started.exists());
    };
    refused(&["--secret", "A=nope"], "Secret with name 'nope' not found");
    refused(&["--only", "NOPE"], "gets no `NOPE`");
    place.bind("bound", &json!([{"target": {"env": "A"}, "secret": "NOPE"}]));
    refused(&[], "`NOPE` is missing");
}

#[test]
fn wrong_flags_start_nothing() {
    let place = Place::new();
    for (words, expected) in [
        (&["--secret", "A=x", "--env", "A=y"][..], "Environment variable 'A' is set by --secret and by --env."),
        (
            &["--secret", "A=x", "--secret", "A=x"],
            "Environment variable 'A' is duplicated. Please only include it once.",
        ),
        (&["--env", "invalid"], "Invalid format of environment variable invalid, please ensure"),
        (&["--secret", "A-B=x"], "Environment variable 'A-B' is not a valid name."),
        (&["--env", "STRONGROOM_TOKEN=x"], "carries the client's own token"),
        (&["-e", "all"], "a service runs in one environment"),
    ] {
        let mut command = place.command(["run", "-p", &place.project, "-s", "api"]);
        if words[0] != "-e" {
            command.args(["-e", "development"]);
        }
        let done = place.finish(command.args(words).args(["--", "touch", "started"]));
        assert!(done.code == 2 && done.stderr.contains(expected), "{done:?}");
    }
    assert!(!place.path("started").exists());
}

#[test]
fn a_value_that_no_variable_can_carry_starts_nothing() {
    let place = Place::new();
    std::fs::write(place.path("value"), b"canary\0").unwrap();
    place.ok_in_project(&["secret", "set", "NUL=@value", "--kind", "file"]);
    place.bind("bound", &json!([{"target": {"env": "A"}, "secret": "NUL"}]));
    let done = place.finish(&mut place.run(["--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("holds a NUL byte"), "{done:?}");

    std::fs::write(place.path("value"), "canary".repeat(40_000)).unwrap();
    place.ok_in_project(&["secret", "set", "LONG=@value"]);
    place.bind("bound", &json!([{"target": {"env": "A"}, "secret": "LONG"}]));
    let done = place.finish(&mut place.run(["--", "touch", "started"]));
    assert!(done.code == 126 && done.stderr.contains("A is too long for a variable"), "{done:?}");
    assert!(!place.path("started").exists());
}
