//! Who asks, and what they may. Pure decisions: the same actor, action and scope always give the same answer.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{EnvironmentName, Millis, Scope, ServicePath, Slug, error::Error};

macro_rules! words {
    ($type:ty { $($variant:path => $word:literal),+ $(,)? }) => {
        impl $type {
            /// The word in SQL, JSON and on the page.
            pub fn word(self) -> &'static str {
                match self { $($variant => $word),+ }
            }
            /// The value of that word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($variant),)+ _ => None }
            }
        }
    };
}

mod roles;

pub use roles::{Membership, PlatformRole, ProjectRole};

/// Whoever asks: a person with a session, or a machine with a token. Made by the vault from checked
/// credentials, and by nothing else.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who.
    pub principal: Principal,
    /// The e-mail address or token name shown in history and audit.
    pub label: String,
    /// Where the request came from.
    pub request: RequestInfo,
    /// How the person signed in; a token did not.
    pub sign_in: Option<SignIn>,
}

/// How far the session of a person is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    /// When they last gave their password or a code: what weighs more asks for one again after a while.
    pub confirmed_at: Millis,
    /// Whether the installation demands a second factor they do not have: until then they may do nothing else.
    pub must_enrol: bool,
}

impl Actor {
    /// Whether nothing but getting a second factor is allowed.
    pub fn must_enrol(&self) -> bool {
        self.sign_in.is_some_and(|sign_in| sign_in.must_enrol)
    }
}

/// What of a request goes into the audit log.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// The id every log line and error of this request carries.
    pub request_id: String,
    /// The peer's address, as far as it can be trusted.
    pub address: String,
}

/// A person or a token.
#[derive(Debug, Clone)]
pub enum Principal {
    /// A signed-in person.
    Person(Person),
    /// A bearer token.
    Token(TokenHolder),
}

impl Principal {
    /// The id of the person or of the token.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Person(person) => person.id,
            Self::Token(token) => token.id,
        }
    }

    /// The person who acts, by themselves or through their token; none for a service's token.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Token(token) => token.owner.as_ref(),
        }
    }
}

/// A person and their roles.
#[derive(Debug, Clone)]
pub struct Person {
    /// The person.
    pub id: Uuid,
    /// The role on the platform.
    pub role: PlatformRole,
    /// What they were given in projects: for all environments of a project once, or for single ones.
    pub memberships: Vec<Membership>,
}

/// A token: what it may, and how far.
#[derive(Debug, Clone)]
pub struct TokenHolder {
    /// The token.
    pub id: Uuid,
    /// The person it belongs to; a token never may more than its owner. `None`: it belongs to its service.
    pub owner: Option<Person>,
    /// What it may.
    pub rights: Vec<Right>,
    /// The one project it is for; `None` narrows nothing.
    pub project: Option<Slug>,
    /// The one service it is for.
    pub service: Option<Slug>,
    /// The one environment it is for.
    pub environment: Option<EnvironmentName>,
}

/// What a token may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Right {
    /// Get values.
    Read,
    /// Write and delete secrets and bindings.
    Write,
    /// Create, change and delete projects, services, environments, people and tokens.
    Manage,
}

words!(Right { Right::Read => "read", Right::Write => "write", Right::Manage => "manage" });

/// What someone wants to do to a scope, or to the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See names, kinds, versions, bindings; never a value.
    See,
    /// Get one value shown.
    Reveal,
    /// Write, delete or restore secrets.
    WriteSecrets,
    /// Destroy old or deleted values for good.
    DestroySecrets,
    /// Get everything a service gets, values included.
    Use,
    /// Change bindings and the delivery mode of a service.
    Bind,
    /// Change the project's words and members; create, change and delete its services.
    ManageProject,
    /// Delete the project; make and unmake its owners.
    OwnProject,
    /// Create, list and revoke tokens of the scope.
    ManageTokens,
    /// Create projects.
    CreateProjects,
    /// Edit the list of environments.
    ManageEnvironments,
    /// List people and their roles.
    SeePeople,
    /// Invite, change and remove people.
    ManagePeople,
    /// Read the audit log.
    ReadAudit,
}

/// Why not: absent for whoever may not even see the scope, so that existence is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Answer as if it did not exist (404).
    Invisible,
    /// Seen, but not allowed (403).
    Forbidden,
}

impl Denied {
    /// The error a client gets; `what` names the scope as the client wrote it.
    pub fn into_error(self, what: &str) -> Error {
        match self {
            Self::Invisible => Error::not_found(what),
            Self::Forbidden => Error::new(crate::Code::Denied, format!("you are not allowed to do this in {what}")),
        }
    }
}

