//! Tokens: stored as a keyed hash, shown once; [`text`] has their form.
//!
//! A token narrowed to a service belongs to that service and may only read. Every other one belongs to a person, and
//! never may more than they do: their roles are looked up with every request.

mod networks;
mod rules;
mod text;

use domain::{
    Action, Actor, Code, Error as PublicError, Level, Millis, Scope, ServicePath, Slug,
    access::{Denied, Principal, RequestInfo, Right, TokenHolder},
    api::{CreatedToken, NewToken, Outcome, TokenRow, TokenState},
    time::{DAY, MINUTE},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Vault,
    audit::Event,
    clock::new_id,
    db::{Tx, tokens::StoredToken},
    error::{Error, Result},
    people::ANONYMOUS,
    scopes::{Place, known},
};
use rules::{hands_down, manages, scope_of_new};

const DAYS_DEFAULT: u32 = 90;

/// What a new token is to be.
pub(crate) struct Grant {
    pub(crate) name: String,
    pub(crate) rights: Vec<Right>,
    pub(crate) owner: Option<Uuid>,
    pub(crate) place: Option<Place>,
    pub(crate) days: u32,
    /// From where it is to be accepted; see [`networks`].
    pub(crate) networks: String,
}

impl Grant {
    /// A token of this name that may nothing, and belongs to nobody.
    pub(crate) fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            rights: Vec::new(),
            owner: None,
            place: None,
            days: DAYS_DEFAULT,
            networks: String::new(),
        }
    }
}

impl Vault {
    /// The actor of a bearer token; 401 when it is unknown, malformed, expired or revoked (told alike).
    pub async fn actor_of_token(&self, request: RequestInfo, token: &str) -> Result<Actor> {
        if !text::is_well_formed(token) {
            return Err(refused());
        }
        let now = self.inner.clock.now();
        let hash = self.inner.keys.token_hash(token.as_bytes());
        let mut tx = self.inner.db.read().await?;
        let row = tx.find_token_by_hash(&hash).await?;
        let row = self.checked(row.ok_or_else(refused)?)?;
        let holder = self.holder(&mut tx, &row, now).await?;
        drop(tx);
        if !networks::admit(&row.networks, &request.address) {
            let event = Event::of("token.use", scope_of(&row)?, "").reason("from outside of its networks");
            self.record_refused_token(&row.name, &request, event).await?;
            return Err(refused());
        }
        self.note_use(&row, now).await;
        Ok(Actor { principal: Principal::Token(holder), label: row.name, request, sign_in: None })
    }

    /// Records that a token came in an address, where histories and logs of others may keep it. Which one is not said.
    pub async fn note_token_in_address(&self, request: &RequestInfo) -> Result<()> {
        let event = Event::of("token.use", "", "").reason("a token in an address");
        self.record_refused_token(ANONYMOUS, request, event).await
    }

    async fn record_refused_token(&self, label: &str, request: &RequestInfo, event: Event<'_>) -> Result<()> {
        let mut tx = self.inner.db.write().await?;
        self.record_as(&mut tx, label, request, Event { outcome: Outcome::Denied, ..event }).await?;
        tx.commit().await
    }

    /// The holder of a token as it is now, and when the token expires; 401 when it is over.
    pub(crate) async fn renewed(&self, holder: &TokenHolder) -> Result<(TokenHolder, Millis)> {
        let now = self.inner.clock.now();
        let mut tx = self.inner.db.read().await?;
        let row = tx.find_token(holder.id).await?;
        let row = self.checked(row.ok_or_else(refused)?)?;
        Ok((self.holder(&mut tx, &row, now).await?, Millis(row.expires_at)))
    }

    async fn holder(&self, tx: &mut Tx, row: &StoredToken, now: Millis) -> Result<TokenHolder> {
        if state_of(row, now) != TokenState::Active {
            return Err(refused());
        }
        let mut owner = None;
        if let Some(id) = row.owner_id {
            let person = tx.find_person(id).await?.ok_or_else(refused)?;
            let person = self.checked(person)?;
            if person.disabled {
                return Err(refused());
            }
            owner = Some(self.person_of(tx, &person).await?);
        }
        let scope = scope_of(row)?;
        Ok(TokenHolder {
            id: row.id,
            owner,
            rights: rights_of(row)?,
            project: scope.level.project().cloned(),
            service: scope.level.service().cloned(),
            environment: scope.environment,
        })
    }

