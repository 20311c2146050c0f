//! Who may make which token, and take it back.

use domain::{
    Action, Actor, Error as PublicError, Level, Problem, Scope, ServicePath,
    access::{self, Principal, Right, TokenHolder},
    api::NewToken,
};

use super::{DAYS_DEFAULT, networks};
use crate::{db::tokens::StoredToken, people::ANONYMOUS, setup::COMMAND_LINE, words::check_line};

const DAYS_MAX: u32 = 3650;

/// What a new token is to be narrowed to; 422 with everything that is wrong with it, whoever asks.
pub(super) fn scope_of_new(new: &NewToken, name: &str) -> Result<Scope, PublicError> {
    let mut problems = Vec::new();
    let mut wrong = |field, message: &str| problems.push(Problem::field(field, message));
    if name.is_empty() {
        wrong("name", "a token has a name");
    }
    // The audit log tells people by their e-mail addresses.
    if name.contains('@') || [ANONYMOUS, COMMAND_LINE, "server"].contains(&name) {
        wrong("name", "a token's name holds no `@`, and is none of the audit log's own words");
    }
    if let Err(error) = check_line("name", name) {
        wrong("name", &error.detail);
    }
    if !(1..=DAYS_MAX).contains(&new.expires_in_days.unwrap_or(DAYS_DEFAULT)) {
        wrong("expires_in_days", "a token expires in 1 to 3650 days");
    }
    if new.rights.is_empty() {
        wrong("rights", "a token has at least one right");
    }
    if new.service.is_some() && new.rights.iter().any(|right| *right != Right::Read) {
        wrong("rights", "a token of a service may only `read`; leave `service` out for a token of your own");
    }
    if let Err(error) = networks::stored(&new.networks) {
        wrong("networks", &error.detail);
    }
    let level = match (&new.project, &new.service) {
        (None, None) => Level::Platform,
        (Some(project), None) => Level::Project { project: project.clone() },
        (Some(project), Some(service)) => Level::Service(ServicePath::new(project.clone(), service.clone())),
        (None, Some(_)) => {
            wrong("service", "a token of a service names its project too");
            Level::Platform
        }
    };
    if problems.is_empty() { Ok(level.at(new.environment.clone())) } else { Err(PublicError::invalid(problems)) }
}

/// May this token make that one? Only what it may itself; its reach was checked with the scope.
pub(super) fn hands_down(token: &TokenHolder, new: &NewToken) -> bool {
    let mut wanted = new.rights.iter();
    token.rights.contains(&Right::Manage) && wanted.all(|right| token.rights.contains(right))
}

/// May `actor` see and revoke this token? Who manages tokens of its scope, whom it belongs to, and itself.
pub(super) fn manages(actor: &Actor, row: &StoredToken, scope: &Scope) -> bool {
    if actor.must_enrol() {
        return false;
    }
    access::check(actor, Action::ManageTokens, scope).is_ok()
        || match &actor.principal {
            Principal::Person(person) => row.owner_id == Some(person.id),
            Principal::Token(token) => {
                let owner = token.owner.as_ref().map(|person| person.id);
                token.id == row.id
                    || (owner.is_some()
                        && owner == row.owner_id
                        && token.rights.contains(&Right::Manage)
                        && access::check(actor, Action::See, scope).is_ok())
            }
        }
}
