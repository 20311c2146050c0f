//! The HTTP edge of Strongroom: the router with its layers, REST, pages, sessions, headers; and the server around it.
//!
//! Nothing here decides who may do what: handlers hand what they read to one method of [`vault::Vault`] and what it
//! answers to the client.

mod accept;
mod api;
mod assets;
mod auth;
pub mod commands;
pub mod config;
mod device;
mod extract;
pub mod forms;
mod layers;
mod local_path;
mod notice;
pub mod openapi;
mod pages;
mod problem;
mod process;
mod qr;
mod respond;
mod session;
mod state;
mod stream;
pub mod telemetry;

use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
};
use tokio::{net::TcpListener, time};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};
use vault::{Rollback, Vault};

pub use state::{AppState, Edge};

/// How long a request may take, its body included.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
/// How often sessions that are over are removed, and values whose time to be brought back is over destroyed.
const SWEEP: Duration = Duration::from_mins(10);
/// How long the stream of audit records may take to end.
const FLUSH: Duration = Duration::from_secs(5);
/// How often the audit log is checked as a whole.
const CARE: Duration = Duration::from_hours(24);

/// Every route and every layer; those that come first see a request first and its response last.
pub fn router(state: AppState) -> Router {
    let with_cookie = Router::new()
        .merge(pages::routes(&state))
        .merge(
            forms::routes().layer(from_fn_with_state(state.clone(), forms::step_up)).layer(from_fn(layers::limit_form)),
        )
        .nest(layers::API, api::routes().into())
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(layers::isolate))
                .layer(from_fn(layers::drop_ambient_proof))
                .layer(layers::csrf(&state.edge))
                .layer(session::layer(&state.vault, state.edge.https))
                .layer(from_fn_with_state(state.clone(), auth::authenticate)),
        );
    let without_cookie = Router::new().merge(assets::routes()).merge(api::health::routes());
    with_cookie
        .merge(without_cookie)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(state.clone(), layers::identify))
                .layer(from_fn(layers::trace))
                .layer(from_fn_with_state(state.clone(), layers::secure_headers))
                .layer(from_fn(problem::answer))
                .layer(CatchPanicLayer::custom(layers::panicked))
                .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
                .layer(from_fn_with_state(state.clone(), layers::refuse))
                // Axum's own limit is too small for some bodies and unknown to others; each group has its own.
                .layer(DefaultBodyLimit::disable()),
        )
        .with_state(state)
}

/// Opens the vault and serves it on `listener` until `shutdown`.
pub async fn run(
    config: config::Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Box<dyn Error>> {
    let edge = Edge::new(&config, listener.local_addr()?);
    let certificate =
        config.doors.tls.as_ref().map(accept::Certificate::open).transpose().map_err(|error| error.to_string())?;
    let tls = certificate.as_ref().map(accept::Certificate::acceptor).transpose().map_err(|error| error.to_string())?;
    let sink = config.audit.stream.as_ref().map(stream::Sink::open).transpose()?;
    let rollback = if config.audit.accept_rollback { Rollback::Accept } else { Rollback::Refuse };
    let storage = config.storage.prepare(rollback)?;
    let vault = Vault::open(vault::Config { confirm_within: config.confirm_within, ..storage }).await?;
    let streaming = sink.map(|sink| tokio::spawn(stream::write(vault.stream_audit(), sink)));
    let mut tasks = Vec::new();
    offer_set_up(&vault, &edge).await?;
    tracing::info!(
        listen = %listener.local_addr()?,
        address = %edge.public,
        database = ?config.storage.database,
        "ready"
    );
    if !edge.https && !listener.local_addr()?.ip().is_loopback() {
        tracing::warn!(
            "passwords and values cross the network in the clear: give --tls-cert and --tls-key, or put a proxy with \
             HTTPS in front and set --public-url"
        );
    }
    tasks.push(tokio::spawn(sweep(vault.clone())));
    tasks.push(tokio::spawn(care(vault.clone(), config.audit.retention)));
    let keeper = vault.clone();
    tasks.push(tokio::spawn(async move { keeper.keep_audit().await }));
    let follower = vault.clone();
    tasks.push(tokio::spawn(async move { follower.follow_changes().await }));
    // Those who watch would never finish.
    let shutdown = async {
        shutdown.await;
        vault.end_watches();
    };
    if let Some(certificate) = certificate {
        tasks.push(tokio::spawn(certificate.follow()));
    }
    let router = router(AppState::new(vault.clone(), edge));
    accept::serve(listener, router, &config.doors, tls, shutdown).await;
    if let Err(error) = vault.end_audit().await {
        tracing::error!(%error, "the audit log could not be closed");
    }
    for task in tasks {
        task.abort();
    }
    if let Some(streaming) = streaming {
        // What was committed is still written out.
        let _ = time::timeout(FLUSH, streaming).await;
    }
    vault.close().await;
    tracing::info!("ended");
    Ok(())
}

/// Prints the link that makes the first admin, while there is none. The one place where a token is in an address.
async fn offer_set_up(vault: &Vault, edge: &Edge) -> Result<(), Box<dyn Error>> {
    if let Some(token) = vault.make_setup_token().await? {
        let mut stdout = io::stdout();
        writeln!(
            stdout,
            "Set up Strongroom with this link; it works once, for 24 hours: {}{}",
            edge.public,
            app::paths::setup(&token)
        )?;
        stdout.flush()?;
    }
    Ok(())
}

/// Checks the audit log, removes what the retention rule says, and again after a day.
async fn care(vault: Vault, retention: Option<u32>) {
    let mut every = time::interval(CARE);
    loop {
        every.tick().await;
        match vault.verify_audit().await.map(|report| report.verdict()) {
            Ok(Ok(records)) => tracing::info!(records, "the audit log is as it was written"),
            Ok(Err(broken)) => tracing::error!(broken, "the audit log is not as it was written"),
            Err(error) => tracing::error!(%error, "the audit log could not be checked"),
        }
        if let Some(days) = retention
            && let Err(error) = vault.retain_audit(days).await
        {
            tracing::error!(%error, "old audit records could not be removed");
        }
    }
}

async fn sweep(vault: Vault) {
    let mut every = time::interval(SWEEP);
    loop {
        every.tick().await;
        for swept in [vault.sweep_sessions().await, vault.sweep_deleted().await] {
            if let Err(error) = swept {
                // Logged where it becomes public.
                let _ = error.public();
            }
        }
    }
}
