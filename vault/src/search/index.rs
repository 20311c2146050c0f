//! Filling the search tables from the guarded rows: at the first start with them, and when texts are cut another way.

use uuid::Uuid;

use super::parts::FORMAT;
use crate::{
    Vault,
    db::{Tx, bindings::StoredBinding, places::StoredProject, places::StoredService, secrets::StoredSecret},
    error::Result,
};

/// How many secrets are read at a time.
const BATCH: i64 = 5000;

impl Vault {
    /// Brings the search tables up to date. The caller lets one server at a time do so.
    pub(crate) async fn refresh_search(&self, tx: &mut Tx) -> Result<bool> {
        if tx.find_search_format().await? == FORMAT {
            return Ok(false);
        }
        tx.put_search_format(FORMAT).await?;
        let projects = tx.list_projects().await?;
        tx.append_searched(&projects.iter().map(StoredProject::searched).collect::<Vec<_>>()).await?;
        let services = tx.list_all_services().await?;
        tx.append_searched(&services.iter().map(StoredService::searched).collect::<Vec<_>>()).await?;
        for service in services {
            let bindings = tx.list_bindings(service.id).await?;
            tx.append_searched(&bindings.iter().map(StoredBinding::searched).collect::<Vec<_>>()).await?;
        }
        let mut after = Uuid::nil();
        loop {
            let secrets = tx.list_secrets_after(after, BATCH).await?;
            let Some(last) = secrets.last() else { return Ok(true) };
            after = last.id;
            tx.append_searched(&secrets.iter().map(StoredSecret::searched).collect::<Vec<_>>()).await?;
        }
    }
}
