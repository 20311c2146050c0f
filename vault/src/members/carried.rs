//! Members of before there were roles: carried over at the first start after it. migrations/README.md says why here.

use domain::access::ProjectRole;

use crate::{
    Vault,
    clock::new_id,
    db::{
        Tx,
        members::{StoredMember, StoredOldMember},
    },
    error::{Error, Result},
};

impl Vault {
    /// Moves what is left in the old table; `false` when nothing was. The start is locked.
    pub(crate) async fn carry_members(&self, tx: &mut Tx) -> Result<bool> {
        let old: Vec<StoredOldMember> = self.all_checked(tx.list_old_members().await?)?;
        if old.is_empty() {
            return Ok(false);
        }
        for row in old {
            if row.role != ProjectRole::Developer.word() {
                return Err(Error::Unknown { table: "members" });
            }
            let row = self.guard(StoredMember {
                id: new_id(),
                project_id: row.project_id,
                person_id: row.person_id,
                environment_id: None,
                role: row.role,
                created_at: row.created_at,
                mac: Vec::new(),
                project_slug: String::new(),
                environment_name: None,
            });
            tx.append_member(&row).await?;
        }
        tx.delete_old_members().await?;
        Ok(true)
    }
}