    /// Notes the use, at most once a minute. That this fails stops nobody.
    async fn note_use(&self, row: &StoredToken, now: Millis) {
        let since = now.plus(-MINUTE);
        if row.last_used_at.is_some_and(|last| last > since.0) {
            return;
        }
        let noted = async {
            let mut tx = self.inner.db.write().await?;
            tx.put_token_use(row.id, now, since).await?;
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, token = %row.id, "the use of a token was not noted");
        }
    }

    /// The tokens the actor may manage, newest first.
    pub async fn list_tokens(&self, actor: &Actor) -> Result<Vec<TokenRow>> {
        let now = self.inner.clock.now();
        let rows = self.inner.db.read().await?.list_tokens().await?;
        let mut tokens = Vec::new();
        for row in self.all_checked(rows)? {
            if manages(actor, &row, &scope_of(&row)?) {
                tokens.push(public(row, now)?);
            }
        }
        Ok(tokens)
    }

    /// Makes a token. A token narrowed to a service belongs to that service and may only read; others belong to whom makes them.
    pub async fn create_token(&self, actor: &Actor, new: &NewToken) -> Result<CreatedToken> {
        let name = new.name.trim();
        let scope = scope_of_new(new, name)?;
        let event = Event::of("token.create", &scope, name);
        let action = match scope.level {
            Level::Service(_) => Action::ManageTokens,
            // It may no more than its owner: seeing the place is enough to have a token for it.
            _ => Action::See,
        };
        self.authorise(actor, action, &scope, event.clone()).await?;
        if let Level::Service(_) = scope.level {
            // It gets what the service gets: nobody hands out what they may not have.
            self.authorise(actor, Action::Use, &scope, event.clone()).await?;
        }
        let owner = match &actor.principal {
            Principal::Person(person) => Some(person.id),
            Principal::Token(token) if hands_down(token, new) => token.owner.as_ref().map(|person| person.id),
            Principal::Token(_) => {
                let denied = Denied::Forbidden;
                return Err(self.refuse(actor, denied, &scope, event).await?);
            }
        };
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        let place = self.find_place(&mut tx, &scope).await?;
        let grant = Grant {
            rights: new.rights.clone(),
            owner: owner.filter(|_| new.service.is_none()),
            days: new.expires_in_days.unwrap_or(DAYS_DEFAULT),
            place: Some(place),
            networks: networks::stored(&new.networks)?,
            ..Grant::of(name)
        };
        let (token, id) = self.append_grant(&mut tx, grant).await?;
        let row = tx.find_token(id).await?;
        let row = row.ok_or(Error::Unknown { table: "tokens" })?;
        self.record(&mut tx, actor, event.reason(&row.rights)).await?;
        tx.commit().await?;
        Ok(CreatedToken { token: token.as_str().to_owned().into(), row: public(row, self.inner.clock.now())? })
    }

    /// Adds a token; answers its text, which is stored nowhere, and its id.
    pub(crate) async fn append_grant(&self, tx: &mut Tx, grant: Grant) -> Result<(Zeroizing<String>, Uuid)> {
        let token = text::new_token()?;
        let now = self.inner.clock.now();
        let place = grant.place.as_ref();
        let row = self.guard(StoredToken {
            id: new_id(),
            token_hash: self.inner.keys.token_hash(token.as_bytes()).to_vec(),
            name: grant.name,
            hint: text::hint_of(&token),
            owner_id: grant.owner,
            project_id: place.and_then(Place::project_id),
            service_id: place.and_then(Place::service_id),
            environment_id: place.and_then(Place::environment_id),
            rights: words_of(&grant.rights),
            created_at: now.0,
            expires_at: now.plus(i64::from(grant.days) * DAY).0,
            last_used_at: None,
            revoked: false,
            networks: grant.networks,
            mac: Vec::new(),
            project_slug: None,
            service_slug: None,
            environment_name: None,
            owner_email: None,
        });
        tx.append_token(&row).await?;
        Ok((token, row.id))
    }

    /// Takes a token back; it is refused from the next request on.
    pub async fn revoke_token(&self, actor: &Actor, id: &str) -> Result<()> {
        let absent = || Error::from(PublicError::not_found(format_args!("the token {id}")));
        let key = id.parse::<Uuid>().map_err(|_| absent())?;
        let mut tx = self.inner.db.write().await?;
        let row = tx.find_token(key).await?.ok_or_else(absent)?;
        let mut row = self.checked(row)?;
        let scope = scope_of(&row)?;
        let name = row.name.clone();
        let event = Event::of("token.revoke", &scope, &name);
        if !manages(actor, &row, &scope) {
            drop(tx);
            self.refuse(actor, Denied::Invisible, &scope, event).await?;
            return Err(absent());
        }
        if row.revoked {
            return Ok(());
        }
        row.revoked = true;
        tx.put_token_revoked(&self.guard(row)).await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        self.wake_watches().await;
        Ok(())
    }

    /// Takes back whatever tokens belong to a person; answers how many.
    pub(crate) async fn revoke_tokens_of(&self, tx: &mut Tx, owner: Uuid) -> Result<usize> {
        let rows = self.all_checked(tx.list_tokens_of(owner).await?)?;
        let mut revoked = 0;
        for row in rows.into_iter().filter(|row| !row.revoked) {
            tx.put_token_revoked(&self.guard(StoredToken { revoked: true, ..row })).await?;
            revoked += 1;
        }
        Ok(revoked)
    }
}

