//! The audit page's two buttons.

use app::{notice::Notice, pages::Asked, paths, paths::forms};
use axum::{
    Form, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use tower_sessions::Session;
use vault::Vault;

use super::{lead, short};
use crate::{
    AppState,
    auth::Signed,
    problem::{Answer, ApiError},
    respond::AuditLines,
};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::AUDIT_VERIFY, post(verify)).route(forms::AUDIT_EXPORT, post(export))
}

async fn verify(Signed(actor): Signed, State(vault): State<Vault>, session: Session) -> Answer<Response> {
    let notice = match vault.check_audit(&actor).await {
        Ok(report) => match report.verdict() {
            Ok(records) => Notice::good(format!("{records} records, each as it was written.")),
            Err(broken) => Notice::bad(domain::Error::new(domain::Code::Conflict, broken)),
        },
        Err(error) => Notice::bad(short(error.public())),
    };
    lead(&session, paths::AUDIT, notice).await
}

async fn export(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(asked): Form<Asked>,
) -> Answer<Response> {
    let exported = async {
        let query = asked.query()?;
        Ok::<_, ApiError>(vault.export_audit(&actor, &query).await?)
    };
    match exported.await {
        Ok(export) => Ok(AuditLines(export).into_response()),
        Err(ApiError(error)) => lead(&session, paths::AUDIT, Notice::bad(short(error))).await,
    }
}
