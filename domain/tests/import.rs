//! Every way in which a `secrets.json` can be wrong, with the place it is told at.

use domain::{
    Code, Error, Kind,
    import::{DEPTH_MAX, IMPORT_MAX, Import, KEYS_MAX, parse_json},
    value::VALUE_MAX,
};

/// The error of a file that cannot be read at all.
fn refused(file: impl AsRef<[u8]>) -> Error {
    match parse_json(file.as_ref()) {
        Err(error) => error,
        Ok(_) => panic!("the file was read"),
    }
}

/// A file that can be read, whatever its keys are.
fn read(file: impl AsRef<[u8]>) -> Import {
    parse_json(file.as_ref()).unwrap_or_else(|error| panic!("{error}"))
}

/// The code, line and column of a refused file; 0 where there is no place.
fn place(error: &Error) -> (Code, u32, u32) {
    let (line, column) =
        error.problems.first().map_or((0, 0), |problem| (problem.line.unwrap_or(0), problem.column.unwrap_or(0)));
    (error.code, line, column)
}

fn entries(import: &Import) -> Vec<(&str, Kind, &[u8], u32, u32)> {
    import
        .entries
        .iter()
        .map(|entry| {
            let value = &entry.value;
            (entry.name.as_str(), value.kind(), value.expose(), entry.line, entry.column)
        })
        .collect()
}

fn names(import: &Import) -> Vec<&str> {
    import.entries.iter().map(|e| e.name.as_str()).collect()
}

/// Name, line, column and message of every problem.
fn problems(import: &Import) -> Vec<(Option<&str>, u32, u32, &str)> {
    import
        .problems
        .iter()
        .map(|problem| {
            (problem.name.as_deref(), problem.line.unwrap_or(0), problem.column.unwrap_or(0), problem.message.as_str())
        })
        .collect()
}

#[test]
fn the_file_of_the_guide_gives_its_two_secrets() {
    let import = read("{\n    \"DB_NAME\": \"test_db\",\n    \"DB_PASS\": \"supersecretpas$\"\n}\n");
    assert_eq!(
        entries(&import),
        [
            ("DB_NAME", Kind::Text, b"test_db".as_slice(), 2, 5),
            ("DB_PASS", Kind::Text, b"supersecretpas$".as_slice(), 3, 5),
        ]
    );
    assert!(import.problems.is_empty());
}

#[test]
fn strings_become_text_and_everything_else_json_as_it_is_written() {
    let import = read(
        r#" {"t": "a\n\"\u00e9\ud83d\ude00\/", "e": "", "n": 1.50E+2, "big": 123456789012345678901234567890,
"b":true , "z": null, "l": [ 1,2 ], "o" : {"b": 1,  "a": "\u00e9"}}"#,
    );
    let values: Vec<_> = entries(&import)
        .into_iter()
        .map(|(name, kind, bytes, ..)| (name, kind, str::from_utf8(bytes).unwrap()))
        .collect();
    assert_eq!(
        values,
        [
            ("t", Kind::Text, "a\n\"é😀/"),
            ("e", Kind::Text, ""),
            ("n", Kind::Json, "1.50E+2"),
            ("big", Kind::Json, "123456789012345678901234567890"),
            ("b", Kind::Json, "true"),
            ("z", Kind::Json, "null"),
            ("l", Kind::Json, "[ 1,2 ]"),
            ("o", Kind::Json, r#"{"b": 1,  "a": "\u00e9"}"#),
        ]
    );
}

#[test]
fn an_empty_object_is_a_file_without_secrets() {
    let import = read("{}");
    assert!(import.entries.is_empty() && import.problems.is_empty());
}

#[test]
fn columns_count_characters_and_lines_may_end_as_on_windows() {
    let import = read("{\"é\": \"🔑🔑\", \"A\": 1,\r\n\t\"B\": 2}");
    let places: Vec<_> = import.entries.iter().map(|e| (e.line, e.column)).collect();
    assert_eq!(places, [(1, 13), (2, 2)]);
    assert_eq!(
        problems(&import),
        [(
            Some("é"),
            1,
            2,
            "the character U+00E9 is not allowed in a secret name; use letters, digits, `_`, `.` and `-`"
        )]
    );
}

