//! An address as a browser's `Origin` header has it: `scheme://host[:port]`.

use std::{fmt, net::SocketAddr, str::FromStr};

use axum::http::Uri;
use tower_http::csrf::CsrfLayer;

/// A scheme, a host and perhaps a port; nothing after it, lower case, without the scheme's own port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin as text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and port.
    pub fn host(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, host)| host)
    }

    /// Whether browsers come by HTTPS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The address of a server that listens on `local`, for a browser on the same machine.
    pub fn listening(local: SocketAddr, is_tls: bool) -> Self {
        let host = if local.ip().is_unspecified() { format!("localhost:{}", local.port()) } else { local.to_string() };
        let (scheme, own_port) = if is_tls { ("https", ":443") } else { ("http", ":80") };
        Self(format!("{scheme}://{}", host.strip_suffix(own_port).unwrap_or(&host)))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const RULE: &str = "it is `https://HOST[:PORT]` or `http://HOST[:PORT]`, with nothing after it";
        let uri: Uri = text.parse().map_err(|_| RULE.to_owned())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(RULE.into());
        };
        let own_port = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return Err(RULE.into()),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.as_str().contains('@') {
            return Err(RULE.into());
        }
        let mut origin = format!("{scheme}://{}", authority.host().to_ascii_lowercase());
        if let Some(port) = authority.port_u16().filter(|port| *port != own_port) {
            origin = format!("{origin}:{port}");
        }
        match CsrfLayer::new().add_trusted_origin(&origin) {
            Ok(_) => Ok(Self(origin)),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_reads_as_a_browser_writes_it() {
        for (text, origin) in [
            ("https://secrets.example.com", "https://secrets.example.com"),
            ("https://Secrets.Example.com:443/", "https://secrets.example.com"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().as_str(), origin);
        }
        for bad in ["", "secrets.example.com", "ftp://a", "https://a/b", "https://a?x", "https://u:p@a"] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_server_is_found_where_it_listens() {
        let at = |local: &str| Origin::listening(local.parse().unwrap(), false).0;
        assert_eq!(at("127.0.0.1:3000"), "http://127.0.0.1:3000");
        assert_eq!(at("0.0.0.0:3000"), "http://localhost:3000");
        assert_eq!(at("[::]:80"), "http://localhost");
    }
}
