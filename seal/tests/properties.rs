//! What must hold for every value, place and damage.

use std::collections::HashSet;

use proptest::prelude::*;
use seal::{ContentKind, ScopeKind, ScopePlace, SealError, SealedValue, ValuePlace};

#[path = "support/sealing.rs"]
mod sealing;

use sealing::{flip, new_scope_key, ring};

fn scope_places() -> impl Strategy<Value = ScopePlace> {
    let kinds = prop::sample::select(vec![ScopeKind::Platform, ScopeKind::Project, ScopeKind::Service]);
    (kinds, any::<[u8; 16]>(), any::<u32>()).prop_map(|(scope_kind, scope_id, key_version)| ScopePlace {
        scope_kind,
        scope_id,
        key_version,
    })
}

fn value_places() -> impl Strategy<Value = ValuePlace> {
    let kinds = prop::sample::select(vec![ContentKind::Text, ContentKind::Json, ContentKind::File]);
    (scope_places(), any::<[u8; 16]>(), any::<u64>(), kinds)
        .prop_map(|(scope, secret_id, version, content_kind)| ValuePlace { scope, secret_id, version, content_kind })
}

fn values() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

/// Another place than this one, in one bit or one kind.
fn elsewhere(place: &ValuePlace, bit: usize) -> ValuePlace {
    let mut other = *place;
    match bit % 6 {
        0 => flip(&mut other.scope.scope_id, bit / 6),
        1 => flip(&mut other.secret_id, bit / 6),
        2 => other.scope.key_version ^= 1 << (bit / 6 % 32),
        3 => other.version ^= 1 << (bit / 6 % 64),
        4 => {
            other.scope.scope_kind = match other.scope.scope_kind {
                ScopeKind::Platform => ScopeKind::Project,
                ScopeKind::Project => ScopeKind::Service,
                ScopeKind::Service => ScopeKind::Platform,
            }
        }
        _ => {
            other.content_kind = match other.content_kind {
                ContentKind::Text => ContentKind::Json,
                ContentKind::Json => ContentKind::File,
                ContentKind::File => ContentKind::Text,
            }
        }
    }
    other
}

