//! The address of a server.

use std::{fmt, net::IpAddr, str::FromStr};

use ureq::http::Uri;

/// `https://host[:port][/path]`, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerUrl(String);

impl ServerUrl {
    /// The address as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Do token and values travel in the open, further than this machine?
    pub(crate) fn is_open(&self) -> bool {
        self.0.starts_with("http://") && !self.is_loopback()
    }

    /// Is the server on this machine?
    pub(crate) fn is_loopback(&self) -> bool {
        let uri: Option<Uri> = self.0.parse().ok();
        let Some(host) = uri.as_ref().and_then(Uri::host) else {
            return false;
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }
}

impl FromStr for ServerUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| "this is no address; write https://host or https://host:port")?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("an address starts with https:// (or http:// on this machine)");
        }
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        if uri.host().is_none_or(str::is_empty) {
            return Err("the address has no host; write https://host or https://host:port");
        }
        if authority.contains('@') {
            return Err("an address holds no name and no password; the token is what signs you in");
        }
        if uri.query().is_some() || text.contains('#') {
            return Err("an address ends before any `?` or `#`");
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_with_its_scheme() {
        for good in ["https://a.example", "http://127.0.0.1:3000", "https://a.example/vault", "http://[::1]:1"] {
            assert_eq!(good.parse::<ServerUrl>().unwrap().as_str(), good);
        }
        assert_eq!("https://a.example/".parse::<ServerUrl>().unwrap().as_str(), "https://a.example");
        for bad in [
            "",
            "a.example",
            "a.example:3000",
            "ftp://a",
            "https://",
            "https://u:p@a",
            "https://a?x",
            "https://a#x",
            "https://a b",
        ] {
            assert!(bad.parse::<ServerUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn plain_http_is_fine_on_this_machine_only() {
        for (url, open) in [
            ("http://localhost:3000", false),
            ("http://127.0.0.9", false),
            ("http://[::1]:80", false),
            ("https://a.example", false),
            ("http://a.example", true),
            ("http://localhost.example", true),
            ("http://10.0.0.1", true),
        ] {
            assert_eq!(url.parse::<ServerUrl>().unwrap().is_open(), open, "{url}");
        }
    }
}
