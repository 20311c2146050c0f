//! Who watches, and what each has applied.

use domain::{Action, Actor, EnvironmentName, Error as PublicError, Millis, Scope, ServicePath, api::Watcher};
use uuid::Uuid;

use crate::{Vault, audit::Event, error::Result};

/// What is known of one who watches. In memory only: it is gone with the connection.
pub(super) struct Seen {
    pub(super) principal: Uuid,
    pub(super) service: ServicePath,
    pub(super) environment: EnvironmentName,
    /// What the client calls itself.
    pub(super) client: String,
    /// The name of its token.
    pub(super) token: String,
    pub(super) since: Millis,
    /// The sequence it was told last, or came with.
    pub(super) told: i64,
    /// The sequence that it says it has applied, and when it said so.
    pub(super) applied: Option<(i64, Millis)>,
}

impl Vault {
    /// Notes that the client of the watch `id` has applied what it was told up to `sequence`; 404 when there is no such
    /// watch of this actor.
    pub async fn put_applied(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
        id: &str,
        sequence: i64,
    ) -> Result<()> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        self.authorise(actor, Action::Use, &scope, Event::of("service.watch", &scope, "")).await?;
        let now = self.inner.clock.now();
        let mut all = self.inner.watches.all();
        let seen = id.parse().ok().and_then(|id: Uuid| all.get_mut(&id)).filter(|seen| {
            seen.principal == actor.principal.id() && seen.service == *service && seen.environment == *environment
        });
        let seen = seen.ok_or_else(|| PublicError::not_found("this watch"))?;
        // Two reports may overtake each other.
        let sequence = seen.applied.map_or(sequence, |(before, _)| before.max(sequence));
        seen.applied = Some((sequence, now));
        Ok(())
    }

    /// Who watches what `service` gets in `environment`, through this process, and whether it has applied the newest.
    pub async fn list_watchers(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<Vec<Watcher>> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        self.authorise(actor, Action::See, &scope, Event::of("service.watchers", &scope, "")).await?;
        let place = |(_, seen): &(&Uuid, &Seen)| seen.service == *service && seen.environment == *environment;
        let mut watchers: Vec<Watcher> =
            self.inner.watches.all().iter().filter(place).map(|(id, seen)| seen.shown(*id)).collect();
        watchers.sort_by(|a, b| (&a.client, a.since).cmp(&(&b.client, b.since)));
        Ok(watchers)
    }
}

impl Seen {
    fn shown(&self, id: Uuid) -> Watcher {
        let applied = self.applied.map(|(sequence, _)| sequence);
        Watcher {
            id: id.to_string(),
            client: self.client.clone(),
            token: self.token.clone(),
            since: self.since,
            sequence: applied,
            applied_at: self.applied.map(|(_, at)| at),
            newest: applied.is_some_and(|applied| applied >= self.told),
        }
    }
}
