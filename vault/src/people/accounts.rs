//! The life of an account: made, changed, disabled, removed. Somebody who may manage stays, whatever happens.

use std::collections::HashMap;

use domain::{
    Action, Actor, Code, Error as PublicError, Millis, Scope,
    access::{Denied, PlatformRole},
    api::{NewPerson, PatchPerson, PersonRow, PersonState},
};
use uuid::Uuid;

use super::{Invited, NewPersonWords, may_give_roles, normalised, platform_role, stored_role};
use crate::{
    Vault,
    audit::Event,
    db::{Tx, invitations::StoredInvitation, members::StoredMember, people::StoredPerson},
    error::{Error, Result},
    members::membership,
    words::check_line,
};

impl Vault {
    /// Everyone, by e-mail address.
    pub async fn list_people(&self, actor: &Actor) -> Result<Vec<PersonRow>> {
        let event = Event::of("person.list", "", "");
        self.authorise(actor, Action::SeePeople, &Scope::platform(None), event).await?;
        let mut tx = self.inner.db.read().await?;
        let rows = self.all_checked(tx.list_people().await?)?;
        let mut memberships: HashMap<Uuid, Vec<StoredMember>> = HashMap::new();
        for row in self.all_checked(tx.list_all_members().await?)? {
            memberships.entry(row.person_id).or_default().push(row);
        }
        let invitations = self.all_checked(tx.list_invitations().await?)?;
        let invitations: HashMap<Uuid, StoredInvitation> =
            invitations.into_iter().map(|row| (row.person_id, row)).collect();
        drop(tx);
        let people = rows.into_iter().map(|row| {
            let own = memberships.remove(&row.id).unwrap_or_default();
            let invited_until = invitations.get(&row.id).map(|invitation| Millis(invitation.expires_at));
            public(row, own, invited_until)
        });
        let mut people = people.collect::<Result<Vec<_>>>()?;
        people.sort_by(|a, b| a.email.cmp(&b.email));
        Ok(people)
    }

    /// Adds a person: with their first password, or invited to choose one.
    pub async fn create_person(&self, actor: &Actor, new: NewPerson) -> Result<(PersonRow, Option<Invited>)> {
        let platform = Scope::platform(None);
        let email = normalised(&new.email);
        let event = Event::of("person.create", "", &email);
        self.authorise(actor, Action::ManagePeople, &platform, event.clone()).await?;
        if new.role != PlatformRole::Member && !may_give_roles(actor) {
            return Err(self.refuse(actor, Denied::Forbidden, &platform, event).await?);
        }
        self.require_confirmed(actor)?;
        let password = new.password.map(|password| password.0);
        let words = NewPersonWords::of(&new.email, new.name.as_deref(), password.as_deref().map(String::as_str))?;
        let by_link = password.is_none();
        let password_hash = match password {
            Some(password) => self.inner.passwords.hash(password).await?,
            None => String::new(),
        };
        let mut tx = self.inner.db.write().await?;
        let person = self.append_person(&mut tx, words, new.role, password_hash).await?;
        let mut invited = None;
        if by_link {
            invited = Some(self.append_invitation(&mut tx, person.id).await?);
        }
        let how = if by_link { "invited" } else { "with a password" };
        let reason = format!("{}, {how}", new.role.word());
        self.record(&mut tx, actor, event.reason(&reason)).await?;
        tx.commit().await?;
        let until = invited.as_ref().map(|invited| invited.expires_at);
        Ok((public(person, Vec::new(), until)?, invited))
    }

    /// Changes a person. Another role, and disabling, end their sessions and tokens; the last admin who can sign in
    /// stays one (409).
    pub async fn update_person(&self, actor: &Actor, id: &str, patch: &PatchPerson) -> Result<PersonRow> {
        let platform = Scope::platform(None);
        let event = Event::of("person.update", "", "");
        self.authorise(actor, Action::ManagePeople, &platform, event.clone()).await?;
        if patch.role.is_some_and(|role| role != PlatformRole::Member) && !may_give_roles(actor) {
            return Err(self.refuse(actor, Denied::Forbidden, &platform, event).await?);
        }
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        let mut row = self.locked_person(&mut tx, id).await?;
        let was = row.clone();
        let mut changes = Vec::new();
        if let Some(name) = patch.name.as_deref().map(str::trim).filter(|name| *name != row.name) {
            if name.is_empty() {
                return Err(PublicError::field("name", "a person has a name").into());
            }
            check_line("name", name)?;
            name.clone_into(&mut row.name);
            changes.push("name".to_owned());
        }
        if let Some(role) = patch.role {
            let old = platform_role(&row)?;
            if role != old {
                let (word, auditor) = stored_role(role);
                (row.role, row.auditor) = (word.to_owned(), auditor);
                changes.push(format!("{} instead of {}", role.word(), old.word()));
            }
        }
        if let Some(disabled) = patch.disabled.filter(|disabled| *disabled != row.disabled) {
            row.disabled = disabled;
            changes.push(if disabled { "disabled" } else { "enabled" }.to_owned());
        }
        let loses = platform_role(&row)? != platform_role(&was)? || (row.disabled && !was.disabled);
        if is_admin(&was)? && !is_admin(&row)? {
            self.another_admin(&mut tx, row.id).await?;
        }
        if loses {
            row.credential_epoch += 1;
            let ended = self.end_tokens(&mut tx, row.id).await?;
            changes.push(format!("sessions ended, tokens revoked: {ended}"));
        }
        if row.disabled {
            // Enabled again, they are invited again.
            tx.delete_invitation(row.id).await?;
        }
        let row = self.guard(row);
        let shown = self.person_row(&mut tx, row.clone()).await?;
        if changes.is_empty() {
            return Ok(shown);
        }
        tx.put_person(&row).await?;
        let event = Event::of("person.update", "", &row.email);
        self.record(&mut tx, actor, event.reason(&changes.join("; "))).await?;
        tx.commit().await?;
        if loses {
            self.wake_watches().await;
        }
        Ok(shown)
    }

