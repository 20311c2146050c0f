//! Exported files, read by the programs they are for: bash, dash, python-dotenv, Node, `PyYAML`, Python's own TOML and
//! CSV readers, and base64 as a cluster decodes it. Each must give back the very bytes.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{
    Kind, SecretName, SecretValue,
    export::{Format, Item, write},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// How many values each program is given.
const VALUES: usize = 3000;

type Values = BTreeMap<String, Vec<u8>>;

/// Values people have, and values made to hurt.
fn values() -> Vec<(Kind, Vec<u8>)> {
    let mut values: Vec<(Kind, Vec<u8>)> = [
        "supersecretpas$",
        "",
        " ",
        " a ",
        "\n",
        "a\n",
        "\na",
        "a\nb\n\nc",
        "-----BEGIN KEY-----\nAb+/=\n-----END KEY-----\n",
        "it's",
        "say \"x\"",
        "`id`",
        "$(id)",
        "$HOME",
        "${HOME}",
        "a\\nb",
        "a\\",
        "\\\\",
        "C:\\dir\\new",
        "#x",
        "a #b",
        "a#b",
        "a=b",
        "=",
        "'",
        "\"",
        "`",
        "'\"`",
        "'\"`\\",
        "\\'",
        "\\\"",
        "a'b\"c",
        "!x",
        "~",
        "*",
        "&a",
        "- a",
        "a: b",
        "null",
        "true",
        "yes",
        "0777",
        "1e3",
        "{\"a\": [1, \"it's\"]}",
        "{\n  \"a\": 1\n}",
        "é🔑",
        "e\u{301}",
        "\u{a0}a\u{a0}",
        "\u{feff}a",
        "a\u{2028}b",
        "a\u{85}b",
        "\u{1b}[2J",
        "\t",
        "a\tb",
        "\r",
        "a\r\nb",
        "\0",
        "%s",
        "%{x}",
        "<a>&b;",
        "a,b",
        "a\u{7f}",
        "\u{fffe}\u{ffff}",
        "$'x'",
        "a;id",
        "a|b",
        "a&b",
        "(a)",
        "a\\\nb",
        "\\n",
        "\\$a",
        "$$",
        "$",
        "\\",
    ]
    .iter()
    .map(|text| (Kind::Text, text.as_bytes().to_vec()))
    .collect();
    values.push((Kind::File, vec![0, 255, 10, 13]));
    values.push((Kind::File, b"-----BEGIN".to_vec()));
    values.push((Kind::Json, b"{\"b\": 1, \"a\": [true, null]}".to_vec()));
    let texts = prop_oneof![
        r#"(['"`\\$\{\}#= \n\t:%@!&*|<>,;\[\]()~?-]|\\n|\$\{A\}|\\'|é|🔑|[a-c0-9]){0,14}"#,
        r"(['\x22\\\r\n\x00\x01\x7f\x85\u{2028}\u{feff}\u{a0}]|[a-c]){0,8}",
        "\\PC{0,12}",
        any::<String>(),
    ];
    let strategy = prop_oneof![
        9 => texts.prop_map(|text| (Kind::Text, text.into_bytes())),
        1 => any::<Vec<u8>>().prop_map(|bytes| (Kind::File, bytes)),
    ];
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    while values.len() < VALUES {
        values.push(strategy.new_tree(&mut runner).unwrap().current());
    }
    values
}

/// A file of everything that the format carries, and what is in it.
struct Exported {
    directory: tempfile::TempDir,
    values: Values,
    kinds: BTreeMap<String, Kind>,
}

impl Exported {
    fn of(format: Format) -> Self {
        let mut secrets = Vec::new();
        for (number, (kind, bytes)) in values().into_iter().enumerate() {
            let name: SecretName = format!("V_{number}").parse().unwrap();
            let Ok(value) = SecretValue::new(kind, bytes) else { continue };
            let item = Item { name: &name, value: &value, comment: "" };
            if write(format, "t", &[item]).is_ok() {
                secrets.push((name, value, format!("comment = {number}\nNO{number}: 'x'")));
            }
        }
        assert!(secrets.len() > VALUES / 4, "{format:?} carries only {}", secrets.len());
        let items: Vec<Item> = secrets.iter().map(|(name, value, comment)| Item { name, value, comment }).collect();
        let directory = tempfile::tempdir().unwrap();
        let file = write(format, "t", &items).unwrap_or_else(|error| panic!("{error}"));
        std::fs::write(directory.path().join("file"), &*file).unwrap();
        let of = |(name, value, _): &(SecretName, SecretValue, String)| (name.to_string(), value.expose().to_vec());
        let kinds = secrets.iter().map(|(name, value, _)| (name.to_string(), value.kind())).collect();
        Self { directory, values: secrets.iter().map(of).collect(), kinds }
    }

