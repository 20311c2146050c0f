//! Sessions of tower-sessions in our database, keyed by a MAC of the cookie's id.

use async_trait::async_trait;
use tower_sessions_core::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

use crate::Vault;

/// The store; made by [`Vault::sessions`].
#[derive(Clone)]
pub struct Sessions(#[allow(dead_code)] Vault);

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

impl Vault {
    /// The session store for the server's session layer.
    pub fn sessions(&self) -> Sessions {
        Sessions(self.clone())
    }

    /// Removes sessions that are over; answers how many.
    pub async fn sweep_sessions(&self) -> crate::Result<u64> {
        todo!()
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let _ = record;
        todo!()
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let _ = id;
        todo!()
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let _ = id;
        todo!()
    }
}
