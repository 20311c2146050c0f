//! Telling once more who one is, and the second step of signing in.

use domain::{Actor, Code, Error as PublicError, access::RequestInfo, api::Outcome, time::MINUTE};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::codes::{Used, wrong_code};
use crate::{SignedIn, Vault, audit::Event, db::people::StoredPerson, error::Result, people::ANONYMOUS, sessions::own};

/// How long the second step may be waited for.
const HALF_SIGNED_IN: i64 = 10 * MINUTE;

/// A sign-in whose password was right, and whose code is still to come. It may do nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HalfSignedIn {
    /// Who.
    pub person: Uuid,
    /// Under which credentials.
    pub epoch: i64,
    /// When the password was given.
    pub at: i64,
}

impl Vault {
    /// The second step: six digits of the device, or a recovery code. Each is good once.
    pub async fn finish_log_in(
        &self,
        request: &RequestInfo,
        half: HalfSignedIn,
        code: Zeroizing<String>,
    ) -> Result<SignedIn> {
        let now = self.inner.clock.now();
        let age = now.0.saturating_sub(half.at);
        let over = || PublicError::new(Code::Unauthenticated, "this sign-in took too long; begin again");
        let mut tx = self.inner.db.read().await?;
        let person = tx.find_person(half.person).await?;
        drop(tx);
        let person = self.checked(person.ok_or_else(over)?)?;
        if !(-MINUTE..HALF_SIGNED_IN).contains(&age) || person.disabled || person.credential_epoch != half.epoch {
            return Err(over().into());
        }
        let attempt = self.inner.throttle.begin(&of_codes(person.id), &request.address, now)?;
        let used = self.try_code(request, &person, &code, "person.login").await;
        if used.inspect_err(|_| self.inner.throttle.undo(&attempt))?.is_none() {
            return Err(wrong_code());
        }
        self.inner.throttle.succeeded(&attempt, now);
        self.inner.throttle.know(&person.email, &request.address, now);
        Ok(SignedIn { person: person.id, epoch: person.credential_epoch, at: now.0, confirmed_at: now.0 })
    }

    /// Takes the password, or a code of the second factor, as a confirmation of who the actor is; answers when, in
    /// Unix milliseconds, to be kept in the session. Slowed down like signing in.
    pub async fn confirm(&self, actor: &Actor, proof: Zeroizing<String>) -> Result<i64> {
        let id = own(actor)?.id;
        let now = self.inner.clock.now();
        let gone = || PublicError::new(Code::Unauthenticated, "sign in again");
        let mut tx = self.inner.db.read().await?;
        let person = tx.find_person(id).await?;
        drop(tx);
        let person = self.checked(person.ok_or_else(gone)?)?;
        let attempt = self.inner.throttle.begin(&of_codes(id), &actor.request.address, now)?;
        let six_digits = proof.trim().len() == 6 && proof.trim().bytes().all(|byte| byte.is_ascii_digit());
        let right = if person.second_factor && six_digits {
            self.try_code(&actor.request, &person, &proof, "person.confirm").await.map(|used| used.is_some())
        } else {
            self.try_password(actor, &person, proof, "person.confirm").await
        };
        if right.inspect_err(|_| self.inner.throttle.undo(&attempt))? {
            self.inner.throttle.succeeded(&attempt, now);
            return Ok(now.0);
        }
        Err(PublicError::new(
            Code::Unauthenticated,
            if person.second_factor {
                "neither your password nor a code of yours"
            } else {
                "this is not your password"
            },
        )
        .into())
    }

    /// Whether this is the person's password; recorded under `action` either way.
    pub(super) async fn try_password(
        &self,
        actor: &Actor,
        person: &StoredPerson,
        password: Zeroizing<String>,
        action: &'static str,
    ) -> Result<bool> {
        let right = self.inner.passwords.matches(password, Some(person.password_hash.clone())).await?;
        let event = Event::of(action, "", &person.email);
        let event = if right {
            event.reason("password")
        } else {
            Event { outcome: Outcome::Denied, reason: "wrong password", ..event }
        };
        let mut tx = self.inner.db.write().await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        Ok(right)
    }

    /// Uses a code up, with its record under `action`; none when it is no code of the person's.
    async fn try_code(
        &self,
        request: &RequestInfo,
        person: &StoredPerson,
        code: &str,
        action: &'static str,
    ) -> Result<Option<Used>> {
        let mut tx = self.inner.db.write().await?;
        let used = self.use_code(&mut tx, person, code).await?;
        let event = Event::of(action, "", &person.email);
        if let Some(used) = used {
            self.record_as(&mut tx, &person.email, request, event.reason(used.word())).await?;
        } else {
            let event = Event { outcome: Outcome::Denied, reason: "wrong code", ..event };
            self.record_as(&mut tx, ANONYMOUS, request, event).await?;
        }
        tx.commit().await?;
        Ok(used)
    }
}

/// Under which word codes are counted: guessing them does not slow down guessing passwords, nor the other way round.
pub(super) fn of_codes(person: Uuid) -> String {
    format!("codes of {person}")
}
