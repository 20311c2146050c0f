//! What every handler may reach.

use std::{net::SocketAddr, sync::Arc};

use app::context::Assets;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use vault::Vault;

use crate::{
    assets,
    config::{Config, Doors, Origin},
};

/// The state of the router. Cheap to clone.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The only thing that can do anything.
    pub vault: Vault,
    /// What leptos' routing asks for.
    pub leptos: LeptosOptions,
    /// Where the browser finds its program and its stylesheet.
    pub assets: Assets,
    /// How the world reaches this server.
    pub edge: Arc<Edge>,
}

/// How the world reaches this server. Never what a request claims about that.
#[derive(Debug)]
pub struct Edge {
    /// The address people and programs use.
    pub public: Origin,
    /// The origins whose pages may send forms here; `public` is one of them.
    pub origins: Vec<Origin>,
    /// Whether browsers come by HTTPS: cookies are `Secure` then, and HSTS is sent.
    pub https: bool,
    /// How clients get here, and whose word about them is taken.
    pub doors: Doors,
}

impl Edge {
    /// What `config` says, for a server that listens on `local`.
    pub fn new(config: &Config, local: SocketAddr) -> Self {
        let is_tls = config.doors.tls.is_some();
        let public = config.public_url.clone().unwrap_or_else(|| Origin::listening(local, is_tls));
        let mut origins = vec![public.clone()];
        origins.extend(config.trusted_origins.iter().cloned());
        Self { https: public.is_https(), public, origins, doors: config.doors.clone() }
    }
}

impl AppState {
    /// The state around a vault.
    pub fn new(vault: Vault, edge: Edge) -> Self {
        Self {
            vault,
            leptos: LeptosOptions::builder().output_name("strongroom").site_root("").build(),
            assets: Assets {
                js: assets::js().to_owned(),
                wasm: assets::wasm().to_owned(),
                css: assets::css().to_owned(),
            },
            edge: Arc::new(edge),
        }
    }
}