proptest! {
    #[test]
    fn what_is_sealed_opens_to_the_same_bytes(place in value_places(), value in values()) {
        let ring = ring();
        let scope_key = new_scope_key(&ring, &place.scope);
        let sealed = ring.seal_value(&scope_key, &place, &value).expect("seals");
        prop_assert_eq!(sealed.wrapped_key.len(), 94);
        prop_assert_eq!(sealed.scope_key_version(), Ok(place.scope.key_version));
        prop_assert_eq!(&*ring.open_value(&scope_key, &place, &sealed).expect("opens"), &value);
    }

    #[test]
    fn any_flipped_bit_of_the_blob_fails(place in value_places(), value in values(), bit: usize) {
        let ring = ring();
        let scope_key = new_scope_key(&ring, &place.scope);
        let mut sealed = ring.seal_value(&scope_key, &place, &value).expect("seals");
        flip(&mut sealed.blob, bit);
        prop_assert!(ring.open_value(&scope_key, &place, &sealed).is_err());
    }

    #[test]
    fn any_other_place_fails(place in value_places(), value in values(), bit: usize) {
        let ring = ring();
        let wrapped = ring.new_scope_key(&place.scope).expect("wraps");
        let scope_key = ring.open_scope_key(&place.scope, &wrapped).expect("unwraps");
        let sealed = ring.seal_value(&scope_key, &place, &value).expect("seals");
        let other = elsewhere(&place, bit);
        prop_assert!(ring.open_value(&scope_key, &other, &sealed).is_err());
        if other.scope != place.scope {
            prop_assert_eq!(ring.open_scope_key(&other.scope, &wrapped).err(), Some(SealError::AuthenticationFailed));
            // Not with the other scope's own key either.
            prop_assert!(ring.open_value(&new_scope_key(&ring, &other.scope), &other, &sealed).is_err());
        }
    }

    #[test]
    fn two_swapped_rows_both_fail(place in value_places(), a in values(), b in values(), bit: usize) {
        let ring = ring();
        let mut other = elsewhere(&place, bit);
        other.scope = place.scope;
        prop_assume!(other != place);
        let scope_key = new_scope_key(&ring, &place.scope);
        let a = ring.seal_value(&scope_key, &place, &a).expect("seals");
        let b = ring.seal_value(&scope_key, &other, &b).expect("seals");
        prop_assert!(ring.open_value(&scope_key, &other, &a).is_err());
        prop_assert!(ring.open_value(&scope_key, &place, &b).is_err());
        let mixed = SealedValue { wrapped_key: a.wrapped_key, blob: b.blob };
        prop_assert!(ring.open_value(&scope_key, &place, &mixed).is_err());
        prop_assert!(ring.open_value(&scope_key, &other, &mixed).is_err());
    }

    #[test]
    fn two_seals_of_one_value_for_one_place_do_not_mix(place in value_places(), value in values()) {
        let ring = ring();
        let scope_key = new_scope_key(&ring, &place.scope);
        let a = ring.seal_value(&scope_key, &place, &value).expect("seals");
        let b = ring.seal_value(&scope_key, &place, &value).expect("seals");
        let mixed = SealedValue { wrapped_key: a.wrapped_key, blob: b.blob };
        prop_assert_eq!(ring.open_value(&scope_key, &place, &mixed).err(), Some(SealError::AuthenticationFailed));
    }

    #[test]
    fn four_bytes_of_the_value_never_show(place in value_places(), value in values()) {
        let ring = ring();
        let scope_key = new_scope_key(&ring, &place.scope);
        // Four bytes occur by chance once in a while, but not in two seals of one value. The first
        // six bytes are the header, which may well equal four bytes of a value.
        let shown = |sealed: SealedValue| {
            let stored = [&sealed.blob[6..], &sealed.wrapped_key[6..]].map(<[u8]>::to_vec);
            let windows: HashSet<_> = stored.iter().flat_map(|bytes| bytes.windows(4)).map(<[u8]>::to_vec).collect();
            value.windows(4).filter(|four| windows.contains(*four)).map(<[u8]>::to_vec).collect::<HashSet<_>>()
        };
        let a = shown(ring.seal_value(&scope_key, &place, &value).expect("seals"));
        let b = shown(ring.seal_value(&scope_key, &place, &value).expect("seals"));
        prop_assert!(a.is_disjoint(&b));
    }

    #[test]
    fn any_bytes_at_all_are_refused_without_a_panic(wrapped in prop::collection::vec(any::<u8>(), 0..120), blob in values()) {
        let ring = ring();
        let scope = ScopePlace { scope_kind: ScopeKind::Project, scope_id: [4; 16], key_version: 1 };
        let place = ValuePlace { scope, secret_id: [5; 16], version: 1, content_kind: ContentKind::Text };
        let scope_key = new_scope_key(&ring, &scope);
        // Once as they are, and once behind a good header, so that the rest is reached too.
        for header in [&[][..], &[1, 1, 0, 0, 0, 1]] {
            let sealed = SealedValue { wrapped_key: [header, &wrapped].concat(), blob: [header, &blob].concat() };
            prop_assert!(ring.open_value(&scope_key, &place, &sealed).is_err());
            prop_assert!(ring.open_scope_key(&scope, &sealed.wrapped_key).is_err());
        }
    }

    #[test]
    fn row_macs_match_their_own_row_only(a in prop::collection::vec(values(), 0..4), b in prop::collection::vec(values(), 0..4)) {
        let ring = ring();
        let (a, b): (Vec<&[u8]>, Vec<&[u8]>) = (a.iter().map(Vec::as_slice).collect(), b.iter().map(Vec::as_slice).collect());
        let mac = ring.row_mac("secrets", &a);
        prop_assert!(ring.row_mac_matches("secrets", &a, &mac));
        prop_assert!(!ring.row_mac_matches("grants", &a, &mac));
        prop_assert!(!ring.row_mac_matches("secrets", &a, &mac[..31]));
        prop_assert_eq!(ring.row_mac_matches("secrets", &b, &mac), a == b);
    }
}
