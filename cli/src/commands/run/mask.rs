//! Masks values in a stream of output, whatever its chunks.
//!
//! What leaves the masker has every occurrence of a value covered, also where values overlap. What could still become
//! one is held back: the longest end of the stream with which a value begins. A pause in the output lets go of less
//! than eight held bytes, no more than what would be too short for a value; the rest of a value after them is covered.

use std::fmt::Write;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use domain::MASK;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// The shortest text that is masked: shorter ones meet ordinary words.
const VALUE_MIN: usize = 8;
/// The longest: the tables that find one of this length in all its forms take about 25 MB.
const VALUE_MAX: usize = 64 * 1024;
/// So many bytes of values are looked for in all their forms; of more, only the values as they are.
const ENCODED_MAX: usize = 128 * 1024;

/// What URLs leave as it is.
const URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The values to look for, in every form; shared by the maskers of several streams.
#[derive(Clone)]
pub(super) struct Patterns {
    all: AhoCorasick,
    /// Their first bytes, by which a beginning is found.
    starts: AhoCorasick,
    texts: std::sync::Arc<Vec<Zeroizing<Vec<u8>>>>,
}

impl Patterns {
    /// The patterns of these values.
    pub(super) fn new<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, Failure> {
        let values: Vec<&[u8]> = values
            .into_iter()
            .map(<[u8]>::trim_ascii_end)
            .filter(|value| (VALUE_MIN..=VALUE_MAX).contains(&value.len()))
            .collect();
        let total: usize = values.iter().map(|value| value.len()).sum();
        let texts = values.into_iter().flat_map(|value| forms(value, total <= ENCODED_MAX));
        Self::of_texts(texts.map(Zeroizing::new).collect())
    }

    /// These and others.
    pub(super) fn with(&self, others: &Self) -> Result<Self, Failure> {
        Self::of_texts(self.texts.iter().chain(others.texts.iter()).cloned().collect())
    }

    fn of_texts(mut texts: Vec<Zeroizing<Vec<u8>>>) -> Result<Self, Failure> {
        texts.sort_unstable_by(|a, b| a.as_slice().cmp(b.as_slice()));
        texts.dedup_by(|a, b| a.as_slice() == b.as_slice());
        let failed = |_| Failure::failed("these values are too many to look for in the output; use --no-mask");
        // The faster kinds take ten times the memory.
        let find = || AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).to_owned();
        let all = find().build(texts.iter().map(|text| text.as_slice())).map_err(failed)?;
        let starts = find().build(texts.iter().map(|text| &text[..VALUE_MIN])).map_err(failed)?;
        Ok(Self { all, starts, texts: std::sync::Arc::new(texts) })
    }

    /// Is there nothing to look for?
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Where the part of `buffer` begins that may be the beginning of a value.
    fn held_from(&self, buffer: &[u8]) -> usize {
        let begins = |start: usize| {
            let rest = &buffer[start..];
            let after = self.texts.partition_point(|text| text.as_slice() < rest);
            // Sorted: texts that begin with `rest` follow it at once. One that equals it is complete, the next may not be.
            self.texts[after..].iter().take(2).any(|text| text.len() > rest.len() && text.starts_with(rest))
        };
        let short = buffer.len().saturating_sub(VALUE_MIN - 1);
        let long = self.starts.find_overlapping_iter(buffer).map(|found| found.start()).filter(|&start| start < short);
        let mut long: Vec<usize> = long.collect();
        long.sort_unstable();
        long.dedup();
        long.into_iter().chain(short..buffer.len()).find(|&start| begins(start)).unwrap_or(buffer.len())
    }

    /// What is covered by values, in order and apart.
    fn covered(&self, buffer: &[u8]) -> Vec<(usize, usize)> {
        let mut found: Vec<_> = self.all.find_overlapping_iter(buffer).map(|it| (it.start(), it.end())).collect();
        found.sort_unstable();
        let mut covered: Vec<(usize, usize)> = Vec::new();
        for (start, end) in found {
            match covered.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => covered.push((start, end)),
            }
        }
        covered
    }
}

