//! `.env` files: the grammar of `docs/formats.md`, sentence by sentence.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use domain::{
    Kind,
    import::{Import, KEYS_MAX, parse_dotenv},
    value::VALUE_MAX,
};

fn read(file: &str) -> Import {
    parse_dotenv(file.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

/// Names and values; there must be no problem.
fn values(file: &str) -> Vec<(String, String)> {
    let import = read(file);
    assert!(import.problems.is_empty(), "{:?}", import.problems);
    let value = |entry: &domain::import::Entry| {
        assert_eq!(entry.value.kind(), Kind::Text);
        String::from_utf8(entry.value.expose().to_vec()).unwrap()
    };
    import.entries.iter().map(|entry| (entry.name.to_string(), value(entry))).collect()
}

#[track_caller]
fn reads(line: &str, value: &str) {
    assert_eq!(values(line), [("A".to_owned(), value.to_owned())], "{line}");
}

/// Name, line, column and message of every problem.
fn problems(file: &str) -> Vec<(Option<String>, u32, u32, String)> {
    let problems = read(file).problems.into_iter();
    problems.map(|p| (p.name, p.line.unwrap_or(0), p.column.unwrap_or(0), p.message)).collect()
}

fn comments(file: &str) -> Vec<Option<String>> {
    let import = read(file);
    assert!(import.problems.is_empty(), "{:?}", import.problems);
    import.entries.into_iter().map(|entry| entry.comment).collect()
}

#[test]
fn a_bare_value_is_what_stands_there_without_the_blanks_around_it() {
    reads("A=b", "b");
    reads("A=", "");
    reads("A=  b c\t\n", "b c");
    reads("  A = b", "b");
    reads("A=it's \"here\" `x`", "it's \"here\" `x`");
    reads("A=$HOME ${B} $(id) \\n \\", "$HOME ${B} $(id) \\n \\");
    reads("A=a=b==", "a=b==");
    reads("A=\u{a0}é🔑\u{a0}", "\u{a0}é🔑\u{a0}");
}

#[test]
fn a_hash_begins_a_comment_only_behind_a_blank() {
    reads("A=b#c", "b#c");
    reads("A=b #c", "b");
    reads("A=#b", "#b");
    reads("A= #b", "");
    reads("A='b #c'", "b #c");
    reads("A='b'#c", "b");
}

#[test]
fn single_quotes_and_backticks_change_nothing() {
    for quote in ['\'', '`'] {
        let other = if quote == '\'' { '`' } else { '\'' };
        let text = format!(" a\\n\\\\ $B \"{other}# \n b\t");
        reads(&format!("A={quote}{text}{quote}"), &text);
        reads(&format!("A={quote}{quote}"), "");
        reads(&format!("A={quote}\\{quote}"), "\\");
    }
}

#[test]
fn double_quotes_know_six_escapes_and_keep_every_other_backslash() {
    reads(r#"A="a\nb\rc\td\"e\\f\$g""#, "a\nb\rc\td\"e\\f$g");
    reads(r#"A="C:\dir\x \' $B ${B}""#, r"C:\dir\x \' $B ${B}");
    reads("A=\"one\n\n two\"", "one\n\n two");
    reads(r#"A="\\""#, "\\");
}

#[test]
fn export_may_stand_before_a_name_and_may_be_one() {
    reads("export A=b", "b");
    reads(" export\t A = b", "b");
    for line in ["export=b", "export = b", "export export=b"] {
        assert_eq!(values(line), [("export".to_owned(), "b".to_owned())], "{line}");
    }
}

#[test]
fn a_key_of_a_pem_file_spans_lines() {
    let pem = "-----BEGIN KEY-----\nabc=\n-----END KEY-----\n";
    assert_eq!(
        values(&format!("A=\"{pem}\"\nB='{pem}' # c\nC=d")),
        [("A".into(), pem.into()), ("B".into(), pem.into()), ("C".to_owned(), "d".to_owned())]
    );
}

#[test]
fn lines_may_end_as_on_windows() {
    assert_eq!(
        values("# c\r\nA=b\r\nB='c\r\nd'\r\n\r\nC=\"e\r\nf\" # g\r\n"),
        [("A".to_owned(), "b".to_owned()), ("B".into(), "c\nd".into()), ("C".into(), "e\nf".into())]
    );
    // A carriage return alone is not a line break.
    reads("A='b\rc'", "b\rc");
}

#[test]
fn comments_above_and_behind_an_entry_are_its_comment() {
    let file =
        "# of the file\n\n# The first.\n#  Its second line.\nA=b # and this\n\nB=c\n#\n# d\nC='e\nf' #g\n# after\n";
    assert_eq!(
        comments(file),
        [Some("The first.\n Its second line.\nand this".to_owned()), None, Some("d\ng".to_owned())]
    );
}

#[test]
fn an_entry_that_was_commented_out_is_no_comment() {
    let file = "# the new one\n#A=canary\n# export A = canary\n## A.b-c=canary\nA=b # A=canary\nB=c # see a=b&c d=e\n";
    assert_eq!(comments(file), [Some("the new one".to_owned()), Some("see a=b&c d=e".to_owned())]);
    assert_eq!(comments("# at https://example.com/?a=b\nA=b"), [Some("at https://example.com/?a=b".to_owned())]);
}

#[test]
fn a_comment_that_is_too_long_or_odd_is_a_problem_of_its_entry() {
    let told = problems(&format!("# {}\nA=b\n# a\u{1b}[2J\nB=c\n", "x".repeat(2001)));
    assert_eq!(told[0].3, "its comment has 2001 characters; a comment has at most 2000");
    assert_eq!(told[1].3, "its comment holds the control character U+001B");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let file = "A=1\nnonsense\nB C=2\n=3\nD='open\nE=\"x\" y\nA=4\nF='z\n";
    let rule = "the character U+0020 is not allowed in a secret name; use letters, digits, `_`, `.` and `-`";
    let told = problems(file);
    let told: Vec<_> = told.iter().map(|(name, l, c, message)| (name.as_deref(), *l, *c, message.as_str())).collect();
    assert_eq!(
        told,
        [
            (None, 2, 1, "a `=` is missing: a line is `NAME=value`, a comment, or empty"),
            (Some("B C"), 3, 1, rule),
            (Some(""), 4, 1, "a secret name cannot be empty"),
            (
                Some("D"),
                5,
                3,
                "this quote is closed on a later line, and something follows there; is its own closing quote missing?"
            ),
            (Some("E"), 6, 7, "something follows the closing quote; only a comment may"),
            (Some("A"), 7, 1, "written twice, first on line 1; keep one of the two"),
            (Some("F"), 8, 3, "the quote ' is never closed"),
        ]
    );
}

#[test]
fn a_quote_that_is_never_closed_spoils_one_line_only() {
    let file = "A='one\nB=\"two\nC=three\n";
    let import = read(file);
    assert_eq!(import.entries.len(), 1);
    let told = problems(file);
    assert_eq!(
        told,
        [
            (Some("A".to_owned()), 1, 3, "the quote ' is never closed".to_owned()),
            (Some("B".to_owned()), 2, 3, "the quote \" is never closed".to_owned())
        ]
    );
}

#[test]
fn limits_are_those_of_every_format() {
    let many = |count: usize| (0..count).map(|n| format!("K{n}=\n")).collect::<Vec<_>>().concat();
    assert_eq!(read(&many(KEYS_MAX)).entries.len(), KEYS_MAX);
    let error = parse_dotenv(many(KEYS_MAX + 1).as_bytes()).err().unwrap();
    assert_eq!(error.detail, "line 10001, column 1: the file has 10001 keys; one file has at most 10000");
    assert_eq!(read(&format!("A='{}'", "x".repeat(VALUE_MAX))).entries.len(), 1);
    let told = problems(&format!("A='{}'", "x".repeat(VALUE_MAX + 1)));
    assert_eq!(told[0].3, "a value has at most 1 MiB (1048576 bytes)");
    assert!(parse_dotenv(b"").is_err() && parse_dotenv(b"\xff\xfeA\0").is_err() && parse_dotenv(b"A=\xff").is_err());
}

#[test]
fn ten_thousand_open_quotes_are_read_quickly() {
    let file = (0..KEYS_MAX).map(|n| format!("K{n}='{}\n", "\u{e9}".repeat(60))).collect::<Vec<_>>().concat();
    let started = std::time::Instant::now();
    let _ = parse_dotenv(file.as_bytes());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn no_message_ever_quotes_the_file() {
    for file in ["A='canary", "A=\"x\" canary", "canary", "A=1\nA=canary", "canary canary", "A='a' 'canary'"] {
        for (_, _, _, message) in problems(file) {
            assert!(!message.contains("canary"), "{message}");
        }
    }
}
