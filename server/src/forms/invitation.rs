//! Accepting an invitation: the one form whose address is a credential.

use app::{notice::Notice, paths};
use axum::{
    Form, Router,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use domain::{access::RequestInfo, api::WireValue};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{lead, session::on};
use crate::{AppState, local_path::local_path, problem::Answer, session};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/invite/{token}", post(accept))
}

#[derive(Deserialize)]
struct Accepted {
    #[serde(default)]
    name: String,
    password: WireValue,
}

async fn accept(
    State(vault): State<Vault>,
    session: Session,
    axum::Extension(request): axum::Extension<RequestInfo>,
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(form): Form<Accepted>,
) -> Answer<Response> {
    match vault.accept_invitation(&request, &token, &form.name, form.password.0).await {
        Ok(signed_in) => {
            session::sign_in(&session, signed_in, on(&headers, &request)).await?;
            Ok(Redirect::to(paths::HOME).into_response())
        }
        Err(refused) => {
            // The notice lies in the session's record: it does not name the link.
            let notice = Notice::bad(refused.public()).of(paths::INVITE).keep("name", form.name);
            lead(&session, local_path(&paths::invite(&token)), notice).await
        }
    }
}
