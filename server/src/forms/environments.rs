//! Environments.

use app::{
    components::counted,
    paths::{self, forms},
};
use axum::{Form, Router, extract::State, response::Response, routing::post};
use domain::{
    EnvironmentName,
    api::{NewEnvironment, PatchEnvironment},
};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{Posted, confirmed, name};
use crate::{
    AppState,
    auth::Signed,
    problem::{Answer, ApiError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(forms::ENVIRONMENTS, post(create))
        .route(forms::ENVIRONMENT_RENAME, post(rename))
        .route(forms::ENVIRONMENT_MOVE, post(shift))
        .route(forms::ENVIRONMENT_DELETE, post(delete))
}

/// A form about an environment: whichever fields it has.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Fields {
    environment: String,
    name: String,
    position: u32,
    /// The name typed again, to remove what is in it, too.
    confirm: Option<String>,
    /// How many secrets the plan told.
    secrets: u32,
}

impl Fields {
    fn environment(&self) -> Answer<EnvironmentName> {
        Ok(name("environment", &self.environment)?)
    }
}

fn posted(form: &'static str) -> Posted<'static> {
    Posted { form, back: paths::ENVIRONMENTS, fields: &[] }
}

fn back(sentence: String) -> (String, String) {
    (paths::ENVIRONMENTS.to_owned(), sentence)
}

async fn create(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Fields>,
) -> Answer<Response> {
    let made = async {
        let new = NewEnvironment { name: name("name", &form.name)?, position: None };
        Ok::<_, ApiError>(vault.create_environment(&actor, &new).await?)
    }
    .await;
    let posted = Posted { fields: &[("name", &form.name)], ..posted(forms::ENVIRONMENTS) };
    posted.settle(&session, made, |made| back(format!("Added {}", made.name))).await
}

async fn rename(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Fields>,
) -> Answer<Response> {
    let done = async {
        let patch = PatchEnvironment { name: Some(name("name", &form.name)?), position: None };
        Ok::<_, ApiError>(vault.update_environment(&actor, &form.environment()?, &patch).await?)
    }
    .await;
    posted(forms::ENVIRONMENT_RENAME)
        .settle(&session, done, |now| back(format!("{} is called {} now", form.environment, now.name)))
        .await
}

async fn shift(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Fields>,
) -> Answer<Response> {
    let done = async {
        let patch = PatchEnvironment { name: None, position: Some(form.position) };
        Ok::<_, ApiError>(vault.update_environment(&actor, &form.environment()?, &patch).await?)
    }
    .await;
    posted(forms::ENVIRONMENT_MOVE).settle(&session, done, |now| back(format!("Moved {}", now.name))).await
}

async fn delete(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Fields>,
) -> Answer<Response> {
    let done = async {
        let environment = form.environment()?;
        let Some(typed) = &form.confirm else {
            vault.delete_environment(&actor, &environment).await?;
            return Ok::<_, ApiError>(format!("Removed {environment}"));
        };
        confirmed(environment.as_str(), typed)?;
        let gone = vault.delete_environment_with_contents(&actor, &environment, Some(form.secrets)).await?;
        Ok(format!(
            "Removed {environment} with {}, {} and {}",
            counted(gone.secrets as usize, "secret"),
            counted(gone.bindings as usize, "binding"),
            counted(gone.tokens as usize, "token")
        ))
    }
    .await;
    let again = paths::query(paths::ENVIRONMENTS, &[("remove", &form.environment)]);
    let posted = Posted { back: &again, ..posted(forms::ENVIRONMENT_DELETE) };
    posted.settle(&session, done, back).await
}
