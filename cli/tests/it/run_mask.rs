//! `strongroom run`: what the program prints, on a terminal and elsewhere.

use std::{ffi::OsStr, process::Command};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{MARKER, Place, screen::Screen};

const MASK: &str = "••••••••";

fn place() -> Place {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary-value", "SHORT=canary"]);
    place
}

fn screen(place: &Place, words: &[&str]) -> Screen {
    Screen::start(&place.run(words))
}

/// A shell with the variables and the directory of a command.
fn from_shell(run: &Command, shell: &str) -> Command {
    let mut command = Command::new(shell);
    command.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(run.get_current_dir().unwrap());
    command
}

#[test]
fn on_a_terminal_values_are_masked_and_it_stays_a_terminal() {
    let place = place();
    let script = "test -t 0 && test -t 1 && test -t 2 && echo terminal; printf '\\033[31m%s\\033[0m|%s|\\n' \"$FOO\" \"$FOO\"; \
        printf %s \"user:$FOO\" | base64 >&2; stty size; stty -a | grep -o ' onlcr'; exit 3";
    let (shown, code) = screen(&place, &["--", "sh", "-c", script]).end();
    assert_eq!(code, 3, "{shown}");
    let expected = format!("terminal\r\n\x1b[31m{MASK}\x1b[0m|{MASK}|\r\n");
    assert!(shown.starts_with(&expected), "{shown:?}");
    assert!(shown.ends_with("40 100\r\n onlcr\r\n"), "{shown:?}");
    assert!(!shown.contains(MARKER) && !shown.contains("Y2FuYXJ5"), "{shown:?}");
}

#[test]
fn exit_codes_and_signals_pass_through_the_program_s_terminal() {
    let place = place();
    for (words, expected) in [
        (&["true"][..], 0),
        (&["sh", "-c", "exit 255"], 255),
        (&["sh", "-c", "kill -TERM $$"], 128 + 15),
        (&["sh", "-c", "kill -KILL $$"], 128 + 9),
        (&["no-such-program"], 127),
        (&["/"], 126),
    ] {
        let words: Vec<&str> = ["--"].iter().chain(words).copied().collect();
        let (shown, code) = screen(&place, &words).end();
        assert_eq!(code, expected, "{words:?} {shown}");
    }
    let mut keys = screen(&place, &["--", "sh", "-c", "echo ready; exec sleep 60"]);
    keys.wait_for("ready");
    keys.send("\x03");
    assert_eq!(keys.end().1, 128 + 2);
    let mut killed =
        screen(&place, &["--", "sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.02; done"]);
    killed.wait_for("ready");
    kill_process(Pid::from_raw(killed.pid().cast_signed()).unwrap(), Signal::TERM).unwrap();
    assert_eq!(killed.end().1, 7);
}

#[test]
fn a_prompt_shows_at_once_and_input_reaches_the_program() {
    let place = place();
    // The prompt ends as a value begins.
    let mut screen = screen(&place, &["--", "sh", "-c", "printf 'Name: can'; read name; echo \"got $name\""]);
    screen.wait_for("Name: can");
    screen.send("bob\r");
    screen.wait_for("got bob");
    assert_eq!(screen.end().1, 0);
}

#[test]
fn the_size_of_the_window_follows() {
    let place = place();
    let script = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done";
    let mut screen = screen(&place, &["--", "sh", "-c", script]);
    screen.wait_for("ready");
    screen.resize(50, 120);
    screen.wait_for("50 120");
    screen.send("\x03");
    assert_eq!(screen.end().1, 128 + 2);
}

