//! Tokens.

use app::paths::{self, forms};
use axum::{
    Form, Router,
    extract::{FromRequest, Request, State},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{
    Actor, Error,
    access::Right,
    api::{CreatedToken, NewToken},
};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{Posted, given, name, page};
use crate::{AppState, auth::Signed, problem::Answer};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::TOKENS, post(create)).route(forms::TOKEN_REVOKE, post(revoke))
}

#[derive(Deserialize)]
struct Token {
    name: String,
    /// Empty, a project, or `project/service`.
    place: String,
    #[serde(default)]
    environment: String,
    expires_in_days: u32,
    /// With spaces or commas between.
    #[serde(default)]
    networks: String,
    // Checkboxes: there when ticked.
    read: Option<String>,
    write: Option<String>,
    manage: Option<String>,
}

impl Token {
    fn new_token(&self) -> Result<NewToken, Error> {
        let (project, service) = match self.place.split_once('/') {
            Some((project, service)) => (project, service),
            None => (self.place.as_str(), ""),
        };
        let rights = [(Right::Read, &self.read), (Right::Write, &self.write), (Right::Manage, &self.manage)];
        Ok(NewToken {
            name: self.name.trim().to_owned(),
            project: given(project).map(|slug| name("place", &slug)).transpose()?,
            service: given(service).map(|slug| name("place", &slug)).transpose()?,
            environment: given(&self.environment).map(|environment| name("environment", &environment)).transpose()?,
            rights: rights.into_iter().filter(|(_, ticked)| ticked.is_some()).map(|(right, _)| right).collect(),
            expires_in_days: Some(self.expires_in_days),
            networks: self
                .networks
                .split([' ', ',', '\t', '\r', '\n'])
                .filter(|network| !network.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }
}

/// Makes a token. It is in the answer itself and nowhere else: not in the session, not in what wakes a page up.
async fn create(
    Signed(actor): Signed,
    State(state): State<AppState>,
    session: Session,
    request: Request,
) -> Answer<Response> {
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let form = match Form::<Token>::from_request(whole, &state).await {
        Ok(Form(form)) => form,
        Err(rejected) => return Ok(rejected.into_response()),
    };
    match make(&state.vault, &actor, &form).await {
        Ok(created) => Ok(page(&state, parts, paths::TOKENS, created).await),
        refused => {
            let fields = [("name", form.name.as_str()), ("networks", &form.networks)];
            let posted = Posted { form: forms::TOKENS, back: paths::TOKENS, fields: &fields };
            let never = |_| (paths::TOKENS.to_owned(), String::new());
            posted.settle(&session, refused, never).await
        }
    }
}

async fn make(vault: &Vault, actor: &Actor, form: &Token) -> Answer<CreatedToken> {
    Ok(vault.create_token(actor, &form.new_token()?).await?)
}

#[derive(Deserialize)]
struct Revoked {
    id: String,
}

async fn revoke(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Revoked>,
) -> Answer<Response> {
    let done = async { Ok(vault.revoke_token(&actor, &form.id).await?) }.await;
    let posted = Posted { form: forms::TOKEN_REVOKE, back: paths::TOKENS, fields: &[] };
    posted
        .settle(&session, done, |()| (paths::TOKENS.to_owned(), "Revoked; it is refused from now on".to_owned()))
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(place: &str, manage: Option<&str>) -> Token {
        Token {
            name: " ci ".into(),
            place: place.into(),
            environment: String::new(),
            expires_in_days: 90,
            networks: "10.1.0.0/16, ::1".into(),
            read: Some("yes".into()),
            write: None,
            manage: manage.map(str::to_owned),
        }
    }

    #[test]
    fn a_place_is_nothing_a_project_or_a_service() {
        let new = form("shop/api", None).new_token().unwrap();
        assert_eq!(new.name, "ci");
        assert_eq!(new.project.unwrap().as_str(), "shop");
        assert_eq!(new.service.unwrap().as_str(), "api");
        assert_eq!(new.rights, [Right::Read]);
        assert_eq!(new.networks, ["10.1.0.0/16", "::1"]);
        let new = form("shop", Some("yes")).new_token().unwrap();
        assert_eq!((new.project.unwrap().as_str(), new.service), ("shop", None));
        assert_eq!(new.rights, [Right::Read, Right::Manage]);
        let new = form("", None).new_token().unwrap();
        assert_eq!((new.project, new.service), (None, None));
        assert!(form("Shop", None).new_token().is_err());
    }
}
