//! `strongroom run`, with secrets bound to files: then it stays beside the program.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    process::{Child, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::{Place, piped};

/// A place whose service has the file `secrets/key`, and its path.
fn place_with_file(bytes: &[u8]) -> (Place, String) {
    let place = Place::new();
    fs::write(place.path("value"), bytes).unwrap();
    place.ok_in_project(&["secret", "set", "KEY=@value", "--kind", "file"]);
    fs::remove_file(place.path("value")).unwrap();
    let path = place.path("secrets/key").to_str().unwrap().to_owned();
    place.bind("all", &json!([{"target": {"file": path}, "secret": "KEY"}]));
    (place, path)
}

fn is_clean(place: &Place) -> bool {
    fs::read_dir(place.path("secrets")).is_ok_and(|mut entries| entries.next().is_none())
}

/// Waits until the program says that it is there.
fn wait_for_line(child: &mut Child) {
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::with_capacity(1, stdout).read_line(&mut String::new()).unwrap();
}

#[test]
fn a_file_arrives_byte_by_byte_for_its_owner_and_is_gone_afterwards() {
    let (place, path) = place_with_file(b"canary\0\xff\r\n\n");
    let done = place.finish(&mut place.run(["--", "cat", &path]));
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b"canary\0\xff\r\n\n"[..]), "{done:?}");
    assert!(is_clean(&place));
    let done = place.finish(&mut place.run(["--", "stat", "-c", "%a", &path]));
    assert_eq!(done.stdout, b"400\n");
}

#[test]
fn with_files_too_the_exit_code_is_the_program_s_own() {
    let (place, _) = place_with_file(b"canary");
    for (words, code) in [
        (&["true"][..], 0),
        (&["sh", "-c", "exit 3"], 3),
        (&["sh", "-c", "kill -TERM $$"], 128 + 15),
        (&["sh", "-c", "kill -KILL $$"], 128 + 9),
        (&["no-such-program"], 127),
        (&["/"], 126),
    ] {
        let done = place.finish(&mut place.run(["--"].iter().chain(words)));
        assert_eq!(done.code, code, "{words:?} {done:?}");
        assert!(is_clean(&place), "{words:?}");
    }
}

#[test]
fn a_signal_sent_to_us_reaches_the_program_and_the_files_go() {
    let (place, path) = place_with_file(b"canary");
    let script = format!("trap 'test -s {path} && exit 7' TERM; echo ready; while :; do sleep 0.02; done");
    let mut child = piped(&mut place.run(["--", "sh", "-c", &script]));
    wait_for_line(&mut child);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(place.end(child).code, 7);
    assert!(is_clean(&place));

    // A program that does not care ends by it.
    let mut child = piped(&mut place.run(["--", "sh", "-c", "echo ready; exec sleep 60"]));
    wait_for_line(&mut child);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    // An interrupt ends us too: a shell would go on with its loop otherwise.
    assert_eq!(child.wait().unwrap().signal(), Some(2));
    assert!(is_clean(&place));
}

#[test]
fn what_is_ignored_stays_ignored_in_the_program() {
    let (place, _) = place_with_file(b"canary");
    let strongroom = env!("CARGO_BIN_EXE_strongroom");
    let flags = format!("-p {} -s api -e development", place.project);
    let script = format!("trap '' HUP; exec {strongroom} run {flags} -- sh -c 'kill -HUP $$; echo alive'");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &script]).env("STRONGROOM_URL", place.url()).env("STRONGROOM_TOKEN", place.token());
    let done = place.finish(&mut command);
    assert_eq!(done.stdout, b"alive\n", "{done:?}");
}

#[test]
fn a_file_that_was_there_is_not_touched_and_nothing_starts() {
    let (place, path) = place_with_file(b"canary");
    fs::create_dir(place.path("secrets")).unwrap();
    fs::write(&path, "mine").unwrap();
    let done = place.finish(&mut place.run(["--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("was not made by strongroom"), "{done:?}");
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert!(!place.path("started").exists());
}

#[test]
fn what_a_killed_run_left_behind_does_not_stop_the_next_one() {
    let (place, path) = place_with_file(b"canary");
    // The program ends with its stdin, which is ours.
    let mut child = piped(place.run(["--", "sh", "-c", "echo ready; read line"]).stdin(Stdio::piped()));
    wait_for_line(&mut child);
    let done = place.finish(&mut place.run(["--", "true"]));
    assert!(done.code == 1 && done.stderr.contains("in use by another"), "{done:?}");
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    assert!(fs::exists(&path).unwrap());

    let done = place.finish(&mut place.run(["--", "cat", &path]));
    assert_eq!(done.stdout, b"canary", "{done:?}");
    assert!(is_clean(&place));
}

#[test]
fn the_program_beside_us_has_its_variables_and_not_our_token() {
    let (place, _) = place_with_file(b"canary");
    place.ok_in_project(&["secret", "set", "FOO=canary 2"]);
    let done = place.finish(&mut place.run(["--env", "PLAIN=x", "--", "env", "-0"]));
    let variables = String::from_utf8(done.stdout).unwrap();
    let variables: Vec<&str> = variables.split('\0').collect();
    assert!(variables.contains(&"FOO=canary 2") && variables.contains(&"PLAIN=x"));
    assert!(!variables.iter().any(|variable| variable.starts_with("STRONGROOM_TOKEN") || variable.starts_with("KEY=")));
}
