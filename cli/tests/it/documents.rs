//! The tables of `docs` that name tests: a test that is renamed or gone is noticed here.

use std::{fs, path::Path};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The tests that a text names: `module::name` of this suite, `path.rs::name`, `path.py::name`, `path.mjs::name`.
fn named(text: &str) -> Vec<(&str, &str)> {
    // In backticks every other piece is code.
    let code = text.split('`').skip(1).step_by(2);
    code.filter_map(|code| code.rsplit_once("::")).filter(|(_, name)| name.chars().all(is_of_name)).collect()
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
}

/// Whether this test exists.
fn exists(file: &str, name: &str) -> bool {
    let path = if file.contains('/') { file.to_owned() } else { format!("cli/tests/it/{file}.rs") };
    let text = fs::read_to_string(Path::new(ROOT).join(&path)).unwrap_or_default();
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("rs") => text.split(&format!("fn {name}(")).next().is_some_and(|before| {
            // Attributes may stand between: nothing else does.
            before.len() < text.len() && before.rsplit("#[test]").next().is_some_and(|between| !between.contains('}'))
        }),
        Some("py") => text.contains(&format!("\ndef {name}(")),
        _ => false,
    }
}

/// The rows of all tables, without their heads.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = text.lines().collect();
    let is_head = |number: usize| lines.get(number + 1).is_some_and(|next| next.starts_with("|---"));
    let rows = lines.iter().enumerate().filter(|(number, line)| line.starts_with("| ") && !is_head(*number));
    rows.map(|(_, line)| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join("docs").join(name)).unwrap()
}

#[test]
fn every_test_that_the_tables_name_exists() {
    for (name, least) in [("compared.md", 60), ("originals.md", 15)] {
        let text = document(name);
        let tests = named(&text);
        assert!(tests.len() >= least, "{name}: {} tests", tests.len());
        let gone: Vec<_> = tests.into_iter().filter(|(file, test)| !exists(file, test)).collect();
        assert!(gone.is_empty(), "{name} names tests that do not exist: {gone:?}");
    }
    assert!(exists("documents", "every_test_that_the_tables_name_exists"));
    assert!(!exists("documents", "exists") && !exists("documents", "no_such_test") && !exists("nowhere", "x"));
}

#[test]
fn every_behaviour_that_we_claim_names_its_test() {
    let text = document("compared.md");
    let rows = rows(&text);
    assert!(rows.len() >= 30, "{} rows", rows.len());
    for row in rows {
        assert_eq!(row.len(), 8, "{row:?}");
        let (ours, tests) = (row[1], row[7]);
        let is_lacking = ours == "no" || ours.starts_with("no: ");
        assert_eq!(is_lacking, named(tests).is_empty(), "a claim has a test, what we lack has none: {row:?}");
    }
}

#[test]
fn every_example_of_the_originals_names_its_test_or_says_why_not() {
    let text = document("originals.md");
    for row in rows(&text) {
        let [_, how, difference, tests] = row.as_slice() else { panic!("{row:?}") };
        assert!(["word for word", "with a difference", "no place"].contains(how), "{row:?}");
        assert_eq!(*how == "no place", named(tests).is_empty(), "{row:?}");
        assert!(*how == "word for word" || !difference.is_empty(), "{row:?}");
    }
}
