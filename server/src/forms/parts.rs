//! Forms with files and values: their parts, wiped when dropped.

use std::collections::BTreeMap;

use axum::{
    extract::{Multipart, multipart::MultipartError},
    http::StatusCode,
};
use domain::{Code, Error, import::KEYS_MAX};
use zeroize::Zeroizing;

/// The most parts a form of ours has, and then some: the plan of a large file has two boxes for every key.
const PARTS_MAX: usize = 2 * KEYS_MAX + 16;

/// The parts of a form.
#[derive(Default)]
pub(super) struct Parts(BTreeMap<String, Vec<Part>>);

/// One part.
#[derive(Default)]
struct Part {
    bytes: Zeroizing<Vec<u8>>,
    file_name: String,
}

impl Parts {
    /// Reads a form to its end. The layers around have limited how long it is.
    pub(super) async fn read(mut form: Multipart) -> Result<Self, Error> {
        let (mut parts, mut count) = (Self::default(), 0);
        while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
            let Some(name) = field.name().map(str::to_owned) else {
                continue;
            };
            let file_name = field.file_name().unwrap_or_default().to_owned();
            let mut bytes = Zeroizing::new(Vec::new());
            while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
                append(&mut bytes, &chunk);
            }
            parts.0.entry(name).or_default().push(Part { bytes, file_name });
            count += 1;
            if count > PARTS_MAX {
                return Err(Error::new(Code::Malformed, "the form has too many fields"));
            }
        }
        Ok(parts)
    }

    /// The text of a field; empty where there is none.
    pub(super) fn text(&self, name: &str) -> Result<&str, Error> {
        let Some(part) = self.0.get(name).and_then(|parts| parts.last()) else {
            return Ok("");
        };
        part.text(name)
    }

    /// The texts of all fields with one name: the boxes that are ticked.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Error> {
        let parts = self.0.get(name).map(Vec::as_slice).unwrap_or_default();
        parts.iter().map(|part| part.text(name).map(str::to_owned)).collect()
    }

    /// The text of a field; none where the form has no such field.
    pub(super) fn given(&self, name: &str) -> Result<Option<&str>, Error> {
        if self.0.contains_key(name) { self.text(name).map(Some) } else { Ok(None) }
    }

    /// What follows `prefix` in the names of fields, in their order.
    pub(super) fn after(&self, prefix: &str) -> Vec<String> {
        self.0.keys().filter_map(|name| name.strip_prefix(prefix)).map(str::to_owned).collect()
    }

    /// What a file that was chosen is called.
    pub(super) fn file_name(&self, name: &str) -> String {
        self.0.get(name).and_then(|parts| parts.last()).map(|part| part.file_name.clone()).unwrap_or_default()
    }

    /// The bytes of a file that was chosen.
    pub(super) fn file(&mut self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let part = self.0.remove(name)?.pop()?;
        // A file input without a file sends an empty part without a name.
        (!part.file_name.is_empty() || !part.bytes.is_empty()).then_some(part.bytes)
    }

    /// The text of a field with several lines. Browsers send every line break as CR LF, whatever was typed or pasted;
    /// what stood in the field had LF.
    pub(super) fn lines(&mut self, name: &str) -> Zeroizing<Vec<u8>> {
        let part = self.0.remove(name).and_then(|mut parts| parts.pop()).unwrap_or_default();
        let mut bytes = Zeroizing::new(Vec::with_capacity(part.bytes.len()));
        let mut rest = part.bytes.as_slice();
        while let Some((first, after)) = rest.split_first() {
            if !(*first == b'\r' && after.first() == Some(&b'\n')) {
                bytes.push(*first);
            }
            rest = after;
        }
        bytes
    }
}

impl Part {
    fn text(&self, name: &str) -> Result<&str, Error> {
        std::str::from_utf8(&self.bytes).map_err(|_| Error::field(name, "this is not UTF-8"))
    }
}

/// Appends without leaving a copy behind.
fn append(bytes: &mut Zeroizing<Vec<u8>>, more: &[u8]) {
    let needed = bytes.len() + more.len();
    if needed > bytes.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * bytes.capacity())));
        larger.extend_from_slice(bytes);
        *bytes = larger;
    }
    bytes.extend_from_slice(more);
}

#[allow(clippy::needless_pass_by_value, reason = "the argument of `map_err`")]
fn unreadable(error: MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::new(Code::TooLarge, "the form is too large")
    } else {
        Error::new(Code::Malformed, "the form ended before it was complete")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str, file_name: &str, bytes: &[u8]) -> Parts {
        let part = Part { bytes: Zeroizing::new(bytes.to_vec()), file_name: file_name.to_owned() };
        Parts([(name.to_owned(), vec![part])].into())
    }

    #[test]
    fn lines_are_what_stood_in_the_field() {
        let lines = |bytes: &[u8]| parts("value", "", bytes).lines("value").to_vec();
        assert_eq!(lines(b"a\r\nb\r\n"), b"a\nb\n");
        assert_eq!(lines(b" a\t\n"), b" a\t\n");
        assert_eq!(lines(b"\r\n\r\n"), b"\n\n");
        assert_eq!(lines(b""), b"");
    }

    #[test]
    fn a_file_is_there_only_when_one_was_chosen() {
        assert!(parts("file", "", b"").file("file").is_none());
        assert!(parts("file", "empty.bin", b"").file("file").is_some());
        assert!(Parts::default().file("file").is_none());
    }
}
