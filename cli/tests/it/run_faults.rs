//! `strongroom run` where something fails: the disk, the clock, the server, readers that never come.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::support::{
    Place,
    running::{PATIENCE, Run, wait_for},
};

fn place() -> Place {
    let place = Place::new();
    place.put("A", "canary 1");
    place
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The client where no file may be larger than 8 KiB: for anybody what a full disk is.
fn limited(run: &Command) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -f 16; exec \"$@\"", "sh"]).arg(run.get_program()).args(run.get_args()).env_clear();
    command.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(run.get_current_dir().unwrap());
    command
}

#[test]
fn a_file_that_cannot_be_written_whole_starts_nothing_and_leaves_nothing() {
    let place = place();
    place.put("LARGE", &"canary ".repeat(2_000));
    for words in [&["--mount", "secrets"][..], &["--file", "secrets/LARGE=LARGE"]] {
        let run = place.run(words.iter().chain(&["--no-copy", "--", "touch", "started"]));
        let done = place.finish(&mut limited(&run));
        assert!(done.code == 1 && done.stderr.contains("secrets/LARGE: File too large"), "{done:?}");
        assert!(names(&place.path("")).iter().all(|name| name != "started"), "{words:?}");
        assert!(!place.path("secrets").exists() || names(&place.path("secrets")).is_empty(), "{words:?}");
    }
    // Where only the copy for `--offline` cannot be kept, the program starts.
    let done = place.finish(&mut limited(&place.run(["--only", "A", "--", "printenv", "A"])));
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b"canary 1\n"[..]), "{done:?}");
    assert!(done.stderr.contains("cannot keep a copy for --offline: File too large"), "{done:?}");
    assert!(names(&place.path(".cache/strongroom")).is_empty());
}

#[test]
fn a_change_that_cannot_be_written_leaves_the_old_file_whole() {
    let place = place();
    place.put("B", "canary b");
    let words = ["--mount", "secrets", "--file", "key=A", "--on-change", "files", "--no-copy"];
    let program = ["--", "sh", "-c", "echo ready; read line; cat key; exit 4"];
    let run = place.run(["--watch"].iter().chain(&words).chain(&program));
    let mut run = Run::of(limited(&run).stdin(Stdio::piped()));
    assert_eq!(run.line(), "ready");
    let before = place.path("key").metadata().unwrap().ino();
    place.put("A", &"canary ".repeat(2_000));
    for file in ["key: ", "secrets/A: "] {
        let line = run.says(file);
        assert!(line.contains("File too large"), "{line}");
    }
    for path in ["key", "secrets/A"] {
        assert_eq!(fs::read(place.path(path)).unwrap(), b"canary 1", "{path}");
    }
    assert_eq!(place.path("key").metadata().unwrap().ino(), before);
    assert_eq!(names(&place.path("secrets")), [".strongroom", "A", "B"]);
    // The next change brings what can be written, of this secret and of others.
    place.put("B", "canary b 2");
    wait_for(&place.path("secrets/B"), "canary b 2", Instant::now());
    place.put("A", "canary 3");
    wait_for(&place.path("key"), "canary 3", Instant::now());
    run.send("\n");
    assert_eq!(run.line(), "canary 3");
    assert_eq!(run.end(), 4);
    assert!(!place.path("secrets").exists() && !place.path("key").exists());
}

