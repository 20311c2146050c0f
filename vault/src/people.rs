//! People: who they are, and signing in.

mod accounts;
mod invitations;

use domain::{
    Actor, Code, Error as PublicError, Millis, Problem,
    access::{Person, PlatformRole, Principal, RequestInfo, Right, SignIn},
    api::Outcome,
    time::{HOUR, MINUTE},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    HalfSignedIn, Vault,
    audit::Event,
    clock::new_id,
    db::{Tx, people::StoredPerson},
    error::{Error, Result},
    members::membership,
    passwords,
    policy::demands_factor,
    words::check_line,
};
pub use invitations::Invited;

/// However active, a session ends after so long.
const SESSION_HOURS: i64 = 12;
/// The longest e-mail address that mail servers take.
const EMAIL_MAX: usize = 254;
/// Who acts before anyone is known.
pub(crate) const ANONYMOUS: &str = "anonymous";

/// What a session remembers of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SignedIn {
    /// Who.
    pub person: Uuid,
    /// Under which credentials; see [`Vault::actor_of_session`].
    pub epoch: i64,
    /// When, in Unix milliseconds: sessions end 12 hours after, however active.
    pub at: i64,
    /// When password or code were last given; see [`Vault::confirm`].
    #[serde(default)]
    pub confirmed_at: i64,
}

/// How far a sign-in got with the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogIn {
    /// All the way.
    Done(SignedIn),
    /// A code of the second factor is still to come; see [`Vault::finish_log_in`].
    SecondStep(HalfSignedIn),
}

impl Vault {
    /// Signs a person in. Unknown, disabled and wrong answer alike, after the same work.
    pub async fn log_in(&self, request: &RequestInfo, email: &str, password: Zeroizing<String>) -> Result<LogIn> {
        let email = normalised(email);
        let now = self.inner.clock.now();
        let attempt = self.inner.throttle.begin(&email, &request.address, now)?;
        let person = self.check_password(&email, password).await;
        let person = person.inspect_err(|_| self.inner.throttle.undo(&attempt))?;
        let mut tx = self.inner.db.write().await?;
        let event = Event::of("person.login", "", &email);
        match person {
            Ok(person) if person.second_factor => {
                // Not in yet: the account starts afresh, and the place is known, once the code was right.
                let event = event.reason("password; the second step is asked for");
                self.record_as(&mut tx, &person.email, request, event).await?;
                tx.commit().await?;
                self.inner.throttle.undo(&attempt);
                Ok(LogIn::SecondStep(HalfSignedIn { person: person.id, epoch: person.credential_epoch, at: now.0 }))
            }
            Ok(person) => {
                self.record_as(&mut tx, &person.email, request, event).await?;
                tx.commit().await?;
                self.inner.throttle.succeeded(&attempt, now);
                let (person, epoch) = (person.id, person.credential_epoch);
                Ok(LogIn::Done(SignedIn { person, epoch, at: now.0, confirmed_at: now.0 }))
            }
            Err(why) => {
                let event = Event {
                    outcome: Outcome::Denied,
                    // What is no address may be a password in the wrong field.
                    name: if is_email(&email) { &email } else { "" },
                    reason: why,
                    ..event
                };
                self.record_as(&mut tx, ANONYMOUS, request, event).await?;
                tx.commit().await?;
                Err(PublicError::new(Code::Unauthenticated, "e-mail and password do not match").into())
            }
        }
    }

