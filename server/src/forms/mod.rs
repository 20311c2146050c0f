//! What the dashboard's forms post to. Each handler calls one use-case and answers with a redirect and a notice, so a
//! form works the same with and without script, and reloading its answer repeats nothing.

mod account;
mod audit;
mod bare;
mod bindings;
mod contract;
mod copy;
mod environments;
mod export;
mod history;
mod import;
mod invitation;
mod members;
mod parts;
mod people;
mod places;
mod reveal;
mod secrets;
mod session;
mod step_up;
mod tokens;
mod wanted;

use std::str::FromStr;

use app::notice::Notice;
use axum::{
    Router,
    response::{IntoResponse, Redirect, Response},
};
use domain::{Error, Problem, name::NameError};
use tower_sessions::Session;

use crate::{AppState, notice, problem::Answer};
use step_up::page;
pub(crate) use step_up::step_up;

/// Every form.
pub fn routes() -> Router<AppState> {
    all().merge(step_up::routes())
}

/// Every form but the one that confirms who one is.
fn all() -> Router<AppState> {
    Router::new()
        .merge(session::routes())
        .merge(audit::routes())
        .merge(places::routes())
        .merge(members::routes())
        .merge(people::routes())
        .merge(invitation::routes())
        .merge(environments::routes())
        .merge(tokens::routes())
        .merge(account::routes())
        .merge(secrets::routes())
        .merge(copy::routes())
        .merge(import::routes())
        .merge(export::routes())
        .merge(bindings::routes())
        .merge(contract::routes())
        .merge(wanted::routes())
        .merge(history::routes())
        .merge(reveal::routes())
}

/// Leads to `path`, where `notice` is shown; or asks for password or code, where that is what the notice says.
pub(crate) async fn lead(session: &Session, path: &str, notice: Notice) -> Answer<Response> {
    if notice.step_up {
        return Ok(step_up::ask());
    }
    notice::put(session, notice).await?;
    Ok(Redirect::to(path).into_response())
}

/// Where a form came from, and what it shows again when it is refused.
pub(crate) struct Posted<'a> {
    /// Its path.
    pub(crate) form: &'static str,
    /// The page it is on.
    pub(crate) back: &'a str,
    /// What was typed: field and text. Never a password or a value.
    pub(crate) fields: &'a [(&'a str, &'a str)],
}

impl Posted<'_> {
    /// Leads on with what `then` says about the outcome, or back with what was wrong.
    pub(crate) async fn settle<T>(
        &self,
        session: &Session,
        outcome: Answer<T>,
        then: impl FnOnce(T) -> (String, String),
    ) -> Answer<Response> {
        match outcome {
            Ok(done) => {
                let (path, sentence) = then(done);
                lead(session, &path, Notice::good(sentence)).await
            }
            Err(refused) => {
                let notice = Notice::bad(refused.0).of(self.form);
                let notice = self.fields.iter().fold(notice, |notice, (field, text)| notice.keep(field, *text));
                lead(session, self.back, notice).await
            }
        }
    }
}

/// The name in a field; what is wrong with it is shown at the field.
pub(crate) fn name<T: FromStr<Err = NameError>>(field: &str, text: &str) -> Result<T, Error> {
    text.trim().parse().map_err(|error: NameError| Error::field(field, error.to_string()))
}

/// The text of a field that may stay empty.
pub(crate) fn given(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// How many problems a notice lists; the rest is counted.
const LISTED: usize = 50;

/// The error with no more problems than a page can show.
pub(crate) fn short(mut error: Error) -> Error {
    let all = error.problems.len();
    if all > LISTED {
        error.problems.truncate(LISTED);
        let message = format!("and {} more", all - LISTED);
        error.problems.push(Problem { name: None, line: None, column: None, message });
    }
    error
}

/// Refuses to delete `name` unless it was typed again.
pub(crate) fn confirmed(name: &str, typed: &str) -> Result<(), Error> {
    if typed.trim() == name {
        return Ok(());
    }
    let sentence = format!("nothing was deleted: type `{name}` to go on");
    Err(Error::field("confirm", sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_lists_what_a_page_can_show() {
        let many = (0..60).map(|n| Problem::field(&n.to_string(), "wrong"));
        let error = short(Error::invalid(many.collect()));
        assert_eq!(error.problems.len(), LISTED + 1);
        assert_eq!(error.problems[LISTED].message, "and 10 more");
        assert_eq!(error.detail, "60 problems; nothing was stored");
    }
}
