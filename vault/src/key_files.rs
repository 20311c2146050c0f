//! The two key files: made once, checked at every start.

use std::path::{Path, PathBuf};

/// Where the root key and the store key are.
#[derive(Debug, Clone)]
pub struct KeyFiles {
    /// Wraps data keys: the inner layer.
    pub root: PathBuf,
    /// Wraps scope keys: the outer layer.
    pub store: PathBuf,
}

impl KeyFiles {
    /// `root.key` and `store.key` in `directory`.
    pub fn in_directory(directory: &Path) -> Self {
        Self {
            root: directory.join("root.key"),
            store: directory.join("store.key"),
        }
    }
}
