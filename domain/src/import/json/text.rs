//! The text of JSON strings and values. Everything here was already found to be well-formed by `serde_json`;
//! its own decoder would leave copies of secrets in memory that nobody wipes.

use zeroize::Zeroizing;

/// What the JSON string `raw` (with its quotes) means; otherwise the offset of its first lone surrogate.
pub(super) fn decode(raw: &str) -> Result<Zeroizing<String>, usize> {
    // Large enough for the longest meaning, so that growing never leaves a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(raw.len()));
    let mut at = 1;
    let end = raw.len() - 1;
    while let Some(plain) = raw[at..end].find('\\') {
        let escape = at + plain;
        text.push_str(&raw[at..escape]);
        let (character, length) = escaped(&raw[escape..]).ok_or(escape)?;
        text.push(character);
        at = escape + length;
    }
    text.push_str(&raw[at..end]);
    Ok(text)
}

/// The offset of the first lone surrogate in any string of a JSON value.
pub(super) fn lone_surrogate(raw: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(plain) = raw[at..].find('\\') {
        let escape = at + plain;
        let Some((_, length)) = escaped(&raw[escape..]) else {
            return Some(escape);
        };
        at = escape + length;
    }
    None
}

/// The character at the start of `text`, which is an escape, and the escape's length; none for a lone
/// surrogate.
fn escaped(text: &str) -> Option<(char, usize)> {
    let character = match text.as_bytes().get(1)? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(text),
        other => char::from(*other),
    };
    Some((character, 2))
}

fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, 6));
    }
    let pair = [first, unit(6)?];
    let character = char::decode_utf16(pair).next()?.ok()?;
    Some((character, 12))
}

/// How deep a JSON value nests. Reads its characters one by one, so that depth costs no stack.
pub(super) fn depth(raw: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut in_string = false;
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            // Only strings have backslashes; what follows one ends nothing.
            b'\\' => {
                bytes.next();
            }
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_lone_surrogate_is_found_where_it_stands() {
        for (raw, at) in [
            (r#""\ud800""#, 1),
            (r#""ab\udc00""#, 3),
            (r#""\ud83d\ude00\ud83dx""#, 13),
            (r#""\ud800\ud800""#, 1),
            (r#""\\\ud800""#, 3),
            (r#""\ud800\n""#, 1),
        ] {
            assert_eq!(decode(raw).err(), Some(at), "{raw}");
            assert_eq!(lone_surrogate(raw), Some(at), "{raw}");
        }
        assert_eq!(lone_surrogate(r#"["\\ud800", "\ud83d\ude00"]"#), None);
    }

    #[test]
    fn brackets_inside_strings_are_not_depth() {
        for (raw, deep) in [("1", 0), ("[]", 1), (r#"["[[", "\"[", "\\"]"#, 1), (r#"{"a": [{}], "b": []}"#, 3)] {
            assert_eq!(depth(raw), deep, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn decoding_agrees_with_serde_json(parts in proptest::collection::vec(
            prop_oneof![
                "[a-z é🔑]{0,3}",
                r#"\\["\\/bfnrt]"#,
                r"\\u[0-9a-fA-F]{4}",
                r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}",
            ], 0..8))
        {
            let raw = format!("\"{}\"", parts.concat());
            let theirs = serde_json::from_str::<String>(&raw).ok();
            prop_assert_eq!(decode(&raw).ok().map(|text| text.to_string()), theirs);
        }
    }
}
