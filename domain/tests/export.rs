//! What each format writes, what it refuses, and that what we can read comes back as it was.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use domain::{
    Error, Kind, SecretName, SecretValue,
    export::{Format, Item, write},
    import::{self, Import, parse},
};
use proptest::prelude::*;

/// A secret of a test.
struct Secret(SecretName, SecretValue, String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, bytes) = (self.1.kind(), String::from_utf8_lossy(self.1.expose()));
        write!(f, "{} {kind:?} {bytes:?} #{:?}", self.0, self.2)
    }
}

fn secret(name: &str, kind: Kind, bytes: impl Into<Vec<u8>>) -> Secret {
    Secret(name.parse().unwrap(), SecretValue::new(kind, bytes.into()).unwrap(), String::new())
}

fn text(name: &str, text: &str) -> Secret {
    secret(name, Kind::Text, text)
}

fn written(format: Format, secrets: &[Secret]) -> Result<String, Error> {
    let items: Vec<Item> = secrets.iter().map(|Secret(name, value, comment)| Item { name, value, comment }).collect();
    write(format, "api-production", &items).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
}

#[track_caller]
fn writes(format: Format, secrets: &[Secret], expected: &str) {
    assert_eq!(written(format, secrets).unwrap_or_else(|error| panic!("{error}")), expected);
}

fn some() -> [Secret; 4] {
    let mut commented = text("A", "it's");
    commented.2.push_str("Which\nIt is.");
    [commented, text("B", "one\ntwo\n"), secret("C_1", Kind::Json, "{\"a\":  [1]}"), text("E", "")]
}

#[test]
fn an_env_file_has_the_quotes_it_needs() {
    writes(Format::Env, &some(), "# Which\n# It is.\nA=\"it's\"\nB='one\ntwo\n'\nC_1='{\"a\":  [1]}'\nE=\"\"\n");
    writes(
        Format::Env,
        &[text("A", "postgres://u:p@h/d"), text("C", "a\\b"), text("D", "#"), text("F", "a$b")],
        "A=postgres://u:p@h/d\nC='a\\b'\nD='#'\nF='a$b'\n",
    );
}

#[test]
fn a_shell_script_exports_literals() {
    writes(
        Format::Shell,
        &some(),
        "# Which\n# It is.\nexport A='it'\\''s'\nexport B='one\ntwo\n'\nexport C_1='{\"a\":  [1]}'\nexport E=''\n",
    );
}

#[test]
fn json_holds_json_as_it_is_unless_it_would_come_back_otherwise() {
    writes(
        Format::Json,
        &some(),
        "{\n  \"A\": \"it's\",\n  \"B\": \"one\\ntwo\\n\",\n  \"C_1\": {\"a\":  [1]},\n  \"E\": \"\"\n}\n",
    );
    let odd = [
        secret("S", Kind::Json, "\"x\""),
        secret("W", Kind::Json, " [1]\n"),
        secret("N", Kind::Json, "1e3"),
        secret("D", Kind::Json, format!("{}{}", "[".repeat(33), "]".repeat(33))),
        secret("F", Kind::File, "text"),
    ];
    let deep = format!("{}{}", "[".repeat(33), "]".repeat(33));
    writes(
        Format::Json,
        &odd,
        &format!(
            "{{\n  \"S\": \"\\\"x\\\"\",\n  \"W\": \" [1]\\n\",\n  \"N\": 1e3,\n  \"D\": \"{deep}\",\n  \"F\": \"text\"\n}}\n"
        ),
    );
    writes(Format::Json, &[], "{}\n");
}

#[test]
fn yaml_and_toml_quote_every_value_and_odd_keys() {
    let odd = [text("NO", "no"), text("a.b", "\u{85}\u{2028}\u{7f}"), text("1", "${x}")];
    writes(Format::Yaml, &odd, "\"NO\": \"no\"\na.b: \"\\x85\\u2028\\x7f\"\n\"1\": \"${x}\"\n");
    writes(Format::Toml, &odd, "NO = \"no\"\n\"a.b\" = \"\\u0085\u{2028}\\u007f\"\n1 = \"${x}\"\n");
    writes(Format::Yaml, &[secret("F", Kind::File, [0, 255])], "F: !!binary \"AP8=\"\n");
    writes(Format::Yaml, &[], "{}\n");
    writes(Format::Toml, &[], "");
}

