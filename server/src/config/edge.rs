//! Settings of connections.

use std::{net::IpAddr, path::PathBuf};

use clap::Args;
use ipnet::IpNet;

use super::Unusable;

/// Connections: how many, how they are encrypted, and whose word about a client is taken.
#[derive(Debug, Args)]
pub struct EdgeArgs {
    /// The certificate chain for HTTPS, PEM; read again when the file changes.
    #[arg(long, env = "STRONGROOM_TLS_CERT", requires = "tls_key", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, PEM.
    #[arg(long, env = "STRONGROOM_TLS_KEY", requires = "tls_cert", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// The addresses of proxies in front, such as `10.0.0.0/8`: what they say in `X-Forwarded-For` and
    /// `X-Forwarded-Proto` is believed. May be repeated, or separated by commas.
    #[arg(long, env = "STRONGROOM_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK")]
    trusted_proxies: Vec<String>,
    /// How many connections there may be; further ones wait.
    #[arg(long, env = "STRONGROOM_CONNECTIONS", default_value_t = 10_000, value_name = "NUMBER")]
    connections: u32,
    /// How many connections one address may have; further ones are closed. Trusted proxies are not counted; 0 counts nobody.
    #[arg(long, env = "STRONGROOM_CONNECTIONS_PER_ADDRESS", default_value_t = 100, value_name = "NUMBER")]
    connections_per_address: u32,
}

/// The same, checked.
#[derive(Debug, Clone)]
pub struct Doors {
    /// Where certificate and key are; plain HTTP when absent.
    pub tls: Option<Tls>,
    /// Whose word about a client is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// How many connections there may be.
    pub connections: u32,
    /// How many of them one address may have; 0 for any number.
    pub connections_per_address: u32,
}

/// Where certificate and key are.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The chain, PEM.
    pub certificate: PathBuf,
    /// The key, PEM.
    pub key: PathBuf,
}

impl Default for Doors {
    fn default() -> Self {
        Self { tls: None, trusted_proxies: Vec::new(), connections: 10_000, connections_per_address: 100 }
    }
}

impl Doors {
    /// Whether what this peer says about a client is believed.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&peer))
    }
}

impl EdgeArgs {
    pub(super) fn check(self) -> Result<Doors, Unusable> {
        if self.connections == 0 {
            return Err(Unusable("--connections: there is at least 1".into()));
        }
        let network = |text: String| {
            let text = text.trim();
            let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| Unusable(format!("--trusted-proxies: {text} is no network such as 10.0.0.0/8")))
        };
        Ok(Doors {
            tls: self.tls_cert.zip(self.tls_key).map(|(certificate, key)| Tls { certificate, key }),
            trusted_proxies: self.trusted_proxies.into_iter().map(network).collect::<Result<_, _>>()?,
            connections: self.connections,
            connections_per_address: self.connections_per_address,
        })
    }
}
