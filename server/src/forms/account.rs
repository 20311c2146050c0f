//! One's own account: password, sessions, second factor; what an admin may do about those of others, and the policy.

use app::{
    notice::Notice,
    pages::account::Shown,
    paths::{self, forms},
};
use axum::{
    Form, Router,
    extract::{Request, State},
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use domain::{
    Actor, Code, Error,
    api::{ConfirmRule, DeviceCode, Enrolment, FactorRule, PasswordChange, Policy, WireValue},
};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{Posted, lead, page};
use crate::{
    AppState,
    auth::{Present, Signed},
    problem::{Answer, ApiError},
    qr::qr_code,
    session,
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(forms::PASSWORD, post(change_password))
        .route(forms::SESSION_END, post(end_session))
        .route(forms::SESSIONS_END, post(end_sessions))
        .route(forms::FACTOR_BEGIN, post(begin_factor))
        .route(forms::FACTOR_CONFIRM, post(confirm_factor))
        .route(forms::FACTOR_END, post(end_factor))
        .route(forms::RECOVERY_CODES, post(renew_codes))
        .route(forms::PERSON_FACTOR, post(reset_factor))
        .route(forms::POLICY, post(put_policy))
}

#[derive(Deserialize)]
struct Passwords {
    current: WireValue,
    new: WireValue,
    again: WireValue,
}

async fn change_password(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Passwords>,
) -> Answer<Response> {
    let changed = async {
        if form.new.0 != form.again.0 {
            return Err(Error::field("again", "the two new passwords are not the same").into());
        }
        let change = PasswordChange { current: form.current, new: form.new };
        let renewed = vault.change_password(&actor, change, session.id()).await?;
        session::renew(&session, renewed).await
    }
    .await;
    let posted = Posted { form: forms::PASSWORD, back: paths::ACCOUNT, fields: &[] };
    let sentence = "Your password is changed. Other sessions and your tokens have ended";
    posted.settle(&session, changed, |()| (paths::ACCOUNT.to_owned(), sentence.to_owned())).await
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

async fn end_session(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<ById>,
) -> Answer<Response> {
    let ended = async { Ok(vault.end_session(&actor, &form.id).await?) }.await;
    let posted = Posted { form: forms::SESSION_END, back: paths::ACCOUNT, fields: &[] };
    posted.settle(&session, ended, |()| (paths::ACCOUNT.to_owned(), "That session has ended".to_owned())).await
}

async fn end_sessions(Signed(actor): Signed, State(vault): State<Vault>, session: Session) -> Answer<Response> {
    let ended = async { Ok(vault.end_other_sessions(&actor, session.id()).await?) }.await;
    let posted = Posted { form: forms::SESSIONS_END, back: paths::ACCOUNT, fields: &[] };
    let sentence = |count| match count {
        0 => "There was no other session".to_owned(),
        1 => "One other session has ended".to_owned(),
        count => format!("{count} other sessions have ended"),
    };
    posted.settle(&session, ended, |count| (paths::ACCOUNT.to_owned(), sentence(count))).await
}

/// Shows the secret of a new second factor: in the answer itself and nowhere else.
async fn begin_factor(
    Present(actor): Present,
    State(state): State<AppState>,
    session: Session,
    request: Request,
) -> Answer<Response> {
    let (parts, _) = request.into_parts();
    match state.vault.begin_second_factor(&actor).await {
        Ok(enrolment) => show(&state, parts, &enrolment, None).await,
        Err(error) => refused(&session, error).await,
    }
}

/// Takes the first code; answers the recovery codes, or the same page with what is wrong.
async fn confirm_factor(
    Present(actor): Present,
    State(state): State<AppState>,
    session: Session,
    parts: Parts,
    Form(form): Form<DeviceCode>,
) -> Answer<Response> {
    match state.vault.confirm_second_factor(&actor, form.code.0).await {
        Ok(codes) => Ok(page(&state, parts, paths::SECOND_FACTOR, Shown::Recovery(codes)).await),
        Err(vault::Error::Public(error)) if matches!(error.code, Code::Unauthenticated | Code::TooManyRequests) => {
            match state.vault.pending_second_factor(&actor).await {
                Ok(enrolment) => show(&state, parts, &enrolment, Some(error.detail)).await,
                Err(error) => refused(&session, error).await,
            }
        }
        Err(error) => refused(&session, error).await,
    }
}

async fn show(state: &AppState, parts: Parts, enrolment: &Enrolment, problem: Option<String>) -> Answer<Response> {
    let qr = qr_code(&enrolment.uri.0)?;
    let shown = Shown::Enrol { secret: enrolment.secret.clone(), qr, problem };
    Ok(page(state, parts, paths::SECOND_FACTOR, shown).await)
}

async fn renew_codes(
    Signed(actor): Signed,
    State(state): State<AppState>,
    session: Session,
    request: Request,
) -> Answer<Response> {
    let (parts, _) = request.into_parts();
    match state.vault.renew_recovery_codes(&actor).await {
        Ok(codes) => Ok(page(&state, parts, paths::SECOND_FACTOR, Shown::Recovery(codes)).await),
        Err(error) => refused(&session, error).await,
    }
}

async fn end_factor(Signed(actor): Signed, State(vault): State<Vault>, session: Session) -> Answer<Response> {
    match vault.delete_second_factor(&actor).await {
        Ok(()) => {
            let notice = Notice::good("Your second factor is off: signing in takes your password alone");
            lead(&session, paths::ACCOUNT, notice).await
        }
        Err(error) => refused(&session, error).await,
    }
}

async fn refused(session: &Session, error: vault::Error) -> Answer<Response> {
    lead(session, paths::SECOND_FACTOR, Notice::bad(error.public())).await
}

async fn reset_factor(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<ById>,
) -> Answer<Response> {
    let reset = async { Ok(vault.reset_second_factor(&actor, &form.id).await?) }.await;
    let posted = Posted { form: forms::PERSON_FACTOR, back: paths::PEOPLE, fields: &[] };
    let sentence = "Their second factor is gone, and their sessions have ended";
    posted.settle(&session, reset, |()| (paths::PEOPLE.to_owned(), sentence.to_owned())).await
}

#[derive(Deserialize)]
struct Demands {
    second_factor: String,
    reveal: String,
    export: String,
}

async fn put_policy(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Demands>,
) -> Answer<Response> {
    let put = async { Ok::<_, ApiError>(vault.put_policy(&actor, form.policy()?).await?) }.await;
    let own = put.is_ok() && needs_factor(&vault, &actor).await;
    let posted = Posted { form: forms::POLICY, back: paths::POLICY, fields: &[] };
    let answer =
        posted.settle(&session, put, |_| (paths::POLICY.to_owned(), "The policy is changed".to_owned())).await?;
    // Whoever demanded what they lack themselves is led to it at once.
    Ok(if own { Redirect::to(paths::SECOND_FACTOR).into_response() } else { answer })
}

async fn needs_factor(vault: &Vault, actor: &Actor) -> bool {
    vault.find_second_factor(actor).await.is_ok_and(|factor| factor.required && factor.since.is_none())
}

impl Demands {
    fn policy(&self) -> Result<Policy, Error> {
        let rule = |field, word| {
            ConfirmRule::from_word(word).ok_or_else(|| Error::field(field, "this is `never` or `always`"))
        };
        Ok(Policy {
            second_factor: FactorRule::from_word(&self.second_factor)
                .ok_or_else(|| Error::field("second_factor", "this is `optional`, `admins` or `everyone`"))?,
            reveal: rule("reveal", &self.reveal)?,
            export: rule("export", &self.export)?,
        })
    }
}
