use proptest::{collection::vec, prelude::*};

use super::*;

/// Masks a stream in these chunks, with a pause after some of them.
fn masked(values: &[Vec<u8>], stream: &[u8], chunks: &[(usize, bool)]) -> Vec<u8> {
    let patterns = Patterns::new(values.iter().map(Vec::as_slice)).unwrap();
    let mut masker = Masker::new(patterns);
    let (mut out, mut rest) = (Vec::new(), stream);
    for (length, pauses) in chunks {
        let (chunk, after) = rest.split_at(rest.len().min(*length));
        out.extend(masker.push(chunk));
        if *pauses {
            out.extend(masker.pause());
        }
        rest = after;
    }
    out.extend(masker.push(rest));
    out.extend(masker.end());
    out
}

fn holds(text: &[u8], value: &[u8]) -> bool {
    text.windows(value.len()).any(|window| window == value)
}

fn whole(values: &[&str], stream: &str) -> String {
    let values: Vec<Vec<u8>> = values.iter().map(|value| value.as_bytes().to_vec()).collect();
    String::from_utf8(masked(&values, stream.as_bytes(), &[])).unwrap()
}

#[test]
fn every_form_of_a_value_is_masked_and_short_ones_are_not() {
    let value = "canary é/+\"\\\n<b>";
    let base64 = |text: &str| base64::prelude::BASE64_STANDARD.encode(text);
    for form in [
        value.to_owned(),
        value.replace('\n', "\r\n"),
        base64(value).trim_end_matches('=').to_owned(),
        base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(value),
        percent_encode(value.as_bytes(), URL).to_string(),
        percent_encode(value.as_bytes(), URL).to_string().replace("%20", "+"),
        percent_encode(value.as_bytes(), URL).to_string().to_lowercase(),
        serde_json::to_string(value).unwrap().trim_matches('"').to_owned(),
        "canary \\u00e9/+\\\"\\\\\\n<b>".to_owned(),
    ] {
        let out = whole(&[value], &format!("<{form}>"));
        assert!(out.starts_with(&format!("<{MASK}")) && out.len() < MASK.len() + 5, "{form}: {out}");
    }
    // In the middle of other base64, whatever the alignment.
    for before in ["", "a", "ab", "user:"] {
        let out = whole(&["canary-value-1"], &base64(&format!("{before}canary-value-1 and more")));
        assert!(out.contains(MASK), "{before}: {out}");
    }
    assert_eq!(whole(&["canary7", "true", ""], "canary7 true "), "canary7 true ");
    assert_eq!(whole(&["canary 88\n"], "canary 88 x"), format!("{MASK} x"));
}

#[test]
fn values_that_overlap_are_covered_as_one() {
    assert_eq!(whole(&["abcdefgh", "efghijklmn"], "<abcdefghijklmn>"), format!("<{MASK}>"));
    assert_eq!(whole(&["abcdefgh", "abcdefghij"], "<abcdefghij><abcdefghi>"), format!("<{MASK}><{MASK}i>"));
}

#[test]
fn what_cannot_become_a_value_is_not_held_and_a_short_beginning_only_until_a_pause() {
    let mut masker = Masker::new(Patterns::new([b"canary-value".as_slice()]).unwrap());
    assert_eq!(masker.push(b"password: "), b"password: ");
    assert_eq!(masker.push(b"can"), b"");
    assert!(masker.holds());
    assert_eq!(masker.pause(), b"can");
    assert_eq!(masker.push(b"dle"), b"dle");
    // A value that comes in pieces with pauses is covered all the same, but for its beginning.
    assert_eq!(masker.push(b"canary-"), b"");
    assert_eq!(masker.pause(), b"canary-");
    assert_eq!(masker.push(b"val"), b"");
    assert_eq!(masker.pause(), b"");
    assert_eq!(masker.push(b"ue!"), format!("{MASK}!").into_bytes());
}

/// Few different bytes, so that values meet, repeat and overlap.
fn bytes(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![Just(b'a'), Just(b'b'), Just(b'\n'), Just(b'%')], length)
}

fn chunks() -> impl Strategy<Value = Vec<(usize, bool)>> {
    vec((0..9usize, any::<bool>()), 0..60)
}

proptest! {
    #[test]
    fn no_value_ever_passes_whatever_the_chunks(
        values in vec(bytes(8..14), 1..4),
        parts in vec((bytes(0..6), 0..4usize), 0..12),
        chunks in chunks(),
    ) {
        let mut stream = Vec::new();
        for (plain, chosen) in &parts {
            stream.extend(plain);
            stream.extend(values.get(*chosen).into_iter().flatten());
        }
        let out = masked(&values, &stream, &chunks);
        for value in &values {
            let value = value.trim_ascii_end();
            prop_assert!(value.len() < VALUE_MIN || !holds(&out, value));
        }
    }

    #[test]
    fn what_is_masked_does_not_depend_on_the_chunks(
        values in vec(bytes(8..14), 1..4),
        stream in bytes(0..80),
        chunks in chunks(),
    ) {
        let without_pauses: Vec<_> = chunks.iter().map(|(length, _)| (*length, false)).collect();
        let plain = |out: Vec<u8>| String::from_utf8(out).unwrap().replace(MASK, "");
        prop_assert_eq!(plain(masked(&values, &stream, &without_pauses)), plain(masked(&values, &stream, &[])));
    }

    #[test]
    fn output_without_values_stays_byte_by_byte(
        values in vec("[a-z]{8,20}", 0..4),
        stream in vec(any::<u8>().prop_filter("no value's", |byte| !byte.is_ascii_alphanumeric()), 0..200),
        chunks in chunks(),
    ) {
        let values: Vec<Vec<u8>> = values.into_iter().map(String::into_bytes).collect();
        prop_assert_eq!(masked(&values, &stream, &chunks), stream);
    }
}
