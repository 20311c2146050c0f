//! Sessions of tower-sessions in our database, keyed by a MAC of the cookie's id.

use async_trait::async_trait;
use domain::Millis;
use time::OffsetDateTime;
use tower_sessions_core::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

use crate::{Vault, error::Result};

/// The store; made by [`Vault::sessions`].
#[derive(Clone)]
pub struct Sessions(Vault);

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
    pub async fn sweep_sessions(&self) -> Result<u64> {
        let mut tx = self.inner.db.write().await?;
        let swept = tx.delete_sessions_over(self.inner.clock.now()).await?;
        tx.commit().await?;
        Ok(swept)
    }
}

impl Sessions {
    fn hash(&self, id: Id) -> [u8; 32] {
        self.0.inner.keys.session_hash(&id.0.to_be_bytes())
    }

    /// Stores a new session; `false` when its id is taken.
    async fn append(&self, record: &Record, data: &str) -> Result<bool> {
        let mut tx = self.0.inner.db.write().await?;
        let hash = self.hash(record.id);
        let is_new = tx.append_session(&hash, data, expiry_of(record)).await?;
        tx.commit().await?;
        Ok(is_new)
    }

    async fn put(&self, record: &Record, data: &str) -> Result<()> {
        let mut tx = self.0.inner.db.write().await?;
        let hash = self.hash(record.id);
        tx.put_session(&hash, data, expiry_of(record)).await?;
        tx.commit().await
    }

    async fn remove(&self, id: Id) -> Result<()> {
        let mut tx = self.0.inner.db.write().await?;
        tx.delete_session(&self.hash(id)).await?;
        tx.commit().await
    }
}

#[async_trait]
impl SessionStore for Sessions {
    /// Gives the session an id from the kernel's randomness, whatever it had.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let data = encode(record)?;
        loop {
            let bytes = seal::random_bytes().map_err(backend)?;
            record.id = Id(i128::from_be_bytes(bytes));
            if self.append(record, &data).await.map_err(backend)? {
                return Ok(());
            }
        }
    }

    /// Changes a session that is there. One that was ended meanwhile stays ended: a request that was still
    /// running must not bring it back.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let data = encode(record)?;
        self.put(record, &data).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let now = self.0.inner.clock.now();
        let mut tx = self.0.inner.db.read().await.map_err(backend)?;
        let found = tx.find_session(&self.hash(*id), now).await;
        let Some(row) = found.map_err(backend)? else {
            return Ok(None);
        };
        let decode = |why: String| session_store::Error::Decode(why);
        let expiry = i128::from(row.expires_at) * 1_000_000;
        Ok(Some(Record {
            id: *id,
            data: serde_json::from_str(&row.data).map_err(|why| decode(why.to_string()))?,
            expiry_date: OffsetDateTime::from_unix_timestamp_nanos(expiry).map_err(|why| decode(why.to_string()))?,
        }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.remove(*id).await.map_err(backend)
    }
}

fn encode(record: &Record) -> session_store::Result<String> {
    serde_json::to_string(&record.data).map_err(|why| session_store::Error::Encode(why.to_string()))
}

fn expiry_of(record: &Record) -> Millis {
    let millis = record.expiry_date.unix_timestamp_nanos() / 1_000_000;
    Millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

fn backend(why: impl std::fmt::Display) -> session_store::Error {
    session_store::Error::Backend(why.to_string())
}
