//! Uploads without script: read, planned and applied in one step, all or nothing.

use app::{
    notice::Notice,
    pages::secrets::{Place, environment_of, import_sentence},
    paths::forms,
};
use axum::{
    Router,
    extract::{Multipart, State},
    response::Response,
    routing::post,
};
use domain::{Actor, Code, Error, Problem, Scope, api::Plan, import::Format};
use tower_sessions::Session;
use vault::{ImportOptions, Vault};

use super::{lead, parts::Parts};
use crate::{
    AppState,
    api::import::parse,
    auth::Signed,
    problem::{Answer, ApiError},
};

/// How many problems a notice lists; the rest is counted.
const LISTED: usize = 50;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::IMPORT, post(import))
}

async fn import(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    form: Multipart,
) -> Answer<Response> {
    let mut parts = Parts::read(form).await?;
    let place = Place::of(parts.text("project")?, parts.text("service")?, parts.text("level")?)?;
    let scope = place.level.at(environment_of(parts.text("environment")?)?);
    let notice = match apply(&vault, &actor, &scope, &mut parts).await {
        Ok(plan) => Notice::good(import_sentence(&scope, plan.counts)),
        Err(ApiError(error)) => Notice::bad(short(error)),
    };
    lead(&session, &place.path(), notice).await
}

async fn apply(vault: &Vault, actor: &Actor, scope: &Scope, parts: &mut Parts) -> Answer<Plan> {
    let (said, name) = (parts.text("format")?.to_owned(), parts.file_name("file").to_owned());
    let file = parts.file("file").ok_or_else(|| Error::new(Code::Invalid, "nothing was stored: no file was chosen"))?;
    // What the person says, else what the name says, else what it looks like.
    let format = Format::from_word(&said).or_else(|| Format::of_file_name(&name));
    let format = format.unwrap_or_else(|| Format::guess(&file));
    let import = parse(format, file).await?;
    let options = ImportOptions::default();
    Ok(vault.import(actor, scope, &import, &options).await?)
}

/// The error with no more problems than a page can show.
pub(super) fn short(mut error: Error) -> Error {
    let all = error.problems.len();
    if all > LISTED {
        error.problems.truncate(LISTED);
        let message = format!("and {} more", all - LISTED);
        error.problems.push(Problem { name: None, line: None, column: None, message });
    }
    error
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
