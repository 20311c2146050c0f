//! Sessions of tower-sessions in our database, keyed by a MAC of the cookie's id; and what people see of their own.

use async_trait::async_trait;
use domain::{
    Actor, Code, Error as PublicError, Millis,
    access::{Person, Principal},
    api::SessionRow,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tower_sessions_core::{
    SessionStore,
    session::{Id, Record},
    session_store,
};
use uuid::Uuid;

use crate::{
    SignedIn, Vault,
    audit::Event,
    db::sessions::StoredSession,
    error::{Error, Result},
};

/// Under which word a session keeps the [`SignedIn`] it stands for.
pub const SIGNED_IN: &str = "signed_in";
/// Under which word it keeps its [`Device`].
pub const DEVICE: &str = "device";

/// Where someone signed in, as lists of sessions show it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Device {
    /// Browser and system.
    pub name: String,
    /// The address.
    pub address: String,
}

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

    /// The actor's own sessions, the newest first; `current` is the one that asks.
    pub async fn list_sessions(&self, actor: &Actor, current: Option<Id>) -> Result<Vec<SessionRow>> {
        let person = own(actor)?;
        let current = current.map(|id| public_id(&self.session_hash(id)));
        let mut sessions = Vec::new();
        for row in self.live_sessions(person).await? {
            let words: Words = serde_json::from_str(&row.data).map_err(|_| Error::Unknown { table: "sessions" })?;
            let id = public_id(&row.id_hash);
            sessions.push(SessionRow {
                current: Some(id) == current,
                id: id.to_string(),
                device: words.device.name,
                address: words.device.address,
                begun_at: Millis(words.signed_in.map_or(row.seen_at, |signed_in| signed_in.at)),
                seen_at: Millis(row.seen_at),
            });
        }
        sessions.sort_by_key(|session| std::cmp::Reverse((session.current, session.seen_at)));
        Ok(sessions)
    }

    /// Ends one of the actor's own sessions, on every server from its next request on.
    pub async fn end_session(&self, actor: &Actor, id: &str) -> Result<()> {
        let person = own(actor)?;
        let all = self.live_sessions(person).await?;
        let found = all.into_iter().find(|row| public_id(&row.id_hash).to_string() == id);
        let found = found.ok_or_else(|| PublicError::not_found(format_args!("the session {id}")))?;
        let mut tx = self.inner.db.write().await?;
        tx.delete_session(&found.id_hash).await?;
        self.record(&mut tx, actor, Event::of("session.end", "", &actor.label)).await?;
        tx.commit().await
    }

    /// Ends the actor's own sessions except `current`; answers how many.
    pub async fn end_other_sessions(&self, actor: &Actor, current: Option<Id>) -> Result<u64> {
        let person = own(actor)?;
        let kept = current.map(|id| self.session_hash(id));
        let mut tx = self.inner.db.write().await?;
        let ended = tx.delete_sessions_of(person.id, kept.as_ref().map_or(&[], <[u8; 32]>::as_slice)).await?;
        let reason = format!("{ended} others");
        self.record(&mut tx, actor, Event::of("session.end", "", &actor.label).reason(&reason)).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Under which hash a session is stored.
    pub(crate) fn session_hash(&self, id: Id) -> [u8; 32] {
        self.inner.keys.session_hash(&id.0.to_be_bytes())
    }

    async fn live_sessions(&self, person: &Person) -> Result<Vec<StoredSession>> {
        let now = self.inner.clock.now();
        let rows = self.inner.db.read().await?.list_sessions(person.id, now).await?;
        self.all_checked(rows)
    }
}

/// What of a session's data the vault reads.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Words {
    signed_in: Option<SignedIn>,
    device: Device,
}

/// The person who asks; 403 for a program, which has no account.
pub(crate) fn own(actor: &Actor) -> Result<&Person, PublicError> {
    match &actor.principal {
        Principal::Person(person) => Ok(person),
        Principal::Token(_) => {
            Err(PublicError::new(Code::Denied, "an account is looked after by its person, signed in; a token cannot"))
        }
    }
}

/// What a session is called in lists: half of the hash it is stored under, from which no cookie can be made.
fn public_id(id_hash: &[u8]) -> Uuid {
    id_hash.first_chunk().map_or(Uuid::nil(), |half| Uuid::from_bytes(*half))
}

impl Sessions {
    fn row(&self, record: &Record, id: Id) -> session_store::Result<StoredSession> {
        let signed_in = record.data.get(SIGNED_IN).cloned();
        let signed_in = signed_in.and_then(|value| serde_json::from_value::<SignedIn>(value).ok());
        Ok(self.0.guard(StoredSession {
            id_hash: self.0.session_hash(id).to_vec(),
            person_id: signed_in.map(|signed_in| signed_in.person),
            data: encode(record)?,
            seen_at: self.0.inner.clock.now().0,
            expires_at: expiry_of(record).0,
            mac: Vec::new(),
        }))
    }

    /// Stores a new session; `false` when its id is taken.
    async fn append(&self, row: &StoredSession) -> Result<bool> {
        let mut tx = self.0.inner.db.write().await?;
        let is_new = tx.append_session(row).await?;
        tx.commit().await?;
        Ok(is_new)
    }

    async fn put(&self, row: &StoredSession) -> Result<()> {
        let mut tx = self.0.inner.db.write().await?;
        tx.put_session(row).await?;
        tx.commit().await
    }

    async fn remove(&self, id: Id) -> Result<()> {
        let mut tx = self.0.inner.db.write().await?;
        tx.delete_session(&self.0.session_hash(id)).await?;
        tx.commit().await
    }
}

#[async_trait]
impl SessionStore for Sessions {
    /// Gives the session an id from the kernel's randomness, whatever it had.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        loop {
            let bytes = seal::random_bytes().map_err(backend)?;
            record.id = Id(i128::from_be_bytes(bytes));
            let row = self.row(record, record.id)?;
            if self.append(&row).await.map_err(backend)? {
                return Ok(());
            }
        }
    }

    /// Changes a session that is there. One that was ended meanwhile stays ended: a request that was still
    /// running must not bring it back.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let row = self.row(record, record.id)?;
        self.put(&row).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let now = self.0.inner.clock.now();
        let mut tx = self.0.inner.db.read().await.map_err(backend)?;
        let found = tx.find_session(&self.0.session_hash(*id), now).await;
        let Some(row) = found.map_err(backend)? else {
            return Ok(None);
        };
        let row = self.0.checked(row).map_err(backend)?;
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