    /// What a program with these words prints about the file: `NAME base64` lines.
    #[track_caller]
    fn is_read_by(&self, program: impl AsRef<OsStr>, words: &[&str]) {
        let output = Command::new(&program)
            .args(words)
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PYTHONUTF8", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", program.as_ref().display()));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && stderr.is_empty(), "{stderr}");
        let stdout = String::from_utf8(output.stdout).unwrap();
        let read: Values = stdout
            .lines()
            .map(|line| {
                let (name, packed) = line.split_once(' ').unwrap();
                (name.to_owned(), BASE64_STANDARD.decode(packed).unwrap())
            })
            .collect();
        for (name, value) in &self.values {
            let read = read.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            assert_eq!(read, Some(String::from_utf8_lossy(value).into_owned()), "{name}");
            assert_eq!(self.values.get(name), Some(value));
        }
        let ours = read.keys().filter(|name| name.starts_with("V_") || name.starts_with("NO")).count();
        assert_eq!(ours, self.values.len());
    }
}

/// Python with what `requirements.txt` names.
fn python() -> PathBuf {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/python/bin/python");
    assert!(
        python.is_file(),
        "these tests need {}: run `scripts/setup.sh python` (`make test` does)",
        python.display()
    );
    python
}

/// A Python program that prints the mapping `values`.
fn printing(program: &str) -> String {
    format!(
        "import base64\n{program}\nfor name, value in values.items():\n    \
         value = value if isinstance(value, bytes) else value.encode()\n    \
         print(name, base64.b64encode(value).decode())"
    )
}

#[test]
fn shells_read_what_is_exported_for_them() {
    let exported = Exported::of(Format::Shell);
    // Two ways to take it in. The environment is printed by Node, which shells cannot do without losing a byte.
    let print = "node -e 'for (const [k, v] of Object.entries(process.env)) console.log(k, Buffer.from(v).toString(\"base64\"))'";
    for shell in ["bash", "dash"] {
        exported.is_read_by(shell, &["-c", &format!(". ./file; {print}")]);
        exported.is_read_by(shell, &["-euc", &format!("eval \"$(cat file)\"; {print}")]);
    }
}

#[test]
fn python_dotenv_and_node_read_env_files() {
    let exported = Exported::of(Format::Env);
    let program = printing("from dotenv import dotenv_values\nvalues = dotenv_values('file')");
    exported.is_read_by(python(), &["-c", &program]);
    let program = "for (const [k, v] of Object.entries(process.env)) console.log(k, Buffer.from(v).toString('base64'))";
    exported.is_read_by("node", &["--env-file=file", "-e", program]);
}

#[test]
fn python_reads_json_yaml_toml_and_csv() {
    for (format, program) in [
        (Format::Json, "import json\nvalues = json.load(open('file'))"),
        (Format::Yaml, "import yaml\nvalues = yaml.safe_load(open('file', 'rb'))"),
        (Format::Toml, "import tomllib\nvalues = tomllib.load(open('file', 'rb'))"),
        (
            Format::Csv,
            "import csv\nrows = csv.DictReader(open('file', newline='', encoding='utf-8'))\n\
             values = {r['name']: base64.b64decode(r['value']) if r['kind'] == 'file' else r['value'] for r in rows}",
        ),
    ] {
        let mut exported = Exported::of(format);
        if format == Format::Json {
            // A member of the document, not a text; others look at those.
            let is_json = |name: &String| exported.kinds[name] == Kind::Json;
            let members: Vec<String> = exported.values.keys().filter(|name| is_json(name)).cloned().collect();
            let program = format!("{program}\nassert values['{}'] == {{'b': 1, 'a': [True, None]}}", members[0]);
            let drop = format!("{program}\nfor name in {members:?}: del values[name]");
            exported.values.retain(|name, _| !members.contains(name));
            exported.is_read_by(python(), &["-c", &printing(&drop)]);
        } else {
            exported.is_read_by(python(), &["-c", &printing(program)]);
        }
    }
}

#[test]
fn a_cluster_decodes_the_manifest() {
    let exported = Exported::of(Format::Kubernetes);
    let program = printing(
        "import yaml\nmanifest = yaml.safe_load(open('file', 'rb'))\n\
         assert (manifest['apiVersion'], manifest['kind'], manifest['type']) == ('v1', 'Secret', 'Opaque')\n\
         assert manifest['metadata'] == {'name': 't-secrets'}\n\
         values = {k: base64.b64decode(v, validate=True) for k, v in manifest['data'].items()}",
    );
    exported.is_read_by(python(), &["-c", &program]);
}
