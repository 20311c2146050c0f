use std::collections::HashMap;

use super::*;

/// Settings from flags, variables and a strongroom.toml.
fn settings(flags: &[&str], variables: &[(&str, &str)], toml: &str) -> Result<Settings, String> {
    use clap::Parser;
    let line = ["strongroom"].iter().chain(flags).chain(&["status"]);
    let cli = crate::args::Cli::try_parse_from(line).unwrap();
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("strongroom.toml"), toml).unwrap();
    let home = tempfile::tempdir().unwrap();
    let sources = Sources {
        variable: &|name| variables.get(name).map(Into::into),
        directory: directory.path(),
        logins: &|| Logins::read(home.path().join("none")),
    };
    Settings::find(&cli.global, &sources).map_err(|failure| failure.lines().join("\n"))
}

fn scope(flags: &[&str], variables: &[(&str, &str)], toml: &str) -> String {
    settings(flags, variables, toml).unwrap().scope(false).unwrap().to_string()
}

#[test]
fn flags_come_before_variables_before_the_file() {
    let toml = "project = \"file\"\nurl = \"https://file.example\"";
    let variables = [("STRONGROOM_PROJECT", "variable"), ("STRONGROOM_TOKEN", "srm_x")];
    for (flags, variables, project) in [
        (&["-p", "flag"][..], &variables[..], "flag"),
        (&[], &variables, "variable"),
        (&[], &[], "file"),
        (&[], &[("STRONGROOM_PROJECT", "")], "file"),
    ] {
        let settings = settings(flags, variables, toml).unwrap();
        assert_eq!(settings.project().unwrap().as_str(), project);
        assert_eq!(settings.server().unwrap().as_str(), "https://file.example");
    }
}

#[test]
fn the_level_is_the_narrowest_that_is_named() {
    let toml = "project = \"shop\"\nservice = \"api\"\nenvironment = \"staging\"";
    for (flags, toml, expected) in [
        (&[][..], "", "platform"),
        (&["-e", "staging"], "", "platform, environment: staging"),
        (&["-p", "shop"], "", "project: shop"),
        (&["-p", "shop", "-s", "api"], "", "project: shop, service: api"),
        (&[], toml, "project: shop, service: api, environment: staging"),
        (&["-e", "all"], toml, "project: shop, service: api"),
        (&["-p", "shop"], toml, "project: shop, environment: staging"),
        (&["-s", "web"], toml, "project: shop, service: web, environment: staging"),
        (&["-p", "other"], toml, "project: other, environment: staging"),
    ] {
        assert_eq!(scope(flags, &[], toml), expected, "{flags:?}");
    }
    assert_eq!(settings(&[], &[], toml).unwrap().scope(true).unwrap().to_string(), "platform, environment: staging");
}

#[test]
fn a_service_stays_with_the_project_it_was_named_with() {
    let toml = "project = \"shop\"\nservice = \"api\"";
    let service = |flags: &[&str]| settings(flags, &[], toml).unwrap().service().map(|path| path.to_string());
    assert_eq!(service(&["-p", "shop"]).unwrap(), "shop/api");
    assert!(service(&["-p", "other"]).is_err());
    assert!(settings(&["-s", "api"], &[], "").unwrap().scope(false).is_err());
}

#[test]
fn a_bad_variable_is_named() {
    for (name, value, expected) in [
        ("STRONGROOM_PROJECT", "Shop", "STRONGROOM_PROJECT: `S` is not allowed"),
        ("STRONGROOM_URL", "a.example", "STRONGROOM_URL: an address starts with https://"),
        ("STRONGROOM_TOKEN", "srm canary", "STRONGROOM_TOKEN holds something that no token has"),
        ("STRONGROOM_TOKEN_FILE", "/nowhere/token", "cannot read the token file /nowhere/token"),
    ] {
        let error = settings(&[], &[(name, value)], "").err().unwrap();
        assert!(error.starts_with(expected) && !error.contains("canary"), "{error}");
    }
    let both = [("STRONGROOM_TOKEN", "a"), ("STRONGROOM_TOKEN_FILE", "b")];
    assert!(settings(&[], &both, "").err().unwrap().contains("both set"));
}
