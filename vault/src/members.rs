//! Who belongs to which project.

use domain::{
    Action, Actor, Error as PublicError, Scope, Slug,
    api::{Member, NewMember},
};
use uuid::Uuid;

use crate::{
    Vault,
    audit::Event,
    db::{
        Tx,
        people::{StoredMember, StoredPerson},
        places::StoredProject,
    },
    error::{Error, Result},
    people::{normalised, project_role},
};

impl Vault {
    /// The members of a project.
    pub async fn list_members(&self, actor: &Actor, project: &Slug) -> Result<Vec<Member>> {
        let scope = Scope::project(project.clone(), None);
        let event = Event::of("member.list", &scope, "");
        self.authorise(actor, Action::See, &scope, event).await?;
        let mut tx = self.inner.db.read().await?;
        let project = self.find_member_project(&mut tx, &scope).await?;
        let mut members = Vec::new();
        for row in self.all_checked(tx.list_members(project.id).await?)? {
            if let Some(person) = tx.find_person(row.person_id).await? {
                members.push(public(&row, self.checked(person)?)?);
            }
        }
        members.sort_by(|a, b| a.email.cmp(&b.email));
        Ok(members)
    }

    /// Adds someone to a project.
    pub async fn create_member(&self, actor: &Actor, project: &Slug, new: &NewMember) -> Result<Member> {
        let scope = Scope::project(project.clone(), None);
        let email = normalised(&new.email);
        let event = Event::of("member.create", &scope, &email);
        self.authorise(actor, Action::ManageProject, &scope, event.clone()).await?;
        self.require_confirmed(actor)?;
        let mut tx = self.inner.db.write().await?;
        let project = self.find_member_project(&mut tx, &scope).await?;
        let person = tx.find_person_by_email(&email).await?;
        let person = person.ok_or_else(|| absent(&email))?;
        let person = self.checked(person)?;
        let row = self.guard(StoredMember {
            project_id: project.id,
            person_id: person.id,
            role: new.role.word().to_owned(),
            created_at: self.inner.clock.now().0,
            mac: Vec::new(),
            project_slug: project.slug,
        });
        tx.append_member(&row).await.map_err(|error| {
            let what = format!("the member {email} of {}", row.project_slug);
            Error::conflict(error, what)
        })?;
        self.record(&mut tx, actor, event.reason(new.role.word())).await?;
        tx.commit().await?;
        public(&row, person)
    }

    /// Takes someone out of a project; `id` is the person's.
    pub async fn delete_member(&self, actor: &Actor, project: &Slug, id: &str) -> Result<()> {
        let scope = Scope::project(project.clone(), None);
        let event = Event::of("member.delete", &scope, "");
        self.authorise(actor, Action::ManageProject, &scope, event).await?;
        self.require_confirmed(actor)?;
        let id_of_person = id.parse::<Uuid>().map_err(|_| absent(id))?;
        let mut tx = self.inner.db.write().await?;
        let project = self.find_member_project(&mut tx, &scope).await?;
        let person = tx.find_person(id_of_person).await?;
        let person = self.checked(person.ok_or_else(|| absent(id))?)?;
        if !tx.delete_member(project.id, person.id).await? {
            return Err(absent(id));
        }
        let event = Event::of("member.delete", &scope, &person.email);
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        self.wake_watches().await;
        Ok(())
    }

    async fn find_member_project(&self, tx: &mut Tx, scope: &Scope) -> Result<StoredProject> {
        let place = self.find_place(tx, scope).await?;
        let absent = || PublicError::not_found(scope).into();
        place.project.ok_or_else(absent)
    }
}

fn absent(person: &str) -> Error {
    PublicError::not_found(format_args!("the person {person}")).into()
}

fn public(row: &StoredMember, person: StoredPerson) -> Result<Member> {
    Ok(Member { id: person.id.to_string(), email: person.email, name: person.name, role: project_role(row)? })
}
