//! What stands beside a value: its form makes no version.

use app::{
    notice::Notice,
    pages::secrets::{Place, environment_of},
    paths::forms,
};
use axum::{Form, extract::State, response::Response};
use domain::{SecretName, api::SecretPatch};
use serde::Deserialize;
use tower_sessions::Session;
use vault::Vault;

use super::version;
use crate::{
    auth::Signed,
    forms::{lead, name},
    problem::Answer,
};

#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    project: String,
    #[serde(default)]
    service: String,
    level: String,
    #[serde(default)]
    environment: String,
    name: String,
    expected_version: String,
    comment: String,
    owner: String,
    rotate_by: String,
}

pub(super) async fn write(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Written>,
) -> Answer<Response> {
    let place = Place::of(&form.project, &form.service, &form.level)?;
    let scope = place.level.at(environment_of(&form.environment)?);
    let name: SecretName = name("name", &form.name)?;
    let path = place.path_open(name.as_str(), scope.environment.as_ref());
    let words = SecretPatch {
        comment: Some(form.comment.clone()),
        owner: Some(form.owner.clone()),
        rotate_by: Some(form.rotate_by.clone()),
        expected_version: Some(version(&form.expected_version)?),
    };
    match vault.update_secret(&actor, &scope, &name, &words).await.map_err(vault::Error::public) {
        Ok(_) => lead(&session, &path, Notice::good(format!("Saved what stands beside {name}"))).await,
        Err(error) => {
            let notice = Notice::bad(error).of(forms::SECRET_CARE);
            let notice = notice.keep("comment", &form.comment).keep("owner", &form.owner);
            lead(&session, &format!("{path}&edit=1"), notice.keep("rotate_by", &form.rotate_by)).await
        }
    }
}
