//! What each seal binds besides its bytes: who, where, which version, which layer.
//!
//! Nine fields in the [canonical encoding](crate::canonical), always all nine:
//!
//! | field | value seal (layers 1 to 3) | scope-key wrap (layer 4) |
//! |---|---|---|
//! | domain | `sr.v1` | same |
//! | layer | u8 | same |
//! | header | layer 1: version, suite; layers 2, 3: the six header bytes | the six header bytes |
//! | instance id | 16 bytes | same |
//! | scope kind | u8 | same |
//! | scope id | 16 bytes | same |
//! | secret id | 16 bytes | empty |
//! | version | of the secret, u64be | of the scope key, u64be |
//! | content kind | u8 | empty |
//!
//! Layer 1 leaves the scope key's version out, and layer 3 too: rotating a scope key replaces the
//! outer layer alone and never sees the value. Layer 2 has it in its header.

use crate::canonical;
use crate::header::{HEADER_LEN, Header};
use crate::place::{ScopePlace, ValuePlace};

/// The domain label: no other product and no other version of the format shares it.
const DOMAIN: &[u8] = b"sr.v1";

/// Room for the largest AAD: nine fields of 70 bytes together, and ten counts.
const AAD_LEN: usize = 70 + 10 * 8;

/// Which of the four seals; one byte, so that no ciphertext passes for one of another layer.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Layer {
    Inner = 1,
    Outer = 2,
    WrapDataKey = 3,
    WrapScopeKey = 4,
}

/// The AAD of a value's inner layer. Both headers of a value share version and suite.
pub(crate) fn inner(header: &Header, instance: &[u8; 16], place: &ValuePlace) -> Vec<u8> {
    let [version, suite, ..] = header.bytes();
    of_value(Layer::Inner, &[version, suite], instance, place)
}

/// The AAD of a value's outer layer.
pub(crate) fn outer(header: &Header, instance: &[u8; 16], place: &ValuePlace) -> Vec<u8> {
    of_value(Layer::Outer, &header.bytes(), instance, place)
}

/// The AAD of a wrapped data key.
pub(crate) fn data_key(header: &Header, instance: &[u8; 16], place: &ValuePlace) -> Vec<u8> {
    of_value(Layer::WrapDataKey, &header.bytes(), instance, place)
}

/// The AAD of a wrapped scope key.
pub(crate) fn scope_key(header: &Header, instance: &[u8; 16], place: &ScopePlace) -> Vec<u8> {
    let header: [u8; HEADER_LEN] = header.bytes();
    let version = u64::from(place.key_version);
    encoded(Layer::WrapScopeKey, &header, instance, place, &[], version, &[])
}

fn of_value(layer: Layer, header: &[u8], instance: &[u8; 16], place: &ValuePlace) -> Vec<u8> {
    let kind = [place.content_kind as u8];
    encoded(layer, header, instance, &place.scope, &place.secret_id, place.version, &kind)
}

fn encoded(
    layer: Layer,
    header: &[u8],
    instance: &[u8; 16],
    scope: &ScopePlace,
    secret_id: &[u8],
    version: u64,
    content_kind: &[u8],
) -> Vec<u8> {
    let fields: [&[u8]; 9] = [
        DOMAIN,
        &[layer as u8],
        header,
        instance,
        &[scope.scope_kind as u8],
        &scope.scope_id,
        secret_id,
        &version.to_be_bytes(),
        content_kind,
    ];
    let mut aad = Vec::with_capacity(AAD_LEN);
    canonical::encode(&fields, |bytes| aad.extend_from_slice(bytes));
    aad
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::place::{ContentKind, ScopeKind};

    const PLACE: ValuePlace = ValuePlace {
        scope: ScopePlace { scope_kind: ScopeKind::Project, scope_id: [2; 16], key_version: 3 },
        secret_id: [4; 16],
        version: 5,
        content_kind: ContentKind::Json,
    };

    #[test]
    fn every_field_and_every_layer_changes_the_aad() {
        let header = Header::new(3);
        let change = |edit: fn(&mut ValuePlace)| {
            let mut place = PLACE;
            edit(&mut place);
            place
        };
        let places = [
            PLACE,
            change(|p| p.scope.scope_kind = ScopeKind::Service),
            change(|p| p.scope.scope_id[15] ^= 1),
            change(|p| p.secret_id[0] ^= 1),
            change(|p| p.version ^= 1),
            change(|p| p.content_kind = ContentKind::Text),
        ];
        let mut seen = HashSet::new();
        for place in &places {
            assert!(seen.insert(inner(&header, &[1; 16], place)));
            assert!(seen.insert(outer(&header, &[1; 16], place)));
            assert!(seen.insert(data_key(&header, &[1; 16], place)));
        }
        assert!(seen.insert(inner(&header, &[9; 16], &PLACE)));
        assert!(seen.insert(outer(&Header::new(4), &[1; 16], &PLACE)));
        assert!(seen.insert(scope_key(&header, &[1; 16], &PLACE.scope)));
        assert!(seen.insert(scope_key(&header, &[1; 16], &ScopePlace { key_version: 4, ..PLACE.scope })));
        assert!(seen.insert(scope_key(&header, &[9; 16], &PLACE.scope)));
    }

    #[test]
    fn rotating_a_scope_key_leaves_the_inner_layer_and_the_data_key_alone() {
        let mut rotated = PLACE;
        rotated.scope.key_version += 1;
        let (old, new) = (Header::new(3), Header::new(4));
        assert_eq!(inner(&old, &[1; 16], &PLACE), inner(&new, &[1; 16], &rotated));
        assert_eq!(data_key(&old, &[1; 16], &PLACE), data_key(&old, &[1; 16], &rotated));
        assert_ne!(outer(&old, &[1; 16], &PLACE), outer(&new, &[1; 16], &rotated));
    }

    #[test]
    fn the_room_reserved_for_an_aad_is_exactly_what_the_largest_one_takes() {
        assert_eq!(outer(&Header::new(3), &[1; 16], &PLACE).len(), AAD_LEN);
    }
}
