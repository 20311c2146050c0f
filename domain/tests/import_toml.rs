//! TOML: what a file means to us, and how it is told what is wrong with it.

use domain::{
    Code, Kind,
    import::{Import, KEYS_MAX, parse_toml},
    value::VALUE_MAX,
};

fn read(file: &str) -> Import {
    parse_toml(file.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{file}"))
}

fn values(file: &str) -> Vec<(String, Kind, String)> {
    let import = read(file);
    assert!(import.problems.is_empty(), "{:?}", import.problems);
    let value = |entry: &domain::import::Entry| String::from_utf8_lossy(entry.value.expose()).into_owned();
    import.entries.iter().map(|entry| (entry.name.to_string(), entry.value.kind(), value(entry))).collect()
}

#[track_caller]
fn reads(value: &str, kind: Kind, expected: &str) {
    assert_eq!(values(&format!("A = {value}\n")), [("A".to_owned(), kind, expected.to_owned())], "{value}");
}

fn problems(file: &str) -> Vec<(Option<String>, u32, u32, String)> {
    let problems = match parse_toml(file.as_bytes()) {
        Ok(import) => import.problems,
        Err(error) => error.problems,
    };
    problems.into_iter().map(|p| (p.name, p.line.unwrap_or(0), p.column.unwrap_or(0), p.message)).collect()
}

#[test]
fn strings_are_text_and_dates_too() {
    reads(r#""a\n\u00e9""#, Kind::Text, "a\né");
    reads(r"'C:\dir'", Kind::Text, r"C:\dir");
    reads("\"\"\"\na\nb\n\"\"\"", Kind::Text, "a\nb\n");
    reads("'''\na'b'''", Kind::Text, "a'b");
    reads("2026-11-22T10:00:00Z", Kind::Text, "2026-11-22T10:00:00Z");
    reads("2026-11-22", Kind::Text, "2026-11-22");
}

#[test]
fn numbers_booleans_arrays_and_tables_are_json_in_their_order() {
    for (toml, json) in [
        ("1", "1"),
        ("+1_000", "1000"),
        ("0xff", "255"),
        ("0o17", "15"),
        ("-0b11", ""),
        ("1.50", "1.50"),
        ("+1_0.5e+06", "10.5e+06"),
        ("true", "true"),
        ("[1, 'a', 2026-11-22]", r#"[1,"a","2026-11-22"]"#),
        ("{ b = 1, a = { c = [] } }", r#"{"b":1,"a":{"c":[]}}"#),
    ] {
        if json.is_empty() {
            assert!(parse_toml(format!("A = {toml}").as_bytes()).is_err());
        } else {
            reads(toml, Kind::Json, json);
        }
    }
    assert_eq!(
        values("A.z = 1\nA.b = 'x'\n\n[B]\nc = 1\n[B.d]\ne = 2\n[[C]]\nf = 1\n[[C]]\ng = 2\n"),
        [
            ("A".to_owned(), Kind::Json, r#"{"z":1,"b":"x"}"#.to_owned()),
            ("B".to_owned(), Kind::Json, r#"{"c":1,"d":{"e":2}}"#.to_owned()),
            ("C".to_owned(), Kind::Json, r#"[{"f":1},{"g":2}]"#.to_owned()),
        ]
    );
    assert!(values("# nothing\n").is_empty());
}

#[test]
fn what_json_cannot_hold_is_a_problem_of_its_key() {
    assert_eq!(
        problems("A = 1\n\"b c\" = 2\nB = inf\nC = [1, nan]\n"),
        [
            (
                Some("b c".to_owned()),
                2,
                1,
                "the character U+0020 is not allowed in a secret name; use letters, digits, `_`, `.` and `-`"
                    .to_owned()
            ),
            (Some("B".to_owned()), 3, 5, "JSON knows neither `inf` nor `nan`; put it into quotes".to_owned()),
            (Some("C".to_owned()), 4, 9, "JSON knows neither `inf` nor `nan`; put it into quotes".to_owned()),
        ]
    );
    let huge = problems("A = 99999999999999999999\n");
    assert_eq!((huge.len(), huge[0].1, huge[0].2), (1, 1, 5));
}

#[test]
fn all_errors_of_a_file_are_told_at_once() {
    let told = problems("A = 1\nB = \n  A = 2\nC = x\n\"é\" = 'open\nD = 1 2\n");
    let places: Vec<_> = told.iter().map(|(name, line, column, _)| (name.as_deref(), *line, *column)).collect();
    assert!(places.contains(&(Some("A"), 3, 3)), "{told:?}");
    for line in [2, 4, 5, 6] {
        assert!(places.iter().any(|place| place.1 == line), "{line}: {told:?}");
    }
    let error = parse_toml(b"A = 1\nA = 2\n").err().unwrap();
    assert_eq!(
        (error.code, error.detail.as_str()),
        (Code::Malformed, "line 2, column 1: written twice; keep one of the two")
    );
}

#[test]
fn limits_are_those_of_every_format() {
    let many = |count: usize| (0..count).map(|n| format!("K{n} = 'é'\n")).collect::<Vec<_>>().concat();
    assert_eq!(read(&many(KEYS_MAX)).entries.len(), KEYS_MAX);
    assert_eq!(problems(&many(KEYS_MAX + 1))[0].1, 10_001);
    assert_eq!(read(&format!("A = '{}'", "x".repeat(VALUE_MAX))).entries.len(), 1);
    for long in [format!("A = '{}'", "x".repeat(VALUE_MAX + 1)), format!("A = ['{}']", "x".repeat(VALUE_MAX))] {
        assert_eq!(problems(&long)[0].3, "a value has at most 1 MiB (1048576 bytes)");
    }
    let nested = |depth: usize| format!("A = {}{}\n", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(values(&nested(32)).len(), 1);
    assert_eq!(problems(&nested(40))[0].3, "the value nests 40 levels deep; at most 32 are allowed");
}

#[test]
fn a_file_made_to_hurt_is_refused_quickly() {
    let started = std::time::Instant::now();
    for file in [
        format!("A = {}", "[".repeat(100_000)),
        format!("A = {}", "{a=".repeat(50_000)),
        "a.".repeat(50_000),
        "[a]\n".repeat(50_000),
    ] {
        assert!(parse_toml(file.as_bytes()).is_err());
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn no_message_ever_quotes_the_file() {
    for file in [
        "canary",
        "A = canary",
        "A = 'canary",
        "A = \"canary\\q\"",
        "A = 1 canary",
        "[canary",
        "A = 2canary",
        "A = [canary",
        "A = 'canary'\nA = 'canary'",
        "= canary",
        "A = \"canary\u{1}\"",
        "A = 1979-canary",
    ] {
        for (_, _, _, message) in problems(file) {
            assert!(!message.contains("canary"), "{file}: {message}");
        }
    }
}
