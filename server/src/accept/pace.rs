//! A body comes at some pace, or its request ends: a client that drips bytes would hold a place for ever.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};

/// How long a client may send nothing of a body it has begun.
const SILENCE: Duration = Duration::from_secs(10);
/// After so long a body must have come at [`PACE`] on the whole.
const START: Duration = Duration::from_secs(10);
/// Bytes a second; any modem is faster.
const PACE: u64 = 4 * 1024;

/// A body that has to come at some pace. The time begins when it is first asked for.
pub(super) struct Paced<B = Incoming> {
    inner: B,
    begun: Option<Instant>,
    received: u64,
    silence: Pin<Box<Sleep>>,
}

impl<B> Paced<B> {
    pub(super) fn new(inner: B) -> Self {
        Self { inner, begun: None, received: 0, silence: Box::pin(sleep(SILENCE)) }
    }

    fn is_slow(&self, begun: Instant) -> bool {
        let due = begun.elapsed().saturating_sub(START).as_secs().saturating_mul(PACE);
        self.received < due
    }
}

fn too_slow() -> axum::BoxError {
    io::Error::new(io::ErrorKind::TimedOut, "the body came too slowly").into()
}

impl<B> Body for Paced<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let now = Instant::now();
        if self.begun.is_none() {
            self.silence.as_mut().reset(now + SILENCE);
        }
        let begun = *self.begun.get_or_insert(now);
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.received += frame.data_ref().map_or(0, |data| data.len() as u64);
                if self.is_slow(begun) {
                    return Poll::Ready(Some(Err(too_slow())));
                }
                self.silence.as_mut().reset(Instant::now() + SILENCE);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => Poll::Ready(end.map(|error| error.map_err(Into::into))),
            Poll::Pending => self.silence.as_mut().poll(context).map(|()| Some(Err(too_slow()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
