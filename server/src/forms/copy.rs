//! Copying and moving names: the plan on the page is applied, or a new one is shown.

use app::{
    notice::Notice,
    pages::secrets::{AskedCopy, import_sentence, scope_name},
    paths::{self, forms},
};
use axum::{Router, body::Bytes, extract::State, response::Response, routing::post};
use domain::{Actor, Error, Scope, api::Plan};
use tower_sessions::Session;
use vault::{CopyOptions, Vault};

use super::lead;
use crate::{
    AppState,
    auth::Signed,
    problem::{Answer, ApiError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::COPY, post(copy))
}

/// What the form says. Its boxes all have one name.
#[derive(Default)]
struct Posted {
    asked: AskedCopy,
    leave_out: Vec<String>,
    message: String,
    basis: String,
}

impl Posted {
    fn of(body: &[u8]) -> Self {
        let mut posted = Self::default();
        for (name, text) in form_urlencoded::parse(body) {
            let text = text.into_owned();
            match &*name {
                "from" => posted.asked.from = text,
                "from_env" => posted.asked.from_env = text,
                "to" => posted.asked.to = text,
                "to_env" => posted.asked.to_env = text,
                "names" => posted.asked.names = text,
                "move" => posted.asked.remove = text == "1",
                "leave_out" => posted.leave_out.push(text),
                "message" => posted.message = text.replace("\r\n", "\n"),
                "basis" => posted.basis = text,
                _ => {}
            }
        }
        posted
    }
}

async fn copy(Signed(actor): Signed, State(vault): State<Vault>, session: Session, body: Bytes) -> Answer<Response> {
    let posted = Posted::of(&body);
    match apply(&vault, &actor, &posted).await {
        Ok((from, to, plan)) => {
            let sentence = import_sentence(&to, plan.counts);
            let sentence = match plan.counts.removed {
                0 => format!("{sentence}, from {}", scope_name(&from)),
                removed => format!("{sentence}; {removed} removed from {}", scope_name(&from)),
            };
            lead(&session, &paths::level(&to.level), Notice::good(sentence).undoable(plan.change_id)).await
        }
        Err(ApiError(error)) => lead(&session, &posted.asked.href(), Notice::bad(error)).await,
    }
}

async fn apply(vault: &Vault, actor: &Actor, posted: &Posted) -> Answer<(Scope, Scope, Plan)> {
    let (from, to) = posted.asked.scopes()?.ok_or_else(|| Error::field("to", "choose where the names go"))?;
    let options = CopyOptions {
        from: from.clone(),
        names: posted.asked.names()?,
        leave_out: posted.leave_out.clone(),
        remove_source: posted.asked.remove,
        message: posted.message.clone(),
        basis: Some(posted.basis.clone()),
    };
    match vault.copy(actor, &to, &options).await {
        Ok(plan) => Ok((from, to, plan)),
        Err(vault::Error::Stale(_)) => Err(replanned().into()),
        Err(error) => Err(error.into()),
    }
}

/// Why a plan was not applied; the page below shows the new one.
pub(super) fn replanned() -> Error {
    let sentence = "something this plan touches changed since it was made; nothing was stored. This is the new plan";
    Error::new(domain::Code::Conflict, sentence)
}
