//! Changing one's own password.

use domain::{Actor, Code, Error as PublicError, api::PasswordChange};
use tower_sessions_core::session::Id;

use super::confirm::of_codes;
use crate::{SignedIn, Vault, audit::Event, error::Result, passwords, sessions::own};

impl Vault {
    /// Changes the actor's password. Ends all their sessions but `current`, which goes on with what is answered, and
    /// takes their tokens back.
    pub async fn change_password(
        &self,
        actor: &Actor,
        change: PasswordChange,
        current: Option<Id>,
    ) -> Result<SignedIn> {
        let id = own(actor)?.id;
        if let Some(problem) = passwords::problem_of(&change.new.0) {
            return Err(PublicError::field("new", problem).into());
        }
        if change.new.0 == change.current.0 {
            return Err(PublicError::field("new", "this is the present password; choose another one").into());
        }
        let gone = || PublicError::new(Code::Unauthenticated, "sign in again");
        let now = self.inner.clock.now();
        let found = self.inner.db.read().await?.find_person(id).await?;
        let person = self.checked(found.ok_or_else(gone)?)?;
        let attempt = self.inner.throttle.begin(&of_codes(id), &actor.request.address, now)?;
        let right = self.try_password(actor, &person, change.current.0, "account.password").await;
        if !right.inspect_err(|_| self.inner.throttle.undo(&attempt))? {
            return Err(PublicError::field("current", "this is not your present password").into());
        }
        self.inner.throttle.succeeded(&attempt, now);
        let password_hash = self.inner.passwords.hash(change.new.0).await?;
        let kept = current.map(|id| self.session_hash(id));

        let mut tx = self.inner.db.write().await?;
        tx.put_person_lock(id).await?;
        let found = tx.find_person(id).await?;
        let mut row = self.checked(found.ok_or_else(gone)?)?;
        if row.credential_epoch != person.credential_epoch {
            return Err(gone().into());
        }
        row.password_hash = password_hash;
        row.credential_epoch += 1;
        let row = self.guard(row);
        tx.put_credentials(&row).await?;
        let sessions = tx.delete_sessions_of(id, kept.as_ref().map_or(&[], <[u8; 32]>::as_slice)).await?;
        let tokens = self.revoke_tokens_of(&mut tx, id).await?;
        let reason = format!("changed; ended {sessions} other sessions and {tokens} tokens");
        self.record(&mut tx, actor, Event::of("account.password", "", &row.email).reason(&reason)).await?;
        tx.commit().await?;
        self.wake_watches().await;
        Ok(SignedIn { person: id, epoch: row.credential_epoch, at: now.0, confirmed_at: now.0 })
    }
}
