//! `strongroom run --watch`: a change reaches the program.

use std::{
    fs,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::json;

use crate::support::{
    MARKER, Place,
    running::{PATIENCE, Run, wait_for},
    screen::Screen,
};

/// A program that prints its variable and goes on, and ends with 5 when it is asked to.
const SERVER: &str = "trap 'echo ended; exit 5' TERM; echo \"A=$A\"; while :; do sleep 0.02; done";

fn place() -> Place {
    let place = Place::new();
    place.put("A", "canary 1");
    place
}

#[test]
fn a_change_starts_the_program_anew_and_its_last_exit_code_is_passed_on() {
    let place = place();
    let run = Run::start(&place, &["--", "sh", "-c", SERVER]);
    assert_eq!(run.line(), "A=canary 1");
    place.put("A", "canary 2");
    assert_eq!([run.line(), run.line()], ["ended", "A=canary 2"]);
    run.says("changed: A; the program is started anew");
    // Written again with the same value, and by another service: neither is a change.
    place.put("A", "canary 2");
    place.ok_in_project(&["service", "create", "web"]);
    place.ok_in_project(&["secret", "set", "A=canary 9", "-s", "web"]);
    place.put("A", "canary 3");
    assert_eq!([run.line(), run.line()], ["ended", "A=canary 3"]);
    run.signal(Signal::TERM);
    assert_eq!(run.line(), "ended");
    assert_eq!(run.end(), 5);
}

#[test]
fn a_program_that_ends_by_itself_ends_the_run() {
    let place = place();
    let done = place.finish(&mut place.run(["--watch", "--", "sh", "-c", "exit 3"]));
    assert_eq!((done.code, done.stderr.as_str()), (3, ""));
    let done = place.finish(&mut place.run(["--watch", "--", "no-such-program"]));
    assert_eq!(done.code, 127, "{done:?}");
}

#[test]
fn a_program_that_ignores_sigterm_is_killed_after_its_grace_with_all_it_has_started() {
    let place = place();
    let script = "trap '' TERM; sleep 1000 & echo $!; echo \"A=$A\"; read line; kill -KILL $!; exit 8";
    let mut run = Run::start(&place, &["--grace", "1s", "--", "sh", "-c", script]);
    let started = run.line();
    assert_eq!(run.line(), "A=canary 1");
    place.put("A", "canary 2");
    run.says("did not end within 1 seconds and is killed");
    let (_, second) = (run.line(), run.line());
    assert_eq!(second, "A=canary 2");
    // Nobody may be there to take note of its end.
    let status = fs::read_to_string(format!("/proc/{started}/status")).unwrap_or_default();
    assert!(status.is_empty() || status.contains("State:\tZ"), "{status}");
    // Whoever else asks it to end is to have that, and not a new one.
    run.signal(Signal::TERM);
    thread::sleep(Duration::from_millis(50));
    place.put("A", "canary 3");
    run.says("changed: A; the program was asked to end, and is left to that");
    run.send("\n");
    assert_eq!(run.end(), 8);
}

#[test]
fn a_changed_value_reaches_a_file_within_a_second_without_a_restart() {
    let place = place();
    let words = ["--on-change", "files", "--mount", "secrets", "--", "sh", "-c", "echo ready; read line; exit 4"];
    let mut run = Run::start(&place, &words);
    assert_eq!(run.line(), "ready");
    let path = place.path("secrets/A");
    // `TEST_CHANGES=200` for the figures of docs/run.md.
    let changes: usize = std::env::var("TEST_CHANGES").map_or(20, |count| count.parse().unwrap());
    let mut took: Vec<Duration> = (0..changes)
        .map(|number| {
            let value = format!("canary {number} of many");
            let begun = Instant::now();
            place.put("A", &value);
            wait_for(&path, &value, begun)
        })
        .collect();
    took.sort_unstable();
    let (middle, high) = (took[changes / 2], took[changes * 99 / 100]);
    println!("from change to applied, {changes} changes: p50 {middle:?}, p99 {high:?}");
    assert!(middle < Duration::from_secs(1), "{middle:?}");

    // New names come, removed ones go, and files of others stay.
    fs::write(place.path("secrets/C"), "mine").unwrap();
    place.ok_in_project(&["secret", "set", "B=canary b", "C=canary c", "-s", "api"]);
    wait_for(&place.path("secrets/B"), "canary b", Instant::now());
    run.says("C: a file that was not made by strongroom is in its place");
    place.ok_in_project(&["secret", "remove", "B", "-s", "api"]);
    let begun = Instant::now();
    while place.path("secrets/B").exists() {
        assert!(begun.elapsed() < PATIENCE, "it stays");
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(fs::read(place.path("secrets/C")).unwrap(), b"mine");
    run.send("\n");
    assert_eq!(run.end(), 4);
    assert!(!place.path("secrets/A").exists() && place.path("secrets/C").exists());
}

#[test]
fn new_values_are_masked_and_the_next_reader_of_a_pipe_gets_them() {
    let place = place();
    let words = ["--on-change", "files", "--mask=always", "--file", "key=A", "--fifo", "pipe=A"];
    let script = "while read line; do cat key; echo; cat pipe; echo; done";
    let mut run = Run::start(&place, &[&words[..], &["--", "sh", "-c", script]].concat());
    run.send("\n");
    assert_eq!([run.line(), run.line()], ["••••••••"; 2]);
    place.put("A", "canary, the second");
    wait_for(&place.path("key"), "canary, the second", Instant::now());
    run.says("variables (1) keep what they hold until the program is started again");
    run.send("\n");
    assert_eq!([run.line(), run.line()], ["••••••••"; 2]);
    assert_eq!(fs::metadata(place.path("key")).unwrap().len(), 18);
    drop(run.stdin.take());
    assert_eq!(run.end(), 0);
    assert!(!place.path("key").exists() && !place.path("pipe").exists());
}

#[test]
fn a_program_is_told_by_a_signal_once_its_files_are_written() {
    let place = place();
    let script = "trap 'cat key; echo' HUP; cat key; echo; while :; do sleep 0.02; done";
    let run = Run::start(&place, &["--on-change", "signal:HUP", "--file", "key=A", "--", "sh", "-c", script]);
    assert_eq!(run.line(), "canary 1");
    for value in ["canary 2", "canary 3"] {
        place.put("A", value);
        assert_eq!(run.line(), value);
    }
    run.signal(Signal::TERM);
    assert_eq!(run.end(), 128 + 15);
}

#[test]
fn a_command_is_run_with_what_is_there_now() {
    let place = place();
    let command = "exec:echo \"now $A\"; env | grep -c ^STRONGROOM_TOKEN; exit 9";
    let words = ["--on-change", command, "--file", "key=A", "--", "sh", "-c", "echo \"A=$A\"; read line; cat key"];
    let mut run = Run::start(&place, &words);
    assert_eq!(run.line(), "A=canary 1");
    place.put("A", "canary 2");
    assert_eq!([run.line(), run.line()], ["now canary 2", "0"]);
    run.says("the command of --on-change failed: exit status: 9");
    run.send("\n");
    assert_eq!(run.line(), "canary 2");
    assert_eq!(run.end(), 0);
}

#[test]
fn nothing_happens_where_that_is_asked_for() {
    let place = place();
    let words = ["--on-change", "none", "--file", "key=A", "--", "sh", "-c", "echo ready; read line; cat key; echo $A"];
    let mut run = Run::start(&place, &words);
    assert_eq!(run.line(), "ready");
    place.put("A", "canary 2");
    let line = run.says("changed: ");
    assert!(line.ends_with("key, A"), "{line}");
    run.send("\n");
    assert_eq!(run.line(), "canary 1canary 1");
    assert_eq!(run.end(), 0);
}

#[test]
fn who_watches_reports_what_it_has_applied() {
    let place = place();
    let words = ["--on-change", "files", "--file", "key=A", "--", "sh", "-c", "echo ready; read line"];
    let mut run = Run::start(&place, &words);
    assert_eq!(run.line(), "ready");
    let path = format!("projects/{}/services/api/watchers?environment=development", place.project);
    let wait = |is_there: &dyn Fn(&serde_json::Value) -> bool| {
        let end = Instant::now() + PATIENCE;
        while !is_there(&place.get(&path)["items"]) {
            assert!(Instant::now() < end, "{}", place.get(&path));
            thread::sleep(Duration::from_millis(10));
        }
        place.get(&path)["items"][0]["sequence"].as_i64().unwrap()
    };
    let first = wait(&|items| items[0]["newest"] == true);
    place.put("A", "canary 2");
    let second = wait(&|items| items[0]["newest"] == true && items[0]["sequence"].as_i64() > Some(first));
    let host = place.get(&path)["items"][0]["client"].as_str().unwrap().to_owned();
    assert!(host.ends_with(&format!(":{}", run.child.id())), "{host}");
    assert!(second > first);
    run.send("\n");
    assert_eq!(run.end(), 0);
    let end = Instant::now() + PATIENCE;
    while place.get(&path)["items"] != json!([]) {
        assert!(Instant::now() < end, "it is still listed");
        thread::sleep(Duration::from_millis(10));
        // What is written to it tells the server that nobody reads.
        place.put("A", &format!("canary {:?}", Instant::now()));
    }
}

#[test]
fn a_server_that_goes_and_comes_back_is_heard_again() {
    let place = Place::alone();
    place.put("A", "canary 1");
    let words = ["--on-change", "files", "--file", "key=A", "--", "sh", "-c", "echo ready; read line; exit 6"];
    let mut run = Run::start(&place, &words);
    assert_eq!(run.line(), "ready");
    place.put("A", "canary 2");
    wait_for(&place.path("key"), "canary 2", Instant::now());
    place.stop();
    run.says("; trying again");
    place.start_again();
    place.put("A", "canary 3");
    wait_for(&place.path("key"), "canary 3", Instant::now());
    run.says("the server answers again");
    run.send("\n");
    assert_eq!(run.end(), 6);
}

#[test]
fn a_token_that_is_revoked_ends_the_watching_and_not_the_program() {
    let place = place();
    let words =
        ["token", "create", "watcher", "-p", &place.project, "-s", "api", "-e", "development", "--output", "json"];
    let made: serde_json::Value = serde_json::from_str(&place.ok(words)).unwrap();
    let mut command = place.run(["--watch", "--", "sh", "-c", "echo \"A=$A\"; read line; echo \"A=$A\"; exit 7"]);
    command.env("STRONGROOM_TOKEN", made["token"].as_str().unwrap()).stdin(Stdio::piped());
    let mut run = Run::of(&mut command);
    assert_eq!(run.line(), "A=canary 1");
    let copies = || fs::read_dir(place.path(".cache/strongroom")).unwrap().count();
    assert_eq!(copies(), 1);
    place.ok(["token", "remove", made["id"].as_str().unwrap()]);
    run.says("watching ends, and the program goes on: the token is not valid");
    assert_eq!(copies(), 0, "who may not read may not start offline either");
    place.put("A", "canary 2");
    run.send("\n");
    assert_eq!(run.line(), "A=canary 1");
    assert_eq!(run.end(), 7);
}

#[test]
fn a_change_that_the_program_could_not_start_with_is_left_out() {
    let place = place();
    let run = Run::start(&place, &["--secret", "WANTED=A", "--", "sh", "-c", SERVER]);
    assert_eq!(run.line(), "A=canary 1");
    place.ok_in_project(&["secret", "remove", "A", "-s", "api"]);
    let line = run.says("a change is left out, the program keeps what it has: Secret with name 'A' not found");
    assert!(!line.contains("nothing was started"), "{line}");
    place.put("A", "canary 2");
    assert_eq!([run.line(), run.line()], ["ended", "A=canary 2"]);
    run.signal(Signal::TERM);
    assert_eq!(run.end(), 5);
}

#[test]
fn a_binding_is_a_change_like_any_other() {
    let place = place();
    let run = Run::start(&place, &["--", "sh", "-c", "echo \"BOUND=$BOUND\"; while :; do sleep 0.02; done"]);
    assert_eq!(run.line(), "BOUND=");
    place.bind("all", &json!([{"target": {"env": "BOUND"}, "secret": "A"}]));
    assert_eq!(run.line(), "BOUND=canary 1");
    run.signal(Signal::TERM);
    assert_eq!(run.end(), 128 + 15);
}

#[test]
fn on_a_terminal_the_program_is_started_anew_there_and_new_values_are_masked() {
    let place = place();
    let script = "echo \"is $A\"; read line; exit 3";
    let mut screen = Screen::start(&place.run(["--watch", "--", "sh", "-c", script]));
    screen.wait_for("is ••••••••\r\n");
    place.put("A", "canary, the second");
    screen.wait_for("changed: A; the program is started anew\r\n");
    screen.wait_for("is ••••••••\r\n");
    screen.send("\r");
    let (shown, code) = screen.end();
    assert_eq!(code, 3, "{shown}");
    assert!(!shown.contains(MARKER), "{shown}");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let place = place();
    for words in [
        &["--watch", "--on-change", "reload"][..],
        &["--watch", "--on-change", "signal:KILL"],
        &["--watch", "--offline"],
        &["--watch", "--grace", "soon"],
        &["--on-change", "files"],
        &["--grace", "1s"],
    ] {
        let done = place.finish(&mut place.run(words.iter().chain(&["--", "touch", "started"])));
        assert_eq!(done.code, 2, "{words:?} {done:?}");
    }
    assert!(!place.path("started").exists());
}
