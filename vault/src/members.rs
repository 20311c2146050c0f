//! Who has which role in which project: one for all environments, or one each for single ones.

mod carried;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Action, Actor, Code, EnvironmentName, Error as PublicError, Scope, Slug,
    access::{self, Denied, Membership, ProjectRole},
    api::{Member, MemberGrant, NewMember, PutMember},
};
use uuid::Uuid;

use crate::{
    Vault,
    audit::Event,
    clock::new_id,
    db::{Tx, members::StoredMember, people::StoredPerson, places::StoredProject},
    error::{Error, Result},
    people::{may_give_roles, normalised},
    scopes::known,
};

impl Vault {
    /// The members of a project, by e-mail address.
    pub async fn list_members(&self, actor: &Actor, project: &Slug) -> Result<Vec<Member>> {
        let scope = Scope::project(project.clone(), None);
        let event = Event::of("member.list", &scope, "");
        self.authorise(actor, Action::See, &scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        let project = self.find_member_project(&mut tx, &scope).await?;
        let mut grants: BTreeMap<Uuid, Vec<StoredMember>> = BTreeMap::new();
        for row in self.all_checked(tx.list_members(project.id).await?)? {
            grants.entry(row.person_id).or_default().push(row);
        }
        let mut members = Vec::with_capacity(grants.len());
        for (person, rows) in grants {
            if let Some(person) = tx.find_person(person).await? {
                members.push(public(self.checked(person)?, rows)?);
            }
        }
        members.sort_by(|a, b| a.email.cmp(&b.email));
        Ok(members)
    }

    /// Gives somebody a role in a project; 409 where it meets one they have there.
    pub async fn create_member(&self, actor: &Actor, project: &Slug, new: &NewMember) -> Result<Member> {
        let scope = Scope::project(project.clone(), None);
        let email = normalised(&new.email);
        let event = Event::of("member.create", &scope, &email);
        self.may_give(actor, &scope, new.role == ProjectRole::Owner, event.clone()).await?;
        self.require_confirmed(actor)?;
        let grants = grants_of(new);
        checked_grants("environments", &grants)?;
        let mut tx = self.inner.db.write().await?;
        let project = self.locked_member_project(&mut tx, &scope).await?;
        let person = tx.find_person_by_email(&email).await?;
        let person = self.checked(person.ok_or_else(|| absent(&email))?)?;
        let mut rows = self.grants_in(&mut tx, &project, person.id).await?;
        for grant in &grants {
            let meets = |row: &&StoredMember| match (&row.environment_name, &grant.environment) {
                (Some(own), Some(new)) => own == new.as_str(),
                _ => true,
            };
            if let Some(row) = rows.iter().find(meets) {
                let sentence =
                    format!("the person {email} is {} of {} already; change that instead", told(row), project.slug);
                return Err(PublicError::new(Code::Conflict, sentence).into());
            }
        }
        rows.extend(self.append_grants(&mut tx, &project, person.id, &grants).await?);
        self.record(&mut tx, actor, event.reason(&listed(&grants))).await?;
        tx.commit().await?;
        public(person, rows)
    }

    /// Replaces what a member has been given; `id` is the person's.
    pub async fn put_member(&self, actor: &Actor, project: &Slug, id: &str, put: &PutMember) -> Result<Member> {
        let scope = Scope::project(project.clone(), None);
        let event = Event::of("member.update", &scope, "");
        let makes_owner = put.grants.iter().any(|grant| grant.role == ProjectRole::Owner);
        self.may_give(actor, &scope, makes_owner, event).await?;
        self.require_confirmed(actor)?;
        if put.grants.is_empty() {
            return Err(PublicError::field("grants", "a member has a role; remove who is to have none").into());
        }
        checked_grants("grants", &put.grants)?;
        let mut tx = self.inner.db.write().await?;
        let project = self.locked_member_project(&mut tx, &scope).await?;
        let (person, rows) = self.find_member(&mut tx, &project, id).await?;
        let event = Event::of("member.update", &scope, &person.email);
        if is_owner(&rows) && access::check(actor, Action::OwnProject, &scope).is_err() {
            drop(tx);
            return Err(self.refuse(actor, Denied::Forbidden, &scope, event).await?);
        }
        tx.delete_member(project.id, person.id).await?;
        let rows = self.append_grants(&mut tx, &project, person.id, &put.grants).await?;
        self.record(&mut tx, actor, event.reason(&listed(&put.grants))).await?;
        tx.commit().await?;
        self.wake_watches().await;
        public(person, rows)
    }

    /// Takes every role in a project from somebody; `id` is the person's.
    pub async fn delete_member(&self, actor: &Actor, project: &Slug, id: &str) -> Result<()> {
        let scope = Scope::project(project.clone(), None);
        let event = Event::of("member.delete", &scope, "");
        self.authorise(actor, Action::ManageProject, &scope, event).await?;
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        let project = self.locked_member_project(&mut tx, &scope).await?;
        let (person, rows) = self.find_member(&mut tx, &project, id).await?;
        let event = Event::of("member.delete", &scope, &person.email);
        if is_owner(&rows) && access::check(actor, Action::OwnProject, &scope).is_err() {
            drop(tx);
            return Err(self.refuse(actor, Denied::Forbidden, &scope, event).await?);
        }
        tx.delete_member(project.id, person.id).await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        self.wake_watches().await;
        Ok(())
    }

    /// Makes whoever creates a project its owner: by themselves, or as the owner of the token they come with.
    pub(crate) async fn append_owner(&self, tx: &mut Tx, actor: &Actor, project: &StoredProject) -> Result<()> {
        if let Some(person) = actor.principal.person() {
            let owner = MemberGrant { role: ProjectRole::Owner, environment: None };
            self.append_grants(tx, project, person.id, &[owner]).await?;
        }
        Ok(())
    }

    /// Who manages a project gives roles in it, except that of an owner, which owners give. A token has every right.
    async fn may_give(&self, actor: &Actor, scope: &Scope, makes_owner: bool, event: Event<'_>) -> Result<()> {
        let action = if makes_owner { Action::OwnProject } else { Action::ManageProject };
        self.authorise(actor, action, scope, event.clone()).await?;
        if may_give_roles(actor) { Ok(()) } else { Err(self.refuse(actor, Denied::Forbidden, scope, event).await?) }
    }

    async fn append_grants(
        &self,
        tx: &mut Tx,
        project: &StoredProject,
        person: Uuid,
        grants: &[MemberGrant],
    ) -> Result<Vec<StoredMember>> {
        let mut rows = Vec::with_capacity(grants.len());
        for grant in grants {
            let scope = Scope::project(known(project.slug.clone(), "projects")?, grant.environment.clone());
            let environment = self.find_place(tx, &scope).await?.environment;
            let row = self.guard(StoredMember {
                id: new_id(),
                project_id: project.id,
                person_id: person,
                environment_id: environment.as_ref().map(|row| row.id),
                role: grant.role.word().to_owned(),
                created_at: self.inner.clock.now().0,
                mac: Vec::new(),
                project_slug: project.slug.clone(),
                environment_name: environment.map(|row| row.name),
            });
            tx.append_member(&row).await?;
            rows.push(row);
        }
        Ok(rows)
    }

    /// What somebody has in a project; 404 when nothing.
    async fn find_member(
        &self,
        tx: &mut Tx,
        project: &StoredProject,
        id: &str,
    ) -> Result<(StoredPerson, Vec<StoredMember>)> {
        let key = id.parse::<Uuid>().map_err(|_| absent(id))?;
        let person = tx.find_person(key).await?;
        let person = self.checked(person.ok_or_else(|| absent(id))?)?;
        let rows = self.grants_in(tx, project, person.id).await?;
        if rows.is_empty() { Err(absent(id)) } else { Ok((person, rows)) }
    }

    async fn grants_in(&self, tx: &mut Tx, project: &StoredProject, person: Uuid) -> Result<Vec<StoredMember>> {
        let mut rows = self.all_checked(tx.list_memberships(person).await?)?;
        rows.retain(|row| row.project_id == project.id);
        Ok(rows)
    }

    async fn find_member_project(&self, tx: &mut Tx, scope: &Scope) -> Result<StoredProject> {
        let place = self.find_place(tx, scope).await?;
        let absent = || PublicError::not_found(scope).into();
        place.project.ok_or_else(absent)
    }

    /// The project, with others who change its members waiting until this transaction ends.
    async fn locked_member_project(&self, tx: &mut Tx, scope: &Scope) -> Result<StoredProject> {
        if let Some(slug) = scope.level.project() {
            tx.put_project_lock(slug.as_str()).await?;
        }
        self.find_member_project(tx, scope).await
    }
}

/// What a row gives.
pub(crate) fn membership(row: StoredMember) -> Result<Membership> {
    let grant = grant(&row)?;
    Ok(Membership { project: known(row.project_slug, "projects")?, role: grant.role, environment: grant.environment })
}

fn grant(row: &StoredMember) -> Result<MemberGrant> {
    let unknown = || Error::Unknown { table: "memberships" };
    let environment = match (row.environment_id, &row.environment_name) {
        (None, _) => None,
        (Some(_), Some(name)) => Some(known(name.clone(), "environments")?),
        // A role for an environment that is gone is not one for all of them.
        (Some(_), None) => return Err(unknown()),
    };
    Ok(MemberGrant { role: ProjectRole::from_word(&row.role).ok_or_else(unknown)?, environment })
}

fn grants_of(new: &NewMember) -> Vec<MemberGrant> {
    let grant = |environment| MemberGrant { role: new.role, environment };
    match &new.environments {
        None => vec![grant(None)],
        Some(environments) => environments.iter().cloned().map(|name| grant(Some(name))).collect(),
    }
}

/// 422 unless these are one role for all environments, or one each for single ones.
fn checked_grants(field: &str, grants: &[MemberGrant]) -> Result<(), PublicError> {
    let wrong = |sentence: String| Err(PublicError::field(field, sentence));
    if grants.is_empty() {
        return wrong("name an environment, or leave them out for all of them".into());
    }
    let environments: Vec<&EnvironmentName> = grants.iter().filter_map(|grant| grant.environment.as_ref()).collect();
    if environments.len() < grants.len() && grants.len() > 1 {
        return wrong("a role for all environments stands alone".into());
    }
    if environments.iter().collect::<BTreeSet<_>>().len() < environments.len() {
        return wrong("each environment is named once".into());
    }
    match grants.iter().find(|grant| grant.environment.is_some() && !grant.role.fits_environments()) {
        Some(grant) => wrong(format!("`{}` is a role for all environments", grant.role.word())),
        None => Ok(()),
    }
}

fn is_owner(rows: &[StoredMember]) -> bool {
    rows.iter().any(|row| row.role == ProjectRole::Owner.word())
}

fn told(row: &StoredMember) -> String {
    match &row.environment_name {
        None => row.role.clone(),
        Some(environment) => format!("{} in {environment}", row.role),
    }
}

/// The roles in words, for the audit log.
fn listed(grants: &[MemberGrant]) -> String {
    let told = grants.iter().map(|grant| match &grant.environment {
        None => grant.role.word().to_owned(),
        Some(environment) => format!("{} in {environment}", grant.role.word()),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn absent(person: &str) -> Error {
    PublicError::not_found(format_args!("the person {person}")).into()
}

fn public(person: StoredPerson, rows: Vec<StoredMember>) -> Result<Member> {
    let mut grants = rows.iter().map(grant).collect::<Result<Vec<_>>>()?;
    grants.sort_by(|a, b| a.environment.cmp(&b.environment));
    Ok(Member { id: person.id.to_string(), email: person.email, name: person.name, grants })
}
