//! Being told when what a service gets changes.
//!
//! Whatever decides what anybody gets, or may have, moves one number on: the sequence. Those who watch hear of it at once
//! where this process moved it, and within [`POLL`] where another did. Each then looks at its own service again, and
//! tells a change only where the delivery tag is another.

mod watchers;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    Action, Actor, Code, EnvironmentName, Error as PublicError, Millis, Scope, ServicePath, access::Principal,
};
use tokio::{
    sync::{Semaphore, watch},
    time,
};
use uuid::Uuid;

use crate::{
    Vault,
    audit::Event,
    clock::new_id,
    error::{Error, Result},
    words::{SHORT, check_words},
};
use watchers::Seen;

/// So many may watch at the same time: well below how many connections the server takes.
pub const WATCHES_MAX: usize = 4096;
/// So many of them with the same token.
pub const WATCHES_PER_TOKEN: usize = 256;
/// How often this process looks for what others have changed in the same database.
const POLL: Duration = Duration::from_secs(1);
/// How long a watch trusts what it knows while the sequence stands still: what moves no sequence is seen then.
const TRUST: Duration = Duration::from_secs(30);
/// So many watches look at the database at a time. A change wakes all of them, and requests need connections too.
const LOOKS: usize = 2;

/// Everyone who watches through this process.
pub(crate) struct Watches {
    /// By the id of the watch.
    all: Mutex<HashMap<Uuid, Seen>>,
    looks: Semaphore,
    ended: watch::Sender<bool>,
}

impl Default for Watches {
    fn default() -> Self {
        Self { all: Mutex::default(), looks: Semaphore::new(LOOKS), ended: watch::Sender::new(false) }
    }
}

impl Watches {
    fn all(&self) -> MutexGuard<'_, HashMap<Uuid, Seen>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who watches what a service gets. Ends when dropped.
pub struct Watch {
    actor: Actor,
    service: ServicePath,
    environment: EnvironmentName,
    /// What to tell first.
    first: Option<i64>,
    tag: String,
    /// When the token is over.
    expires_at: Option<Millis>,
    sequence: watch::Receiver<i64>,
    ended: watch::Receiver<bool>,
    place: Place,
}

/// A place among those there may be.
struct Place {
    vault: Vault,
    id: Uuid,
}

impl Vault {
    /// Watches what `service` gets in `environment`. `last` is what the client heard last: unless it is the newest,
    /// [`Watch::next`] answers at once. `client` is what it calls itself, for [`Vault::list_watchers`]. One audit record
    /// says that it began. 429 when there are too many.
    pub async fn watch(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
        last: Option<i64>,
        client: &str,
    ) -> Result<Watch> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        let event = Event::of("service.watch", &scope, "");
        self.authorise(actor, Action::Use, &scope, event.clone()).await?;
        check_words("client", client, SHORT)?;
        let place = self.take_place(Seen {
            principal: actor.principal.id(),
            service: service.clone(),
            environment: environment.clone(),
            client: client.to_owned(),
            token: actor.label.clone(),
            since: self.inner.clock.now(),
            told: last.unwrap_or_default(),
            applied: None,
        })?;
        // Followed before it is looked at: nothing falls in between.
        let (mut followed, ended) = (self.inner.db.follow(), self.inner.watches.ended.subscribe());
        followed.mark_unchanged();
        let expires_at = match &actor.principal {
            Principal::Token(holder) => Some(self.renewed(holder).await?.1),
            Principal::Person(_) => None,
        };
        let (sequence, tag) = self.tagged(service, environment).await?;
        let mut tx = self.inner.db.write().await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        Ok(Watch {
            actor: actor.clone(),
            service: service.clone(),
            environment: environment.clone(),
            first: (last != Some(sequence)).then_some(sequence),
            tag,
            expires_at,
            sequence: followed,
            ended,
            place,
        })
    }

