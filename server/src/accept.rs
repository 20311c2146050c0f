//! Connections. Our own loop, because axum's sets no timer: a client that never finishes its headers would hold a
//! connection for ever.

mod framing;
mod pace;
mod places;
mod tls;

use std::{
    net::SocketAddr,
    pin::{Pin, pin},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::{Request, body::Incoming, http::HeaderValue, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    time,
};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::Service;

use crate::{config::Doors, layers::Ambiguity};
use framing::Watched;
use pace::Paced;
use places::{Place, Places};
pub(crate) use tls::Certificate;

/// How long a client may take to send the head of a request, idle time between two requests included.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How large the head of a request may be.
const HEAD_MAX: usize = 64 * 1024;
/// How much more the parser holds than that.
const BUFFER: usize = 16 * 1024;
/// How long a client may take nothing of an answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the greeting of TLS may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests in flight may take to finish once the server is asked to end.
const GRACE: Duration = Duration::from_secs(10);

/// Serves `router` until `shutdown`, then finishes the requests in flight.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    doors: &Doors,
    tls: Option<TlsAcceptor>,
    shutdown: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(HEAD_MAX + BUFFER);
    let places = Places::new(doors.clone());
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, peer, place) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => match accepted {
                Some(accepted) => accepted,
                None => continue,
            },
        };
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_TIMEOUT));
        let stream = Box::pin(stream);
        let connection = Connection { http: http.clone(), router: router.clone(), peer, watcher: graceful.watcher() };
        let tls = tls.clone();
        tokio::spawn(async move {
            match tls {
                None => connection.serve(stream).await,
                Some(tls) => greet(tls, stream, connection).await,
            }
            drop(place);
        });
    }
    drop(listener);
    if time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

async fn greet(tls: TlsAcceptor, stream: Pin<Box<TimeoutStream<TcpStream>>>, connection: Connection) {
    if let Ok(Ok(stream)) = time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
        connection.serve(stream).await;
    }
}

struct Connection {
    http: http1::Builder,
    router: Router,
    peer: SocketAddr,
    watcher: Watcher,
}

impl Connection {
    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self { http, router, peer, watcher } = self;
        let (stream, seen) = Watched::new(stream);
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            if seen.is_ambiguous() {
                request.extensions_mut().insert(Ambiguity);
            }
            let is_too_large = seen.is_too_large();
            // Whoever is in front may have cut the stream elsewhere than we: nothing more is read from it.
            let is_last = request.headers().contains_key(header::TRANSFER_ENCODING);
            let answer = router.clone().call(request.map(|body| Body::new(Paced::new(body))));
            async move {
                if is_too_large {
                    return Ok(too_large());
                }
                let mut answer = answer.await;
                if let Ok(answer) = &mut answer
                    && is_last
                {
                    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                answer
            }
        });
        // What goes wrong on a connection is the client's: it went away, or spoke something else.
        let _ = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await;
    }
}

/// What the parser itself answers a head that does not fit into its buffer.
fn too_large() -> Response {
    let mut answer = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response();
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// The next connection, with its place among those there may be.
async fn accept(listener: &TcpListener, places: &Places) -> Option<(TcpStream, SocketAddr, Place)> {
    let overall = places.free().await?;
    match listener.accept().await {
        // One too many of an address is closed at once.
        Ok((stream, peer)) => places.take(overall, peer.ip()).map(|place| (stream, peer, place)),
        Err(error) => {
            // Out of file descriptors, most likely: some will be closed soon.
            tracing::warn!(%error, "cannot accept a connection");
            time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}
