//! Opens the frozen vectors through the public API. See `vectors/README.md`.

use std::collections::BTreeMap;

use seal::{
    AuditRoot, ContentKind, KeyRing, RootKey, ScopeKind, ScopePlace, SealError, SealedValue, StoreKey, ValuePlace,
};

#[path = "support/vector_file.rs"]
mod vector_file;

use vector_file::{Vector, parse};

/// What opening gave, at which step.
type Outcome = (&'static str, Result<Vec<u8>, SealError>);

fn open(vector: &Vector) -> Outcome {
    let root = RootKey::from_bytes(&vector.bytes("root-key"));
    let store = StoreKey::from_bytes(&vector.bytes("store-key"));
    let (root, store) = match (root, store) {
        (Ok(root), Ok(store)) => (root, store),
        (Err(error), _) | (_, Err(error)) => return ("keys", Err(error)),
    };
    let ring = KeyRing::new(&root, &store, vector.array("instance"));
    let wrapped = vector.bytes("wrapped-scope-key");
    let scope_key = match ring.open_scope_key(&vector.scope_place("key-"), &wrapped) {
        Ok(key) => key,
        Err(error) => return ("scope-key", Err(error)),
    };
    let sealed = SealedValue { wrapped_key: vector.bytes("wrapped-key"), blob: vector.bytes("blob") };
    let value = ring.open_value(&scope_key, &vector.value_place(), &sealed);
    ("value", value.map(|value| value.to_vec()))
}

fn name_of(error: &SealError) -> &'static str {
    match error {
        SealError::KeyLength { .. } => "key-length",
        SealError::WeakKey => "weak-key",
        SealError::Randomness => "randomness",
        SealError::TooLarge => "too-large",
        SealError::Truncated => "truncated",
        SealError::UnknownVersion(_) => "bad-version",
        SealError::UnknownSuite(_) => "bad-suite",
        SealError::UnknownKey { .. } => "unknown-key",
        SealError::WrongScope => "wrong-scope",
        SealError::CommitmentMismatch => "commit-failure",
        SealError::AuthenticationFailed => "auth-failure",
        SealError::BadPadding => "bad-padding",
    }
}

/// Every vector of a file gives what it says, at the step it says; the file has `count` of them.
fn check(text: &str, count: usize) {
    let vectors = parse(text);
    assert_eq!(vectors.len(), count);
    for vector in vectors {
        let (at, outcome) = open(&vector);
        let given = outcome.as_ref().map_or_else(name_of, |_| "ok");
        assert_eq!((given, at), (vector.text("expect"), vector.text("at")), "{}", vector.name());
        if let Ok(value) = outcome {
            assert_eq!(value, vector.bytes("plaintext"), "{}", vector.name());
        }
    }
}

#[test]
fn what_was_sealed_once_opens_for_ever() {
    check(include_str!("vectors/own/ok.txt"), 18);
}

#[test]
fn wrong_and_malformed_custody_keys_are_told_apart() {
    check(include_str!("vectors/own/keys.txt"), 11);
}

#[test]
fn unknown_versions_suites_and_key_ids_are_named_as_such() {
    check(include_str!("vectors/own/header.txt"), 28);
}

#[test]
fn a_value_opens_in_its_own_place_only() {
    check(include_str!("vectors/own/place.txt"), 16);
}

#[test]
fn every_layer_by_itself_binds_every_field() {
    check(include_str!("vectors/own/layers.txt"), 32);
}

#[test]
fn every_part_of_the_sealed_bytes_is_authenticated() {
    check(include_str!("vectors/own/tampered.txt"), 19);
}

#[test]
fn columns_of_other_rows_do_not_open() {
    check(include_str!("vectors/own/swapped.txt"), 14);
}

#[test]
fn bytes_of_another_length_are_refused() {
    check(include_str!("vectors/own/truncated.txt"), 40);
}

#[test]
fn authentic_bytes_with_other_padding_are_refused() {
    check(include_str!("vectors/own/padding.txt"), 9);
}

#[test]
fn keyed_hashes_and_key_checks_never_change() {
    let mut seen = BTreeMap::new();
    for vector in parse(include_str!("vectors/own/macs.txt")) {
        let root = RootKey::from_bytes(&vector.bytes("root-key")).expect("a good key");
        let store = StoreKey::from_bytes(&vector.bytes("store-key")).expect("a good key");
        let ring = KeyRing::new(&root, &store, vector.array("instance"));
        let mac = match vector.name() {
            "root-check" => ring.root_check().to_vec(),
            "store-check" => ring.store_check().to_vec(),
            "fingerprint" => ring.fingerprint(&vector.bytes("message")).to_vec(),
            "token-hash" => ring.token_hash(&vector.bytes("message")).to_vec(),
            "session-hash" => ring.session_hash(&vector.bytes("message")).to_vec(),
            "row-mac" => row_mac(&ring, &vector).to_vec(),
            "audit-mac" => {
                let (writer, previous) = (vector.array("writer"), vector.array("previous"));
                let key = AuditRoot::new(&root, vector.array("instance")).chain_key(writer);
                key.mac(&previous, vector.number("seq"), &vector.bytes("entry")).to_vec()
            }
            other => panic!("no keyed hash named {other}"),
        };
        assert_eq!(mac, vector.bytes("mac"), "{}", vector.name());
        *seen.entry(vector.name().to_owned()).or_insert(0) += 1;
    }
    assert_eq!(seen.values().sum::<i32>(), 19);
    assert_eq!(seen.len(), 7);
}

fn row_mac(ring: &KeyRing, vector: &Vector) -> [u8; 32] {
    let fields: Vec<_> = (0..vector.number("fields")).map(|n| vector.bytes(&format!("field-{n}"))).collect();
    let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
    ring.row_mac(vector.text("table"), &fields)
}
