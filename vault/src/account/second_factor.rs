//! The second factor: getting one, recovery codes, giving it up; and an admin who takes it from someone who lost it.

use domain::{
    Action, Actor, Code, Error as PublicError, Scope,
    api::{Enrolment, RecoveryCodes, SecondFactor},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    codes::{since, written, wrong_code},
    confirm::of_codes,
};
use crate::{
    Vault,
    audit::Event,
    db::{Tx, people::StoredPerson},
    error::Result,
    policy::demands_factor,
    sessions::own,
};

impl Vault {
    /// Whether the actor has a second factor.
    pub async fn find_second_factor(&self, actor: &Actor) -> Result<SecondFactor> {
        let person = own(actor)?;
        let mut tx = self.inner.db.read().await?;
        let row = self.own_row(&mut tx, person.id).await?;
        let factor = self.factor(&mut tx, person.id).await?;
        let policy = self.policy(&mut tx).await?;
        let codes = tx.find_recovery_code_count(person.id).await?;
        Ok(SecondFactor {
            since: factor.as_ref().filter(|_| row.second_factor).map(since),
            recovery_codes: u32::try_from(codes).unwrap_or_default(),
            required: demands_factor(policy, person),
        })
    }

    /// Makes a secret for the actor's device. It counts once [`confirm_second_factor`](Self::confirm_second_factor)
    /// was given a code of it; until then another beginning replaces it.
    pub async fn begin_second_factor(&self, actor: &Actor) -> Result<Enrolment> {
        let id = own(actor)?.id;
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        tx.put_person_lock(id).await?;
        let row = self.own_row(&mut tx, id).await?;
        if row.second_factor {
            return Err(has_one());
        }
        let (factor, secret) = self.new_factor(&mut tx, id).await?;
        tx.put_factor(&factor).await?;
        self.record(&mut tx, actor, Event::of("account.second_factor.begin", "", &row.email)).await?;
        tx.commit().await?;
        Ok(enrolment(&secret, &row.email))
    }

    /// The secret that waits for its first code, once more: for a page that was told a wrong one.
    pub async fn pending_second_factor(&self, actor: &Actor) -> Result<Enrolment> {
        let id = own(actor)?.id;
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.read().await?;
        let row = self.own_row(&mut tx, id).await?;
        if row.second_factor {
            return Err(has_one());
        }
        let factor = self.factor(&mut tx, id).await?.ok_or_else(not_begun)?;
        let secret = self.open_secret(&mut tx, &factor).await?;
        Ok(enrolment(&secret, &row.email))
    }

    /// Takes the first code of the device: from now on signing in asks for one. Answers the recovery codes.
    pub async fn confirm_second_factor(&self, actor: &Actor, code: Zeroizing<String>) -> Result<RecoveryCodes> {
        let id = own(actor)?.id;
        self.require_confirmed(actor)?;
        let now = self.inner.clock.now();
        let attempt = self.inner.throttle.begin(&of_codes(id), &actor.request.address, now)?;
        let codes = self.try_enrol(actor, id, &code).await.inspect_err(|_| self.inner.throttle.undo(&attempt))?;
        let codes = codes.ok_or_else(wrong_code)?;
        self.inner.throttle.succeeded(&attempt, now);
        Ok(public(codes))
    }

    /// Ends the second factor of an enrolment; `None` when the code is not the device's.
    async fn try_enrol(&self, actor: &Actor, id: Uuid, code: &str) -> Result<Option<Vec<Zeroizing<String>>>> {
        let mut tx = self.inner.db.write().await?;
        tx.put_person_lock(id).await?;
        let row = self.own_row(&mut tx, id).await?;
        if row.second_factor {
            return Err(has_one());
        }
        let factor = self.factor(&mut tx, id).await?.ok_or_else(not_begun)?;
        if !self.use_step(&mut tx, factor, code.trim()).await? {
            return Ok(None);
        }
        let codes = self.new_recovery_codes(&mut tx, id).await?;
        let row = self.guard(StoredPerson { second_factor: true, ..row });
        tx.put_credentials(&row).await?;
        self.record(&mut tx, actor, Event::of("account.second_factor.enrol", "", &row.email)).await?;
        tx.commit().await?;
        Ok(Some(codes))
    }

    /// New recovery codes in place of those there were.
    pub async fn renew_recovery_codes(&self, actor: &Actor) -> Result<RecoveryCodes> {
        let id = own(actor)?.id;
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        tx.put_person_lock(id).await?;
        let row = self.own_row(&mut tx, id).await?;
        if !row.second_factor {
            return Err(
                PublicError::new(Code::Conflict, "recovery codes go with a second factor; set one up first").into()
            );
        }
        let codes = self.new_recovery_codes(&mut tx, id).await?;
        self.record(&mut tx, actor, Event::of("account.recovery_codes", "", &row.email)).await?;
        tx.commit().await?;
        Ok(public(codes))
    }

    /// Gives the second factor up.
    pub async fn delete_second_factor(&self, actor: &Actor) -> Result<()> {
        let id = own(actor)?.id;
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        tx.put_person_lock(id).await?;
        let row = self.own_row(&mut tx, id).await?;
        let row = self.guard(StoredPerson { second_factor: false, ..row });
        tx.put_credentials(&row).await?;
        tx.delete_factor(id).await?;
        self.record(&mut tx, actor, Event::of("account.second_factor.end", "", &row.email)).await?;
        tx.commit().await
    }

    /// Takes the second factor from someone who lost their device, and ends their sessions.
    pub async fn reset_second_factor(&self, actor: &Actor, person: &str) -> Result<()> {
        let platform = Scope::platform(None);
        let event = Event::of("person.second_factor.reset", "", "");
        self.authorise(actor, Action::ManagePeople, &platform, event).await?;
        self.require_confirmed(actor)?;
        let absent = || PublicError::not_found(format_args!("the person {person}"));
        let id = person.parse::<Uuid>().map_err(|_| absent())?;
        let mut tx = self.inner.db.write().await?;
        tx.put_person_lock(id).await?;
        let row = tx.find_person(id).await?;
        let row = self.checked(row.ok_or_else(absent)?)?;
        let epoch = row.credential_epoch + 1;
        let row = self.guard(StoredPerson { second_factor: false, credential_epoch: epoch, ..row });
        tx.put_credentials(&row).await?;
        tx.delete_factor(id).await?;
        tx.delete_sessions_of(id, &[]).await?;
        let event = Event::of("person.second_factor.reset", "", &row.email);
        self.record(&mut tx, actor, event).await?;
        tx.commit().await
    }

    async fn own_row(&self, tx: &mut Tx, id: Uuid) -> Result<StoredPerson> {
        let gone = || PublicError::new(Code::Unauthenticated, "sign in again");
        self.checked(tx.find_person(id).await?.ok_or_else(gone)?)
    }
}

fn enrolment(secret: &[u8], email: &str) -> Enrolment {
    let (base32, uri) = written(secret, email);
    Enrolment { secret: domain::api::WireValue(base32), uri: domain::api::WireValue(uri) }
}

fn public(codes: Vec<Zeroizing<String>>) -> RecoveryCodes {
    RecoveryCodes { codes: codes.into_iter().map(domain::api::WireValue).collect() }
}

fn has_one() -> crate::Error {
    PublicError::new(Code::Conflict, "you have a second factor already; give it up first to set up another device")
        .into()
}

fn not_begun() -> crate::Error {
    PublicError::new(Code::Conflict, "there is no second factor to confirm; begin again").into()
}
