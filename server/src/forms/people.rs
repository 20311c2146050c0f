//! People.

use app::paths::{self, forms};
use axum::{Form, Router, extract::State, response::Response, routing::post};
use domain::{
    Error,
    access::PlatformRole,
    api::{NewPerson, WireValue},
};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{Posted, given};
use crate::{
    AppState,
    auth::Signed,
    problem::{Answer, ApiError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::PEOPLE, post(create))
}

#[derive(Deserialize)]
struct Person {
    email: String,
    #[serde(default)]
    name: String,
    password: WireValue,
    role: String,
}

async fn create(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Person>,
) -> Answer<Response> {
    let made = async {
        let role =
            PlatformRole::from_word(&form.role).ok_or_else(|| Error::field("role", "a role is `member` or `admin`"))?;
        let new =
            NewPerson { email: form.email.trim().to_owned(), name: given(&form.name), password: form.password, role };
        Ok::<_, ApiError>(vault.create_person(&actor, new).await?)
    }
    .await;
    let posted =
        Posted { form: forms::PEOPLE, back: paths::PEOPLE, fields: &[("email", &form.email), ("name", &form.name)] };
    posted
        .settle(&session, made, |person| (paths::PEOPLE.to_owned(), format!("{} can sign in now", person.email)))
        .await
}