/// Whether a text has the form of one of our tokens, whoever made it.
pub fn is_token(text: &str) -> bool {
    text::is_well_formed(text)
}

/// What a token is narrowed to. A place that is gone narrows it to nothing rather than to everything.
fn scope_of(row: &StoredToken) -> Result<Scope> {
    let unknown = || Error::Unknown { table: "tokens" };
    let narrowed = |id: Option<Uuid>, word: &Option<String>| match (id, word) {
        (None, _) => Ok(None),
        (Some(_), Some(word)) => Ok(Some(word.clone())),
        (Some(_), None) => Err(unknown()),
    };
    let slug = |word: Option<String>| word.map(|word| known::<Slug>(word, "tokens")).transpose();
    let project = slug(narrowed(row.project_id, &row.project_slug)?)?;
    let service = slug(narrowed(row.service_id, &row.service_slug)?)?;
    let environment = narrowed(row.environment_id, &row.environment_name)?;
    let level = match (project, service) {
        (None, None) => Level::Platform,
        (Some(project), None) => Level::Project { project },
        (Some(project), Some(service)) => Level::Service(ServicePath::new(project, service)),
        (None, Some(_)) => return Err(unknown()),
    };
    let environment = environment.map(|word| known(word, "tokens"));
    Ok(level.at(environment.transpose()?))
}

/// Rights as they are stored: each once, in one order.
fn words_of(rights: &[Right]) -> String {
    let all = [Right::Read, Right::Write, Right::Manage];
    let given = all.into_iter().filter(|right| rights.contains(right));
    given.map(Right::word).collect::<Vec<_>>().join(",")
}

fn rights_of(row: &StoredToken) -> Result<Vec<Right>> {
    let rights = row.rights.split(',').map(Right::from_word);
    let rights: Option<_> = rights.collect();
    rights.ok_or(Error::Unknown { table: "tokens" })
}

fn state_of(row: &StoredToken, now: Millis) -> TokenState {
    if row.revoked {
        TokenState::Revoked
    } else if now.0 >= row.expires_at {
        TokenState::Expired
    } else {
        TokenState::Active
    }
}

fn public(row: StoredToken, now: Millis) -> Result<TokenRow> {
    let scope = scope_of(&row)?;
    Ok(TokenRow {
        id: row.id.to_string(),
        project: scope.level.project().cloned(),
        service: scope.level.service().cloned(),
        environment: scope.environment,
        rights: rights_of(&row)?,
        state: state_of(&row, now),
        networks: networks::listed(&row.networks),
        name: row.name,
        hint: row.hint,
        owner: row.owner_email,
        created_at: Millis(row.created_at),
        expires_at: Millis(row.expires_at),
        last_used_at: row.last_used_at.map(Millis),
    })
}

fn refused() -> Error {
    PublicError::new(Code::Unauthenticated, "the token is not valid").into()
}
