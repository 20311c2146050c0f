//! One's own account, and what the installation demands. For people, signed in: a token has no account.

use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::api::{
    Confirmation, DeviceCode, Enrolment, Page, PasswordChange, Policy, RecoveryCodes, SecondFactor, SessionRow,
};
use tower_sessions::Session;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::{Present, Signed},
    extract::{Body, Cut, Id, Query},
    problem::Answer,
    respond::SecretJson,
    session,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_sessions, end_sessions))
        .routes(routes!(end_session))
        .routes(routes!(change_password))
        .routes(routes!(confirm))
        .routes(routes!(find_factor, begin_factor, end_factor))
        .routes(routes!(confirm_factor))
        .routes(routes!(renew_codes))
        .routes(routes!(reset_factor))
        .routes(routes!(find_policy, put_policy))
}

/// Your sessions, the one that asks first.
#[utoipa::path(
    get, path = "/account/sessions", tag = "account", operation_id = "list_sessions", params(Cut),
    responses((status = 200, body = Page<SessionRow>))
)]
async fn list_sessions(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    Extension(session): Extension<Session>,
    Query(cut): Query<Cut>,
) -> List<SessionRow> {
    let all = vault.list_sessions(&actor, session.id()).await?;
    Ok(Json(cut.of(all, |session| &session.id)?))
}

/// Ends all your sessions but the one that asks.
#[utoipa::path(
    delete, path = "/account/sessions", tag = "account", operation_id = "end_sessions",
    responses((status = 204, description = "They have ended, on every server."))
)]
async fn end_sessions(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    Extension(session): Extension<Session>,
) -> Answer<StatusCode> {
    vault.end_other_sessions(&actor, session.id()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one of your sessions.
#[utoipa::path(
    delete, path = "/account/sessions/{id}", tag = "account", operation_id = "end_session",
    responses((status = 204, description = "It has ended, on every server."))
)]
async fn end_session(Signed(actor): Signed, State(vault): State<Vault>, Id(id): Id) -> Answer<StatusCode> {
    vault.end_session(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes your password. Ends your other sessions and takes your tokens back.
#[utoipa::path(
    put, path = "/account/password", tag = "account", operation_id = "change_password",
    request_body = PasswordChange, responses((status = 204, description = "It is changed."))
)]
async fn change_password(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    Extension(session): Extension<Session>,
    Body(change): Body<PasswordChange>,
) -> Answer<StatusCode> {
    let renewed = vault.change_password(&actor, change, session.id()).await?;
    session::renew(&session, renewed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives your password, or a code of your second factor, once more: what answered `step_up_required` works for a while.
#[utoipa::path(
    post, path = "/account/confirm", tag = "account", operation_id = "confirm",
    request_body = Confirmation, responses((status = 204, description = "It was right."))
)]
async fn confirm(
    Present(actor): Present,
    State(vault): State<Vault>,
    Extension(session): Extension<Session>,
    Body(confirmation): Body<Confirmation>,
) -> Answer<StatusCode> {
    let at = vault.confirm(&actor, confirmation.proof.0).await?;
    session::confirm(&session, at).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether you have a second factor.
#[utoipa::path(
    get, path = "/account/second-factor", tag = "account", operation_id = "find_second_factor",
    responses((status = 200, body = SecondFactor))
)]
async fn find_factor(Present(actor): Present, State(vault): State<Vault>) -> Answer<Json<SecondFactor>> {
    Ok(Json(vault.find_second_factor(&actor).await?))
}

/// Makes a secret for your device. It counts once a code of it is confirmed.
#[utoipa::path(
    post, path = "/account/second-factor", tag = "account", operation_id = "begin_second_factor",
    responses((status = 201, body = Enrolment))
)]
async fn begin_factor(Present(actor): Present, State(vault): State<Vault>) -> Answer<Response> {
    let enrolment = vault.begin_second_factor(&actor).await?;
    Ok((StatusCode::CREATED, SecretJson(enrolment)).into_response())
}

/// Takes the first code of your device: from now on signing in asks for one. Answers recovery codes, this once.
#[utoipa::path(
    post, path = "/account/second-factor/confirm", tag = "account", operation_id = "confirm_second_factor",
    request_body = DeviceCode, responses((status = 200, body = RecoveryCodes))
)]
async fn confirm_factor(
    Present(actor): Present,
    State(vault): State<Vault>,
    Body(code): Body<DeviceCode>,
) -> Answer<SecretJson<RecoveryCodes>> {
    Ok(SecretJson(vault.confirm_second_factor(&actor, code.code.0).await?))
}

/// Gives your second factor up.
#[utoipa::path(
    delete, path = "/account/second-factor", tag = "account", operation_id = "delete_second_factor",
    responses((status = 204, description = "Signing in takes your password alone."))
)]
async fn end_factor(Signed(actor): Signed, State(vault): State<Vault>) -> Answer<StatusCode> {
    vault.delete_second_factor(&actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes new recovery codes; those of before work no more.
#[utoipa::path(
    post, path = "/account/second-factor/recovery-codes", tag = "account", operation_id = "renew_recovery_codes",
    responses((status = 200, body = RecoveryCodes))
)]
async fn renew_codes(Signed(actor): Signed, State(vault): State<Vault>) -> Answer<SecretJson<RecoveryCodes>> {
    Ok(SecretJson(vault.renew_recovery_codes(&actor).await?))
}

/// Takes the second factor from someone who lost it, and ends their sessions.
#[utoipa::path(
    delete, path = "/people/{id}/second-factor", tag = "people", operation_id = "reset_second_factor",
    responses((status = 204, description = "They sign in with their password alone."))
)]
async fn reset_factor(Signed(actor): Signed, State(vault): State<Vault>, Id(id): Id) -> Answer<StatusCode> {
    vault.reset_second_factor(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the installation demands of people.
#[utoipa::path(
    get, path = "/policy", tag = "policy", operation_id = "find_policy", responses((status = 200, body = Policy))
)]
async fn find_policy(Signed(actor): Signed, State(vault): State<Vault>) -> Answer<Json<Policy>> {
    Ok(Json(vault.find_policy(&actor).await?))
}

/// Demands something else.
#[utoipa::path(
    put, path = "/policy", tag = "policy", operation_id = "put_policy",
    request_body = Policy, responses((status = 200, body = Policy))
)]
async fn put_policy(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    Body(policy): Body<Policy>,
) -> Answer<Json<Policy>> {
    Ok(Json(vault.put_policy(&actor, policy).await?))
}
