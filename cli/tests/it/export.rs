//! `strongroom export`.

use std::os::unix::fs::MetadataExt;

use crate::support::{Done, Place};

/// Runs `export` in the project; its stdout may hold values.
fn export(place: &Place, words: &[&str]) -> Done {
    place.finish(&mut place.command(["export", "-p", &place.project].iter().chain(words)))
}

#[test]
fn what_a_shell_evaluates_is_what_was_stored() {
    let place = Place::new();
    let value = "canary 'quoted' \"$HOME\" `id` $(id) \\ \n# two\n";
    std::fs::write(place.path("value"), value).unwrap();
    place.ok_in_project(&["secret", "set", "A=@value"]);
    let done = export(&place, &["--format", "shell"]);
    assert_eq!(done.code, 0, "{done:?}");
    std::fs::write(place.path("exported.sh"), &done.stdout).unwrap();
    for shell in ["bash", "dash"] {
        let line = "eval \"$(cat exported.sh)\"; printf %s \"$A\"";
        let output =
            std::process::Command::new(shell).args(["-c", line]).current_dir(place.home.path()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), value, "{shell}");
    }
}

#[test]
fn of_a_service_in_an_environment_it_is_what_the_service_gets() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "WIDE=canary1"]);
    place.ok_in_project(&["secret", "set", "-s", "api", "-e", "staging", "OWN=canary2"]);
    let service = ["-s", "api", "-e", "staging", "--format", "docker"];
    assert_eq!(export(&place, &service).stdout, b"OWN=canary2\nWIDE=canary1\n");
    let own: Vec<_> = service.iter().copied().chain(["--own", "--reason", "why"]).collect();
    assert_eq!(export(&place, &own).stdout, b"OWN=canary2\n");
    assert_eq!(export(&place, &["--format", "docker"]).stdout, b"WIDE=canary1\n");
}

#[test]
fn a_file_is_for_its_owner_and_replaced_only_by_force() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "A=canary"]);
    let words = ["--format", "env", "-o", "secrets.env"];
    let done = export(&place, &words);
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b""[..]), "{done:?}");
    let file = place.path("secrets.env");
    assert_eq!(std::fs::read(&file).unwrap(), b"A=canary\n");
    assert_eq!(file.metadata().unwrap().mode() & 0o7777, 0o600);

    std::fs::write(&file, "mine").unwrap();
    let refused = export(&place, &words);
    assert!(refused.code == 1 && refused.stderr.contains("exists; --force replaces it"), "{refused:?}");
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    assert_eq!(export(&place, &["--format", "env", "-o", "secrets.env", "--force"]).code, 0);
    assert_eq!(std::fs::read(&file).unwrap(), b"A=canary\n");
    assert_eq!(export(&place, &["--format", "env", "-o", "none/secrets.env"]).code, 1);
    assert_eq!(
        std::fs::read_dir(place.home.path())
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().file_name().to_string_lossy().contains("strongroom") })
            .count(),
        0
    );
}

#[test]
fn what_a_format_cannot_carry_is_named_and_nothing_is_written() {
    let place = Place::new();
    std::fs::write(place.path("lines"), "canary\ncanary").unwrap();
    place.ok_in_project(&["secret", "set", "LINES=@lines", "my-name=canary", "GOOD=canary"]);
    let refused = export(&place, &["--format", "docker", "-o", "out"]);
    assert!(refused.code == 1 && refused.stdout.is_empty(), "{refused:?}");
    assert!(refused.stderr.contains("LINES") && refused.stderr.contains("my-name"), "{refused:?}");
    assert!(!place.path("out").exists());
    let wrong = export(&place, &["--format", "xml"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("the formats are env, shell, json, yaml"), "{wrong:?}");
}
