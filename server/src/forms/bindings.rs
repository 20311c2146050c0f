//! Bindings of a service, and what it gets.

use app::{
    pages::secrets::{environment_of, pin_of},
    paths::{ServiceTab, forms, service_tab},
};
use axum::{Form, Router, extract::State, response::Response, routing::post};
use domain::{
    Actor, Error, SecretName, ServicePath,
    api::{Binding, BindingTarget, Mode},
    injection::{DEFAULT_FILE_DIRECTORY, FilePath, variable_name},
};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{Posted, name};
use crate::{AppState, auth::Signed, problem::Answer};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(forms::BINDINGS, post(add))
        .route(forms::BINDING_DELETE, post(remove))
        .route(forms::MODE, post(choose))
}

#[derive(Deserialize)]
struct New {
    project: String,
    service: String,
    kind: String,
    #[serde(default)]
    target: String,
    secret: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    pin: String,
}

#[derive(Deserialize)]
struct Old {
    project: String,
    service: String,
    kind: String,
    target: String,
    #[serde(default)]
    environment: String,
}

#[derive(Deserialize)]
struct Chosen {
    project: String,
    service: String,
    mode: String,
}

async fn add(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<New>,
) -> Answer<Response> {
    let service = service(&form.project, &form.service)?;
    let back = service_tab(&service, ServiceTab::Bindings);
    let posted = Posted { form: forms::BINDINGS, back: &back, fields: &[("target", &form.target)] };
    let outcome = bind(&vault, &actor, &service, &form).await;
    let then = |binding: Binding| {
        let sentence = format!("{} takes {}", target_title(&binding.target), binding.secret);
        (back.clone(), sentence)
    };
    posted.settle(&session, outcome, then).await
}

async fn bind(vault: &Vault, actor: &Actor, service: &ServicePath, form: &New) -> Answer<Binding> {
    let secret: SecretName = name("secret", &form.secret)?;
    let binding = Binding {
        target: target(&form.kind, form.target.trim(), &secret)?,
        environment: environment_of(&form.environment)?,
        scope: pin_of(&form.pin, service)?,
        secret,
    };
    vault.append_bindings(actor, service, std::slice::from_ref(&binding)).await?;
    Ok(binding)
}

async fn remove(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Old>,
) -> Answer<Response> {
    let service = service(&form.project, &form.service)?;
    let back = service_tab(&service, ServiceTab::Bindings);
    let posted = Posted { form: forms::BINDING_DELETE, back: &back, fields: &[] };
    let outcome = unbind(&vault, &actor, &service, &form).await;
    let then = |target: BindingTarget| (back.clone(), format!("{} is bound no longer", target_title(&target)));
    posted.settle(&session, outcome, then).await
}

async fn unbind(vault: &Vault, actor: &Actor, service: &ServicePath, form: &Old) -> Answer<BindingTarget> {
    let target = match form.kind.as_str() {
        "file" => BindingTarget::File(form.target.clone()),
        _ => BindingTarget::Env(form.target.clone()),
    };
    let environment = environment_of(&form.environment)?;
    vault.delete_binding(actor, service, &target, environment.as_ref()).await?;
    Ok(target)
}

async fn choose(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Chosen>,
) -> Answer<Response> {
    let service = service(&form.project, &form.service)?;
    let back = service_tab(&service, ServiceTab::Bindings);
    let posted = Posted { form: forms::MODE, back: &back, fields: &[] };
    let outcome = match Mode::from_word(&form.mode) {
        Some(mode) => vault.put_mode(&actor, &service, mode).await.map_err(Into::into),
        None => Err(Error::field("mode", "`all` or `bound`").into()),
    };
    let then = |mode| {
        let sentence = match mode {
            Mode::All => format!("{} gets every effective secret", service.service),
            Mode::Bound => format!("{} gets its bindings only", service.service),
        };
        (back.clone(), sentence)
    };
    posted.settle(&session, outcome, then).await
}

pub(super) fn service(project: &str, service: &str) -> Result<ServicePath, Error> {
    Ok(ServicePath::new(project.parse()?, service.parse()?))
}

/// The variable or file that was named; where nothing was, the one the secret's own name gives.
fn target(kind: &str, text: &str, secret: &SecretName) -> Result<BindingTarget, Error> {
    match (kind, text) {
        ("variable", "") => match variable_name(secret) {
            Ok(variable) => Ok(BindingTarget::Env(variable.to_string())),
            Err(error) => Err(Error::field("target", error.to_string())),
        },
        ("variable", text) => Ok(BindingTarget::Env(text.to_owned())),
        ("file", "") => Ok(BindingTarget::File(FilePath::of(secret).to_string())),
        ("file", text) if text.starts_with('/') => Ok(BindingTarget::File(text.to_owned())),
        ("file", text) => Ok(BindingTarget::File(format!("{DEFAULT_FILE_DIRECTORY}/{text}"))),
        _ => Err(Error::field("kind", "`variable` or `file`")),
    }
}

/// `The variable X` or `The file /path`.
fn target_title(target: &BindingTarget) -> String {
    match target {
        BindingTarget::Env(name) => format!("The variable {name}"),
        BindingTarget::File(path) => format!("The file {path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_without_words_is_called_like_the_secret() {
        let secret: SecretName = "warehouse.dsn".parse().unwrap();
        let text = |kind, text| target(kind, text, &secret).map(|target| target_title(&target));
        assert_eq!(text("variable", "").unwrap(), "The variable WAREHOUSE_DSN");
        assert_eq!(text("variable", "X").unwrap(), "The variable X");
        assert_eq!(text("file", "").unwrap(), "The file /etc/flyte/secrets/warehouse.dsn");
        assert_eq!(text("file", "a/b").unwrap(), "The file /etc/flyte/secrets/a/b");
        assert_eq!(text("file", "/run/x").unwrap(), "The file /run/x");
        assert!(text("socket", "x").is_err());
    }
}
