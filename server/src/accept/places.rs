//! How many connections there are, overall and for each address.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Doors;

/// How many connections each address has.
type Counts = Mutex<HashMap<IpAddr, u32>>;

pub(super) struct Places {
    all: Arc<Semaphore>,
    each: Arc<Counts>,
    doors: Doors,
}

/// A place taken; given back when dropped.
pub(super) struct Place {
    _overall: OwnedSemaphorePermit,
    counted: Option<(IpAddr, Arc<Counts>)>,
}

impl Places {
    pub(super) fn new(doors: Doors) -> Self {
        Self { all: Arc::new(Semaphore::new(doors.connections as usize)), each: Arc::default(), doors }
    }

    /// Waits until there is room for one more.
    pub(super) async fn free(&self) -> Option<OwnedSemaphorePermit> {
        self.all.clone().acquire_owned().await.ok()
    }

    /// The place of a client; none where it has its number already. A proxy brings many clients and is not counted.
    pub(super) fn take(&self, overall: OwnedSemaphorePermit, peer: IpAddr) -> Option<Place> {
        let peer = peer.to_canonical();
        let most = self.doors.connections_per_address;
        if most == 0 || self.doors.trusts(peer) {
            return Some(Place { _overall: overall, counted: None });
        }
        let key = network(peer);
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        let count = each.entry(key).or_insert(0);
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { _overall: overall, counted: Some((key, self.each.clone())) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((key, each)) = &self.counted {
            let mut each = each.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(count) = each.get_mut(key) {
                *count -= 1;
                if *count == 0 {
                    each.remove(key);
                }
            }
        }
    }
}

/// Whoever has one IPv6 address has the whole network of 64 bits.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_has_its_number_of_places_and_a_proxy_any() {
        let doors = Doors {
            connections_per_address: 2,
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..Doors::default()
        };
        let places = Places::new(doors);
        let take = async |peer: &str| places.take(places.free().await.unwrap(), peer.parse().unwrap());
        let first = take("192.0.2.1").await;
        let second = take("::ffff:192.0.2.1").await;
        assert!(first.is_some() && second.is_some());
        assert!(take("192.0.2.1").await.is_none());
        assert!(take("192.0.2.2").await.is_some());
        drop(first);
        assert!(take("192.0.2.1").await.is_some());
        let (_one, _two) = (take("2001:db8::1").await.unwrap(), take("2001:db8::2").await.unwrap());
        assert!(take("2001:db8:0:0:9::3").await.is_none());
        let mut held = Vec::new();
        for _ in 0..5 {
            held.push(take("10.1.2.3").await.unwrap());
        }
        drop(held);
        assert_eq!(places.all.available_permits(), 10_000 - 3);
    }
}
