//! From ids back to words.

use std::collections::BTreeMap;

use domain::{EnvironmentName, Level, Scope, ServicePath, Slug};
use uuid::Uuid;

use super::known;
use crate::{
    db::{
        environments::StoredEnvironment,
        places::{StoredProject, StoredService},
        scopes::StoredScope,
    },
    error::{Error, Result},
};

/// The words of environments, projects and services.
pub(crate) struct Words {
    /// In their order.
    pub(crate) environments: Vec<(Uuid, EnvironmentName)>,
    projects: BTreeMap<Uuid, Slug>,
    services: BTreeMap<Uuid, ServicePath>,
}

impl Words {
    pub(super) fn of(
        environments: Vec<StoredEnvironment>,
        projects: Vec<StoredProject>,
        services: Vec<StoredService>,
    ) -> Result<Self> {
        let mut words = Self {
            environments: Vec::with_capacity(environments.len()),
            projects: BTreeMap::new(),
            services: BTreeMap::new(),
        };
        for row in environments {
            let name = known(row.name, "environments")?;
            words.environments.push((row.id, name));
        }
        for row in projects {
            words.projects.insert(row.id, known(row.slug, "projects")?);
        }
        for row in services {
            let Some(project) = words.projects.get(&row.project_id) else {
                continue;
            };
            let path = ServicePath::new(project.clone(), known(row.slug, "services")?);
            words.services.insert(row.id, path);
        }
        Ok(words)
    }

    /// The name of an environment.
    pub(crate) fn environment(&self, id: Uuid) -> Result<&EnvironmentName> {
        self.environments
            .iter()
            .find(|(own, _)| *own == id)
            .map(|(_, name)| name)
            .ok_or(Error::Unknown { table: "environments" })
    }

    /// The services.
    pub(crate) fn services(&self) -> impl Iterator<Item = &ServicePath> {
        self.services.values()
    }

    /// A service by its id.
    pub(crate) fn service(&self, id: Uuid) -> Option<&ServicePath> {
        self.services.get(&id)
    }

    /// The id of a service.
    pub(crate) fn service_id(&self, path: &ServicePath) -> Option<Uuid> {
        self.services.iter().find(|(_, own)| *own == path).map(|(id, _)| *id)
    }

    /// The words of a scope.
    pub(crate) fn scope(&self, row: &StoredScope) -> Result<Scope> {
        let unknown = || Error::Unknown { table: "scopes" };
        let level = match (row.level.as_str(), row.project_id, row.service_id) {
            ("platform", None, None) => Level::Platform,
            ("project", Some(project), None) => {
                Level::Project { project: self.projects.get(&project).ok_or_else(unknown)?.clone() }
            }
            ("service", Some(_), Some(service)) => {
                Level::Service(self.services.get(&service).ok_or_else(unknown)?.clone())
            }
            _ => return Err(unknown()),
        };
        let environment = row.environment_id.map(|id| self.environment(id));
        Ok(level.at(environment.transpose()?.cloned()))
    }
}
