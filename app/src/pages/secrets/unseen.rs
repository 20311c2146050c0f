//! What cannot be seen at the end of a value: shown by marks, never changed.

/// A value as it is shown: pieces of its text, and marks for its last line breaks and spaces.
pub fn pieces(text: &str) -> Vec<(bool, &str)> {
    let body = text.trim_end_matches([' ', '\t', '\n', '\r']);
    let mut pieces = vec![(false, body)];
    for character in text[body.len()..].chars() {
        pieces.push(match character {
            ' ' => (true, "·"),
            '\t' => (true, "→"),
            '\r' => (true, "␍"),
            _ => (true, "⏎\n"),
        });
    }
    if let Some((true, last @ "⏎\n")) = pieces.last_mut() {
        *last = "⏎";
    }
    pieces
}

/// How long a value is, and how it ends: `86 bytes, UTF-8, ends with a line break`.
pub fn sentence(text: &str) -> String {
    let bytes = match text.len() {
        1 => "1 byte".to_owned(),
        bytes => format!("{bytes} bytes"),
    };
    let end = match text.chars().next_back() {
        None => return "empty: 0 bytes".to_owned(),
        Some('\n') => ", ends with a line break",
        Some('\r') => ", ends with a carriage return",
        Some(' ') => ", ends with a space",
        Some('\t') => ", ends with a tab",
        Some(_) => "",
    };
    let start = if text.starts_with([' ', '\t', '\n', '\r']) { ", starts with a space or line break" } else { "" };
    format!("{bytes}, UTF-8{start}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_is_marked() {
        assert_eq!(pieces("a b"), [(false, "a b")]);
        assert_eq!(pieces("a\nb\n"), [(false, "a\nb"), (true, "⏎")]);
        assert_eq!(pieces("a  "), [(false, "a"), (true, "·"), (true, "·")]);
        assert_eq!(pieces("\n\n"), [(false, ""), (true, "⏎\n"), (true, "⏎")]);
        assert_eq!(pieces(""), [(false, "")]);
    }

    #[test]
    fn a_value_is_told_by_its_length_and_ends() {
        assert_eq!(sentence("abc\n"), "4 bytes, UTF-8, ends with a line break");
        assert_eq!(sentence(" x"), "2 bytes, UTF-8, starts with a space or line break");
        assert_eq!(sentence(""), "empty: 0 bytes");
    }
}
