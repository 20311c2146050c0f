//! Changes: one atomic write of one or many secrets.

use domain::{
    Actor,
    api::{ChangeRow, ListQuery, Page},
};

use crate::{Vault, error::Result};

impl Vault {
    /// The changes the actor may see, newest first. `search` is not used.
    pub async fn list_changes(&self, actor: &Actor, query: &ListQuery) -> Result<Page<ChangeRow>> {
        let _ = (actor, query);
        todo!()
    }

    /// One change.
    pub async fn find_change(&self, actor: &Actor, id: &str) -> Result<ChangeRow> {
        let _ = (actor, id);
        todo!()
    }
}
