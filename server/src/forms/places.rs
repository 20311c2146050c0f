//! Projects and services.

use app::paths::{self, forms};
use axum::{Form, Router, extract::State, response::Response, routing::post};
use domain::{
    Actor, Code, ServicePath, Slug,
    api::{NewProject, PatchPlace, Project},
};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{Posted, confirmed, given, name};
use crate::{
    AppState,
    auth::Signed,
    problem::{Answer, ApiError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(forms::START, post(start))
        .route(forms::PROJECTS, post(create_project))
        .route(forms::PROJECT_EDIT, post(edit_project))
        .route(forms::PROJECT_DELETE, post(delete_project))
        .route(forms::SERVICES, post(create_service))
        .route(forms::SERVICE_EDIT, post(edit_service))
        .route(forms::SERVICE_DELETE, post(delete_service))
}

/// A form about a project or service: whichever fields it has.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Place {
    project: String,
    service: String,
    slug: String,
    name: String,
    description: String,
    confirm: String,
}

impl Place {
    fn project(&self) -> Answer<Slug> {
        Ok(name("project", &self.project)?)
    }

    fn service(&self) -> Answer<ServicePath> {
        Ok(ServicePath::new(self.project()?, name("service", &self.service)?))
    }

    fn new_place(&self) -> Answer<NewProject> {
        Ok(NewProject {
            slug: name("slug", &self.slug)?,
            name: given(&self.name),
            description: given(&self.description),
        })
    }

    fn patch(&self) -> PatchPlace {
        PatchPlace { name: given(&self.name), description: Some(self.description.trim().to_owned()) }
    }

    /// The page of the project.
    fn page(&self) -> String {
        self.project().map_or_else(|_| paths::HOME.to_owned(), |slug| paths::project(&slug))
    }

    fn words(&self) -> [(&str, &str); 3] {
        [("slug", &self.slug), ("name", &self.name), ("description", &self.description)]
    }
}

async fn start(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Place>,
) -> Answer<Response> {
    let posted = Posted {
        form: forms::START,
        back: paths::START,
        fields: &[("project", &form.project), ("service", &form.service)],
    };
    let made = begin(&vault, &actor, &form).await;
    posted
        .settle(&session, made, |path| {
            let query = [("project", path.project.as_str()), ("service", path.service.as_str())];
            (paths::query(paths::START, &query), format!("Created {} with its service {}", path.project, path.service))
        })
        .await
}

/// Makes the project unless it is there already, and its service.
async fn begin(vault: &Vault, actor: &Actor, form: &Place) -> Answer<ServicePath> {
    let path = form.service()?;
    let new = |slug: &Slug| NewProject { slug: slug.clone(), name: None, description: None };
    match vault.create_project(actor, &new(&path.project)).await {
        Ok(_) => {}
        Err(vault::Error::Public(error)) if error.code == Code::Conflict => {}
        Err(error) => return Err(error.into()),
    }
    vault.create_service(actor, &path.project, &new(&path.service)).await?;
    Ok(path)
}

async fn create_project(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Place>,
) -> Answer<Response> {
    let made: Answer<Project> = async { Ok(vault.create_project(&actor, &form.new_place()?).await?) }.await;
    let posted = Posted { form: forms::PROJECTS, back: paths::NEW_PROJECT, fields: &form.words() };
    posted
        .settle(&session, made, |project| {
            (paths::project(&project.slug), format!("Created the project {}", project.slug))
        })
        .await
}

async fn edit_project(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Place>,
) -> Answer<Response> {
    let done = async { Ok::<_, ApiError>(vault.update_project(&actor, &form.project()?, &form.patch()).await?) }.await;
    let back = form.page();
    let posted = Posted { form: forms::PROJECT_EDIT, back: &back, fields: &form.words() };
    posted.settle(&session, done, |project| (back.clone(), format!("Saved {}", project.slug))).await
}

async fn delete_project(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Place>,
) -> Answer<Response> {
    let done = async {
        let slug = form.project()?;
        confirmed(slug.as_str(), &form.confirm)?;
        vault.delete_project(&actor, &slug).await?;
        Ok::<_, ApiError>(slug)
    }
    .await;
    let posted = Posted { form: forms::PROJECT_DELETE, back: &form.page(), fields: &[] };
    posted.settle(&session, done, |slug| (paths::HOME.to_owned(), format!("Deleted {slug} and all its secrets"))).await
}

async fn create_service(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Place>,
) -> Answer<Response> {
    let made = async {
        let service = vault.create_service(&actor, &form.project()?, &form.new_place()?).await?;
        Ok::<_, ApiError>(ServicePath::new(service.project, service.slug))
    }
    .await;
    let posted = Posted { form: forms::SERVICES, back: &form.page(), fields: &form.words() };
    posted.settle(&session, made, |path| (paths::service(&path), format!("Created the service {}", path.service))).await
}

async fn edit_service(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Place>,
) -> Answer<Response> {
    let done = async { Ok::<_, ApiError>(vault.update_service(&actor, &form.service()?, &form.patch()).await?) }.await;
    let back = form.page();
    let posted = Posted { form: forms::SERVICE_EDIT, back: &back, fields: &[] };
    posted.settle(&session, done, |service| (back.clone(), format!("Saved {}", service.slug))).await
}

async fn delete_service(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Place>,
) -> Answer<Response> {
    let done = async {
        let path = form.service()?;
        confirmed(path.service.as_str(), &form.confirm)?;
        vault.delete_service(&actor, &path).await?;
        Ok::<_, ApiError>(path)
    }
    .await;
    let back = form.page();
    let posted = Posted { form: forms::SERVICE_DELETE, back: &back, fields: &[] };
    posted.settle(&session, done, |path| (back.clone(), format!("Deleted {} and all its secrets", path.service))).await
}