/// File, line, column, message.
const NOT_JSON: &[(&str, u32, u32, &str)] = &[
    ("DB_PASS=x", 1, 1, "a value is missing, or a text lacks its double quotes"),
    ("nonsense", 1, 2, "this is no value; a text needs double quotes"),
    ("{\n  \"A\": 1,\n}", 3, 1, "there is a comma after the last entry; JSON does not allow one"),
    ("{\"A\": 1 \"B\": 2}", 1, 9, "a comma or the closing brace is missing"),
    ("{\"A\" 1}", 1, 6, "a colon is missing between a key and its value"),
    ("{A: 1}", 1, 2, "a key is missing, or lacks its double quotes"),
    ("{'A': 1}", 1, 2, "a key is missing, or lacks its double quotes"),
    ("{\"A\": }", 1, 7, "a value is missing, or a text lacks its double quotes"),
    ("{\"é\": x}", 1, 7, "a value is missing, or a text lacks its double quotes"),
    ("{\"A\": [1 2]}", 1, 10, "a comma or the closing bracket is missing"),
    ("{\"A\": 01}", 1, 8, "this is not a number as JSON writes it"),
    ("{\"A\": -\n1}", 1, 8, "this is not a number as JSON writes it"),
    ("{\"A\": nul}", 1, 10, "this is no value; a text needs double quotes"),
    ("{\"A\": NaN}", 1, 7, "a value is missing, or a text lacks its double quotes"),
    ("{\"A\": \"\\x\"}", 1, 8, "JSON has no such escape; a backslash itself is written as two"),
    ("{\"A\": \"\\u12é4\"}", 1, 8, "JSON has no such escape; a backslash itself is written as two"),
    (
        "{\"A\": \"one\ntwo\"}",
        1,
        11,
        "a line break, tab or other control character inside a text; write it as an escape such as `\\n`",
    ),
    ("{\"A\": 1}\n\n  x", 3, 3, "something follows the end of the JSON; a file holds one object"),
    ("{\"A\": 1}{}", 1, 9, "something follows the end of the JSON; a file holds one object"),
    ("{\n\"A\": \"x", 2, 8, "the file ends too early: a quote, bracket or brace is not closed"),
    ("{\"A\": [\n\n", 1, 8, "the file ends too early: a quote, bracket or brace is not closed"),
    ("{", 1, 2, "the file ends too early: a quote, bracket or brace is not closed"),
];

#[test]
fn what_is_not_json_is_told_with_line_and_column() {
    for &(file, line, column, message) in NOT_JSON {
        let error = refused(file);
        assert_eq!(place(&error), (Code::Malformed, line, column), "{file}: {error}");
        assert_eq!(error.problems[0].message, message, "{file}");
        assert_eq!(error.detail, format!("line {line}, column {column}: {message}"));
    }
}

#[test]
fn a_file_that_holds_no_object_is_told_what_it_holds() {
    for (file, column, what) in [
        ("[{\"A\": 1}]", 1, "a list"),
        (" \"A\"", 2, "a text"),
        ("true", 1, "true or false"),
        ("null", 1, "null"),
        ("-1", 1, "a number"),
    ] {
        let error = refused(file);
        assert_eq!(place(&error), (Code::Invalid, 1, column), "{file}");
        let message = format!("the file holds {what}, not an object; write {{\"NAME\": \"value\"}}");
        assert_eq!(error.problems[0].message, message);
    }
}

#[test]
fn a_duplicate_key_stores_neither_value() {
    let import = read("{\n\"A\": \"1\",\n\"B\": \"2\",\n  \"A\": \"3\"\n}");
    assert_eq!(names(&import), ["B"]);
    assert_eq!(problems(&import), [(Some("A"), 4, 3, "written twice, first on line 2; keep one of the two")]);
}

