//! The examples of the originals, in the words of their own pages: `docs/originals.md` lists each with what is different.
//! The values in them are the pages' own, and no marker is in them.

use std::{fs, process::Command};

use crate::support::{Done, Place, has_line};

/// StreamZero's sample of a `secrets.json`.
const SECRETS_JSON: &str = r#"{
    "DB_NAME": "test_db",
    "DB_PASS": "supersecretpas$"
}
"#;

/// Lightning's program.
const APP: &str = r#"import os

print(os.environ["MY_APP_SECRET"])
"#;

/// code.store's program, in a shell: `cs secret:add` is `strongroom secret add`.
const CS: &str = r#"cs() { command=$1; shift; strongroom "${command%:*}" "${command#*:}" "$@"; }"#;

fn revealed(place: &Place, name: &str, service: &str, environment: &str) -> String {
    let words = ["secret", "get", name, "--reveal", "-p", &place.project, "-s", service, "-e", environment];
    let done = place.finish(&mut place.command(words));
    assert_eq!(done.code, 0, "{done:?}");
    String::from_utf8(done.stdout).unwrap()
}

/// A shell that finds the client under its name.
fn shell(place: &Place, script: &str) -> Done {
    let client = place.command(["status"]);
    let mut command = Command::new("sh");
    command.args(["-ec", script]).env_clear();
    command.envs(client.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let directory = std::path::Path::new(client.get_program()).parent().unwrap();
    let path = format!("{}:{}", directory.display(), std::env::var("PATH").unwrap());
    place.finish(command.env("PATH", path).current_dir(place.home.path()))
}

#[test]
fn streamzero_s_secrets_json_is_uploaded_to_a_service_a_project_and_the_platform() {
    let place = Place::alone();
    fs::write(place.path("secrets.json"), SECRETS_JSON).unwrap();
    for scope in [&["-p", &place.project, "-s", "api"][..], &["-p", &place.project], &[]] {
        let done = place.done(["import", "secrets.json"].iter().chain(scope));
        assert!(done.code == 0 && done.stderr.contains("2 created"), "{done:?}");
    }
    // The narrowest is found first, then the next.
    for source in [
        format!("project: {}, service: api", place.project),
        format!("project: {}", place.project),
        "platform".to_owned(),
    ] {
        let service = ["-p", &place.project, "-s", "api", "-e", "development"];
        has_line(&place.ok(["secret", "list"].iter().chain(&service)), &["DB_NAME", "••••••••", &source]);
        assert_eq!(revealed(&place, "DB_NAME", "api", "development"), "test_db");
        assert_eq!(revealed(&place, "DB_PASS", "api", "development"), "supersecretpas$");
        let scope = match source.as_str() {
            "platform" => vec!["--platform"],
            source if source.contains("service") => vec!["-p", &place.project, "-s", "api"],
            _ => vec!["-p", &place.project],
        };
        place.ok(["secret", "remove", "DB_NAME"].iter().chain(&scope));
    }
    let done = place.finish(&mut place.run(["--secret", "A=DB_NAME", "--", "touch", "started"]));
    assert!(done.code == 1 && done.stderr.contains("not found") && !place.path("started").exists(), "{done:?}");
}

#[test]
fn code_store_s_commands_run_in_a_shell_and_inherit_as_its_page_says() {
    let place = Place::alone();
    for service in ["a", "b", "c", "my-service"] {
        place.ok_in_project(&["service", "create", service]);
    }
    place.ok(["environment", "create", "demo"]);
    // Its page, but for names: ours are lower case in projects and services, and a service is always one of a project.
    let here = |line: &str| {
        let line = line.replace("MY_PROJECT", &place.project).replace("-s A ", "-s a ");
        line.replace("-s MY_SERVICE -e demo", &format!("-p {} -s my-service -e demo", place.project))
            .replace("MY_SERVICE", "my-service")
    };
    let project = format!("project: {}", place.project);
    for (line, source) in [
        (
            "cs secret:add -s MY_SERVICE -e demo -k FOO -v BAR",
            format!("{project}, service: my-service, environment: demo"),
        ),
        (
            "cs secret:add -p MY_PROJECT -s MY_SERVICE -e development -k FOO -v BAR",
            format!("{project}, service: my-service, environment: development"),
        ),
        ("cs secret:add -p MY_PROJECT -k FOO -v BAR", project.clone()),
        ("cs secret:add -p MY_PROJECT -e development -k FOO -v BAR2", format!("{project}, environment: development")),
        (
            "cs secret:add -p MY_PROJECT -e development -s A -k FOO -v BAR3",
            format!("{project}, service: a, environment: development"),
        ),
    ] {
        let done = shell(&place, &format!("{CS}\n{}", here(line)));
        assert_eq!((done.code, done.stdout.as_slice()), (0, &b""[..]), "{line} {done:?}");
        assert!(done.stderr.contains("Successfully added a new secret variable FOO (project: "), "{line} {done:?}");
        has_line(&done.stderr, &["Key", "Value", "Source"]);
        has_line(&done.stderr, &["FOO", "••••••••", &source]);
        assert!(!done.stderr.contains("BAR"), "the value was shown: {done:?}");
    }
    // The three pictures of its page.
    for (service, environment, value) in [
        ("a", "development", "BAR3"),
        ("b", "development", "BAR2"),
        ("c", "development", "BAR2"),
        ("a", "staging", "BAR"),
        ("b", "production", "BAR"),
        ("my-service", "demo", "BAR"),
        ("my-service", "development", "BAR"),
    ] {
        assert_eq!(revealed(&place, "FOO", service, environment), value, "{service} {environment}");
    }
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("there is no Node here: `process.env.FOO` was not tried");
        return;
    }
    let run = ["run", "-p", &place.project, "-s", "a", "-e", "development", "--", "node", "-p", "process.env.FOO"];
    assert_eq!(place.finish(&mut place.command(run)).stdout, b"BAR3\n");
}

