//! The contract of a service.

use app::paths::{ServiceTab, forms, service_tab};
use axum::{Form, Router, extract::State, response::Response, routing::post};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{Posted, bindings::service};
use crate::{AppState, auth::Signed, problem::Answer};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::CONTRACT, post(put)).route(forms::CONTRACT_DELETE, post(remove))
}

#[derive(Deserialize)]
struct Of {
    project: String,
    service: String,
    #[serde(default)]
    text: String,
}

async fn put(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Of>,
) -> Answer<Response> {
    let service = service(&form.project, &form.service)?;
    let back = service_tab(&service, ServiceTab::Bindings);
    let posted = Posted { form: forms::CONTRACT, back: &back, fields: &[("text", &form.text)] };
    // Browsers send every line break as CR LF.
    let text = form.text.replace("\r\n", "\n");
    let outcome = vault.put_contract(&actor, &service, &text).await.map_err(Into::into);
    posted.settle(&session, outcome, |_| (back.clone(), format!("The contract of {} is kept", service.service))).await
}

async fn remove(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Of>,
) -> Answer<Response> {
    let service = service(&form.project, &form.service)?;
    let back = service_tab(&service, ServiceTab::Bindings);
    let posted = Posted { form: forms::CONTRACT_DELETE, back: &back, fields: &[] };
    let outcome = vault.delete_contract(&actor, &service).await.map_err(Into::into);
    posted.settle(&session, outcome, |()| (back.clone(), format!("{} has no contract any more", service.service))).await
}
