//! Where a value lives: the ids that its seal binds, so that a row moved elsewhere does not open.
//!
//! Immutable ids only. Names are protected by the row MAC, which makes a rename cheap.

/// The level a scope stands on; one byte in the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ScopeKind {
    /// The whole installation: byte 0.
    Platform = 0,
    /// One project: byte 1.
    Project = 1,
    /// One service of a project: byte 2.
    Service = 2,
}

/// What the bytes of a value are; one byte in the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ContentKind {
    /// UTF-8 text: byte 0.
    Text = 0,
    /// A JSON document: byte 1.
    Json = 1,
    /// Any bytes: byte 2.
    File = 2,
}

/// A scope and one version of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopePlace {
    /// The level.
    pub scope_kind: ScopeKind,
    /// The scope's id; never reused.
    pub scope_id: [u8; 16],
    /// The version of the scope's key, counted up by rotation.
    pub key_version: u32,
}

/// One version of one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValuePlace {
    /// The scope the secret belongs to, with the key version that seals this value.
    pub scope: ScopePlace,
    /// The secret's id; never reused.
    pub secret_id: [u8; 16],
    /// The number of this version of the secret.
    pub version: u64,
    /// What the bytes are.
    pub content_kind: ContentKind,
}