#[test]
fn flyte_s_lines_have_a_line_of_ours() {
    let place = Place::alone();
    place.ok(["project", "create", "my-project"]);
    place.ok(["service", "create", "task", "-p", "my-project"]);
    fs::write(place.path("my_secret_file"), b"a file\n\0\xff").unwrap();
    let list = |words: &[&str]| place.ok(["secret", "list"].iter().chain(words));

    // flyte create secret MY_SECRET_KEY my_secret_value
    place.ok(["secret", "set", "MY_SECRET_KEY=my_secret_value"]);
    // flyte get secret
    has_line(&list(&[]), &["MY_SECRET_KEY", "••••••••", "platform"]);
    let task = |words: &[&str]| {
        let place_flags = ["run", "-p", "my-project", "-s", "task", "-e", "development"];
        place.finish(&mut place.command(place_flags.iter().chain(words)))
    };
    assert_eq!(task(&["--", "printenv", "MY_SECRET_KEY"]).stdout, b"my_secret_value\n");

    // flyte create secret  --project my_project --domain development MY_SECRET_KEY my_secret_value
    place.ok(["secret", "set", "-p", "my-project", "-e", "development", "MY_SECRET_KEY=my_secret_value"]);
    // flyte get secret --project my_project --domain development
    let narrow = list(&["-p", "my-project", "-e", "development"]);
    has_line(&narrow, &["MY_SECRET_KEY", "••••••••", "project: my-project, environment: development"]);
    assert!(!narrow.contains("platform"), "{narrow}");

    // flyte create secret MY_SECRET_KEY --from-file /local/path/to/my_secret_file
    place.ok(["secret", "set", "MY_SECRET_KEY=@my_secret_file", "--kind", "file"]);
    let done = task(&["--file", "mounted/MY_SECRET_KEY=MY_SECRET_KEY", "--", "cat", "mounted/MY_SECRET_KEY"]);
    assert_eq!(done.stdout, b"my_secret_value", "the narrower one is found first");
    // flyte delete secret MY_SECRET_KEY
    place.ok(["secret", "remove", "MY_SECRET_KEY", "-p", "my-project", "-e", "development"]);
    let done = task(&["--mount", "mounted", "--", "cat", "mounted/MY_SECRET_KEY"]);
    assert_eq!(done.stdout, b"a file\n\0\xff", "{done:?}");
    place.ok(["secret", "remove", "MY_SECRET_KEY"]);
    assert_eq!(list(&[]), "Name  Value  Source\n");
}

#[test]
fn lightning_s_flags_run_its_program_word_for_word() {
    let place = Place::new();
    place.ok_in_project(&["secret", "set", "my-secret=some-value", "another-secret=another-value"]);
    fs::write(place.path("app.py"), APP).unwrap();
    // lightning run app app.py --cloud …
    for flags in [
        "--secret MY_APP_SECRET=my-secret",
        "--env FOO=bar --secret MY_APP_SECRET=my-secret --secret ANOTHER_SECRET=another-secret",
    ] {
        let words = || flags.split(' ').chain(["--"]);
        let done = place.finish(&mut place.run(words().chain(["python3", "app.py"])));
        assert_eq!((done.code, done.stdout.as_slice()), (0, &b"some-value\n"[..]), "{done:?}");
        if flags.contains("--env") {
            let done = place.finish(&mut place.run(words().chain(["printenv", "FOO", "ANOTHER_SECRET"])));
            assert_eq!(done.stdout, b"bar\nanother-value\n", "{done:?}");
        }
    }
    // Bound once, no flag is needed: what its page calls binding a Secret to an App.
    place.bind("bound", &serde_json::json!([{"target": {"env": "MY_APP_SECRET"}, "secret": "my-secret"}]));
    assert_eq!(place.finish(&mut place.run(["--", "python3", "app.py"])).stdout, b"some-value\n");
}