#[test]
fn a_mount_that_fills_up_keeps_its_files_and_goes_on_when_there_is_room() {
    let place = place();
    let small = place.path("small");
    fs::create_dir(&small).unwrap();
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=32k,mode=700", "tmpfs"]).arg(&small).stderr(Stdio::null());
    if !mount.status().is_ok_and(|status| status.success()) {
        eprintln!("only root can mount a file system: a full disk was not tried");
        return;
    }
    let words = ["--on-change", "files", "--mount", "small", "--", "sh", "-c", "echo ready; read line"];
    let mut run = Run::start(&place, &words);
    assert_eq!(run.line(), "ready");
    place.put("A", &"canary ".repeat(10_000));
    let line = run.says("small/A: ");
    assert!(line.contains("No space left"), "{line}");
    assert_eq!(fs::read(small.join("A")).unwrap(), b"canary 1");
    assert_eq!(names(&small), [".strongroom", "A"]);
    place.put("A", "canary 3");
    wait_for(&small.join("A"), "canary 3", Instant::now());
    run.send("\n");
    assert_eq!(run.end(), 0);
    let left = names(&small);
    assert!(Command::new("umount").arg(&small).status().unwrap().success());
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn runs_that_start_at_once_never_touch_each_other_s_files() {
    let place = place();
    let script = "cat secrets/A && sleep 0.05 && cat secrets/A";
    for _ in 0..3 {
        let started: Vec<_> = (0..8)
            .map(|_| crate::support::piped(&mut place.run(["--mount", "secrets", "--", "sh", "-c", script])))
            .collect();
        let mut had = 0;
        for child in started {
            let done = place.end(child);
            if done.code == 0 {
                had += 1;
                assert_eq!(String::from_utf8(done.stdout).unwrap(), "canary 1canary 1", "{}", done.stderr);
            } else {
                assert!(done.code == 1 && done.stdout.is_empty(), "{done:?}");
                assert!(done.stderr.contains("is in use by another `strongroom run`"), "{done:?}");
            }
        }
        assert!(had > 0, "each refused the other");
        assert!(!place.path("secrets").join("A").exists());
    }
}

#[test]
fn a_pipe_that_nobody_reads_is_made_anew_with_the_program_and_leaves_no_thread() {
    let place = place();
    let script = "trap 'exit 0' TERM; test -p pipe && echo up; [ \"$A\" = 'canary 4' ] && { cat pipe; echo; }; while :; do sleep 0.02; done";
    let words = ["--watch", "--grace", "1s", "--fifo", "pipe=A", "--secret", "A=A", "--", "sh", "-c", script];
    let run = Run::of(place.run(words).stdin(Stdio::null()));
    let threads = || names(Path::new(&format!("/proc/{}/task", run.child.id()))).len();
    assert_eq!(run.line(), "up");
    let wait_for_threads = |most: usize| {
        let end = Instant::now() + PATIENCE;
        while threads() > most {
            assert!(Instant::now() < end, "{} threads", threads());
            thread::sleep(Duration::from_millis(20));
        }
    };
    // One that waits for signals and starts, one that watches, one that waits for a reader.
    wait_for_threads(3);
    for value in ["canary 2", "canary 3", "canary 4"] {
        place.put("A", value);
        assert_eq!(run.line(), "up");
    }
    assert_eq!(run.line(), "canary 4");
    wait_for_threads(3);
    run.signal(Signal::TERM);
    assert_eq!(run.end(), 0);
    assert!(!place.path("pipe").exists());
}

#[test]
fn with_its_copy_a_run_starts_without_its_server_and_hears_of_it_later() {
    let place = Place::alone();
    place.put("A", "canary 1");
    let words = ["--on-change", "files", "--file", "key=A", "--", "sh", "-c", "echo ready; read line; exit 6"];
    let done = place.finish(&mut place.run(["--secret", "A=A", "--", "true"]));
    assert_eq!(done.code, 0, "{done:?}");
    place.stop();
    let done = place.finish(&mut place.run(["--watch"].iter().chain(&["--", "touch", "started"])));
    assert!(done.code == 1 && done.stderr.contains("cannot reach"), "{done:?}");
    assert!(!place.path("started").exists());
    let words: Vec<&str> = ["--prefer-offline"].into_iter().chain(words).collect();
    let mut run = Run::start(&place, &words);
    assert_eq!(run.line(), "ready");
    run.says("; trying again");
    assert_eq!(fs::read(place.path("key")).unwrap(), b"canary 1");
    place.start_again();
    run.says("the server answers again");
    place.put("A", "canary 2");
    wait_for(&place.path("key"), "canary 2", Instant::now());
    run.send("\n");
    assert_eq!(run.end(), 6);
}
