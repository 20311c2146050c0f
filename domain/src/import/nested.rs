//! Values that are no text, as the JSON they become: in the order of the file, without blanks.

use super::{DEPTH_MAX, gather::Wrong};
use crate::{Kind, SecretValue, value::VALUE_MAX, wiped::WipedText};

/// A JSON value in the making, or the first reason why it cannot be one.
#[derive(Default)]
pub(super) struct Nested {
    json: WipedText,
    /// For every open list or object whether it has a member yet.
    open: Vec<bool>,
    /// A key was written: what comes next is its value.
    after_key: bool,
    /// Nothing more is written.
    is_full: bool,
    deepest: usize,
    wrong: Option<Wrong>,
}

impl Nested {
    /// How many lists and objects are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn open(&mut self, bracket: char) {
        self.separate();
        self.put(bracket.encode_utf8(&mut [0; 4]));
        self.open.push(false);
        self.reaches(self.open.len());
    }

    pub(super) fn close(&mut self, bracket: char) {
        self.open.pop();
        self.put(bracket.encode_utf8(&mut [0; 4]));
    }

    pub(super) fn key(&mut self, text: &str) {
        self.text(text);
        self.put(":");
        self.after_key = true;
    }

    pub(super) fn text(&mut self, text: &str) {
        self.separate();
        if self.has_room(text.len()) {
            self.json.push_json(text);
        }
    }

    /// A number, `true`, `false` or `null`, as JSON writes it.
    pub(super) fn literal(&mut self, literal: &str) {
        self.separate();
        self.put(literal);
    }

    /// Something that JSON cannot hold stands here; the first is told.
    pub(super) fn refuse(&mut self, offset: usize, message: &str) {
        self.wrong.get_or_insert_with(|| Wrong { offset, message: message.to_owned() });
    }

    /// Something as deep as this was left out.
    pub(super) fn reaches(&mut self, depth: usize) {
        self.deepest = self.deepest.max(depth);
    }

    /// The value of a key that stands at `offset`.
    pub(super) fn finish(self, offset: usize) -> Result<SecretValue, Wrong> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let deepest = self.deepest;
        if deepest > DEPTH_MAX {
            let message = format!("the value nests {deepest} levels deep; at most {DEPTH_MAX} are allowed");
            return Err(Wrong { offset, message });
        }
        if self.is_full {
            return Err(Wrong { offset, message: format!("a value has at most 1 MiB ({VALUE_MAX} bytes)") });
        }
        SecretValue::new(Kind::Json, self.json.into_bytes()).map_err(|error| Wrong { offset, message: error.detail })
    }

    fn separate(&mut self) {
        if std::mem::take(&mut self.after_key) {
            return;
        }
        if let Some(has_member) = self.open.last_mut()
            && std::mem::replace(has_member, true)
        {
            self.put(",");
        }
    }

    fn put(&mut self, text: &str) {
        if self.has_room(text.len()) {
            self.json.push_str(text);
        }
    }

    fn has_room(&mut self, more: usize) -> bool {
        self.is_full |= self.json.as_str().len() + more > VALUE_MAX;
        !self.is_full
    }
}

/// Whether a text is a number, `true`, `false` or `null` as JSON writes them.
pub(super) fn is_literal(text: &str) -> bool {
    match text {
        "true" | "false" | "null" => true,
        _ => text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && is_number(text),
    }
}

fn is_number(text: &str) -> bool {
    let is_json = serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok();
    is_json && !text.ends_with(|c: char| c.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_what_json_says() {
        for literal in ["true", "false", "null", "0", "-1", "1.50E+2", "12345678901234567890123"] {
            assert!(is_literal(literal), "{literal}");
        }
        for text in ["", "True", "yes", "~", "007", "+1", ".5", "1.", "0x1", "1_000", "NaN", "1 ", "-", "\"a\"", "[]"] {
            assert!(!is_literal(text), "{text}");
        }
    }
}
