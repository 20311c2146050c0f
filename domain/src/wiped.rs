//! Text that holds values while it is put together.

use zeroize::{Zeroize, Zeroizing};

/// A text that leaves no copy behind when it grows or goes.
#[derive(Default)]
pub(crate) struct WipedText(Zeroizing<String>);

impl WipedText {
    /// With room for as many bytes.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(capacity)))
    }

    /// Appends a text.
    pub(crate) fn push_str(&mut self, more: &str) {
        let needed = self.0.len() + more.len();
        if needed > self.0.capacity() {
            let mut larger = String::with_capacity(needed.max(2 * self.0.capacity()));
            larger.push_str(&self.0);
            self.0.zeroize();
            self.0 = Zeroizing::new(larger);
        }
        self.0.push_str(more);
    }

    /// Appends a character.
    pub(crate) fn push(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    /// What was written.
    #[cfg(feature = "formats")]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes of what was written.
    pub(crate) fn into_bytes(mut self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(std::mem::take(&mut *self.0).into_bytes())
    }

    /// Appends a text as a JSON string with its quotes.
    #[cfg(feature = "formats")]
    pub(crate) fn push_json(&mut self, text: &str) {
        self.push('"');
        for character in text.chars() {
            match character {
                '"' => self.push_str("\\\""),
                '\\' => self.push_str("\\\\"),
                '\n' => self.push_str("\\n"),
                '\r' => self.push_str("\\r"),
                '\t' => self.push_str("\\t"),
                // DEL and the C1 controls need no escape, but would change what a terminal shows.
                control if control.is_control() => self.push_str(&format!("\\u{:04x}", u32::from(control))),
                other => self.push(other),
            }
        }
        self.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_what_it_was_given() {
        let mut text = WipedText::with_capacity(1);
        for part in ["a", "", "bc", &"é".repeat(100)] {
            text.push_str(part);
        }
        assert_eq!(text.as_str(), format!("abc{}", "é".repeat(100)));
        let mut text = WipedText::with_capacity(0);
        text.push_json("\"\\\n\u{1}\u{7f}é");
        assert_eq!(text.as_str(), r#""\"\\\n\u0001\u007fé""#);
    }
}
