//! `strongroom run` with `--mount`, `--file` and `--fifo`.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::fs::{FileTypeExt, PermissionsExt},
    path::Path,
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Place, piped};

fn place() -> Place {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary", "lower-name=canary 2"]);
    fs::write(place.path("value"), b"canary\0\xff\n").unwrap();
    place.ok_in_project(&["secret", "set", "KEY=@value", "--kind", "file"]);
    place
}

fn wait_for_line(child: &mut Child) {
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::with_capacity(1, stdout).read_line(&mut String::new()).unwrap();
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_mount_holds_one_file_per_secret_and_is_gone_afterwards() {
    let place = place();
    let script = "stat -c %a secrets secrets/FOO; cat secrets/FOO secrets/lower-name secrets/KEY; env";
    let done = place.finish(&mut place.run(["--mount", "secrets", "--secret", "ASKED=FOO", "--", "sh", "-c", script]));
    assert!(done.stdout.starts_with(b"700\n400\ncanarycanary 2canary\0\xff\n"), "{done:?}");
    let variables = String::from_utf8_lossy(&done.stdout);
    assert!(variables.contains("\nASKED=canary\n") && !variables.contains("\nFOO="), "{variables}");
    assert!(done.code == 0 && done.stderr.contains("is not in memory"), "{done:?}");
    assert!(!place.path("secrets").exists());

    let memory = tempfile::tempdir_in("/dev/shm").unwrap();
    let path = memory.path().join("secrets");
    let done = place.finish(&mut place.run([
        "--mount",
        path.to_str().unwrap(),
        "--only",
        "FOO",
        "--",
        "ls",
        path.to_str().unwrap(),
    ]));
    assert_eq!((done.stdout.as_slice(), done.stderr.as_str()), (&b"FOO\n"[..], ""));
}

#[test]
fn a_mount_in_use_or_open_to_others_is_refused_and_one_left_behind_is_cleaned() {
    let place = place();
    let mut child =
        piped(place.run(["--mount", "secrets", "--", "sh", "-c", "echo ready; read line"]).stdin(Stdio::piped()));
    wait_for_line(&mut child);
    let done = place.finish(&mut place.run(["--mount", "secrets", "--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("is in use by another `strongroom run`"), "{done:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(names(&place.path("secrets")), [".strongroom", "FOO", "KEY", "lower-name"]);
    // The secret is gone by now; its file goes all the same.
    place.ok_in_project(&["secret", "remove", "lower-name"]);
    let done = place.finish(&mut place.run(["--mount", "secrets", "--", "ls", "secrets"]));
    assert_eq!(done.stdout, b"FOO\nKEY\n", "{done:?}");
    assert!(!place.path("secrets").exists());

    fs::create_dir(place.path("secrets")).unwrap();
    fs::set_permissions(place.path("secrets"), fs::Permissions::from_mode(0o755)).unwrap();
    let done = place.finish(&mut place.run(["--mount", "secrets", "--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("is open to others"), "{done:?}");
    fs::set_permissions(place.path("secrets"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(place.path("secrets/FOO"), "mine").unwrap();
    let done = place.finish(&mut place.run(["--mount", "secrets", "--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("was not made by strongroom"), "{done:?}");
    assert_eq!(names(&place.path("secrets")), ["FOO"]);
    assert!(!place.path("started").exists());
}

#[test]
fn a_mount_is_gone_however_the_program_ends() {
    let place = place();
    let done = place.finish(&mut place.run(["--mount", "secrets", "--", "sh", "-c", "kill -KILL $$"]));
    assert_eq!(done.code, 128 + 9, "{done:?}");
    assert!(!place.path("secrets").exists());

    // A program that ignores SIGTERM goes on, and so do its files.
    let script = "trap '' TERM; echo $$; read line; cat secrets/FOO; exit 5";
    let mut child = piped(place.run(["--mount", "secrets", "--", "sh", "-c", script]).stdin(Stdio::piped()));
    wait_for_line(&mut child);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert!(child.try_wait().unwrap().is_none());
    drop(child.stdin.take());
    let done = place.end(child);
    assert_eq!((done.code, done.stdout.as_slice()), (5, &b"canary"[..]), "{done:?}");
    assert!(!place.path("secrets").exists());
}

#[test]
fn a_full_disk_starts_nothing_and_leaves_nothing() {
    let place = place();
    fs::write(place.path("value"), "canary ".repeat(20_000)).unwrap();
    place.ok_in_project(&["secret", "set", "LARGE=@value"]);
    fs::create_dir(place.path("small")).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=16k,mode=700", "tmpfs"])
        .arg(place.path("small"))
        .stderr(Stdio::null())
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("only root can mount a file system: a full disk was not tried");
        return;
    }
    let done = place.finish(&mut place.run(["--mount", "small", "--", "touch", "started"]));
    let left = names(&place.path("small"));
    assert!(Command::new("umount").arg(place.path("small")).status().unwrap().success());
    assert!(done.code == 1 && done.stderr.contains("small/LARGE: No space left"), "{done:?}");
    assert!(left.is_empty() && !place.path("started").exists(), "{left:?}");
}

#[test]
fn a_file_is_asked_for_by_its_path() {
    let place = place();
    let done = place.finish(&mut place.run(["--file", "a=b/key=KEY", "--", "cat", "a=b/key"]));
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b"canary\0\xff\n"[..]), "{done:?}");
    assert!(names(&place.path("a=b")).is_empty());
    let done = place.finish(&mut place.run(["--file", "key=NOPE", "--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("Secret with name 'NOPE' not found"), "{done:?}");
    assert!(done.stderr.contains("absent") && !place.path("started").exists(), "{done:?}");
}

#[test]
fn a_named_pipe_gives_its_secret_to_each_reader_so_often() {
    let place = place();
    let script = "stat -c %a pipe; cat pipe; cat pipe; test ! -e pipe && echo gone";
    let words = ["--fifo", "pipe=KEY", "--max-reads", "2", "--", "sh", "-c", script];
    let done = place.finish(&mut place.run(words));
    assert_eq!(done.stdout, b"600\ncanary\0\xff\ncanary\0\xff\ngone\n", "{done:?}");
    assert!(!place.path("pipe").exists());

    let script = "for i in 1 2 3; do cat all.json; done; env | grep ^FOO=";
    let done = place.finish(&mut place.run(["--fifo", "all.json", "--", "sh", "-c", script]));
    let line = "{\"FOO\":\"canary\",\"KEY\":\"Y2FuYXJ5AP8K\",\"lower-name\":\"canary 2\"}\n";
    assert_eq!(String::from_utf8(done.stdout).unwrap(), line.repeat(3));
    assert_eq!(names(place.home.path()).iter().filter(|name| name.contains("all.json")).count(), 0);
}

#[test]
fn a_named_pipe_that_nobody_reads_holds_up_nobody() {
    let place = place();
    let done = place.finish(&mut place.run(["--fifo", "pipe=FOO", "--", "sh", "-c", "test -p pipe; exit $?"]));
    assert_eq!(done.code, 0, "{done:?}");
    assert!(!place.path("pipe").exists());

    // One left behind by a run that was killed is taken over; anything else is not.
    let mut child =
        piped(place.run(["--fifo", "pipe=FOO", "--", "sh", "-c", "echo ready; read line"]).stdin(Stdio::piped()));
    wait_for_line(&mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(fs::symlink_metadata(place.path("pipe")).unwrap().file_type().is_fifo());
    let done = place.finish(&mut place.run(["--fifo", "pipe=FOO", "--", "cat", "pipe"]));
    assert_eq!(done.stdout, b"canary", "{done:?}");
    fs::write(place.path("pipe"), "mine").unwrap();
    let done = place.finish(&mut place.run(["--fifo", "pipe=FOO", "--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("was not made by strongroom"), "{done:?}");
    assert_eq!(fs::read(place.path("pipe")).unwrap(), b"mine");
}

#[test]
fn as_the_first_process_it_waits_for_orphans_and_passes_signals_on() {
    let place = place();
    let contained = |script: &str| {
        let run = place.run(["--", "sh", "-c", script]);
        let mut command = Command::new("unshare");
        command.args(["--pid", "--fork", "--mount-proc"]).arg(run.get_program()).args(run.get_args()).env_clear();
        command.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(place.home.path());
        command.stdin(Stdio::null());
        command
    };
    let allowed =
        Command::new("unshare").args(["--pid", "--fork", "--mount-proc", "true"]).stderr(Stdio::null()).status();
    if !allowed.is_ok_and(|status| status.success()) {
        eprintln!("this system allows no process namespace: the first process was not tried");
        return;
    }
    let script = "(sleep 0.1 &) ; sleep 0.5; grep -l '^State:.Z' /proc/[0-9]*/status; cat /proc/1/comm; exit 3";
    let done = place.finish(&mut contained(script));
    assert_eq!((done.code, done.stdout.as_slice()), (3, &b"strongroom\n"[..]), "{done:?}");

    let mut child = piped(&mut contained("trap 'exit 7' TERM; echo ready; while :; do sleep 0.02; done"));
    wait_for_line(&mut child);
    let pid = child.id();
    let mut first = String::new();
    fs::File::open(format!("/proc/{pid}/task/{pid}/children")).unwrap().read_to_string(&mut first).unwrap();
    kill_process(Pid::from_raw(first.trim().parse().unwrap()).unwrap(), Signal::TERM).unwrap();
    assert_eq!(place.end(child).code, 7);
}
