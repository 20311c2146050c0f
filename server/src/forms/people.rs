//! People.

use app::{
    context::Still,
    paths::{self, forms},
};
use axum::{
    Form, Router,
    body::Body,
    extract::{FromRequest, Request, State},
    http::{Method, Uri, request::Parts},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{
    Actor, Error,
    access::PlatformRole,
    api::{CreatedPerson, NewPerson, PatchPerson, PersonRow},
};
use serde::{Deserialize, de::DeserializeOwned};
use tower::ServiceExt;
use tower_sessions::Session;
use vault::Vault;

use super::{Posted, given};
use crate::{
    AppState,
    api::people::invitation,
    auth::Signed,
    pages,
    problem::{Answer, ApiError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(forms::PEOPLE, post(create))
        .route(forms::PERSON_INVITE, post(invite))
        .route(forms::PERSON_EDIT, post(edit))
        .route(forms::PERSON_DISABLE, post(disable))
        .route(forms::PERSON_ENABLE, post(enable))
        .route(forms::PERSON_DELETE, post(delete))
}

/// A form about a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Person {
    id: String,
    email: String,
    name: String,
    role: String,
}

impl Person {
    fn role(&self) -> Result<PlatformRole, Error> {
        PlatformRole::from_word(&self.role)
            .ok_or_else(|| Error::field("role", "a role is `admin`, `auditor` or `member`"))
    }
}

/// Invites somebody. The link is in the answer itself and nowhere else.
async fn create(
    Signed(actor): Signed,
    State(state): State<AppState>,
    session: Session,
    request: Request,
) -> Answer<Response> {
    let (parts, form) = match parted::<Person>(request, &state).await {
        Ok(read) => read,
        Err(rejected) => return Ok(*rejected),
    };
    match add(&state, &actor, &form).await {
        Ok(created) => Ok(shown_once(state, parts, created).await),
        refused => {
            let fields = [("email", form.email.as_str()), ("name", &form.name), ("role", &form.role)];
            let posted = Posted { form: forms::PEOPLE, back: paths::PEOPLE, fields: &fields };
            posted.settle(&session, refused, |_| (paths::PEOPLE.to_owned(), String::new())).await
        }
    }
}

async fn add(state: &AppState, actor: &Actor, form: &Person) -> Answer<CreatedPerson> {
    let new =
        NewPerson { email: form.email.trim().to_owned(), name: given(&form.name), password: None, role: form.role()? };
    let (row, invited) = state.vault.create_person(actor, new).await?;
    Ok(CreatedPerson { invitation: invited.map(|invited| invitation(&state.edge, &invited)), row })
}

/// A new link for somebody who has not accepted theirs.
async fn invite(
    Signed(actor): Signed,
    State(state): State<AppState>,
    session: Session,
    request: Request,
) -> Answer<Response> {
    let (parts, form) = match parted::<Person>(request, &state).await {
        Ok(read) => read,
        Err(rejected) => return Ok(*rejected),
    };
    match renew(&state, &actor, &form.id).await {
        Ok(created) => Ok(shown_once(state, parts, created).await),
        refused => {
            let posted = Posted { form: forms::PERSON_INVITE, back: paths::PEOPLE, fields: &[] };
            posted.settle(&session, refused, |_| (paths::PEOPLE.to_owned(), String::new())).await
        }
    }
}

async fn renew(state: &AppState, actor: &Actor, id: &str) -> Answer<CreatedPerson> {
    let invited = state.vault.renew_invitation(actor, id).await?;
    let everyone = state.vault.list_people(actor).await?;
    let row = everyone.into_iter().find(|row| row.id == id);
    let row = row.ok_or_else(|| Error::not_found(format_args!("the person {id}")))?;
    Ok(CreatedPerson { invitation: Some(invitation(&state.edge, &invited)), row })
}

/// The form, and what else came with it.
async fn parted<T: DeserializeOwned>(request: Request, state: &AppState) -> Result<(Parts, T), Box<Response>> {
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    match Form::<T>::from_request(whole, state).await {
        Ok(Form(form)) => Ok((parts, form)),
        Err(rejected) => Err(Box::new(rejected.into_response())),
    }
}

/// The page of people with a link that was just made: not in the session, and not in what wakes a page up.
async fn shown_once(state: AppState, parts: Parts, created: CreatedPerson) -> Response {
    let mut request = Request::from_parts(parts, Body::empty());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = Uri::from_static(paths::PEOPLE);
    request.extensions_mut().insert(created);
    request.extensions_mut().insert(Still);
    let Ok(page) = pages::routes(&state).with_state(state).oneshot(request).await;
    page
}

/// Changes a person and leads back to the list.
async fn change(
    (vault, actor, session): (&Vault, &Actor, &Session),
    (form, id): (&'static str, &str),
    patch: Answer<PatchPerson>,
    then: impl FnOnce(PersonRow) -> String,
) -> Answer<Response> {
    let changed = async { Ok::<_, ApiError>(vault.update_person(actor, id, &patch?).await?) }.await;
    let posted = Posted { form, back: paths::PEOPLE, fields: &[] };
    posted.settle(session, changed, |person| (paths::PEOPLE.to_owned(), then(person))).await
}

async fn edit(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Person>,
) -> Answer<Response> {
    let patch = form.role().map_err(ApiError::from).map(|role| PatchPerson {
        name: Some(form.name.clone()),
        role: Some(role),
        disabled: None,
    });
    let with = (&vault, &actor, &session);
    change(with, (forms::PERSON_EDIT, &form.id), patch, |person| {
        format!("The role of {} on the platform is {}", person.email, person.role.word())
    })
    .await
}

async fn disable(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Person>,
) -> Answer<Response> {
    let patch = PatchPerson { disabled: Some(true), ..PatchPerson::default() };
    let with = (&vault, &actor, &session);
    change(with, (forms::PERSON_DISABLE, &form.id), Ok(patch), |person| {
        format!("Kept {} out; their sessions and tokens have ended", person.email)
    })
    .await
}

async fn enable(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Person>,
) -> Answer<Response> {
    let patch = PatchPerson { disabled: Some(false), ..PatchPerson::default() };
    let with = (&vault, &actor, &session);
    change(with, (forms::PERSON_ENABLE, &form.id), Ok(patch), |person| format!("Let {} in again", person.email)).await
}

async fn delete(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Person>,
) -> Answer<Response> {
    let done = async { Ok::<_, ApiError>(vault.delete_person(&actor, &form.id).await?) }.await;
    let posted = Posted { form: forms::PERSON_DELETE, back: paths::PEOPLE, fields: &[] };
    let sentence = "Removed; history keeps what they did".to_owned();
    posted.settle(&session, done, |()| (paths::PEOPLE.to_owned(), sentence)).await
}