#[test]
fn a_duplicate_key_is_seen_through_escapes() {
    let import = read(r#"{"A": "1", "\u0041": "2", "\u0042": "3"}"#);
    assert_eq!(names(&import), ["B"]);
    assert_eq!(
        problems(&import),
        [(Some("A"), 1, 12, "written twice, first on line 1, column 2; keep one of the two")]
    );
}

#[test]
fn every_later_occurrence_of_a_key_is_told() {
    let import = read("{\"A\": 1,\n\"A\": 1,\n\"A\": 1}");
    assert!(import.entries.is_empty());
    let message = "written 3 times, first on line 1; keep one of them";
    assert_eq!(problems(&import), [(Some("A"), 2, 1, message), (Some("A"), 3, 1, message)]);
}

#[test]
fn names_that_differ_in_case_are_two_names() {
    let import = read(r#"{"db_pass": "1", "DB_PASS": "2"}"#);
    assert_eq!(names(&import), ["db_pass", "DB_PASS"]);
    assert!(import.problems.is_empty());
}

#[test]
fn a_bad_name_among_good_ones_is_the_only_problem() {
    let import = read("{\n  \"GOOD\": 1,\n  \"BAD NAME\": 2,\n  \"\": 3,\n  \"FINE\": 4\n}");
    assert_eq!(names(&import), ["GOOD", "FINE"]);
    assert_eq!(
        problems(&import),
        [
            (
                Some("BAD NAME"),
                3,
                3,
                "the character U+0020 is not allowed in a secret name; use letters, digits, `_`, `.` and `-`"
            ),
            (Some(""), 4, 3, "a secret name cannot be empty"),
        ]
    );
}

#[test]
fn a_problem_shows_at_most_253_characters_of_a_key() {
    let import = read(format!("{{\"{}\": 1}}", "é".repeat(300)));
    let shown = import.problems[0].name.clone().unwrap_or_default();
    assert_eq!(shown, "é".repeat(253));
}

fn nested(depth: usize) -> String {
    format!("{{\n \"GOOD\": 1, \"DEEP\": {}{}}}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn nesting_ends_at_32_levels() {
    assert_eq!(names(&read(nested(DEPTH_MAX))), ["GOOD", "DEEP"]);
    for depth in [DEPTH_MAX + 1, 100_000] {
        let error = refused(nested(depth));
        assert_eq!(place(&error), (Code::Invalid, 2, 13));
        assert_eq!(error.problems[0].name.as_deref(), Some("DEEP"));
        assert_eq!(error.detail, format!("the value nests {depth} levels deep; at most 32 are allowed"));
    }
}

#[test]
fn nesting_that_is_never_closed_costs_no_stack() {
    let deep = "[".repeat(100_000);
    assert_eq!(refused(&deep).code, Code::Malformed);
    assert_eq!(refused(format!("{{\"A\": {deep}")).code, Code::Malformed);
    assert_eq!(refused("{\"A\":".repeat(100_000)).code, Code::Malformed);
}

fn keys(count: usize) -> String {
    let keys: Vec<_> = (0..count).map(|n| format!("\"K{n}\": {n}")).collect();
    format!("{{{}}}", keys.join(",\n"))
}

#[test]
fn a_file_has_at_most_10_000_keys() {
    assert_eq!(read(keys(KEYS_MAX)).entries.len(), KEYS_MAX);
    let error = refused(keys(KEYS_MAX + 1));
    assert_eq!(place(&error), (Code::Invalid, 10_001, 1));
    assert_eq!(error.problems[0].message, "the file has 10001 keys; one file has at most 10000");
}

#[test]
fn ten_thousand_keys_on_one_long_line_are_read_quickly() {
    let filler = "é".repeat(200);
    let keys: Vec<_> = (0..KEYS_MAX).map(|n| format!("\"K{}\": \"{filler}\"", n / 2)).collect();
    let file = format!("{{{}}}", keys.join(","));
    let started = std::time::Instant::now();
    let import = read(file);
    assert_eq!(import.problems.len(), KEYS_MAX / 2);
    // Counting each column from the start of the line would take minutes.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn a_value_has_at_most_1_mib() {
    let file = |kept: usize, kind: (&str, &str)| {
        let long = kind.0.to_owned() + &"7".repeat(kept) + kind.1;
        format!("{{\"GOOD\": 1,\n \"LONG\": {long}}}")
    };
    // An escape counts as what it means.
    assert_eq!(names(&read(file(VALUE_MAX - 1, ("\"\\n", "\"")))), ["GOOD", "LONG"]);
    for kind in [("\"", "\""), ("", "")] {
        assert_eq!(names(&read(file(VALUE_MAX, kind))), ["GOOD", "LONG"]);
        let import = read(file(VALUE_MAX + 1, kind));
        assert_eq!(names(&import), ["GOOD"]);
        assert_eq!(problems(&import), [(Some("LONG"), 2, 2, "a value has at most 1 MiB (1048576 bytes)")]);
    }
}

#[test]
fn a_file_has_at_most_5_mib() {
    let mut file = b"{\"A\": 1}".to_vec();
    file.resize(IMPORT_MAX, b' ');
    assert_eq!(names(&read(&file)), ["A"]);
    file.push(b' ');
    let error = refused(file);
    assert_eq!(place(&error), (Code::TooLarge, 0, 0));
    assert_eq!(error.detail, "the file is too large: at most 5 MiB (5242880 bytes), this one has 5242881");
}

#[test]
fn a_byte_order_mark_is_refused_with_the_way_out() {
    let error = refused("\u{feff}{\"A\": 1}");
    assert_eq!(place(&error), (Code::Malformed, 1, 1));
    assert!(error.detail.contains("save it as UTF-8 without BOM"));
    for utf16 in [b"\xff\xfe{\0}\0".as_slice(), b"\xfe\xff\0{\0}", b"{\0}\0"] {
        let error = refused(utf16);
        assert_eq!(place(&error), (Code::Malformed, 1, 1));
        assert!(error.detail.contains("UTF-16"), "{error}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_told_where_the_first_stands() {
    let error = refused(b"{\n\"A\": \"\xc3\xa9\xff\xfe\"}");
    assert_eq!(place(&error), (Code::Malformed, 2, 8));
    assert_eq!(place(&refused(b"\xc3")), (Code::Malformed, 1, 1));
    assert_eq!(place(&refused(b"{\"A\": \"\xe2\x82")), (Code::Malformed, 1, 8));
}

#[test]
fn lone_surrogates_are_problems_of_their_key_and_all_told() {
    let import =
        read("{\"GOOD\": \"\\ud83d\\ude00\",\n \"a\\ud800\": 1,\n \"V\": \"xy\\udc00\",\n \"J\": [\"\\ud83d\"]}");
    assert_eq!(names(&import), ["GOOD"]);
    let message = "this `\\u` escape is one half of a surrogate pair and lacks its other half";
    assert_eq!(problems(&import), [(None, 2, 4, message), (Some("V"), 3, 10, message), (Some("J"), 4, 9, message),]);
}

#[test]
fn an_empty_file_says_so() {
    for file in ["", " ", "\r\n\t \n"] {
        let error = refused(file);
        assert_eq!((error.code, error.detail.as_str()), (Code::Malformed, "the file is empty"));
    }
}

#[test]
fn an_archive_or_key_with_the_wrong_name_is_recognised() {
    let tar = [&[b'x'; 257][..], b"ustar\x0000"].concat();
    for (file, what) in [
        (b"PK\x03\x04\x14\0".as_slice(), "a zip archive"),
        (b"\x1f\x8b\x08\0", "a gzip archive"),
        (b"BZh91AY&SY\x01", "a bzip2 archive"),
        (b"\xfd7zXZ\0\0", "an xz archive"),
        (b"\x28\xb5\x2f\xfd\0", "a zstd archive"),
        (b"7z\xbc\xaf\x27\x1c\0", "a 7z archive"),
        (&tar, "a tar archive"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"-----BEGIN PRIVATE KEY-----\n", "a PEM file"),
    ] {
        let error = refused(file);
        assert_eq!(error.code, Code::Malformed);
        assert!(error.detail.starts_with(&format!("this looks like {what}")), "{error}");
    }
}

/// Everything an answer says, apart from the names of keys, which are not secret.
fn said(file: &[u8]) -> String {
    match parse_json(file) {
        Ok(import) => {
            let messages: Vec<_> = import.problems.into_iter().map(|p| p.message).collect();
            messages.join("\n")
        }
        Err(error) => {
            let messages: Vec<_> = error.problems.iter().map(|p| &*p.message).collect();
            error.detail.clone() + &messages.join("\n")
        }
    }
}

#[test]
fn no_message_ever_quotes_the_file() {
    let canary = "CANARY7f3a";
    let long = canary.repeat(VALUE_MAX / canary.len() + 1);
    let deep = format!("{}\"{canary}\"{}", "[".repeat(40), "]".repeat(40));
    let files = [
        canary.to_owned(),
        format!("{canary}={canary}"),
        format!("\"{canary}\""),
        format!("[\"{canary}\"]"),
        format!("\"{canary}"),
        format!("{{{canary}"),
        format!("{{\"A\": {canary}}}"),
        format!("{{\"A\": \"{canary}\\x\"}}"),
        format!("{{\"A\": \"{canary}\n\"}}"),
        format!("{{\"A\": \"{canary}\\ud800\"}}"),
        format!("{{\"{canary}\\ud800\": 1}}"),
        format!("{{\"{canary} {canary}\": 1}}"),
        format!("{{\"{canary}\": 1, \"{canary}\": 2}}"),
        format!("{{\"A\": \"{canary}\", \"A\": \"{canary}\"}}"),
        format!("{{\"A\": \"{canary}\" \"{canary}\"}}"),
        format!("{{\"A\": 1}} {canary}"),
        format!("{{\"A\": \"{long}\"}}"),
        format!("{{\"A\": {deep}}}"),
        format!("\u{feff}{canary}"),
        format!("PK\x03\x04{canary}"),
        format!("{{\"A\": [{canary}]}}"),
        format!("{{\"A\": {{{canary}: 1}}}}"),
        format!("{{\"{}\": 1}}", canary.repeat(30)),
    ];
    for file in files {
        let said = said(file.as_bytes());
        assert!(!said.is_empty() && !said.contains(canary), "{said}");
    }
    let not_utf8 = [canary.as_bytes(), b"\xff", canary.as_bytes()].concat();
    assert!(!said(&not_utf8).contains(canary));
}