    /// The person whose password this is; or why not, for the audit log only.
    async fn check_password(
        &self,
        email: &str,
        password: Zeroizing<String>,
    ) -> Result<Result<StoredPerson, &'static str>> {
        let mut tx = self.inner.db.read().await?;
        let found = tx.find_person_by_email(email).await?;
        drop(tx);
        let person = found.map(|row| self.checked(row)).transpose()?;
        let hash = person.as_ref().map(|person| person.password_hash.clone()).filter(|hash| !hash.is_empty());
        let matches = self.inner.passwords.matches(password, hash).await?;
        Ok(match person {
            None => Err("nobody has this e-mail address"),
            Some(person) if person.password_hash.is_empty() => Err("has not accepted the invitation"),
            Some(_) if !matches => Err("wrong password"),
            Some(person) if person.disabled => Err("disabled"),
            Some(person) => Ok(person),
        })
    }

    /// Records that a person signed out.
    pub async fn log_out(&self, actor: &Actor) -> Result<()> {
        let mut tx = self.inner.db.write().await?;
        let event = Event::of("person.logout", "", &actor.label);
        self.record(&mut tx, actor, event).await?;
        tx.commit().await
    }

    /// The actor of a session; `None` when the person is gone or disabled, their credentials changed, or the session is too old.
    pub async fn actor_of_session(&self, request: RequestInfo, signed_in: SignedIn) -> Result<Option<Actor>> {
        let age = self.inner.clock.now().0.saturating_sub(signed_in.at);
        // A little before its own beginning: the clocks of two servers.
        if !(-MINUTE..SESSION_HOURS * HOUR).contains(&age) {
            return Ok(None);
        }
        let mut tx = self.inner.db.read().await?;
        let Some(row) = tx.find_person(signed_in.person).await? else {
            return Ok(None);
        };
        let row = self.checked(row)?;
        if row.disabled || row.credential_epoch != signed_in.epoch {
            return Ok(None);
        }
        let person = self.person_of(&mut tx, &row).await?;
        let must_enrol = !row.second_factor && demands_factor(self.policy(&mut tx).await?, &person);
        Ok(Some(Actor {
            principal: Principal::Person(person),
            label: row.email,
            request,
            sign_in: Some(SignIn { confirmed_at: Millis(signed_in.confirmed_at), must_enrol }),
        }))
    }

    /// A person with their roles.
    pub(crate) async fn person_of(&self, tx: &mut Tx, row: &StoredPerson) -> Result<Person> {
        let memberships = self.all_checked(tx.list_memberships(row.id).await?)?;
        let memberships = memberships.into_iter().map(membership);
        Ok(Person { id: row.id, role: platform_role(row)?, memberships: memberships.collect::<Result<_>>()? })
    }

    /// Adds a person's row; 409 when the e-mail address is taken.
    pub(crate) async fn append_person(
        &self,
        tx: &mut Tx,
        words: NewPersonWords,
        role: PlatformRole,
        password_hash: String,
    ) -> Result<StoredPerson> {
        let row = self.guard(StoredPerson {
            id: new_id(),
            email: words.email,
            name: words.name,
            role: stored_role(role).0.to_owned(),
            auditor: stored_role(role).1,
            password_hash,
            credential_epoch: 1,
            disabled: false,
            second_factor: false,
            created_at: self.inner.clock.now().0,
            mac: Vec::new(),
        });
        tx.append_person(&row)
            .await
            .map_err(|error| Error::conflict(error, format_args!("the person {}", row.email)))?;
        Ok(row)
    }
}

/// The words of a new person, checked together.
pub(crate) struct NewPersonWords {
    pub(crate) email: String,
    pub(crate) name: String,
}

impl NewPersonWords {
    /// 422 with everything that is wrong with a new person; who is invited has no password yet.
    pub(crate) fn of(email: &str, name: Option<&str>, password: Option<&str>) -> Result<Self, PublicError> {
        let email = normalised(email);
        let before_at = email.split('@').next().unwrap_or_default();
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        let name = name.unwrap_or(before_at).to_owned();
        let mut problems = Vec::new();
        if !is_email(&email) {
            problems.push(Problem::field("email", "this is not an e-mail address, such as ada@example.com"));
        }
        if let Err(error) = check_line("name", &name) {
            problems.extend(error.problems);
        }
        if let Some(problem) = password.and_then(passwords::problem_of) {
            problems.push(Problem::field("password", problem));
        }
        if problems.is_empty() { Ok(Self { email, name }) } else { Err(PublicError::invalid(problems)) }
    }
}

/// Whoever gives somebody a role, or the way to become somebody who has one, has every right themselves: a token that
/// may only manage must not make itself a person who may read.
pub(crate) fn may_give_roles(actor: &Actor) -> bool {
    match &actor.principal {
        Principal::Person(_) => true,
        Principal::Token(token) => {
            [Right::Read, Right::Write, Right::Manage].iter().all(|right| token.rights.contains(right))
        }
    }
}

/// How an e-mail address is stored, searched and counted.
pub(crate) fn normalised(email: &str) -> String {
    email.trim().chars().take(EMAIL_MAX + 1).collect::<String>().to_lowercase()
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else {
        return false;
    };
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | ',');
    text.len() <= EMAIL_MAX && !name.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.contains(odd)
}

/// A role as it is stored: its word, and the mark beside it.
fn stored_role(role: PlatformRole) -> (&'static str, bool) {
    match role {
        PlatformRole::Auditor => (PlatformRole::Member.word(), true),
        role => (role.word(), false),
    }
}

fn platform_role(row: &StoredPerson) -> Result<PlatformRole> {
    match (PlatformRole::from_word(&row.role), row.auditor) {
        (Some(PlatformRole::Member), true) => Ok(PlatformRole::Auditor),
        (Some(role @ (PlatformRole::Admin | PlatformRole::Member)), false) => Ok(role),
        _ => Err(Error::Unknown { table: "people" }),
    }
}
