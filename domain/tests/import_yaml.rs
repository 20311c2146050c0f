//! YAML: what a file means to us, and how it is told what is wrong with it.

use domain::{
    Code, Error, Kind,
    import::{Import, KEYS_MAX, parse_yaml},
    value::VALUE_MAX,
};

fn read(file: &str) -> Import {
    parse_yaml(file.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{file}"))
}

fn values(file: &str) -> Vec<(String, Kind, String)> {
    let import = read(file);
    assert!(import.problems.is_empty(), "{:?}", import.problems);
    let value = |entry: &domain::import::Entry| String::from_utf8_lossy(entry.value.expose()).into_owned();
    import.entries.iter().map(|entry| (entry.name.to_string(), entry.value.kind(), value(entry))).collect()
}

#[track_caller]
fn reads(value: &str, kind: Kind, expected: &str) {
    assert_eq!(values(&format!("A: {value}\n")), [("A".to_owned(), kind, expected.to_owned())], "{value}");
}

fn problems(file: &str) -> Vec<(Option<String>, u32, u32, String)> {
    let problems = read(file).problems.into_iter();
    problems.map(|p| (p.name, p.line.unwrap_or(0), p.column.unwrap_or(0), p.message)).collect()
}

#[track_caller]
fn refused(file: &str) -> (Code, u32, u32, String) {
    let Err(Error { code, problems, .. }) = parse_yaml(file.as_bytes()) else { panic!("read: {file}") };
    let problem = &problems[0];
    (code, problem.line.unwrap_or(0), problem.column.unwrap_or(0), problem.message.clone())
}

#[test]
fn scalars_in_quotes_and_blocks_are_text() {
    reads("'a'", Kind::Text, "a");
    reads("\"a\\n\\u00e9\\x41\\0\"", Kind::Text, "a\né\x41\0");
    reads("\"1\"", Kind::Text, "1");
    reads("''", Kind::Text, "");
    reads("|\n  a\n   b\n", Kind::Text, "a\n b\n");
    reads("|-\n  a\n", Kind::Text, "a");
    reads(">\n  a\n  b\n", Kind::Text, "a b\n");
    reads("!!str 1", Kind::Text, "1");
    reads("! 1", Kind::Text, "1");
}

#[test]
fn plain_scalars_are_json_where_json_writes_them_so_and_else_what_stands_there() {
    for literal in ["1", "-1.5e3", "true", "false", "null", "12345678901234567890123"] {
        reads(literal, Kind::Json, literal);
    }
    reads("", Kind::Json, "null");
    reads("~", Kind::Json, "null");
    reads("!!int 7", Kind::Json, "7");
    for text in
        ["yes", "NO", "on", "True", "0777", "0x1F", "1_000", "+1", ".5", "12:30:00", "2026-11-22", ".inf", "a b"]
    {
        reads(text, Kind::Text, text);
    }
}

#[test]
fn lists_and_mappings_are_json_in_their_order() {
    reads("{b: 1, a: [x, '1', ~, 2.50], \"c\\n\": {}}", Kind::Json, r#"{"b":1,"a":["x","1",null,2.50],"c\n":{}}"#);
    assert_eq!(
        values("A:\n  - x\n  - y:\n      1: é\nB: []\n"),
        [
            ("A".to_owned(), Kind::Json, r#"["x",{"y":{"1":"é"}}]"#.to_owned()),
            ("B".to_owned(), Kind::Json, "[]".to_owned())
        ]
    );
}

#[test]
fn binary_is_a_file() {
    let import = read("A: !!binary |\n  AP\n  8=\nB: !!binary ''\n");
    let values: Vec<_> = import.entries.iter().map(|entry| (entry.value.kind(), entry.value.expose())).collect();
    assert_eq!(values, [(Kind::File, [0, 255].as_slice()), (Kind::File, &[])]);
    assert_eq!(
        problems("A: !!binary x\n"),
        [(Some("A".into()), 1, 4, "`!!binary` is base64 (RFC 4648, with padding)".into())]
    );
}

#[test]
fn every_problem_of_a_key_is_told_at_its_place() {
    let file = "GOOD: 1\n\"é b\": 2\nTWICE: 3\nT: &a 4\nU: *a\nV: !x 5\nW: {a: 1, a: 2}\nX:\n  ? [k]\n  : 1\n? {m: 1}\n: 2\nTWICE: 6\nY: [*a]\n";
    let import = read(file);
    let names: Vec<_> = import.entries.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["GOOD", "T"]);
    let told = problems(file);
    let told: Vec<_> = told.iter().map(|(name, l, c, message)| (name.as_deref(), *l, *c, message.as_str())).collect();
    let alias = "an alias (`*name`) is not followed; write the value itself";
    assert_eq!(
        told,
        [
            (
                Some("é b"),
                2,
                1,
                "the character U+00E9 is not allowed in a secret name; use letters, digits, `_`, `.` and `-`"
            ),
            (Some("U"), 5, 4, alias),
            (Some("V"), 6, 4, "this tag is not known; `!!str` and `!!binary` are"),
            (Some("W"), 7, 11, "this key is written twice in its mapping; keep one of the two"),
            (Some("X"), 9, 5, "a key has to be a text"),
            (None, 11, 3, "a key has to be a text"),
            (Some("TWICE"), 13, 1, "written twice, first on line 3; keep one of the two"),
            (Some("Y"), 14, 5, alias),
        ]
    );
}

#[test]
fn a_file_is_one_mapping() {
    for (file, line, column, what) in [
        ("- A\n", 1, 1, "a list"),
        ("\n  text\n", 2, 3, "a single value"),
        ("# nothing\n", 2, 1, "nothing but comments"),
        ("---\n", 2, 1, "a single value"),
    ] {
        let message = format!("the file holds {what}, not a mapping; write `NAME: value`");
        let (code, l, c, told) = refused(file);
        assert_eq!((code, told), (Code::Invalid, message), "{file}");
        assert!(l <= line && c <= column, "{file}: {l}:{c}");
    }
    let (code, line, _, message) = refused("A: 1\n---\nB: 2\n");
    assert_eq!((code, line, message.as_str()), (Code::Invalid, 2, "a second document begins here; a file holds one"));
    assert!(values("{}").is_empty());
    assert_eq!(values("%YAML 1.2\n---\nA: b\n...\n").len(), 1);
}

#[test]
fn what_is_not_yaml_is_told_with_line_and_column() {
    for (file, line, message) in [
        ("A: b\nB: c: d\n", 2, "a second `: ` on a line; put the value into quotes"),
        ("A: 'b\n", 1, "the file ends inside of quotes"),
        ("A: \"\\q\"\n", 1, "YAML has no such escape in double quotes; write a backslash twice, or use single quotes"),
        ("A: [1, 2\n", 1, "a comma or the closing bracket or brace is missing"),
        ("A: 'b' c\n", 1, "something follows the closing quote"),
    ] {
        let (code, l, _, told) = refused(file);
        assert_eq!((code, l, told.as_str()), (Code::Malformed, line, message), "{file}");
    }
}

#[test]
fn limits_are_those_of_every_format() {
    let many = |count: usize| (0..count).map(|n| format!("K{n}: é\n")).collect::<Vec<_>>().concat();
    assert_eq!(read(&many(KEYS_MAX)).entries.len(), KEYS_MAX);
    assert_eq!(refused(&many(KEYS_MAX + 1)).1, 10_001);
    assert_eq!(read(&format!("A: '{}'", "x".repeat(VALUE_MAX))).entries.len(), 1);
    assert_eq!(
        problems(&format!("A: '{}'", "x".repeat(VALUE_MAX + 1)))[0].3,
        "a value has at most 1 MiB (1048576 bytes)"
    );
    assert_eq!(
        problems(&format!("A: ['{}']", "x".repeat(VALUE_MAX + 1)))[0].3,
        "a value has at most 1 MiB (1048576 bytes)"
    );
    let nested = |depth: usize| format!("A: {}{}\n", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(values(&nested(32)).len(), 1);
    assert_eq!(problems(&nested(40))[0].3, "the value nests 40 levels deep; at most 32 are allowed");
}

#[test]
fn a_file_made_to_hurt_is_refused_quickly() {
    let started = std::time::Instant::now();
    let laughs = "A: &a [x, x]\nB: &b [*a, *a]\nC: &c [*b, *b]\nD: [*c, *c]\n";
    assert_eq!(problems(laughs).len(), 3);
    for file in
        ["[".repeat(100_000), "{a: ".repeat(20_000), "A: [".repeat(20_000), "? ".repeat(20_000), "- ".repeat(20_000)]
    {
        let stored = parse_yaml(file.as_bytes()).map_or(0, |import| import.entries.len());
        assert_eq!(stored, 0);
    }
    let long = (0..KEYS_MAX).map(|n| format!("K{n}: \"{}\", ", "é".repeat(100))).collect::<Vec<_>>().concat();
    assert_eq!(read(&format!("{{{long}}}")).entries.len(), KEYS_MAX);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn no_message_ever_quotes_the_file() {
    for file in [
        "canary",
        "A: canary: b",
        "A: 'canary",
        "A: *canary",
        "A: !canary x",
        "A: \"canary\\q\"",
        "A: `canary",
        "A: @canary",
        "A: %canary",
        "%canary\n---\n",
        "A: b\n canary\n",
        "{A: canary",
        "A: canary\nA: canary",
        "\tA: canary",
        "A: !<canary x",
        "A: !!int canary",
        "A: &canary\n",
        "A: [canary\nB: 1",
    ] {
        let said = match parse_yaml(file.as_bytes()) {
            Err(error) => error.detail + &error.problems.iter().map(|p| p.message.clone()).collect::<String>(),
            Ok(import) => import.problems.iter().map(|p| p.message.clone()).collect(),
        };
        assert!(!said.contains("canary"), "{file}: {said}");
    }
}