    /// Hears of what other processes change in the same database, for as long as it runs.
    pub async fn follow_changes(&self) {
        let mut every = time::interval(POLL);
        every.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            if self.inner.db.is_followed()
                && let Err(error) = self.inner.db.refresh_sequence().await
            {
                // Logged where it becomes public.
                let _ = error.public();
            }
        }
    }

    /// Ends every watch, those to come included: the server is about to end.
    pub fn end_watches(&self) {
        self.inner.watches.ended.send_replace(true);
    }

    /// Something was done that may end watches. The sequence moves in a transaction of its own: in the one before, its lock
    /// would come after others. Should it not move, watches see it when their trust is over.
    pub(crate) async fn wake_watches(&self) {
        let moved = async {
            let mut tx = self.inner.db.write().await?;
            tx.put_sequence().await?;
            tx.commit().await
        };
        if let Err(error) = moved.await {
            tracing::warn!(%error, "those who watch were not woken");
        }
    }

    fn take_place(&self, seen: Seen) -> Result<Place> {
        let mut all = self.inner.watches.all();
        let full = |sentence: String| Error::from(PublicError::new(Code::TooManyRequests, sentence));
        if all.len() >= WATCHES_MAX {
            return Err(full(format!("{WATCHES_MAX} programs watch already; ask for the values from time to time")));
        }
        if all.values().filter(|other| other.principal == seen.principal).count() >= WATCHES_PER_TOKEN {
            return Err(full(format!(
                "{WATCHES_PER_TOKEN} programs watch with this token already; give others a token of their own"
            )));
        }
        let id = new_id();
        all.insert(id, seen);
        Ok(Place { vault: self.clone(), id })
    }
}

impl Watch {
    /// What the client names when it has applied something.
    pub fn id(&self) -> String {
        self.place.id.to_string()
    }

    /// The sequence at which the service got something else; none when it is over, because nobody may watch here any
    /// more, the database failed, or the server ends.
    pub async fn next(&mut self) -> Option<i64> {
        if let Some(first) = self.first.take() {
            return Some(self.told(first));
        }
        loop {
            if *self.ended.borrow() {
                return None;
            }
            let trusted_for = self.trusted_for();
            tokio::select! {
                _ = self.sequence.changed() => {}
                _ = self.ended.changed() => {}
                () = time::sleep(trusted_for) => {}
            }
            match self.look().await {
                Ok(None) => {}
                Ok(Some(sequence)) => return Some(self.told(sequence)),
                Err(error) => {
                    // Logged where it becomes public, unless it is about the client.
                    let _ = error.public();
                    return None;
                }
            }
        }
    }

    fn told(&self, sequence: i64) -> i64 {
        if let Some(seen) = self.place.vault.inner.watches.all().get_mut(&self.place.id) {
            seen.told = sequence;
        }
        sequence
    }

    /// Whether it may still be watched; the sequence, when the service gets something else.
    async fn look(&mut self) -> Result<Option<i64>> {
        let vault = self.place.vault.clone();
        let _turn = vault.inner.watches.looks.acquire().await;
        if let Principal::Token(holder) = &self.actor.principal {
            let (holder, expires_at) = vault.renewed(holder).await?;
            self.actor.principal = Principal::Token(holder);
            self.expires_at = Some(expires_at);
        }
        let scope = Scope::service(self.service.clone(), Some(self.environment.clone()));
        vault.authorise(&self.actor, Action::Use, &scope, Event::of("service.watch", &scope, "")).await?;
        let (sequence, tag) = vault.tagged(&self.service, &self.environment).await?;
        if tag == self.tag {
            return Ok(None);
        }
        self.tag = tag;
        Ok(Some(sequence))
    }

    fn trusted_for(&self) -> Duration {
        let now = self.place.vault.inner.clock.now();
        let left = self.expires_at.map(|at| at.0.saturating_sub(now.0).max(0).cast_unsigned());
        left.map_or(TRUST, |left| Duration::from_millis(left).min(TRUST))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.vault.inner.watches.all().remove(&self.id);
    }
}
