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
mod qr;
mod respond;
mod session;
mod state;
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
use vault::Vault;

pub use state::{AppState, Edge};

/// How long a request may take, its body included.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
/// How often sessions that are over are removed, and values whose time to be brought back is over destroyed.
const SWEEP: Duration = Duration::from_mins(10);

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
                .layer(from_fn(layers::identify))
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
    let vault =
        Vault::open(vault::Config { confirm_within: config.confirm_within, ..config.storage.prepare()? }).await?;
    offer_set_up(&vault, &edge).await?;
    tracing::info!(
        listen = %listener.local_addr()?,
        address = %edge.public,
        database = ?config.storage.database,
        "ready"
    );
    if !edge.https && !listener.local_addr()?.ip().is_loopback() {
        tracing::warn!(
            "passwords and values cross the network in the clear: put a proxy with HTTPS in front and set --public-url"
        );
    }
    let sweeper = tokio::spawn(sweep(vault.clone()));
    let follower = vault.clone();
    let follower = tokio::spawn(async move { follower.follow_changes().await });
    // Those who watch would never finish.
    let shutdown = async {
        shutdown.await;
        vault.end_watches();
    };
    accept::serve(listener, router(AppState::new(vault.clone(), edge)), shutdown).await;
    sweeper.abort();
    follower.abort();
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
