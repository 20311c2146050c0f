//! From the words of a scope to its rows and its key, and back.

mod cover;
mod words;

use std::collections::HashSet;

use domain::{Error as PublicError, Scope};
use seal::{ScopeKey, ScopeKind, ScopePlace};
use uuid::Uuid;

pub(crate) use cover::{covers, rank};
pub(crate) use words::Words;

use crate::{
    Vault,
    clock::new_id,
    db::{
        Tx,
        environments::StoredEnvironment,
        places::{StoredProject, StoredService},
        scopes::StoredScope,
    },
    error::{Error, Result},
};

/// The first version of every scope's key.
const FIRST_KEY: i64 = 1;

/// A scope whose project, service and environment exist.
pub(crate) struct Place {
    pub(crate) scope: Scope,
    pub(crate) project: Option<StoredProject>,
    pub(crate) service: Option<StoredService>,
    pub(crate) environment: Option<StoredEnvironment>,
}

impl Place {
    pub(crate) fn project_id(&self) -> Option<Uuid> {
        self.project.as_ref().map(|project| project.id)
    }

    pub(crate) fn service_id(&self) -> Option<Uuid> {
        self.service.as_ref().map(|service| service.id)
    }

    pub(crate) fn environment_id(&self) -> Option<Uuid> {
        self.environment.as_ref().map(|environment| environment.id)
    }

    /// Whether this row is that of the scope.
    fn is_of(&self, row: &StoredScope) -> bool {
        row.level == self.scope.level.word()
            && row.project_id == self.project_id()
            && row.service_id == self.service_id()
            && row.environment_id == self.environment_id()
    }
}

impl Vault {
    /// The rows behind the words of a scope; 404 when one of them is unknown.
    pub(crate) async fn find_place(&self, tx: &mut Tx, scope: &Scope) -> Result<Place> {
        let absent = || Error::from(PublicError::not_found(scope));
        let mut place = Place { scope: scope.clone(), project: None, service: None, environment: None };
        if let Some(slug) = scope.level.project() {
            let project = tx.find_project(slug.as_str()).await?.ok_or_else(absent)?;
            let project = self.checked(project)?;
            if let Some(slug) = scope.level.service() {
                let service = tx.find_service(project.id, slug.as_str()).await?;
                place.service = Some(self.checked(service.ok_or_else(absent)?)?);
            }
            place.project = Some(project);
        }
        if let Some(name) = &scope.environment {
            let environment = tx.find_environment(name.as_str()).await?;
            place.environment = Some(self.checked(environment.ok_or_else(absent)?)?);
        }
        Ok(place)
    }

    /// The scope's row; none before its first write.
    pub(crate) async fn find_scope(&self, tx: &mut Tx, place: &Place) -> Result<Option<StoredScope>> {
        let rows = tx.list_chain_scopes(place.project_id(), place.service_id()).await?;
        rows.into_iter().find(|row| place.is_of(row)).map(|row| self.checked(row)).transpose()
    }

    /// The scope's row, made with a new key when there is none yet. Two servers may make it at once: one row
    /// stays, and both go on with it.
    pub(crate) async fn obtain_scope(&self, tx: &mut Tx, place: &Place) -> Result<StoredScope> {
        if let Some(row) = self.find_scope(tx, place).await? {
            return Ok(row);
        }
        let mut row = StoredScope {
            id: new_id(),
            level: place.scope.level.word().to_owned(),
            project_id: place.project_id(),
            service_id: place.service_id(),
            environment_id: place.environment_id(),
            key_version: FIRST_KEY,
            wrapped_key: Vec::new(),
            created_at: self.inner.clock.now().0,
            mac: Vec::new(),
        };
        row.wrapped_key = self.inner.keys.new_scope_key(&scope_place(&row)?)?;
        tx.append_scope(&self.guard(row)).await.map_err(|error| match &error {
            // The place was deleted in between.
            sqlx::Error::Database(inner) if inner.is_foreign_key_violation() => {
                PublicError::not_found(&place.scope).into()
            }
            _ => Error::from(error),
        })?;
        self.find_scope(tx, place).await?.ok_or(Error::Unknown { table: "scopes" })
    }

    /// The key that seals the outer layer of a scope's values.
    pub(crate) fn scope_key(&self, row: &StoredScope) -> Result<ScopeKey> {
        let place = scope_place(row)?;
        Ok(self.inner.keys.open_scope_key(&place, &row.wrapped_key)?)
    }

    /// The words of everything there is.
    pub(crate) async fn list_words(&self, tx: &mut Tx) -> Result<Words> {
        let environments = self.all_checked(tx.list_environments().await?)?;
        let projects = self.all_checked(tx.list_projects().await?)?;
        let services = self.all_checked(tx.list_all_services().await?)?;
        Words::of(environments, projects, services)
    }

    /// The words of these scopes.
    pub(crate) async fn words_of_scopes(&self, tx: &mut Tx, scopes: &[StoredScope]) -> Result<Words> {
        let projects: HashSet<Uuid> = scopes.iter().filter_map(|row| row.project_id).collect();
        let services: HashSet<Uuid> = scopes.iter().filter_map(|row| row.service_id).collect();
        let services: Vec<Uuid> = services.into_iter().collect();
        let services = self.all_checked(tx.list_services_by_id(&services).await?)?;
        self.words_of(tx, &projects.into_iter().collect::<Vec<_>>(), services).await
    }

    /// The words of these projects and services, and of the environments.
    pub(crate) async fn words_of(&self, tx: &mut Tx, projects: &[Uuid], services: Vec<StoredService>) -> Result<Words> {
        let environments = self.all_checked(tx.list_environments().await?)?;
        let projects = self.all_checked(tx.list_projects_by_id(projects).await?)?;
        Words::of(environments, projects, services)
    }

    /// The words of the platform, and of what `place` lies in.
    pub(crate) async fn list_words_around(&self, tx: &mut Tx, place: &Place) -> Result<Words> {
        let environments = self.all_checked(tx.list_environments().await?)?;
        let mut services = Vec::new();
        if let Some(project) = &place.project {
            services = self.all_checked(tx.list_services(project.id).await?)?;
        }
        Words::of(environments, place.project.iter().cloned().collect(), services)
    }
}

/// What a seal binds of a scope.
pub(crate) fn scope_place(row: &StoredScope) -> Result<ScopePlace> {
    let unknown = Error::Unknown { table: "scopes" };
    Ok(ScopePlace {
        scope_kind: match row.level.as_str() {
            "platform" => ScopeKind::Platform,
            "project" => ScopeKind::Project,
            "service" => ScopeKind::Service,
            _ => return Err(unknown),
        },
        scope_id: *row.id.as_bytes(),
        key_version: u32::try_from(row.key_version).map_err(|_| unknown)?,
    })
}

/// A name as it was stored; an error when this version does not know its like.
pub(crate) fn known<T: TryFrom<String>>(text: String, table: &'static str) -> Result<T> {
    T::try_from(text).map_err(|_| Error::Unknown { table })
}
