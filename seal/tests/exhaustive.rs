//! Every bit, every length, ten thousand nonces: what is small enough to try in full.

use std::collections::HashSet;

use seal::{ContentKind, MAX_VALUE_LEN, ScopeKind, ScopePlace, SealError, SealedValue, ValuePlace};

#[path = "support/sealing.rs"]
mod sealing;

use sealing::{flip, new_scope_key, ring};

const SCOPE: ScopePlace = ScopePlace { scope_kind: ScopeKind::Service, scope_id: [6; 16], key_version: 9 };
const PLACE: ValuePlace = ValuePlace { scope: SCOPE, secret_id: [7; 16], version: 1, content_kind: ContentKind::File };

#[test]
fn every_single_flipped_bit_of_both_columns_and_of_the_scope_key_fails() {
    let ring = ring();
    let wrapped = ring.new_scope_key(&SCOPE).expect("wraps");
    assert_eq!(wrapped.len(), 94);
    for bit in 0..wrapped.len() * 8 {
        let mut wrapped = wrapped.clone();
        flip(&mut wrapped, bit);
        assert!(ring.open_scope_key(&SCOPE, &wrapped).is_err(), "bit {bit} of the scope key");
    }
    let scope_key = ring.open_scope_key(&SCOPE, &wrapped).expect("unwraps");
    let sealed = ring.seal_value(&scope_key, &PLACE, b"sesame").expect("seals");
    for bit in 0..sealed.wrapped_key.len() * 8 {
        let mut sealed = sealed.clone();
        flip(&mut sealed.wrapped_key, bit);
        assert!(ring.open_value(&scope_key, &PLACE, &sealed).is_err(), "bit {bit} of the wrapped key");
    }
    for bit in 0..sealed.blob.len() * 8 {
        let mut sealed = sealed.clone();
        flip(&mut sealed.blob, bit);
        assert!(ring.open_value(&scope_key, &PLACE, &sealed).is_err(), "bit {bit} of the blob");
    }
}

#[test]
fn every_truncation_of_both_columns_fails() {
    let ring = ring();
    let scope_key = new_scope_key(&ring, &SCOPE);
    let sealed = ring.seal_value(&scope_key, &PLACE, &[8; 700]).expect("seals");
    for len in 0..sealed.wrapped_key.len() {
        let cut = SealedValue { wrapped_key: sealed.wrapped_key[..len].to_vec(), blob: sealed.blob.clone() };
        assert_eq!(ring.open_value(&scope_key, &PLACE, &cut).err(), Some(SealError::Truncated), "{len}");
    }
    for len in 0..sealed.blob.len() {
        let cut = SealedValue { wrapped_key: sealed.wrapped_key.clone(), blob: sealed.blob[..len].to_vec() };
        assert!(ring.open_value(&scope_key, &PLACE, &cut).is_err(), "{len}");
    }
}

#[test]
fn ten_thousand_seals_have_thirty_thousand_distinct_nonces_and_as_many_data_keys_as_seals() {
    let ring = ring();
    let scope_key = new_scope_key(&ring, &SCOPE);
    let (mut nonces, mut bodies) = (HashSet::new(), HashSet::new());
    for _ in 0..10_000 {
        let sealed = ring.seal_value(&scope_key, &PLACE, b"the same value").expect("seals");
        nonces.insert(sealed.wrapped_key[22..46].to_vec());
        nonces.insert(sealed.blob[6..30].to_vec());
        bodies.insert(sealed.wrapped_key[46..].to_vec());
        // The inner nonce is under the outer layer: distinct ciphertexts of it are all one can see.
        nonces.insert(sealed.blob[30..54].to_vec());
    }
    assert_eq!((nonces.len(), bodies.len()), (30_000, 10_000));
}

#[test]
fn values_up_to_four_kibibytes_are_stored_in_few_lengths() {
    let ring = ring();
    let scope_key = new_scope_key(&ring, &SCOPE);
    let value = [9; 4096];
    let lengths: HashSet<_> = (0..=value.len())
        .map(|len| ring.seal_value(&scope_key, &PLACE, &value[..len]).expect("seals").blob.len())
        .collect();
    assert_eq!(lengths.len(), 73);
}

#[test]
fn a_value_longer_than_the_format_allows_is_refused_before_it_is_sealed() {
    let ring = ring();
    let scope_key = new_scope_key(&ring, &SCOPE);
    let value = vec![0; MAX_VALUE_LEN + 1];
    assert_eq!(ring.seal_value(&scope_key, &PLACE, &value).err(), Some(SealError::TooLarge));
    let sealed = ring.seal_value(&scope_key, &PLACE, &value[1..]).expect("seals");
    assert_eq!(ring.open_value(&scope_key, &PLACE, &sealed).expect("opens").len(), MAX_VALUE_LEN);
}

#[test]
fn a_scope_key_does_not_seal_for_a_place_it_could_not_be_opened_in() {
    let ring = ring();
    let scope_key = new_scope_key(&ring, &SCOPE);
    let elsewhere = ValuePlace { scope: ScopePlace { scope_id: [0; 16], ..SCOPE }, ..PLACE };
    let later = ValuePlace { scope: ScopePlace { key_version: 10, ..SCOPE }, ..PLACE };
    assert_eq!(ring.seal_value(&scope_key, &elsewhere, b"").err(), Some(SealError::WrongScope));
    let expected = SealError::UnknownKey { found: 10, expected: 9 };
    assert_eq!(ring.seal_value(&scope_key, &later, b"").err(), Some(expected));
}
