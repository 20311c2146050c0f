//! Where commands go and as whom.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use crate::support::{Place, has_line};

#[test]
fn a_login_is_used_until_it_is_forgotten() {
    let place = Place::new();
    let login = ["login", "--token-stdin", "--url", place.url()];
    let done = place.finish_with(&mut place.bare(login), b"srm_wrong\n");
    assert_eq!(done.code, 1, "{done:?}");
    let file = place.path(".config/strongroom/credentials.toml");
    assert!(!file.exists());

    let done = place.finish_with(&mut place.bare(login), format!("{}\n", place.token()).as_bytes());
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(file.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);

    let status = place.finish(&mut place.bare(["status"]));
    has_line(&String::from_utf8(status.stdout).unwrap(), &["server", place.url(), "strongroom login"]);
    assert_eq!(place.finish(&mut place.bare(["project", "list"])).code, 0);

    // Another server never gets this one's token.
    let done = place.finish(&mut place.bare(["project", "list", "--url", "http://127.0.0.1:1"]));
    assert!(done.code == 2 && done.stderr.contains("no token for http://127.0.0.1:1"), "{done:?}");

    assert_eq!(place.finish(&mut place.bare(["logout"])).code, 0);
    assert_eq!(place.finish(&mut place.bare(["project", "list"])).code, 2);
}

#[test]
fn where_there_is_a_keyring_the_token_is_nowhere_else() {
    let place = Place::new();
    fs::write(place.path("token"), format!("{}\n", place.token())).unwrap();
    // A desktop session of its own, with the keyring that Debian's desktops have.
    let session = "
        set -e
        printf unlocked | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        # It answers before it is on the bus, where a question would start a second one, which is locked.
        has_owner='--session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner'
        for _ in $(seq 300); do
            if dbus-send $has_owner string:org.freedesktop.secrets | grep -q 'boolean true'; then break; fi
            sleep 0.1
        done
        strongroom login --token-stdin --url \"$SERVER\" <token
        strongroom project list >/dev/null
        strongroom login --in-file --token-stdin --url \"$SERVER\" <token
        grep -q srm_ .config/strongroom/credentials.toml
        # The keyring has forgotten the first one.
        sed -i '/^token = /d' .config/strongroom/credentials.toml
        strongroom project list 2>&1 | grep -q 'it holds none'
        strongroom login --token-stdin --url \"$SERVER\" <token
        if grep -q srm_ .config/strongroom/credentials.toml; then exit 9; fi
        strongroom logout
        ! strongroom project list";
    let client = std::path::Path::new(env!("CARGO_BIN_EXE_strongroom")).parent().unwrap();
    let mut command = Command::new("dbus-run-session");
    command
        .args(["--", "sh", "-c", session])
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", client.display()))
        .env("HOME", place.home.path())
        .env("SERVER", place.url())
        .current_dir(place.home.path());
    let done = place.finish(&mut command);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.stderr.matches("; kept in the keyring").count(), 2, "{done:?}");
}

#[test]
fn the_nearest_strongroom_toml_says_where() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "FOO=canary"]);
    let toml = format!(
        "url = \"{}\"\nproject = \"{}\"\nservice = \"api\"\nenvironment = \"development\"\n",
        place.url(),
        place.project
    );
    fs::write(place.path("strongroom.toml"), toml).unwrap();
    fs::create_dir_all(place.path("a/b")).unwrap();
    fs::write(place.path("token"), format!("{}\n", place.token())).unwrap();

    let mut command = place.bare(["run", "--", "sh", "-c", "printf %s \"$FOO\""]);
    command.current_dir(place.path("a/b")).env("STRONGROOM_TOKEN_FILE", place.path("token"));
    let done = place.finish(&mut command);
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b"canary"[..]), "{done:?}");

    fs::write(place.path("a/strongroom.toml"), "token = \"srm_x\"\n").unwrap();
    let done = place.finish(&mut command);
    assert!(done.code == 2 && done.stderr.contains("`token` does not belong here"), "{done:?}");
}

#[test]
fn what_is_missing_is_said_with_where_to_put_it() {
    let place = Place::new();
    for (words, expected) in [
        (&["secret", "list"][..], "no server: give --url or STRONGROOM_URL"),
        (&["run", "--url", "https://a.example", "--", "true"], "no service: give -s SERVICE"),
        (&["service", "list", "--url", "https://a.example"], "no project: give -p PROJECT"),
    ] {
        let done = place.finish(&mut place.bare(words));
        assert!(done.code == 2 && done.stderr.starts_with(&format!("error: {expected}")), "{done:?}");
    }
    let done = place.done(["project", "list", "--url", "http://127.0.0.1:1"]);
    assert!(done.code == 1 && done.stderr.starts_with("error: cannot reach http://127.0.0.1:1: "), "{done:?}");
    let done = place.done(["secret", "list", "-p", "no-such-project"]);
    assert!(done.code == 1 && done.stderr.contains("no-such-project"), "{done:?}");
}
