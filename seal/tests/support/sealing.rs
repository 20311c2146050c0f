//! A key ring that is the same every time, a key for any scope, and damage.

use seal::{KeyRing, RootKey, ScopeKey, ScopePlace, StoreKey};

pub(crate) fn ring() -> KeyRing {
    let root = RootKey::from_bytes(&[1; 32]).expect("a good key");
    let store = StoreKey::from_bytes(&[2; 32]).expect("a good key");
    KeyRing::new(&root, &store, [3; 16])
}

pub(crate) fn new_scope_key(ring: &KeyRing, place: &ScopePlace) -> ScopeKey {
    let wrapped = ring.new_scope_key(place).expect("wraps");
    ring.open_scope_key(place, &wrapped).expect("unwraps")
}

pub(crate) fn flip(bytes: &mut [u8], bit: usize) {
    let bit = bit % (bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
}
