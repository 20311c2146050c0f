//! From where a token is accepted: networks as CIDR, kept in one column with commas between.

use std::net::IpAddr;

use domain::Error as PublicError;
use ipnet::IpNet;

/// So many networks a token has at most.
const NETWORKS_MAX: usize = 32;

/// The networks as they are stored: each once, without the bits that do not count. 422 naming what is none.
pub(super) fn stored(networks: &[String]) -> Result<String, PublicError> {
    if networks.len() > NETWORKS_MAX {
        return Err(PublicError::field("networks", format!("a token has at most {NETWORKS_MAX} networks")));
    }
    let mut all = networks.iter().map(|text| network(text.trim())).collect::<Result<Vec<_>, _>>()?;
    all.sort_unstable();
    all.dedup();
    Ok(all.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

/// The networks as lists show them.
pub(super) fn listed(stored: &str) -> Vec<String> {
    stored.split(',').filter(|network| !network.is_empty()).map(str::to_owned).collect()
}

/// Whether a request from `address` is from one of the networks; from everywhere when there is none. An address that
/// is unknown is in no network.
pub(super) fn admit(stored: &str, address: &str) -> bool {
    if stored.is_empty() {
        return true;
    }
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let address = address.to_canonical();
    stored.split(',').filter_map(|network| network.parse::<IpNet>().ok()).any(|network| network.contains(&address))
}

/// `10.1.0.0/16`, or one address.
fn network(text: &str) -> Result<IpNet, PublicError> {
    let network = text.parse::<IpNet>().map(|network| network.trunc());
    let network = network.or_else(|_| text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical())));
    network.map_err(|_| {
        let shown: String = text.chars().take(50).collect();
        PublicError::field("networks", format!("`{shown}` is no network, such as 10.1.0.0/16 or 2001:db8::/32"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(networks: &[&str]) -> Result<String, PublicError> {
        stored(&networks.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn networks_are_kept_in_one_form() {
        assert_eq!(of(&[]).unwrap(), "");
        assert_eq!(
            of(&[" 10.1.2.3/16", "10.1.0.0/16", "192.0.2.7", "2001:DB8::1/32"]).unwrap(),
            "10.1.0.0/16,192.0.2.7/32,2001:db8::/32"
        );
        for bad in ["", "10.1.0.0/33", "10.1/16", "shop", "10.1.0.0/16,10.2.0.0/16", "::1/129"] {
            assert!(of(&[bad]).unwrap_err().detail.contains("is no network"), "{bad:?}");
        }
        assert!(stored(&vec!["10.0.0.1".to_owned(); NETWORKS_MAX + 1]).is_err());
        assert_eq!(listed(""), Vec::<String>::new());
    }

    #[test]
    fn an_address_is_inside_or_outside() {
        let networks = of(&["10.1.0.0/16", "2001:db8::/32"]).unwrap();
        for inside in ["10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "2001:db8:ffff::1"] {
            assert!(admit(&networks, inside), "{inside}");
        }
        for outside in ["10.2.0.0", "2001:db9::1", "", "10.1.0.0/16", "unknown"] {
            assert!(!admit(&networks, outside), "{outside}");
        }
        assert!(admit("", "") && admit("", "203.0.113.9"));
        assert!(!admit("broken", "10.1.0.1"));
    }
}