#[test]
fn a_key_stops_the_program_and_the_shell_continues_it() {
    let place = place();
    // Ready is who can be stopped: the foreground process group of its terminal.
    let script = "while read -r _ _ _ _ group _ _ front _ </proc/$$/stat && test $group != $front; do :; done; \
        echo ready; exec cat";
    std::fs::write(place.path("program"), script).unwrap();
    let run = place.run(["--", "sh", "program"]);
    let words: Vec<&str> = [run.get_program()].into_iter().chain(run.get_args()).filter_map(OsStr::to_str).collect();
    let mut shell = from_shell(&run, "bash");
    shell.args(["--norc", "-i"]).env("PS1", "$ ").env("RUN", words.join(" "));
    let mut screen = Screen::start(&shell);
    screen.wait_for("$ ");
    screen.send("$RUN\r");
    screen.wait_for("ready");
    screen.send("one\r");
    screen.wait_for("one\r\none\r\n");
    screen.send("\x1a");
    screen.wait_for("Stopped");
    screen.send("echo shell is $((1+1)) here; stty -a | grep -o ' icanon'\r");
    screen.wait_for("shell is 2 here\r\n icanon");
    // It goes on in the background, where the keys are the shell's.
    screen.send("bg; echo still $((1+1))\r");
    screen.wait_for("still 2");
    screen.send("jobs\r");
    screen.wait_for("Running");
    screen.send("fg; echo ended $?\r");
    screen.wait_for("$RUN");
    screen.send("two\r");
    screen.wait_for("two\r\ntwo\r\n");
    screen.send("\x04");
    screen.wait_for("ended 0");
    // The same from the background into the foreground: lines are edited there, and echoed.
    screen.send("$RUN &\r");
    screen.wait_for("ready");
    screen.send("fg; echo ended $?\r");
    screen.wait_for("$RUN");
    screen.send("thxx\x7f\x7free\r");
    screen.wait_for("three\r\n");
    screen.send("\x04");
    screen.wait_for("ended 0");
    // An interrupted program ends the shell's loop.
    screen.send("for i in 1 2; do $RUN; echo again; done\r");
    screen.wait_for("ready");
    screen.send("\x03");
    let shown = screen.wait_for("$ ");
    assert!(!shown.contains("again"), "{shown}");
    screen.send("exit 4\r");
    assert_eq!(screen.end().1, 4);
}

#[test]
fn without_a_terminal_nothing_is_masked_unless_always() {
    let place = place();
    let script = ["--", "sh", "-c", "echo \"$FOO $SHORT\"; echo \"$FOO\" | base64"];
    let plain = place.finish(&mut place.run(script));
    assert!(plain.stdout.starts_with(b"canary-value canary\n"), "{plain:?}");
    let done = place.finish(&mut place.run(["--mask=always"].iter().chain(&script)));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(text.starts_with(&format!("{MASK} canary\n{MASK}")) && !text.contains("canary-"), "{text}");
    assert!(!text.contains("Y2FuYXJ5LXZhbH"), "{text}");
    // What goes to stderr too: the check of every run finds a value there.
    let script = ["--mask=always", "--", "sh", "-c", "printf %s \"$FOO\" >&2; exit 4"];
    let done = place.finish(&mut place.run(script));
    assert_eq!((done.code, done.stderr.as_str()), (4, MASK));
    // On a terminal: not, when it is not wanted.
    let (shown, _) = screen(&place, &["--no-mask", "--", "sh", "-c", "echo \"$FOO\""]).end();
    assert_eq!(shown, "canary-value\r\n");
}

#[test]
fn a_redirected_input_stays_what_it_is_when_the_output_is_a_terminal() {
    let place = place();
    std::fs::write(place.path("input"), "one\ntwo\n").unwrap();
    let run = place.run(["--", "sh", "-c", "test ! -t 0 && test -t 1 && cat && echo \"$FOO\""]);
    let mut shell = from_shell(&run, "sh");
    shell.args(["-c", "exec \"$0\" \"$@\" <input"]).arg(run.get_program()).args(run.get_args());
    let (shown, code) = Screen::start(&shell).end();
    assert_eq!((shown.as_str(), code), (&*format!("one\r\ntwo\r\n{MASK}\r\n"), 0));
}

#[test]
fn much_output_without_values_passes_byte_by_byte() {
    let place = place();
    let done = place.finish(&mut place.run(["--mask=always", "--", "seq", "1", "300000"]));
    let expected: String = (1..=300_000).fold(String::new(), |text, number| text + &number.to_string() + "\n");
    assert!(done.code == 0 && done.stdout == expected.as_bytes(), "{} bytes", done.stdout.len());
}
