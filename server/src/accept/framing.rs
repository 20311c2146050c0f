//! Watches the heads of requests go by. A request that says its length in two ways may be cut by a proxy in front at one
//! place and by us at another; the parser settles that in silence, as the standard allows, so it is told here.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::HEAD_MAX;

/// As much of a line as can matter: `content-length: ` and a number.
const LINE: usize = 64;

/// A stream whose heads are watched.
pub(super) struct Watched<I> {
    inner: I,
    heads: Heads,
}

/// What was seen of the heads of a connection.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<Flags>);

#[derive(Default)]
struct Flags {
    is_ambiguous: AtomicBool,
    is_too_large: AtomicBool,
}

impl Seen {
    /// Whether one said its length in two ways.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.0.is_ambiguous.load(Ordering::Acquire)
    }

    /// Whether one was larger than a head may be. The parser has its own limit, which is as coarse as its buffer.
    pub(super) fn is_too_large(&self) -> bool {
        self.0.is_too_large.load(Ordering::Acquire)
    }
}

impl<I> Watched<I> {
    pub(super) fn new(inner: I) -> (Self, Seen) {
        let found = Seen::default();
        (Self { inner, heads: Heads::new(found.clone()) }, found)
    }
}

struct Heads {
    state: State,
    line: Vec<u8>,
    is_first_line: bool,
    /// How many bytes of the head have come.
    size: usize,
    length: Option<u64>,
    is_chunked: bool,
    found: Seen,
}

enum State {
    Head,
    Body(u64),
    /// After a chunked body the connection is closed: nothing more to see.
    Over,
}

impl Heads {
    fn new(found: Seen) -> Self {
        Self {
            state: State::Head,
            line: Vec::new(),
            is_first_line: true,
            size: 0,
            length: None,
            is_chunked: false,
            found,
        }
    }

    fn feed(&mut self, mut bytes: &[u8]) {
        while let [byte, rest @ ..] = bytes {
            match &mut self.state {
                State::Over => return,
                State::Body(left) => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= here as u64;
                    if *left == 0 {
                        self.state = State::Head;
                    }
                    bytes = &bytes[here..];
                }
                State::Head => {
                    self.size += 1;
                    if self.size > HEAD_MAX {
                        self.found.0.is_too_large.store(true, Ordering::Release);
                    }
                    if *byte == b'\n' {
                        self.end_line();
                    } else if self.line.len() < LINE {
                        self.line.push(*byte);
                    }
                    bytes = rest;
                }
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_ascii();
        if !line.is_empty() {
            self.is_first_line = false;
            let (name, value) = line.split_at(line.iter().position(|byte| *byte == b':').unwrap_or(line.len()));
            if name.eq_ignore_ascii_case(b"transfer-encoding") {
                self.is_chunked = true;
            } else if name.eq_ignore_ascii_case(b"content-length") {
                let digits = value.strip_prefix(b":").unwrap_or_default().trim_ascii();
                self.length =
                    Some(std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(0));
            }
        } else if !self.is_first_line {
            let length = self.length.take();
            if self.is_chunked && length.is_some() {
                self.found.0.is_ambiguous.store(true, Ordering::Release);
            }
            self.is_first_line = true;
            self.size = 0;
            self.state = match (self.is_chunked, length) {
                (true, _) => State::Over,
                (false, Some(length)) if length > 0 => State::Body(length),
                (false, _) => State::Head,
            };
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Watched<I> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let done = Pin::new(&mut self.inner).poll_read(context, into);
        self.heads.feed(&into.filled()[before..]);
        done
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Watched<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ambiguous(text: &str, piece: usize) -> bool {
        let mut heads = Heads::new(Seen::default());
        for piece in text.as_bytes().chunks(piece) {
            heads.feed(piece);
        }
        heads.found.is_ambiguous()
    }

    #[test]
    fn a_length_that_is_said_in_two_ways_is_found_however_the_bytes_come() {
        let first = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";
        for bad in [
            "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding:chunked\r\nX: y\r\nCONTENT-LENGTH: 0\r\n\r\n",
            "POST / HTTP/1.1\nTransfer-Encoding: chunked\nContent-Length: 5\n\n",
        ] {
            for text in [bad.to_owned(), format!("{first}{bad}"), format!("\r\n{first}\r\n{bad}")] {
                for piece in [1, 7, 1000] {
                    assert!(is_ambiguous(&text, piece), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn what_a_body_says_is_no_head() {
        let body = "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n";
        let text = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}GET / HTTP/1.1\r\n\r\n", body.len());
        let long =
            format!("GET / HTTP/1.1\r\nX: {}content-length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "y".repeat(500));
        for text in [text.as_str(), &long] {
            for piece in [1, 7, 1000] {
                assert!(!is_ambiguous(text, piece), "{text:?}");
            }
        }
    }
}