    /// Removes a person, with their roles, tokens and invitation. What they did stays in history and audit log, under
    /// their e-mail address. 409 for the last admin who can sign in.
    pub async fn delete_person(&self, actor: &Actor, id: &str) -> Result<()> {
        let event = Event::of("person.delete", "", "");
        self.authorise(actor, Action::ManagePeople, &Scope::platform(None), event).await?;
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        let row = self.locked_person(&mut tx, id).await?;
        if is_admin(&row)? {
            self.another_admin(&mut tx, row.id).await?;
        }
        tx.delete_person(row.id).await?;
        let event = Event::of("person.delete", "", &row.email);
        self.record(&mut tx, actor, event.reason(platform_role(&row)?.word())).await?;
        tx.commit().await?;
        self.wake_watches().await;
        Ok(())
    }

    /// The person of this id, with everyone else who changes people waiting until this transaction ends: of two admins
    /// who remove each other at the same moment, one stays.
    pub(super) async fn locked_person(&self, tx: &mut Tx, id: &str) -> Result<StoredPerson> {
        let absent = || Error::from(PublicError::not_found(format_args!("the person {id}")));
        let key = id.parse::<Uuid>().map_err(|_| absent())?;
        tx.lock_installation().await?;
        tx.put_person_lock(key).await?;
        let row = tx.find_person(key).await?;
        self.checked(row.ok_or_else(absent)?)
    }

    /// 409 unless an admin beside `id` can sign in. The installation is locked.
    async fn another_admin(&self, tx: &mut Tx, id: Uuid) -> Result<()> {
        for row in self.all_checked(tx.list_people().await?)? {
            if row.id != id && is_admin(&row)? {
                return Ok(());
            }
        }
        Err(PublicError::new(
            Code::Conflict,
            "this is the last admin who can sign in; make somebody else an admin first",
        )
        .into())
    }

    /// Takes back every token of a person; answers how many.
    async fn end_tokens(&self, tx: &mut Tx, person: Uuid) -> Result<usize> {
        let mut ended = 0;
        for row in tx.list_tokens().await? {
            if row.owner_id != Some(person) {
                continue;
            }
            let mut row = self.checked(row)?;
            if !row.revoked {
                row.revoked = true;
                tx.put_token_revoked(&self.guard(row)).await?;
                ended += 1;
            }
        }
        Ok(ended)
    }

    async fn person_row(&self, tx: &mut Tx, row: StoredPerson) -> Result<PersonRow> {
        let memberships = self.all_checked(tx.list_memberships(row.id).await?)?;
        let invitations = self.all_checked(tx.list_invitations().await?)?;
        let own = invitations.into_iter().find(|invitation| invitation.person_id == row.id);
        public(row, memberships, own.map(|invitation| Millis(invitation.expires_at)))
    }
}

/// Whether this is an admin who can sign in.
fn is_admin(row: &StoredPerson) -> Result<bool> {
    Ok(platform_role(row)? == PlatformRole::Admin && state_of(row) == PersonState::Active)
}

fn state_of(row: &StoredPerson) -> PersonState {
    if row.disabled {
        PersonState::Disabled
    } else if row.password_hash.is_empty() {
        PersonState::Invited
    } else {
        PersonState::Active
    }
}

fn public(row: StoredPerson, memberships: Vec<StoredMember>, invited_until: Option<Millis>) -> Result<PersonRow> {
    let memberships = memberships.into_iter().map(membership);
    let mut memberships = memberships.collect::<Result<Vec<_>>>()?;
    memberships.sort_by(|a, b| (&a.project, &a.environment).cmp(&(&b.project, &b.environment)));
    Ok(PersonRow {
        role: platform_role(&row)?,
        state: state_of(&row),
        id: row.id.to_string(),
        email: row.email,
        name: row.name,
        invited_until,
        memberships,
        created_at: Millis(row.created_at),
        second_factor: row.second_factor,
    })
}