/// May `actor` do `action` to `scope`? Platform-wide actions take [`Scope::platform`].
pub fn check(actor: &Actor, action: Action, scope: &Scope) -> Result<(), Denied> {
    if actor.must_enrol() {
        return Err(Denied::Invisible);
    }
    let allowed = |action| match &actor.principal {
        Principal::Person(person) => person_may(person, action, scope),
        Principal::Token(token) => token_may(token, action, scope),
    };
    if allowed(action) {
        Ok(())
    } else if allowed(Action::See) {
        Err(Denied::Forbidden)
    } else {
        Err(Denied::Invisible)
    }
}

/// May `actor` see this project at all? Lists leave out what this refuses.
pub fn sees_project(actor: &Actor, project: &Slug) -> bool {
    if actor.must_enrol() {
        return false;
    }
    match &actor.principal {
        Principal::Person(person) => person_sees(person, project),
        Principal::Token(token) => {
            token.project.as_ref().is_none_or(|own| own == project)
                && token.owner.as_ref().is_none_or(|owner| person_sees(owner, project))
        }
    }
}

/// The projects beside which `actor` sees none; `None` when there is no such limit. Narrows where a search looks:
/// what it finds is checked by [`check`] all the same.
pub fn reach(actor: &Actor) -> Option<Vec<Slug>> {
    let of_person = |person: &Person| match person.role {
        PlatformRole::Admin | PlatformRole::Auditor => None,
        PlatformRole::Member => Some(person.memberships.iter().map(|own| own.project.clone()).collect()),
    };
    match &actor.principal {
        Principal::Person(person) => of_person(person),
        Principal::Token(TokenHolder { project: Some(project), .. }) => Some(vec![project.clone()]),
        Principal::Token(TokenHolder { owner, .. }) => owner.as_ref().and_then(of_person),
    }
}

/// May `actor` see this service? A token of one service does not see its siblings.
pub fn sees_service(actor: &Actor, path: &ServicePath) -> bool {
    sees_project(actor, &path.project)
        && match &actor.principal {
            Principal::Person(_) => true,
            Principal::Token(token) => token.service.as_ref().is_none_or(|own| *own == path.service),
        }
}

/// Whether someone runs the installation or one of its projects.
pub fn runs_something(person: &Person) -> bool {
    let runs = |own: &Membership| person_may(person, Action::ManageProject, &Scope::project(own.project.clone(), None));
    person.role == PlatformRole::Admin || person.memberships.iter().any(runs)
}

fn person_sees(person: &Person, project: &Slug) -> bool {
    matches!(person.role, PlatformRole::Admin | PlatformRole::Auditor)
        || person.memberships.iter().any(|membership| membership.project == *project)
}

/// What a person may is what their role on the platform lets them, and what each of their memberships adds.
fn person_may(person: &Person, action: Action, scope: &Scope) -> bool {
    person.role.lets(action, scope) || person.memberships.iter().any(|own| own.lets(action, scope))
}

fn token_may(token: &TokenHolder, action: Action, scope: &Scope) -> bool {
    if !token.owner.as_ref().is_none_or(|owner| person_may(owner, action, scope)) || !reaches(token, scope) {
        return false;
    }
    let right = match action {
        Action::See => return !token.rights.is_empty(),
        Action::Reveal | Action::Use => Right::Read,
        Action::WriteSecrets | Action::Bind => Right::Write,
        Action::ManageProject
        | Action::OwnProject
        | Action::DestroySecrets
        | Action::ManageTokens
        | Action::CreateProjects
        | Action::ManageEnvironments
        | Action::SeePeople
        | Action::ManagePeople
        | Action::ReadAudit => Right::Manage,
    };
    token.rights.contains(&right)
}

/// Does the scope lie within what the token is narrowed to? A wider scope does not: a service's token gets
/// platform values through its own ladder only.
fn reaches(token: &TokenHolder, scope: &Scope) -> bool {
    let within = |own: Option<&str>, asked: Option<&str>| own.is_none() || own == asked;
    within(token.project.as_ref().map(Slug::as_str), scope.level.project().map(Slug::as_str))
        && within(token.service.as_ref().map(Slug::as_str), scope.level.service().map(Slug::as_str))
        && within(
            token.environment.as_ref().map(EnvironmentName::as_str),
            scope.environment.as_ref().map(EnvironmentName::as_str),
        )
}

#[cfg(test)]
mod tests;
