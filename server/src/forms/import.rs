//! Uploads without script: planned, or applied in one step, all or nothing. What cannot be applied is answered with its
//! plan on a page of its own, from which it is: with the file once more, since no value is kept in between.

use app::{
    context::Assets,
    notice::Notice,
    pages::{
        Look,
        secrets::{Place, PlanPage, environment_of, import_sentence, plan_page},
    },
    paths::forms,
};
use axum::{
    Router,
    extract::{Multipart, State},
    http::HeaderMap,
    response::Response,
    routing::post,
};
use domain::{Actor, Code, Error, Scope, import::Format};
use tower_sessions::Session;
use vault::{ImportOptions, Vault};

use super::{bare::bare, copy::replanned, lead, parts::Parts, short};
use crate::{AppState, api::import::parse, auth::Signed, pages::theme, problem::Answer};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::IMPORT, post(import))
}

/// What became of an upload.
enum Outcome {
    /// It led back, with what there is to say.
    Told(Notice),
    /// It has a plan that is to be looked at, and perhaps a reason why it was not applied.
    Planned(Box<(Format, domain::api::Plan, Option<Error>)>),
}

async fn import(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    State(assets): State<Assets>,
    session: Session,
    headers: HeaderMap,
    form: Multipart,
) -> Answer<Response> {
    let mut parts = Parts::read(form).await?;
    let place = Place::of(parts.text("project")?, parts.text("service")?, parts.text("level")?)?;
    let into = match parts.text("into")? {
        "" => place.level.clone(),
        level => Place::of(parts.text("project")?, parts.text("service")?, level)?.level,
    };
    let scope = into.at(environment_of(parts.text("environment")?)?);
    let basis = parts.text("basis")?.to_owned();
    let options = ImportOptions {
        leave_out: parts.texts("leave_out")?,
        as_file: parts.texts("as_file")?,
        message: parts.text("message")?.replace("\r\n", "\n"),
        basis: Some(basis).filter(|basis| !basis.is_empty()),
    };
    let only_plan = parts.text("do")? == "plan";
    let (format, plan, refused) = match Box::pin(apply(&vault, &actor, &scope, &mut parts, &options, only_plan)).await {
        Ok(Outcome::Planned(planned)) => *planned,
        Ok(Outcome::Told(notice)) => return lead(&session, &place.path(), notice).await,
        Err(error) => return lead(&session, &place.path(), Notice::bad(short(error))).await,
    };
    let environments = vault.list_environments(&actor).await?.into_iter().map(|row| row.name).collect();
    let page = plan_page(PlanPage {
        place,
        scope,
        environments,
        format,
        plan,
        as_file: options.as_file,
        message: options.message,
        refused,
        look: Look { css: assets.css, theme: theme(&headers) },
    });
    Ok(bare(page))
}

async fn apply(
    vault: &Vault,
    actor: &Actor,
    scope: &Scope,
    parts: &mut Parts,
    options: &ImportOptions,
    only_plan: bool,
) -> Result<Outcome, Error> {
    let (said, name) = (parts.text("format")?.to_owned(), parts.file_name("file"));
    let file = parts.file("file").ok_or_else(|| Error::new(Code::Invalid, "nothing was stored: no file was chosen"))?;
    // What the person says, else what the name says, else what it looks like.
    let format = Format::from_word(&said).or_else(|| Format::of_file_name(&name));
    let format = format.unwrap_or_else(|| Format::guess(&file));
    let import = parse(format, file).await.map_err(|refused| refused.0)?;
    let planned = |plan, refused| Outcome::Planned(Box::new((format, plan, refused)));
    if only_plan {
        let plan = vault.plan_import(actor, scope, &import, options).await.map_err(vault::Error::public)?;
        return Ok(planned(plan, None));
    }
    match vault.import(actor, scope, &import, options).await {
        Ok(plan) => {
            let notice = Notice::good(import_sentence(scope, plan.counts)).undoable(plan.change_id);
            Ok(Outcome::Told(notice))
        }
        Err(vault::Error::Stale(plan)) => Ok(planned(*plan, Some(replanned()))),
        Err(error) => {
            let error = error.public();
            // Keys that cannot be stored: the plan offers to leave them out.
            if error.problems.iter().any(|problem| problem.line.is_some())
                && let Ok(plan) = vault.plan_import(actor, scope, &import, options).await
            {
                return Ok(planned(plan, Some(error)));
            }
            Err(error)
        }
    }
}
