//! Opening an installation: keys first, then the database, then the row that ties the two together.

use crate::{Config, Inner, Vault, error::StartError};

pub(crate) async fn open(config: Config) -> Result<Vault, StartError> {
    let _ = config;
    todo!()
}

impl Inner {
    pub(crate) async fn is_ready(&self) -> bool {
        todo!()
    }
}
