//! Bindings as other tools write them, and what other files ask for.
#![allow(clippy::unwrap_used, reason = "helpers of tests take the short way, too")]

use std::process::{Command, Stdio};

use domain::{
    EnvironmentName, ServicePath,
    api::{Binding, EffectiveBinding, EffectiveRow, Mode, Proposal, ProposedBinding},
    injection::Given,
    wiring::{Wanted, WiringFormat, propose, write},
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn effective(names: &[&str]) -> Vec<EffectiveRow> {
    let row = |name: &&str| {
        let row = json!({"name": name, "kind": "text", "version": 1, "source": "platform", "shadows": []});
        serde_json::from_value(row).unwrap()
    };
    names.iter().map(row).collect()
}

fn bound(bindings: &[(Value, &str, Value)]) -> Vec<EffectiveBinding> {
    let binding = |(target, secret, scope): &(Value, &str, Value)| {
        let whole = json!({"target": target, "secret": secret, "scope": scope, "state": "found", "kind": "text",
            "version": 1, "source": "platform"});
        serde_json::from_value(whole).unwrap()
    };
    bindings.iter().map(binding).collect()
}

fn written(format: WiringFormat, effective: &[EffectiveRow], bindings: &[EffectiveBinding], mode: Mode) -> String {
    let service = ServicePath::new("shop".parse().unwrap(), "api".parse().unwrap());
    let environment: EnvironmentName = "production".parse().unwrap();
    write(format, &service, &environment, &Given { effective, bindings, mode })
}

/// The document as a YAML reader that is not ours sees it, or nothing where Python has none.
fn by_yaml(document: &str) -> Option<Value> {
    let reads = "import sys, json, yaml; json.dump(yaml.safe_load(sys.stdin.buffer.read()), sys.stdout)";
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/python/bin/python");
    let mut child =
        Command::new(python).args(["-c", reads]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), document.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{document}");
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

fn two() -> Vec<EffectiveBinding> {
    bound(&[
        (json!({"env": "MY_APP_SECRET"}), "DB_PASS", Value::Null),
        (json!({"file": "/run/it's $x/key"}), "tls.key", Value::Null),
        (json!({"env": "ROOT"}), "ROOT_CA", json!({"level": "platform", "environment": "production"})),
    ])
}

#[test]
fn a_command_binds_what_can_be_bound_on_a_command_line() {
    let line = written(WiringFormat::Run, &[], &two(), Mode::Bound);
    assert_eq!(
        line,
        "# the variable ROOT takes ROOT_CA from platform, environment: production alone: only the binding on the server can.\n\
         strongroom run -p shop -s api -e production \\\n  --secret MY_APP_SECRET=DB_PASS \\\n  \
         --file '/run/it'\\''s $x/key=tls.key' \\\n  -- ./app\n"
    );
    let none = written(WiringFormat::Run, &effective(&["A"]), &[], Mode::All);
    assert_eq!(none, "strongroom run -p shop -s api -e production -- ./app\n");
}

#[test]
fn a_deployment_takes_each_secret_by_its_key() {
    let effective = effective(&["DB_PASS", "db-host", "tls.key"]);
    let manifest = written(WiringFormat::Kubernetes, &effective, &two(), Mode::All);
    assert!(
        manifest
            .contains("#   strongroom export -p shop -s api -e production --format kubernetes | kubectl apply -f -")
    );
    assert!(
        manifest
            .contains("add ROOT_CA of platform, environment: production to the Secret as ROOT_CA.platform.production")
    );
    let Some(read) = by_yaml(&manifest) else { panic!("Python with PyYAML is missing: make test installs it") };
    assert_eq!((&read["kind"], &read["apiVersion"]), (&json!("Deployment"), &json!("apps/v1")));
    let container = &read["spec"]["template"]["spec"]["containers"][0];
    let of = |key: &str| json!({"secretKeyRef": {"name": "shop-api-production-secrets", "key": key}});
    assert_eq!(
        container["env"],
        json!([
            {"name": "DB_HOST", "valueFrom": of("db-host")},
            {"name": "DB_PASS", "valueFrom": of("DB_PASS")},
            {"name": "MY_APP_SECRET", "valueFrom": of("DB_PASS")},
            {"name": "ROOT", "valueFrom": of("ROOT_CA.platform.production")},
            {"name": "TLS_KEY", "valueFrom": of("tls.key")},
        ])
    );
    let mount = &container["volumeMounts"][0];
    assert_eq!(mount["mountPath"], "/run/it's $x/key");
    let volume = &read["spec"]["template"]["spec"]["volumes"][0];
    assert_eq!((&volume["name"], &volume["secret"]["items"][0]["key"]), (&mount["name"], &json!("tls.key")));
    assert_eq!(mount["subPath"], volume["secret"]["items"][0]["path"]);
    assert_eq!(volume["secret"]["defaultMode"], 0o400);
}

#[test]
fn a_compose_file_hands_on_variables_and_files() {
    let file = written(WiringFormat::Compose, &effective(&["A"]), &two(), Mode::Bound);
    assert!(file.contains("#   strongroom run -p shop -s api -e production -- docker compose up"));
    let Some(read) = by_yaml(&file) else { panic!("Python with PyYAML is missing: make test installs it") };
    let service = &read["services"]["api"];
    assert_eq!(service["environment"], json!(["MY_APP_SECRET", "ROOT"]));
    let source = service["secrets"][0]["source"].as_str().unwrap();
    // Compose would replace `$x` by a variable.
    assert_eq!(read["secrets"][source]["file"], "/run/it's $$x/key");
    let nothing = written(WiringFormat::Compose, &[], &[], Mode::Bound);
    assert_eq!(by_yaml(&nothing).unwrap()["services"]["api"], json!({"image": "api"}));
}

fn proposed(file: &str, bindings: &[Binding], names: &[&str], mode: Mode) -> Vec<(String, String, Proposal)> {
    let effective = effective(names);
    let given = [Given { effective: &effective, bindings: &[], mode }];
    let told = |proposed: ProposedBinding| (proposed.variable, proposed.secret.to_string(), proposed.proposal);
    propose(&Wanted::read(file.as_bytes()).unwrap(), bindings, &given).into_iter().map(told).collect()
}

fn told(variable: &str, secret: &str, proposal: Proposal) -> (String, String, Proposal) {
    (variable.to_owned(), secret.to_owned(), proposal)
}

#[test]
fn an_example_of_an_env_file_asks_for_its_variables() {
    let file = "# for the shop\nexport DB_PASS=changeme\nDB_HOST=\"\"\nSENTRY_DSN=\nNEW=\n";
    let bindings: Vec<Binding> =
        serde_json::from_value(json!([{"target": {"env": "SENTRY_DSN"}, "secret": "sentry"}])).unwrap();
    let names = ["DB_PASS", "db-host", "sentry"];
    let rest = [told("SENTRY_DSN", "sentry", Proposal::Bound), told("NEW", "NEW", Proposal::BindMissing)];
    let all = proposed(file, &bindings, &names, Mode::All);
    assert_eq!(
        all[..2],
        [told("DB_PASS", "DB_PASS", Proposal::OwnName), told("DB_HOST", "db-host", Proposal::OwnName)]
    );
    assert_eq!(all[2..], rest);
    let bound = proposed(file, &bindings, &names, Mode::Bound);
    assert_eq!(bound[..2], [told("DB_PASS", "DB_PASS", Proposal::Bind), told("DB_HOST", "db-host", Proposal::Bind)]);
    assert_eq!(bound[2..], rest);
}

#[test]
fn the_secrets_of_an_openapi_document_become_qhub_s_variables() {
    let schema = json!({"properties": {"data": {}, "$secrets": {"type": "object", "properties": {
        "ibmToken": {"type": "string"}, "APIToken": {}, "auth_token": {}}}}});
    let document = json!({"openapi": "3.1.0", "paths": {"/": {"post": {"requestBody": {"content": {"application/json":
        {"schema": schema}}}}}}, "components": {"schemas": {"Again": schema}}});
    let found = proposed(&document.to_string(), &[], &["ibm-token", "A_P_I_TOKEN"], Mode::All);
    // The order of an object's members is not kept by every reader.
    for expected in [
        told("SECRET_IBM_TOKEN", "ibm-token", Proposal::Bind),
        told("SECRET_A_P_I_TOKEN", "A_P_I_TOKEN", Proposal::Bind),
        told("SECRET_AUTH_TOKEN", "AUTH_TOKEN", Proposal::BindMissing),
    ] {
        assert!(found.contains(&expected), "{found:?}");
    }
    assert_eq!(found.len(), 3);
}

#[test]
fn what_asks_for_nothing_or_for_what_cannot_be_is_refused() {
    for (file, sentence) in [
        ("", "the file is empty"),
        ("# only words\n", "no variable is in this file"),
        ("{\"openapi\": \"3.1.0\"}", "there is no `$secrets`"),
        ("A.B=1\n", "'.' is not allowed in a variable's name"),
        ("PATH=/bin\n", "PATH changes how programs run"),
        ("{\"$secrets\": {\"properties\": {\"a b\": {}}}}", "is not allowed in a variable's name"),
        ("what is this\n", ""),
    ] {
        let error = Wanted::read(file.as_bytes()).unwrap_err();
        let all = format!("{} {:?}", error.detail, error.problems);
        assert!(all.contains(sentence), "{file}: {all}");
    }
}

proptest! {
    #[test]
    fn no_file_makes_reading_panic_and_no_value_is_told(
        file in "(export )?[A-Z{\"]{0,4}[=: ]{0,2}(MARKERVALUE)?[\"'`}\n]{0,3}",
    ) {
        if let Err(error) = Wanted::read(file.as_bytes()) {
            let told = format!("{} {:?}", error.detail, error.problems);
            prop_assert!(!told.contains("MARKERVALUE") || file.starts_with("MARKERVALUE"), "{told}");
        }
    }
}

proptest! {
    // Each case starts a program.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_a_file_is_called_every_reader_finds_it(path in "(/[^/\0-\u{1f}\u{7f}-\u{9f}]{1,8}){1,3}") {
        prop_assume!(path.parse::<domain::injection::FilePath>().is_ok());
        let bindings = bound(&[(json!({"file": path}), "A", Value::Null)]);
        let manifest = written(WiringFormat::Kubernetes, &[], &bindings, Mode::Bound);
        if let Some(read) = by_yaml(&manifest) {
            let mount = &read["spec"]["template"]["spec"]["containers"][0]["volumeMounts"][0]["mountPath"];
            prop_assert_eq!(mount.as_str().unwrap(), path);
        }
    }
}
