use clap::CommandFactory;

use super::*;

fn parse(words: &[&str]) -> Result<Cli, clap::Error> {
    Cli::try_parse_from([&["strongroom-server"], words].concat())
}

fn serve(words: &[&str]) -> Result<Config, Unusable> {
    match parse(&[&["serve"], words].concat()).unwrap().command {
        Command::Serve(args) => args.check(),
        _ => unreachable!(),
    }
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn a_server_starts_with_nothing_said() {
    let config = serve(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert!(config.storage.data.ends_with("data"));
    assert!(config.storage.keys.ends_with("keys"));
    assert!(format!("{:?}", config.storage.database).ends_with("/data/strongroom.db"));
}

#[test]
fn keys_inside_the_data_directory_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let at = |path: &str| directory.path().join(path).display().to_string();
    std::fs::create_dir(directory.path().join("data")).unwrap();
    std::os::unix::fs::symlink(at("data"), at("link")).unwrap();
    for keys in ["data", "data/keys", "data/../data/x/keys", "link/keys"] {
        let error = serve(&["--data", &at("data"), "--keys", &at(keys)]).unwrap_err();
        assert!(error.to_string().contains("inside the data directory"), "{error}");
    }
    assert!(serve(&["--data", &at("data"), "--keys", &at("data-keys")]).is_ok());
    assert!(serve(&["--data", &at("data"), "--keys", &at("data/../keys")]).is_ok());
}

#[test]
fn a_database_url_is_never_shown_with_its_password() {
    let url = "postgres://strongroom:canary@db.example/strongroom";
    let Command::Serve(args) = parse(&["serve", "--database-url", url]).unwrap().command else { unreachable!() };
    assert!(!format!("{args:?}").contains("canary"));
    let config = args.check().unwrap();
    assert_eq!(format!("{:?}", config.storage.database), "postgres://db.example/strongroom");
    let error = serve(&["--database-url", "mysql://root:canary@x"]).unwrap_err();
    assert!(!error.to_string().contains("canary"), "{error}");
}

#[test]
fn a_database_url_may_come_from_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "postgres://db.example/x\n").unwrap();
    let path = file.path().display().to_string();
    let config = serve(&["--database-url-file", &path]).unwrap();
    assert_eq!(format!("{:?}", config.storage.database), "postgres://db.example/x");
    assert!(serve(&["--database-url-file", "/nowhere"]).is_err());
    let both = ["serve", "--database-url-file", &path, "--database-url", "sqlite://x"];
    assert_eq!(parse(&both).unwrap_err().exit_code(), 2);
}

#[test]
fn a_variable_that_nothing_reads_is_named_with_what_was_meant() {
    let check = |name: &str| environment::check(&mut Cli::command(), [OsString::from(name)].into_iter());
    let error = check("STRONGROOM_LISTN").unwrap_err();
    assert_eq!(error.exit_code(), 2);
    let text = error.to_string();
    assert!(text.contains("STRONGROOM_LISTN; did you mean STRONGROOM_LISTEN?"), "{text}");
    let text = check("STRONGROOM_COLOUR_SCHEME").unwrap_err().to_string();
    assert!(text.contains("--help"), "{text}");
    for fine in ["STRONGROOM_TOKEN", "STRONGROOM_DATABASE_URL_FILE", "PATH", "STRONGROOMX"] {
        assert!(check(fine).is_ok(), "{fine}");
    }
}

#[test]
fn a_log_filter_is_checked_before_anything_starts() {
    assert!(serve(&["--log", "info,vault=debug"]).is_ok());
    assert!(serve(&["--log", "vault=loud"]).is_err());
}

#[test]
fn the_password_comes_from_standard_input_only() {
    assert_eq!(parse(&["bootstrap", "--email", "a@b.c"]).unwrap_err().exit_code(), 2);
    assert!(parse(&["bootstrap", "--email", "a@b.c", "--password-stdin"]).is_ok());
}
