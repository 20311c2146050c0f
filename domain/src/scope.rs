//! Where a secret lives: a level and an environment, or all environments.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{EnvironmentName, Slug, name::NameError};

/// One service of one project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServicePath {
    /// The project the service belongs to.
    pub project: Slug,
    /// The service itself.
    pub service: Slug,
}

impl ServicePath {
    /// The service `service` of `project`.
    pub fn new(project: Slug, service: Slug) -> Self {
        Self { project, service }
    }
}

impl fmt::Display for ServicePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.project, self.service)
    }
}

/// How far a secret reaches: the whole installation, one project, one service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "level", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Level {
    /// The whole installation.
    Platform,
    /// Every service of one project.
    Project {
        /// The project.
        project: Slug,
    },
    /// One service.
    Service(ServicePath),
}

impl Level {
    /// The project this level lies in; none for the platform.
    pub fn project(&self) -> Option<&Slug> {
        match self {
            Self::Platform => None,
            Self::Project { project } => Some(project),
            Self::Service(path) => Some(&path.project),
        }
    }

    /// The service of this level, where it is one.
    pub fn service(&self) -> Option<&Slug> {
        match self {
            Self::Service(path) => Some(&path.service),
            _ => None,
        }
    }

    /// `platform`, `project` or `service`: the word in SQL, JSON and on the page.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Project { .. } => "project",
            Self::Service(_) => "service",
        }
    }

    /// `platform`, `shop` or `shop/api`: how a level is written in addresses and on the command line.
    pub fn short(&self) -> String {
        match self {
            Self::Platform => "platform".to_owned(),
            Self::Project { project } => project.to_string(),
            Self::Service(path) => path.to_string(),
        }
    }

    /// This level in one environment, or in all of them.
    pub fn at(&self, environment: Option<EnvironmentName>) -> Scope {
        Scope { level: self.clone(), environment }
    }
}

/// Reads what [`Level::short`] writes.
impl FromStr for Level {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Ok(match (text, text.split_once('/')) {
            ("platform", _) => Self::Platform,
            (_, Some((project, service))) => Self::Service(ServicePath::new(project.parse()?, service.parse()?)),
            (project, None) => Self::Project { project: project.parse()? },
        })
    }
}

/// A level and an environment (`None`: all environments). Its text is the stable *source* of the interfaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scope {
    /// How far it reaches.
    #[serde(flatten)]
    pub level: Level,
    /// The environment it is for; `None` for all of them.
    pub environment: Option<EnvironmentName>,
}

impl Scope {
    /// The platform, in one environment or all.
    pub fn platform(environment: Option<EnvironmentName>) -> Self {
        Level::Platform.at(environment)
    }

    /// A project, in one environment or all.
    pub fn project(project: Slug, environment: Option<EnvironmentName>) -> Self {
        Level::Project { project }.at(environment)
    }

    /// A service, in one environment or all.
    pub fn service(path: ServicePath, environment: Option<EnvironmentName>) -> Self {
        Level::Service(path).at(environment)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.level {
            Level::Platform => f.write_str("platform")?,
            Level::Project { project } => write!(f, "project: {project}")?,
            Level::Service(path) => {
                write!(f, "project: {}, service: {}", path.project, path.service)?;
            }
        }
        match &self.environment {
            Some(environment) => write!(f, ", environment: {environment}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_written_in_one_word() {
        for text in ["platform", "shop", "shop/api"] {
            assert_eq!(text.parse::<Level>().unwrap().short(), text);
        }
        for bad in ["", "/", "shop/", "/api", "shop/api/x", "Shop", "../x"] {
            assert!(bad.parse::<Level>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_scope_reads_as_a_source() {
        let development: EnvironmentName = "development".parse().unwrap();
        let shop: Slug = "shop".parse().unwrap();
        let api = ServicePath::new(shop.clone(), "api".parse().unwrap());
        let sources = [
            (Scope::platform(None), "platform"),
            (Scope::platform(Some(development.clone())), "platform, environment: development"),
            (Scope::project(shop.clone(), None), "project: shop"),
            (Scope::project(shop, Some(development.clone())), "project: shop, environment: development"),
            (Scope::service(api.clone(), None), "project: shop, service: api"),
            (Scope::service(api, Some(development)), "project: shop, service: api, environment: development"),
        ];
        for (scope, text) in sources {
            assert_eq!(scope.to_string(), text);
        }
    }
}
