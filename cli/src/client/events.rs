//! Server-Sent Events, as far as ours go: the `id` and the `data` of each. What else a stream may hold is read over.

use std::{
    collections::VecDeque,
    io::{self, Read},
};

/// The longest line that is kept; ours have some twenty bytes.
const LINE_MAX: usize = 64 * 1024;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// The last `id` of the stream so far.
    pub(crate) id: String,
    pub(crate) data: String,
}

/// The events of a stream, as they come.
pub(crate) struct Events<R> {
    stream: R,
    parser: Parser,
    ready: VecDeque<Event>,
}

impl<R: Read> Events<R> {
    pub(super) fn new(stream: R) -> Self {
        Self { stream, parser: Parser::default(), ready: VecDeque::new() }
    }

    /// Waits for the next event; none at the end of the stream.
    pub(crate) fn next(&mut self) -> io::Result<Option<Event>> {
        let mut buffer = [0; 1024];
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            match self.stream.read(&mut buffer)? {
                0 => return Ok(None),
                length => self.ready.extend(self.parser.push(&buffer[..length])?),
            }
        }
    }
}

/// What was read of a stream, up to the last blank line.
#[derive(Default)]
struct Parser {
    line: Vec<u8>,
    /// Whether the last byte was a carriage return: a line feed after it ends no line of its own.
    after_return: bool,
    is_begun: bool,
    id: String,
    data: Option<String>,
}

impl Parser {
    /// Takes a chunk; answers the events that are complete with it.
    fn push(&mut self, chunk: &[u8]) -> io::Result<Vec<Event>> {
        let mut events = Vec::new();
        for &byte in chunk {
            let is_pair = std::mem::replace(&mut self.after_return, byte == b'\r') && byte == b'\n';
            match byte {
                _ if is_pair => {}
                b'\n' | b'\r' => {
                    let line = std::mem::take(&mut self.line);
                    events.extend(self.end_line(&line));
                }
                _ if self.line.len() == LINE_MAX => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of the events is too long"));
                }
                byte => self.line.push(byte),
            }
        }
        Ok(events)
    }

    fn end_line(&mut self, line: &[u8]) -> Option<Event> {
        let line = String::from_utf8_lossy(line);
        let mut line = &*line;
        if !std::mem::replace(&mut self.is_begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            let data = self.data.take()?;
            return Some(Event { id: self.id.clone(), data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "data" => match &mut self.data {
                // As long as a line at most in all: nobody can fill the memory line by line.
                Some(data) if data.len() + value.len() < LINE_MAX => {
                    data.push('\n');
                    data.push_str(value);
                }
                Some(_) => {}
                None => self.data = Some(value.to_owned()),
            },
            // A comment, or a field that means nothing to us.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(stream: &[u8]) -> Vec<(String, String)> {
        let mut events = Events::new(stream);
        let mut all = Vec::new();
        while let Some(Event { id, data }) = events.next().unwrap() {
            all.push((id, data));
        }
        all
    }

    #[test]
    fn an_event_ends_with_a_blank_line_and_comments_are_none() {
        let stream = b"\xef\xbb\xbf: alive\n\nid: 7\ndata: {\"sequence\":7}\n\n:\n\ndata:a\ndata:  b\n\ndata\n\nid: 9\n\ndata: cut";
        let expected = [("7", "{\"sequence\":7}"), ("7", "a\n b"), ("7", "")];
        assert_eq!(events(stream), expected.map(|(id, data)| (id.to_owned(), data.to_owned())));
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let stream = "x".repeat(LINE_MAX + 1);
        assert!(Events::new(stream.as_bytes()).next().is_err());
    }

    proptest! {
        #[test]
        fn events_are_read_whatever_their_chunks_and_line_ends(
            sent in prop::collection::vec(("[0-9]{1,19}", "[^\r\n\0]{0,40}"), 0..6),
            end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
            chunk in 1..20_usize,
        ) {
            let event = |(id, data): &(String, String)| format!("id: {id}{end}: alive{end}data: {data}{end}{end}");
            let stream: String = sent.iter().map(event).collect();
            let mut parser = Parser::default();
            let mut read = Vec::new();
            for chunk in stream.as_bytes().chunks(chunk) {
                read.extend(parser.push(chunk).unwrap().into_iter().map(|event| (event.id, event.data)));
            }
            prop_assert_eq!(read, sent);
        }

        #[test]
        fn no_bytes_are_too_odd_for_it(bytes in prop::collection::vec(any::<u8>(), 0..400), chunk in 1..20_usize) {
            let mut parser = Parser::default();
            let mut in_chunks = Vec::new();
            for chunk in bytes.chunks(chunk) {
                in_chunks.extend(parser.push(chunk).unwrap());
            }
            prop_assert_eq!(in_chunks, Parser::default().push(&bytes).unwrap());
        }
    }
}