#[test]
fn a_comment_stays_a_comment() {
    for breaks in ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}"] {
        for format in [Format::Env, Format::Shell, Format::Yaml, Format::Toml, Format::Tfvars] {
            let mut secret = text("A", "b");
            secret.2 = format!("c{breaks}INJECTED=1");
            let file = written(format, &[secret]).unwrap();
            assert!(file.lines().all(|line| !line.starts_with("INJECTED")), "{file}");
            assert!(!file.contains(['\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}']), "{file:?}");
        }
    }
}

#[test]
fn docker_gets_no_quotes() {
    let secrets = [text("A", " it's \"so\" #1 "), text("B", ""), text("C", "a=b\r\t")];
    writes(Format::Docker, &secrets, "A= it's \"so\" #1 \nB=\nC=a=b\r\t\n");
}

#[test]
fn a_manifest_is_base64_in_quotes() {
    writes(
        Format::Kubernetes,
        &[text("A", "b\n"), secret("tls.key", Kind::File, [0, 255]), text("0", "")],
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"api-production-secrets\"\ntype: Opaque\ndata:\n  A: \"Ygo=\"\n  tls.key: \"AP8=\"\n  \"0\": \"\"\n",
    );
    assert!(written(Format::Kubernetes, &[]).unwrap().ends_with("data: {}\n"));
    let half = "x".repeat(600 * 1024);
    let error = written(Format::Kubernetes, &[text("A", &half), text("B", &half)]).unwrap_err();
    assert_eq!(error.detail, "a Kubernetes Secret holds at most 1 MiB; these values have 1228800 bytes");
}

#[test]
fn terraform_gets_no_templates() {
    writes(
        Format::Tfvars,
        &[text("a-b", "${x} %{y} $ % \"\\\n\u{1}é")],
        "a-b = \"$${x} %%{y} $ % \\\"\\\\\\n\\u0001é\"\n",
    );
}

#[test]
fn csv_is_what_rfc_4180_says() {
    writes(
        Format::Csv,
        &[text("A", "say \"x\",\r\n=1+1"), secret("F", Kind::File, [0, 255])],
        "name,kind,value,comment\r\nA,text,\"say \"\"x\"\",\r\n=1+1\",\"\"\r\nF,file,\"AP8=\",\"\"\r\n",
    );
}

#[test]
fn what_a_format_cannot_carry_is_told_with_every_name() {
    let secrets = [
        text("GOOD", "x"),
        text("my-secret", "canary"),
        text("NUL", "canary\0"),
        text("LINES", "canary\n"),
        secret("BYTES", Kind::File, b"canary\xff".to_vec()),
        text("CR", "canary\r"),
        text("UID", "canary"),
        text("QUOTES", "canary ' # \\\\ \""),
        text("TEMPLATE", "${canary}"),
        text("NFD", "e\u{301}"),
        text("a.b", "x"),
        text("NEL", "canary\u{85}"),
        text("LONG", &"x".repeat(70_000)),
        text("count", "x"),
    ];
    for (format, names) in [
        (Format::Env, "my-secret NUL BYTES CR QUOTES TEMPLATE a.b NEL"),
        (Format::Shell, "my-secret NUL BYTES UID a.b"),
        (Format::Json, "BYTES"),
        (Format::Yaml, ""),
        (Format::Toml, "BYTES"),
        (Format::Docker, "my-secret NUL LINES BYTES CR a.b LONG"),
        (Format::Kubernetes, ""),
        (Format::Tfvars, "NUL BYTES NFD a.b count"),
        (Format::Csv, "NUL"),
    ] {
        let problems = written(format, &secrets).err().map(|error| error.problems).unwrap_or_default();
        let told: Vec<_> = problems.iter().filter_map(|problem| problem.name.as_deref()).collect();
        assert_eq!(told.join(" "), names, "{format:?}");
        for problem in &problems {
            assert!(!problem.message.contains("canary"), "{}", problem.message);
            assert!(problem.message.contains(problem.name.as_deref().unwrap()), "{}", problem.message);
        }
    }
    let error = written(Format::Json, &secrets).unwrap_err();
    assert_eq!(error.detail, "`BYTES`: its bytes are no UTF-8 text; export as YAML, CSV or a Kubernetes Secret");
    let error = written(Format::Shell, &secrets).unwrap_err();
    assert_eq!(error.detail, "5 secrets cannot be written as Shell (export …); nothing was exported");
}

/// Texts full of what means something to someone.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 ]{0,12}",
        r#"(['"`\\$\{\}#= \n\t:%@!&*|<>,\[\]]|\\n|\$\{A\}|\\'|é|🔑|[a-c]){0,12}"#,
        r"(['\x22\\\r\n\x00\x01\x7f\x85\u{2028}\u{feff}\u{a0}]|[a-c]){0,8}",
        any::<String>(),
    ]
}