/// A value as programs print it: as it is, with a terminal's line ends, without the line end, in base64 at every
/// alignment, in URLs, in JSON.
fn forms(value: &[u8], with_encoded: bool) -> Vec<Vec<u8>> {
    let mut forms = vec![value.to_vec(), with_crlf(value)];
    if !with_encoded {
        return forms;
    }
    let url = percent_encode(value, URL).to_string();
    forms.push(url.replace("%20", "+").into_bytes());
    forms.push(lower_escapes(&url).into_bytes());
    forms.push(url.into_bytes());
    if let Ok(text) = std::str::from_utf8(value)
        && let Ok(json) = serde_json::to_string(text)
    {
        let inner = &json[1..json.len() - 1];
        forms.push(inner.as_bytes().to_vec());
        forms.push(ascii_json(inner).into_bytes());
    }
    for before in 0..3 {
        forms.push(base64_inside(&BASE64_STANDARD_NO_PAD, value, before));
        forms.push(base64_inside(&BASE64_URL_SAFE_NO_PAD, value, before));
    }
    forms.retain(|form| form.len() >= VALUE_MIN);
    forms
}

fn with_crlf(value: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    for &byte in value {
        if byte == b'\n' {
            text.push(b'\r');
        }
        text.push(byte);
    }
    text
}

/// `%2F` as `%2f`.
fn lower_escapes(url: &str) -> String {
    let mut after: u8 = 0;
    let lower = |c: char| {
        let is_digit = after > 0;
        after = if c == '%' { 2 } else { after.saturating_sub(1) };
        if is_digit { c.to_ascii_lowercase() } else { c }
    };
    url.chars().map(lower).collect()
}

/// JSON text with everything beyond ASCII escaped, as Python writes it.
fn ascii_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

/// The characters that a value has in base64 after so many other bytes, whatever stands around it.
fn base64_inside(engine: &impl Engine, value: &[u8], before: usize) -> Vec<u8> {
    let mut bytes = Zeroizing::new(vec![0; before]);
    bytes.extend_from_slice(value);
    let text = engine.encode(&*bytes).into_bytes();
    // The first and the last character may share bits with a neighbour.
    let first = [0, 2, 3][before];
    let last = text.len() - usize::from(!bytes.len().is_multiple_of(3));
    text[first..last].to_vec()
}

/// Masks one stream.
pub(super) struct Masker {
    patterns: Patterns,
    buffer: Zeroizing<Vec<u8>>,
    /// So many bytes of the buffer have left already, or are covered; they stay to be recognised.
    done: usize,
}

impl Masker {
    pub(super) fn new(patterns: Patterns) -> Self {
        Self { patterns, buffer: Zeroizing::default(), done: 0 }
    }

    /// Looks for these from now on.
    pub(super) fn look_for(&mut self, patterns: Patterns) {
        self.patterns = patterns;
    }

    /// Takes a chunk; answers what may leave.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.buffer.extend_from_slice(chunk);
        let held = self.patterns.held_from(&self.buffer);
        self.release(held)
    }

    /// The output pauses: what is too short to be a value may leave.
    pub(super) fn pause(&mut self) -> Vec<u8> {
        if self.buffer.len() >= VALUE_MIN || self.done >= self.buffer.len() {
            return Vec::new();
        }
        let out = self.buffer[self.done..].to_vec();
        self.done = self.buffer.len();
        out
    }

    /// Whether something waits for a pause.
    pub(super) fn holds(&self) -> bool {
        self.done < self.buffer.len() && self.buffer.len() < VALUE_MIN
    }

    /// The output has ended.
    pub(super) fn end(&mut self) -> Vec<u8> {
        self.release(self.buffer.len())
    }

    fn release(&mut self, held: usize) -> Vec<u8> {
        let mut out = Vec::new();
        for (start, end) in self.patterns.covered(&self.buffer) {
            if end <= self.done {
                continue;
            }
            if start >= held {
                break;
            }
            if let Some(plain) = self.buffer.get(self.done..start) {
                out.extend_from_slice(plain);
            }
            out.extend_from_slice(MASK.as_bytes());
            self.done = end;
        }
        if let Some(plain) = self.buffer.get(self.done..held) {
            out.extend_from_slice(plain);
            self.done = held;
        }
        self.buffer.drain(..held);
        self.done -= held;
        out
    }
}

#[cfg(test)]
mod tests;
