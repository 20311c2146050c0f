//! Sealing with the keys and nonces of the frozen vectors gives the frozen bytes.

use crate::data_key::FreshDataKey;
use crate::envelope::{Envelope, Nonces};
use crate::keys::SecretKey;
use crate::vector_file::{Vector, parse};
use crate::{KeyRing, RootKey, StoreKey};

fn nonce(bytes: &[u8]) -> [u8; 24] {
    bytes.try_into().expect("24 bytes")
}

fn seals_as_frozen(vector: &Vector) {
    let root = RootKey::from_bytes(&vector.bytes("root-key")).expect("a good key");
    let store = StoreKey::from_bytes(&vector.bytes("store-key")).expect("a good key");
    let ring = KeyRing::new(&root, &store, vector.array("instance"));
    let place = vector.value_place();
    let scope_key = ring.open_scope_key(&place.scope, &vector.bytes("wrapped-scope-key"));
    let scope_key = scope_key.expect("a good scope key");
    let (wrapped, blob) = (vector.bytes("wrapped-key"), vector.bytes("blob"));

    let data_key = vector.bytes("data-key");
    let data_key = FreshDataKey::frozen(SecretKey::init(|key| key.copy_from_slice(&data_key)));
    let nonces =
        Nonces { wrap: nonce(&wrapped[22..46]), inner: vector.array("inner-nonce"), outer: nonce(&blob[6..30]) };
    let envelope = Envelope {
        wrapping_key: ring.data_wrapping_key(),
        scope_key: &scope_key,
        instance: &vector.array("instance"),
        place: &place,
    };
    let sealed = envelope.seal(data_key, &nonces, &vector.bytes("plaintext")).expect("seals");
    assert_eq!(sealed.wrapped_key, wrapped, "{}", vector.name());
    assert_eq!(sealed.blob, blob, "{}", vector.name());
}

#[test]
fn sealing_again_with_the_frozen_keys_and_nonces_gives_the_frozen_bytes() {
    let vectors = parse(include_str!("../../tests/vectors/own/ok.txt"));
    assert!(vectors.len() >= 15);
    vectors.iter().for_each(seals_as_frozen);
}
