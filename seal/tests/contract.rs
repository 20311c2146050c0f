//! What the types and the key ring promise to whoever calls them.

use std::collections::HashSet;
use std::fmt::{Debug, Display};

use seal::{KeyRing, RootKey, ScopeKey, SealError, StoreKey, random_bytes};
use zeroize::ZeroizeOnDrop;

/// Does not compile if the type has the trait: two answers to `name` are then possible.
macro_rules! assert_lacks {
    ($type:ty: $($lacked:path),+) => {$({
        trait Ambiguous<Marker> { fn name() {} }
        struct HasIt;
        impl<T: ?Sized> Ambiguous<()> for T {}
        impl<T: ?Sized + $lacked> Ambiguous<HasIt> for T {}
        let _ = <$type as Ambiguous<_>>::name;
    })+};
}

#[test]
fn keys_cannot_be_printed_copied_or_compared() {
    assert_lacks!(RootKey: Debug, Display, Clone, PartialEq, AsRef<[u8]>);
    assert_lacks!(StoreKey: Debug, Display, Clone, PartialEq, AsRef<[u8]>);
    assert_lacks!(ScopeKey: Debug, Display, Clone, PartialEq, AsRef<[u8]>);
    assert_lacks!(KeyRing: Debug, Display, Clone, PartialEq, AsRef<[u8]>);
}

#[test]
fn keys_are_erased_when_dropped_and_may_cross_threads() {
    fn assert_has<T: ZeroizeOnDrop + Send + Sync>() {}
    assert_has::<RootKey>();
    assert_has::<StoreKey>();
    assert_has::<ScopeKey>();
    assert_has::<KeyRing>();
}

fn ring(root: u8, store: u8, instance: u8) -> KeyRing {
    let root = RootKey::from_bytes(&[root; 32]).expect("a good key");
    let store = StoreKey::from_bytes(&[store; 32]).expect("a good key");
    KeyRing::new(&root, &store, [instance; 16])
}

#[test]
fn the_checks_tell_another_key_and_another_instance() {
    let checks = |ring: KeyRing| (ring.root_check(), ring.store_check());
    let base = checks(ring(1, 2, 3));
    assert_eq!(base, checks(ring(1, 2, 3)));
    assert_eq!(base.0, checks(ring(1, 9, 3)).0);
    assert_eq!(base.1, checks(ring(9, 2, 3)).1);
    assert_ne!(base.0, checks(ring(9, 2, 3)).0);
    assert_ne!(base.1, checks(ring(1, 9, 3)).1);
    assert_ne!(base.0, checks(ring(1, 2, 9)).0);
    assert_ne!(base.1, checks(ring(1, 2, 9)).1);
    let same_bytes_twice = checks(ring(1, 1, 3));
    assert_ne!(same_bytes_twice.0, same_bytes_twice.1);
}

#[test]
fn one_message_has_another_hash_for_every_purpose_and_every_instance() {
    let mut seen = HashSet::new();
    for ring in [ring(1, 2, 3), ring(1, 2, 4), ring(5, 2, 3)] {
        assert!(seen.insert(ring.fingerprint(b"message")));
        assert!(seen.insert(ring.token_hash(b"message")));
        assert!(seen.insert(ring.session_hash(b"message")));
        assert!(seen.insert(ring.row_mac("message", &[])));
        assert!(seen.insert(ring.row_mac("", &[b"message"])));
    }
    assert_eq!(ring(1, 2, 3).fingerprint(b"message"), ring(1, 8, 3).fingerprint(b"message"));
}

#[test]
fn an_epoch_has_tokens_and_sessions_of_its_own_and_all_else_in_common() {
    let (first, later) = (ring(1, 2, 3).at_epoch(0), ring(1, 2, 3).at_epoch(1));
    assert_eq!(first.token_hash(b"message"), ring(1, 2, 3).token_hash(b"message"));
    assert_ne!(first.token_hash(b"message"), later.token_hash(b"message"));
    assert_ne!(first.session_hash(b"message"), later.session_hash(b"message"));
    assert_ne!(later.token_hash(b"message"), ring(1, 2, 3).at_epoch(2).token_hash(b"message"));
    assert_eq!(first.row_mac("a", &[b"b"]), later.row_mac("a", &[b"b"]));
    assert_eq!(first.fingerprint(b"message"), later.fingerprint(b"message"));
}

#[test]
fn a_row_mac_keeps_table_and_fields_apart() {
    let ring = ring(1, 2, 3);
    let macs = [
        ring.row_mac("ab", &[b"c"]),
        ring.row_mac("a", &[b"bc"]),
        ring.row_mac("a", &[b"b", b"c"]),
        ring.row_mac("a", &[b"b", b"c", b""]),
        ring.row_mac("a", &[b"", b"b", b"c"]),
    ];
    assert_eq!(HashSet::from(macs).len(), macs.len());
}

#[test]
fn random_bytes_differ_and_have_the_length_asked_for() {
    let a: [u8; 32] = random_bytes().expect("the kernel has randomness");
    let b: [u8; 32] = random_bytes().expect("the kernel has randomness");
    assert_ne!(a, b);
    assert_eq!(random_bytes::<0>(), Ok([]));
}

#[test]
fn messages_say_what_is_wrong_in_one_line() {
    let table = [
        (SealError::KeyLength { found: 31 }, "a key has 32 bytes, this one has 31"),
        (SealError::UnknownVersion(2), "unknown format version 2"),
        (SealError::UnknownKey { found: 7, expected: 1 }, "sealed under key 7, but key 1 was given"),
        (SealError::AuthenticationFailed, "the sealed bytes were altered or do not belong here"),
    ];
    for (error, message) in table {
        assert_eq!(error.to_string(), message);
    }
}
