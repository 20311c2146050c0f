//! Invitations: a link that is good for one use, with which somebody new chooses their password.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Action, Actor, Code, Error as PublicError, Millis, Scope,
    access::{Denied, RequestInfo},
    api::{Invitee, Outcome},
    time::HOUR,
};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use super::{ANONYMOUS, NewPersonWords, SignedIn, may_give_roles};
use crate::{
    Vault,
    audit::Event,
    db::{Tx, invitations::StoredInvitation, people::StoredPerson},
    error::{Error, Result},
};

/// How long an invitation is good.
const INVITED_HOURS: i64 = 72;

/// An invitation that was just made: the only time its token is known.
pub struct Invited {
    /// What the link ends with.
    pub token: Zeroizing<String>,
    /// When it stops working.
    pub expires_at: Millis,
}

impl Vault {
    /// A new link for somebody who has not accepted theirs; the one before stops working. 409 for everybody else.
    pub async fn renew_invitation(&self, actor: &Actor, id: &str) -> Result<Invited> {
        let platform = Scope::platform(None);
        let event = Event::of("person.invite", "", "");
        self.authorise(actor, Action::ManagePeople, &platform, event.clone()).await?;
        if !may_give_roles(actor) {
            return Err(self.refuse(actor, Denied::Forbidden, &platform, event).await?);
        }
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        let row = self.locked_person(&mut tx, id).await?;
        let refusal = if row.disabled {
            Some("is disabled; enable them first")
        } else if !row.password_hash.is_empty() {
            Some("has a password already; they need no invitation")
        } else {
            None
        };
        if let Some(why) = refusal {
            return Err(PublicError::new(Code::Conflict, format!("the person {} {why}", row.email)).into());
        }
        tx.delete_invitation(row.id).await?;
        let invited = self.append_invitation(&mut tx, row.id).await?;
        self.record(&mut tx, actor, Event::of("person.invite", "", &row.email)).await?;
        tx.commit().await?;
        Ok(invited)
    }

    /// Whom a link invites; `None` when it would not be accepted now. Uses nothing up.
    pub async fn find_invitation(&self, token: &str) -> Result<Option<Invitee>> {
        let mut tx = self.inner.db.read().await?;
        let found = self.invitee(&mut tx, token).await?;
        Ok(found.map(|(row, person)| Invitee {
            email: person.email,
            name: person.name,
            expires_at: Millis(row.expires_at),
        }))
    }

    /// Chooses the name and the password of whom the link invites, uses it up, and signs them in. A link that is used,
    /// over, withdrawn or unknown is refused in the same words.
    pub async fn accept_invitation(
        &self,
        request: &RequestInfo,
        token: &str,
        name: &str,
        password: Zeroizing<String>,
    ) -> Result<SignedIn> {
        let mut tx = self.inner.db.read().await?;
        let found = self.invitee(&mut tx, token).await?;
        drop(tx);
        let Some((_, person)) = found else {
            return self.refuse_link(request).await;
        };
        let name = Some(name.trim()).filter(|name| !name.is_empty()).unwrap_or(&person.name);
        let words = NewPersonWords::of(&person.email, Some(name), Some(&password))?;
        let password_hash = self.inner.passwords.hash(password).await?;
        let mut tx = self.inner.db.write().await?;
        tx.put_person_lock(person.id).await?;
        // Looked at again: whoever came first has used it up.
        let Some((_, mut person)) = self.invitee(&mut tx, token).await? else {
            drop(tx);
            return self.refuse_link(request).await;
        };
        tx.delete_invitation(person.id).await?;
        person.name = words.name;
        person.password_hash = password_hash;
        person.credential_epoch += 1;
        let person = self.guard(person);
        tx.put_person(&person).await?;
        let event = Event::of("person.accept", "", &person.email);
        self.record_as(&mut tx, &person.email, request, event).await?;
        tx.commit().await?;
        let at = self.inner.clock.now().0;
        Ok(SignedIn { person: person.id, epoch: person.credential_epoch, at, confirmed_at: at })
    }

    /// Adds the invitation of somebody who has none.
    pub(super) async fn append_invitation(&self, tx: &mut Tx, person: Uuid) -> Result<Invited> {
        let mut bytes: [u8; 32] = seal::random_bytes()?;
        let token = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes));
        bytes.zeroize();
        let now = self.inner.clock.now();
        let expires_at = now.plus(INVITED_HOURS * HOUR);
        let row = self.guard(StoredInvitation {
            person_id: person,
            token_hash: self.invitation_hash(&token).to_vec(),
            created_at: now.0,
            expires_at: expires_at.0,
            mac: Vec::new(),
        });
        tx.append_invitation(&row).await?;
        Ok(Invited { token, expires_at })
    }

    /// The invitation behind a link that is good, and whom it invites.
    async fn invitee(&self, tx: &mut Tx, token: &str) -> Result<Option<(StoredInvitation, StoredPerson)>> {
        let Some(row) = tx.find_invitation(&self.invitation_hash(token)).await? else {
            return Ok(None);
        };
        let row = self.checked(row)?;
        let person = tx.find_person(row.person_id).await?.ok_or(Error::Unknown { table: "invitations" })?;
        let person = self.checked(person)?;
        let is_good = self.inner.clock.now().0 < row.expires_at && !person.disabled && person.password_hash.is_empty();
        Ok(is_good.then_some((row, person)))
    }

    async fn refuse_link(&self, request: &RequestInfo) -> Result<SignedIn> {
        let mut tx = self.inner.db.write().await?;
        let event = Event::of("person.accept", "", "");
        let event = Event { outcome: Outcome::Denied, reason: "the link is not good", ..event };
        self.record_as(&mut tx, ANONYMOUS, request, event).await?;
        tx.commit().await?;
        Err(PublicError::new(
            Code::Unauthenticated,
            "this invitation does not work any more; ask whoever invited you for a new link",
        )
        .into())
    }

    /// What is stored instead of an invitation's token; never that of a setup link or an API token.
    fn invitation_hash(&self, token: &str) -> [u8; 32] {
        let text = Zeroizing::new(format!("invitation {token}"));
        self.inner.keys.token_hash(text.as_bytes())
    }
}
