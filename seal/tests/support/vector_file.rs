//! Reads the frozen vectors: `name: value` lines, a blank line between two vectors, `#` comments.

use std::collections::BTreeMap;

use crate::{ContentKind, ScopeKind, ScopePlace, ValuePlace};

/// One vector; an absent field is a mistake in the file and panics.
pub(crate) struct Vector(BTreeMap<String, String>);

pub(crate) fn parse(text: &str) -> Vec<Vector> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let vectors = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    vectors.map(|lines| Vector(lines.iter().map(|line| field(line)).collect())).collect()
}

fn field(line: &str) -> (String, String) {
    let (name, value) = line.split_once(':').expect("a line is `name: value`");
    (name.to_owned(), value.trim().to_owned())
}

pub(crate) fn unhex(hex: &str) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).expect("a hex digit");
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    assert!(rest.is_empty(), "hex comes in pairs");
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(high) * 16 + digit(low));
    pairs.iter().map(|pair| byte(pair).expect("two digits are a byte")).collect()
}

impl Vector {
    pub(crate) fn name(&self) -> &str {
        self.text("name")
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.0.get(field).unwrap_or_else(|| panic!("{:?} has no field {field}", self.0.get("name")))
    }

    pub(crate) fn bytes(&self, field: &str) -> Vec<u8> {
        unhex(self.text(field))
    }

    pub(crate) fn array<const N: usize>(&self, field: &str) -> [u8; N] {
        self.bytes(field).try_into().expect("a field of this length")
    }

    pub(crate) fn number(&self, field: &str) -> u64 {
        self.text(field).parse().expect("a decimal number")
    }

    /// The place the value is opened for.
    pub(crate) fn value_place(&self) -> ValuePlace {
        ValuePlace {
            scope: self.scope_place(""),
            secret_id: self.array("secret-id"),
            version: self.number("version"),
            content_kind: match self.number("content-kind") {
                0 => ContentKind::Text,
                1 => ContentKind::Json,
                2 => ContentKind::File,
                other => panic!("no content kind {other}"),
            },
        }
    }

    /// The place in the fields that begin with `prefix`.
    pub(crate) fn scope_place(&self, prefix: &str) -> ScopePlace {
        let number = |field: &str| self.number(&format!("{prefix}{field}"));
        ScopePlace {
            scope_kind: match number("scope-kind") {
                0 => ScopeKind::Platform,
                1 => ScopeKind::Project,
                2 => ScopeKind::Service,
                other => panic!("no scope kind {other}"),
            },
            scope_id: self.array(&format!("{prefix}scope-id")),
            key_version: number("key-version").try_into().expect("fits in u32"),
        }
    }
}
