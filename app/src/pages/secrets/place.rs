//! A level, and from where it is looked at: the platform's secrets are a tab of every service.

use domain::{EnvironmentName, Error, Level, Scope, ServicePath, Slug};
use serde::{Deserialize, Serialize};

use crate::paths::{self, ServiceTab};

/// What a page is of (`base`) and which of its levels it shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The service, project or platform whose page this is.
    pub base: Level,
    /// The level on show: the base itself, or a wider one.
    pub level: Level,
}

impl Place {
    /// The place that a path or a form names; an empty text is an absent one.
    pub fn of(project: &str, service: &str, level: &str) -> Result<Self, Error> {
        let project = given(project).map(str::parse::<Slug>).transpose()?;
        let service = given(service).map(str::parse::<Slug>).transpose()?;
        let base = match (project, service) {
            (None, None) => Level::Platform,
            (Some(project), None) => Level::Project { project },
            (Some(project), Some(service)) => Level::Service(ServicePath::new(project, service)),
            (None, Some(_)) => return Err(Error::field("project", "a service is of a project")),
        };
        levels(&base)
            .into_iter()
            .find(|candidate| candidate.word() == level)
            .map(|level| Self { base: base.clone(), level })
            .ok_or_else(|| Error::field("level", "`service`, `project` or `platform`"))
    }

    /// The page of this place.
    pub fn path(&self) -> String {
        match (&self.base, &self.level) {
            (Level::Service(path), level) => paths::service_tab(path, tab_of(level)),
            (_, level) => paths::level(level),
        }
    }

    /// The page of this place with one cell open.
    pub fn path_open(&self, name: &str, environment: Option<&EnvironmentName>) -> String {
        let environment = environment.map_or("all", EnvironmentName::as_str);
        paths::query(&self.path(), &[("open", name), ("env", environment)])
    }

    /// The project of the page, for forms.
    pub fn project(&self) -> String {
        self.base.project().map(ToString::to_string).unwrap_or_default()
    }

    /// The service of the page, for forms.
    pub fn service(&self) -> String {
        self.base.service().map(ToString::to_string).unwrap_or_default()
    }
}

/// The tab of a service's page that shows a level.
pub fn tab_of(level: &Level) -> ServiceTab {
    match level {
        Level::Service(_) => ServiceTab::Service,
        Level::Project { .. } => ServiceTab::Project,
        Level::Platform => ServiceTab::Platform,
    }
}

/// The levels a page has tabs for, narrowest first.
pub fn levels(base: &Level) -> Vec<Level> {
    let project = base.project().map(|project| Level::Project { project: project.clone() });
    let service = matches!(base, Level::Service(_)).then(|| base.clone());
    service.into_iter().chain(project).chain([Level::Platform]).collect()
}

/// `checkout`, `storefront` or `platform`: what a level is called where its icon stands beside it.
pub fn level_name(level: &Level) -> String {
    match level {
        Level::Platform => "platform".to_owned(),
        Level::Project { project } => project.to_string(),
        Level::Service(path) => path.service.to_string(),
    }
}

/// `service checkout`, `project storefront` or `platform`.
pub fn level_title(level: &Level) -> String {
    match level {
        Level::Platform => "platform".to_owned(),
        narrower => format!("{} {}", narrower.word(), level_name(narrower)),
    }
}

/// `checkout, production` or `checkout, all environments`.
pub fn scope_name(scope: &Scope) -> String {
    format!("{}, {}", level_name(&scope.level), environment_title(scope.environment.as_ref()))
}

/// `production` or `all environments`.
pub fn environment_title(environment: Option<&EnvironmentName>) -> String {
    environment.map_or_else(|| "all environments".to_owned(), ToString::to_string)
}

/// The environment that a form or address names; nothing and `all` are all of them.
pub fn environment_of(text: &str) -> Result<Option<EnvironmentName>, Error> {
    match text {
        "" | "all" => Ok(None),
        name => Ok(Some(name.parse()?)),
    }
}

/// What an address or form calls an environment.
pub fn environment_word(environment: Option<&EnvironmentName>) -> String {
    environment.map_or_else(|| "all".to_owned(), ToString::to_string)
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tab_has_its_page() {
        let pages = [
            ("shop", "api", "service", "/projects/shop/services/api/secrets"),
            ("shop", "api", "project", "/projects/shop/services/api/project"),
            ("shop", "api", "platform", "/projects/shop/services/api/platform"),
            ("shop", "", "project", "/projects/shop/secrets"),
            ("shop", "", "platform", "/platform"),
            ("", "", "platform", "/platform"),
        ];
        for (project, service, level, path) in pages {
            assert_eq!(Place::of(project, service, level).unwrap().path(), path);
        }
    }

    #[test]
    fn a_place_outside_its_page_is_refused() {
        for (project, service, level) in [
            ("", "", "project"),
            ("shop", "", "service"),
            ("", "api", "service"),
            ("shop", "api", "planet"),
            ("../x", "", "project"),
        ] {
            assert!(Place::of(project, service, level).is_err());
        }
    }
}