fn kinds() -> impl Strategy<Value = (Kind, Vec<u8>)> {
    prop_oneof![
        4 => value().prop_map(|text| (Kind::Text, text.into_bytes())),
        1 => any::<Vec<u8>>().prop_map(|bytes| (Kind::File, bytes)),
        1 => value().prop_map(|text| (Kind::Json, serde_json::to_vec(&text).unwrap())),
        1 => (" ?", any::<Vec<i64>>()).prop_map(|(blank, list)| {
            (Kind::Json, format!("{blank}{}", serde_json::to_string(&list).unwrap()).into_bytes())
        }),
    ]
}

fn secrets() -> impl Strategy<Value = Vec<Secret>> {
    let names = prop_oneof![4 => "[A-Za-z_][A-Za-z0-9_]{0,6}", 1 => "[A-Za-z0-9_][A-Za-z0-9_.-]{0,6}"];
    prop::collection::btree_map(names, (kinds(), "([ a-z#=é'\"]|\n){0,10}"), 0..6).prop_map(|map| {
        let secrets = map.into_iter().map(|(name, ((kind, bytes), comment))| {
            let Secret(name, value, _) = secret(&name, kind, bytes);
            Secret(name, value, comment)
        });
        secrets.collect()
    })
}

/// Those of the secrets that a format carries, each alone.
fn carried(format: Format, secrets: Vec<Secret>) -> Vec<Secret> {
    let carries = |one: &Secret| written(format, std::slice::from_ref(one)).is_ok();
    let secret = |one: &Secret| Secret(one.0.clone(), one.1.clone(), one.2.clone());
    secrets.iter().filter(|one| carries(one)).map(secret).collect()
}

fn read_back(format: Format, file: &str) -> Import {
    let format = match format {
        Format::Env | Format::Shell => import::Format::Env,
        Format::Json => import::Format::Json,
        Format::Yaml => import::Format::Yaml,
        _ => import::Format::Toml,
    };
    parse(format, file.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn comes_back(format: Format, secrets: Vec<Secret>) -> Result<(), TestCaseError> {
    let secrets = carried(format, secrets);
    let file = written(format, &secrets).unwrap();
    if file.trim().is_empty() {
        prop_assert!(secrets.is_empty());
        return Ok(());
    }
    let import = read_back(format, &file);
    prop_assert!(import.problems.is_empty(), "{:?}\n{}", import.problems, file);
    prop_assert_eq!(import.entries.len(), secrets.len());
    for (entry, Secret(name, value, comment)) in import.entries.iter().zip(&secrets) {
        prop_assert_eq!(&entry.name, name);
        prop_assert_eq!(entry.value.expose(), value.expose(), "{}", file);
        let kind = match (format, value.kind()) {
            (Format::Yaml, Kind::File) => Kind::File,
            (Format::Json, Kind::Json) => entry.value.kind(),
            _ => Kind::Text,
        };
        prop_assert_eq!(entry.value.kind(), kind);
        if format == Format::Env && !comment.contains('=') {
            let lines: Vec<_> = comment.split('\n').map(str::trim_end).collect();
            let lines = lines.join("\n");
            prop_assert_eq!(entry.comment.as_deref().unwrap_or_default(), lines.trim_matches('\n'));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn json_comes_back_as_it_was(secrets in secrets()) {
        comes_back(Format::Json, secrets)?;
    }

    #[test]
    fn env_comes_back_as_it_was(secrets in secrets()) {
        comes_back(Format::Env, secrets)?;
    }

    #[test]
    fn yaml_comes_back_as_it_was(secrets in secrets()) {
        comes_back(Format::Yaml, secrets)?;
    }

    #[test]
    fn toml_comes_back_as_it_was(secrets in secrets()) {
        comes_back(Format::Toml, secrets)?;
    }

    /// Whatever a format refuses, it refuses by name; whatever it carries together, it carries alone.
    #[test]
    fn every_format_carries_a_secret_or_names_it(secrets in secrets()) {
        for format in Format::ALL {
            let refused = match written(format, &secrets) {
                Ok(_) => Vec::new(),
                Err(error) => error.problems.into_iter().filter_map(|problem| problem.name).collect(),
            };
            for one in &secrets {
                let alone = written(format, std::slice::from_ref(one));
                prop_assert_eq!(alone.is_err(), refused.iter().any(|name| name == one.0.as_str()));
            }
        }
    }
}
