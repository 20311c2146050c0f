//! An upload becomes a plan, and a plan becomes one change.

use domain::{Actor, Scope, api::Plan, import::Import};

use crate::{Vault, error::Result};

/// How an upload is applied.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// Names to leave out on purpose.
    pub leave_out: Vec<String>,
    /// Why; goes into the change.
    pub message: String,
}

impl Vault {
    /// What applying `import` to `scope` would do. Writes nothing.
    pub async fn plan_import(
        &self,
        actor: &Actor,
        scope: &Scope,
        import: &Import,
        options: &ImportOptions,
    ) -> Result<Plan> {
        let _ = (actor, scope, import, options);
        todo!()
    }

    /// Applies `import` to `scope`: one change in one transaction. While a key is invalid and not left out,
    /// nothing is stored and every problem is answered (422).
    pub async fn import(
        &self,
        actor: &Actor,
        scope: &Scope,
        import: &Import,
        options: &ImportOptions,
    ) -> Result<Plan> {
        let _ = (actor, scope, import, options);
        todo!()
    }
}
