//! Bindings for what a file asks for: looked at on a page of their own, then added.

use app::{
    context::Assets,
    notice::Notice,
    pages::{
        Look,
        secrets::{WantedPage, wanted_page},
    },
    paths::{ServiceTab, forms, service_tab},
};
use axum::{
    Router,
    extract::{Multipart, State},
    http::HeaderMap,
    response::Response,
    routing::post,
};
use domain::{
    Actor, Code, Error, SecretName, ServicePath,
    api::{Binding, BindingTarget},
    wiring::Wanted,
};
use tower_sessions::Session;
use vault::Vault;

use super::{bare::bare, bindings::service, lead, name, parts::Parts, short};
use crate::{AppState, auth::Signed, pages::theme, problem::Answer};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::WANTED, post(look)).route(forms::WANTED_ADD, post(add))
}

/// Shows what a file asks for. Only names go on from here; its values are wiped with the form.
async fn look(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    State(assets): State<Assets>,
    session: Session,
    headers: HeaderMap,
    form: Multipart,
) -> Answer<Response> {
    let mut parts = Parts::read(form).await?;
    let service = service(parts.text("project")?, parts.text("service")?)?;
    let file = parts.file("file").filter(|file| !file.is_empty());
    let nothing = || Error::new(Code::Invalid, "nothing was bound: no file was chosen");
    let wanted = file.ok_or_else(nothing).and_then(|file| Wanted::read(&file));
    let proposed = match wanted {
        Ok(wanted) => vault.propose_bindings(&actor, &service, &wanted).await?,
        Err(error) => {
            let notice = Notice::bad(short(error)).of(forms::WANTED);
            return lead(&session, &service_tab(&service, ServiceTab::Bindings), notice).await;
        }
    };
    let look = Look { css: assets.css, theme: theme(&headers) };
    Ok(bare(wanted_page(WantedPage { service, proposed, look })))
}

/// Adds those that are ticked, each to the secret that is written beside it.
async fn add(Signed(actor): Signed, State(vault): State<Vault>, session: Session, form: Multipart) -> Answer<Response> {
    let parts = Parts::read(form).await?;
    let service = service(parts.text("project")?, parts.text("service")?)?;
    let notice = match bind(&vault, &actor, &service, &parts).await {
        Ok(0) => Notice::good("Nothing was ticked, so nothing was bound".to_owned()),
        Ok(1) => Notice::good("1 binding was added".to_owned()),
        Ok(count) => Notice::good(format!("{count} bindings were added")),
        Err(refused) => Notice::bad(short(refused.0)),
    };
    lead(&session, &service_tab(&service, ServiceTab::Bindings), notice).await
}

async fn bind(vault: &Vault, actor: &Actor, service: &ServicePath, parts: &Parts) -> Answer<usize> {
    let mut new = Vec::new();
    for variable in parts.texts("variable")? {
        let secret: SecretName = name(&variable, parts.text(&format!("secret:{variable}"))?)?;
        new.push(Binding { target: BindingTarget::Env(variable), secret, environment: None, scope: None });
    }
    if !new.is_empty() {
        vault.append_bindings(actor, service, &new).await?;
    }
    Ok(new.len())
}
