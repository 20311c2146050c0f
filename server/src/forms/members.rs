//! Members of a project.

use app::paths::{self, forms};
use axum::{Form, Router, extract::State, response::Response, routing::post};
use domain::{
    EnvironmentName, Error, Slug,
    access::ProjectRole,
    api::{Member, MemberGrant, NewMember, PutMember},
};
use tower_sessions::Session;
use vault::Vault;

use super::{Posted, name};
use crate::{
    AppState,
    auth::Signed,
    problem::{Answer, ApiError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(forms::MEMBERS, post(create))
        .route(forms::MEMBER_EDIT, post(edit))
        .route(forms::MEMBER_DELETE, post(delete))
}

/// The fields of a form about a member; `environment` may come several times.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn get(&self, field: &str) -> &str {
        self.all(field).next().unwrap_or_default()
    }

    fn all(&self, field: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(name, _)| name == field).map(|(_, text)| text.as_str())
    }

    fn project(&self) -> Result<Slug, Error> {
        name("project", self.get("project"))
    }

    fn page(&self) -> String {
        self.project().map_or_else(|_| paths::HOME.to_owned(), |slug| paths::project(&slug))
    }

    /// Somebody new; no environment ticked is all of them.
    fn new_member(&self) -> Result<NewMember, Error> {
        let environments: Vec<EnvironmentName> =
            self.all("environment").map(|text| name("environment", text)).collect::<Result<_, _>>()?;
        Ok(NewMember {
            email: self.get("email").trim().to_owned(),
            role: role(self.get("role"))?,
            environments: Some(environments).filter(|environments| !environments.is_empty()),
        })
    }

    /// The roles chosen: `role` is that for all environments, `role.NAME` that for one; empty is none.
    fn grants(&self) -> Result<PutMember, Error> {
        let chosen = self.0.iter().filter(|(_, role)| !role.is_empty()).filter_map(|(field, word)| {
            let environment = match field.strip_prefix("role") {
                Some("") => Ok(None),
                Some(rest) => name("environment", rest.strip_prefix('.')?).map(Some),
                None => return None,
            };
            Some(environment.and_then(|environment| Ok(MemberGrant { role: role(word)?, environment })))
        });
        Ok(PutMember { grants: chosen.collect::<Result<_, _>>()? })
    }
}

fn role(word: &str) -> Result<ProjectRole, Error> {
    let sentence = "a role is `owner`, `admin`, `developer` or `user`";
    ProjectRole::from_word(word).ok_or_else(|| Error::field("role", sentence))
}

fn told(member: &Member) -> String {
    let grants = member.grants.iter().map(|grant| match &grant.environment {
        None => grant.role.word().to_owned(),
        Some(environment) => format!("{} in {environment}", grant.role.word()),
    });
    format!("The role of {} is {}", member.email, grants.collect::<Vec<_>>().join(", "))
}

async fn create(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Vec<(String, String)>>,
) -> Answer<Response> {
    let form = Fields(form);
    let made =
        async { Ok::<_, ApiError>(vault.create_member(&actor, &form.project()?, &form.new_member()?).await?) }.await;
    let back = form.page();
    let fields = [("email", form.get("email")), ("role", form.get("role"))];
    let posted = Posted { form: forms::MEMBERS, back: &back, fields: &fields };
    posted.settle(&session, made, |member| (back.clone(), told(&member))).await
}

async fn edit(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Vec<(String, String)>>,
) -> Answer<Response> {
    let form = Fields(form);
    let done =
        async { Ok::<_, ApiError>(vault.put_member(&actor, &form.project()?, form.get("id"), &form.grants()?).await?) }
            .await;
    let back = form.page();
    let posted = Posted { form: forms::MEMBER_EDIT, back: &back, fields: &[] };
    posted.settle(&session, done, |member| (back.clone(), told(&member))).await
}

async fn delete(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Vec<(String, String)>>,
) -> Answer<Response> {
    let form = Fields(form);
    let done = async { Ok::<_, ApiError>(vault.delete_member(&actor, &form.project()?, form.get("id")).await?) }.await;
    let back = form.page();
    let posted = Posted { form: forms::MEMBER_DELETE, back: &back, fields: &[] };
    posted.settle(&session, done, |()| (back.clone(), "Removed from the project".to_owned())).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Fields {
        Fields(fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn no_environment_ticked_is_all_of_them() {
        let new = form(&[("email", " a@b "), ("role", "user")]).new_member().unwrap();
        assert_eq!((new.email.as_str(), new.role, new.environments), ("a@b", ProjectRole::User, None));
        let two = [("role", "developer"), ("environment", "development"), ("environment", "staging")];
        assert_eq!(form(&two).new_member().unwrap().environments.unwrap().len(), 2);
        assert!(form(&[("role", "root")]).new_member().is_err());
    }

    #[test]
    fn each_select_is_a_role_or_none() {
        let fields = [("id", "x"), ("role", ""), ("role.development", "developer"), ("role.staging", "")];
        let put = form(&fields).grants().unwrap();
        let development = Some("development".parse().unwrap());
        assert_eq!(put.grants, [MemberGrant { role: ProjectRole::Developer, environment: development }]);
        assert_eq!(form(&[("role", "owner")]).grants().unwrap().grants[0].environment, None);
        assert!(form(&[("role.Not a name", "user")]).grants().is_err());
    }
}
