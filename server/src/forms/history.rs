//! The way back: undo, restore, destroy, move, and settling what two people wrote at once.

use app::{
    notice::Notice,
    pages::secrets::{Place, environment_of, scope_name},
    paths::{self, forms},
};
use axum::{Form, Router, extract::State, response::Response, routing::post};
use domain::{
    Code, Error, Scope, SecretName,
    api::{MoveRequest, MovedSecret},
};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::{confirmed, lead, name, secrets::version};
use crate::{
    AppState,
    auth::Signed,
    local_path::local_path,
    problem::{Answer, ApiError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(forms::UNDO, post(undo))
        .route(forms::RESTORE, post(restore))
        .route(forms::DESTROY, post(destroy))
        .route(forms::SECRET_MOVE, post(shift))
        .route(forms::CONFLICT_WRITE, post(write_mine))
        .route(forms::CONFLICT_DROP, post(keep_theirs))
}

#[derive(Deserialize)]
struct Undo {
    change: String,
    #[serde(default)]
    back: String,
}

async fn undo(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Undo>,
) -> Answer<Response> {
    let back = local_path(&form.back);
    let notice = match vault.undo_change(&actor, &form.change).await {
        Ok(undone) => {
            let names = match undone.names.as_slice() {
                [only] => only.clone(),
                names => format!("{} names", names.len()),
            };
            Notice::good(format!("Taken back: {names} in {}", scope_name(&undone.scope))).undoable(Some(undone.id))
        }
        Err(error) => Notice::bad(super::short(error.public())),
    };
    lead(&session, back, notice).await
}

/// One secret, whichever fields a form has.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Fields {
    level: String,
    project: String,
    service: String,
    environment: String,
    name: String,
    version: String,
    expected_version: String,
    confirm: String,
    back: String,
    to_name: String,
    to_level: String,
    to_environment: String,
}

impl Fields {
    fn place(&self) -> Result<Place, Error> {
        Place::of(&self.project, &self.service, &self.level)
    }

    fn secret(&self) -> Result<(Scope, SecretName), Error> {
        Ok((self.place()?.level.at(environment_of(&self.environment)?), name("name", &self.name)?))
    }

    fn history(&self) -> Result<String, Error> {
        let (scope, name) = self.secret()?;
        Ok(paths::history(&scope, name.as_str()))
    }
}

async fn restore(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Fields>,
) -> Answer<Response> {
    let (scope, name) = form.secret()?;
    let number = version(&form.version)?;
    let notice = match vault.restore_secret(&actor, &scope, &name, number).await {
        Ok(row) => {
            let sentence = format!(
                "{name} in {} is what it was in version {number}, as version {}",
                scope_name(&scope),
                row.version
            );
            Notice::good(sentence).undoable(Some(row.change_id))
        }
        Err(error) => Notice::bad(error.public()),
    };
    lead(&session, &form.history()?, notice).await
}

async fn destroy(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Fields>,
) -> Answer<Response> {
    let (scope, name) = form.secret()?;
    let number = match form.version.as_str() {
        "" => None,
        number => Some(version(number)?),
    };
    let done = async {
        confirmed(name.as_str(), &form.confirm)?;
        Ok::<_, ApiError>(vault.destroy_versions(&actor, &scope, &name, number).await?)
    }
    .await;
    let notice = match done {
        Ok(1) => Notice::good(format!("1 version of {name} in {} is destroyed for good", scope_name(&scope))),
        Ok(many) => Notice::good(format!("{many} versions of {name} in {} are destroyed for good", scope_name(&scope))),
        Err(ApiError(error)) => Notice::bad(error),
    };
    lead(&session, local_path(&form.back), notice).await
}

async fn shift(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Fields>,
) -> Answer<Response> {
    let (scope, old) = form.secret()?;
    let moved = async {
        let level = match form.to_level.as_str() {
            "" => scope.level.clone(),
            level => Place::of(&form.project, &form.service, level)?.level,
        };
        let request = MoveRequest {
            name: Some(name("to_name", &form.to_name)?),
            scope: Some(level.at(environment_of(&form.to_environment)?)),
            expected_version: Some(version(&form.expected_version)?),
        };
        let to = request.scope.clone().unwrap_or_else(|| scope.clone());
        Ok::<_, ApiError>((to, vault.move_secret(&actor, &scope, &old, &request).await?))
    }
    .await;
    match moved {
        Ok((to, moved)) => {
            let notice = Notice::good(told(&old, &to, &moved)).undoable(Some(moved.secret.change_id.clone()));
            lead(&session, &paths::history(&to, moved.secret.name.as_str()), notice).await
        }
        Err(ApiError(error)) => {
            let notice = Notice::bad(error).of(forms::SECRET_MOVE).keep("to_name", &form.to_name);
            lead(&session, &form.history()?, notice).await
        }
    }
}

/// What a move did, bindings included.
fn told(old: &SecretName, to: &Scope, moved: &MovedSecret) -> String {
    let bindings = match moved.bindings_moved {
        0 => String::new(),
        1 => "; 1 binding follows".to_owned(),
        many => format!("; {many} bindings follow"),
    };
    let left = match moved.bindings_left.as_slice() {
        [] => String::new(),
        left => format!("; bindings of {} still ask for {old}", left.join(", ")),
    };
    format!("{old} is {} in {} now{bindings}{left}", moved.secret.name, scope_name(to))
}

#[derive(Deserialize)]
struct Draft {
    draft: String,
    #[serde(default)]
    version: String,
}

async fn write_mine(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Draft>,
) -> Answer<Response> {
    let conflict = vault.find_conflict(&actor, &form.draft).await?;
    match vault.put_draft(&actor, &form.draft, version(&form.version)?).await.map_err(vault::Error::public) {
        Ok(row) => {
            let sentence = format!("`{}` is now version {} in {}", row.name, row.version, scope_name(&conflict.scope));
            let notice = Notice::good(sentence).undoable(Some(row.change_id));
            lead(&session, &open(&conflict.scope, row.name.as_str()), notice).await
        }
        Err(error) => {
            let back = paths::query(paths::CONFLICT, &[("draft", &form.draft)]);
            let again = "Yet another write came between. Look again, then choose";
            let error = if error.code == Code::Conflict { Error::new(Code::Conflict, again) } else { error };
            lead(&session, &back, Notice::bad(error)).await
        }
    }
}

async fn keep_theirs(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Draft>,
) -> Answer<Response> {
    let (scope, name) = vault.delete_draft(&actor, &form.draft).await?;
    let notice = Notice::good(format!("`{name}` stays as it is in {}; what you typed is gone", scope_name(&scope)));
    lead(&session, &open(&scope, name.as_str()), notice).await
}

/// The page on which a secret is open.
fn open(scope: &Scope, name: &str) -> String {
    let place = Place { base: scope.level.clone(), level: scope.level.clone() };
    place.path_open(name, scope.environment.as_ref())
}
