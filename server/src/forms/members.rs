//! Members of a project.

use app::paths::{self, forms};
use axum::{Form, Router, extract::State, response::Response, routing::post};
use domain::{Slug, access::ProjectRole, api::NewMember};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{Posted, name};
use crate::{
    AppState,
    auth::Signed,
    problem::{Answer, ApiError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::MEMBERS, post(create)).route(forms::MEMBER_DELETE, post(delete))
}

/// A form about a member of a project.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Membership {
    project: String,
    email: String,
    id: String,
}

impl Membership {
    fn project(&self) -> Answer<Slug> {
        Ok(name("project", &self.project)?)
    }

    fn page(&self) -> String {
        self.project().map_or_else(|_| paths::HOME.to_owned(), |slug| paths::project(&slug))
    }
}

async fn create(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Membership>,
) -> Answer<Response> {
    let made = async {
        let new = NewMember { email: form.email.trim().to_owned(), role: ProjectRole::Developer };
        Ok::<_, ApiError>(vault.create_member(&actor, &form.project()?, &new).await?)
    }
    .await;
    let back = form.page();
    let posted = Posted { form: forms::MEMBERS, back: &back, fields: &[("email", &form.email)] };
    posted
        .settle(&session, made, |member| (back.clone(), format!("{} is a {} now", member.email, member.role.word())))
        .await
}

async fn delete(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Membership>,
) -> Answer<Response> {
    let done = async { Ok::<_, ApiError>(vault.delete_member(&actor, &form.project()?, &form.id).await?) }.await;
    let back = form.page();
    let posted = Posted { form: forms::MEMBER_DELETE, back: &back, fields: &[] };
    posted.settle(&session, done, |()| (back.clone(), "Removed from the project".to_owned())).await
}
