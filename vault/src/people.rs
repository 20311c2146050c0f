//! People: signing in, and who belongs to which project.

use domain::{
    Actor, Slug,
    access::RequestInfo,
    api::{Member, NewMember, NewPerson, PersonRow},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Vault, error::Result};

/// What a session remembers of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SignedIn {
    /// Who.
    pub person: Uuid,
    /// Under which credentials; see [`Vault::actor_of_session`].
    pub epoch: i64,
    /// When, in Unix milliseconds: sessions end 12 hours after, however active.
    pub at: i64,
}

impl Vault {
    /// Signs a person in. Unknown, disabled and wrong answer alike, after the same work.
    pub async fn log_in(
        &self,
        request: &RequestInfo,
        email: &str,
        password: Zeroizing<String>,
    ) -> Result<SignedIn> {
        let _ = (request, email, password);
        todo!()
    }

    /// Records that a person signed out.
    pub async fn log_out(&self, actor: &Actor) -> Result<()> {
        let _ = actor;
        todo!()
    }

    /// The actor of a session; `None` when the person is gone or disabled, their credentials changed, or the session is too old.
    pub async fn actor_of_session(
        &self,
        request: RequestInfo,
        signed_in: SignedIn,
    ) -> Result<Option<Actor>> {
        let _ = (request, signed_in);
        todo!()
    }

    /// Everyone.
    pub async fn list_people(&self, actor: &Actor) -> Result<Vec<PersonRow>> {
        let _ = actor;
        todo!()
    }

    /// Adds a person with their first password.
    pub async fn create_person(&self, actor: &Actor, new: NewPerson) -> Result<PersonRow> {
        let _ = (actor, new);
        todo!()
    }

    /// The members of a project.
    pub async fn list_members(&self, actor: &Actor, project: &Slug) -> Result<Vec<Member>> {
        let _ = (actor, project);
        todo!()
    }

    /// Adds someone to a project.
    pub async fn create_member(
        &self,
        actor: &Actor,
        project: &Slug,
        new: &NewMember,
    ) -> Result<Member> {
        let _ = (actor, project, new);
        todo!()
    }

    /// Takes someone out of a project; `id` is the person's.
    pub async fn delete_member(&self, actor: &Actor, project: &Slug, id: &str) -> Result<()> {
        let _ = (actor, project, id);
        todo!()
    }
}
