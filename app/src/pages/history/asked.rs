//! Which scopes an address asks for, in words; and what the two lists have in common.

use domain::Scope;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::{
    components::{Icon, LevelIcon, level_icon},
    pages::secrets::{At, Place, environment_title, environment_word, scope_name},
    paths,
};

/// The words of a filter, as the address has them; empty ones narrow nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub level: String,
    pub project: String,
    pub service: String,
    pub environment: String,
    /// Where the last page ended.
    pub cursor: String,
    /// The open change.
    pub open: String,
}

impl Asked {
    pub(super) fn of(query: &ParamsMap) -> Self {
        let text = |key| query.get(key).unwrap_or_default().trim().to_owned();
        Self {
            level: text("level"),
            project: text("project"),
            service: text("service"),
            environment: text("environment"),
            cursor: text("cursor"),
            open: text("open"),
        }
    }

    /// The address of a list with this filter.
    pub(super) fn href(&self, list: &str, cursor: &str, open: &str) -> String {
        let pairs = [
            ("level", &*self.level),
            ("project", &self.project),
            ("service", &self.service),
            ("environment", &self.environment),
            ("cursor", cursor),
            ("open", open),
        ];
        paths::query(list, &pairs)
    }

    fn narrows(&self) -> bool {
        [&self.level, &self.project, &self.service, &self.environment].iter().any(|word| !word.is_empty())
    }

    /// What the list is about, in words.
    pub(super) fn title(&self) -> String {
        let place = match (self.project.as_str(), self.service.as_str(), self.level.as_str()) {
            ("", _, "platform") => "the platform".to_owned(),
            ("", ..) => "the installation".to_owned(),
            (project, "", "project") => format!("{project}, without its services"),
            (project, "", _) => project.to_owned(),
            (project, service, _) => format!("{project} / {service}"),
        };
        match self.environment.as_str() {
            "" => place,
            "all" => format!("{place}, for all environments"),
            environment => format!("{place}, {environment}"),
        }
    }
}

#[cfg(feature = "ssr")]
impl Asked {
    /// The filter and the part of the list.
    pub(super) fn read(&self) -> Result<(domain::api::ScopeFilter, domain::api::ListQuery), domain::Error> {
        let filter = domain::api::ScopeFilter::of(&self.level, &self.project, &self.service, &self.environment)?;
        let cursor = Some(self.cursor.clone()).filter(|cursor| !cursor.is_empty());
        Ok((filter, domain::api::ListQuery { search: None, cursor, limit: None }))
    }
}

/// The two lists as tabs, and the way to everything.
#[component]
pub(super) fn Lists(
    /// What is asked for.
    asked: Asked,
    /// The list on show.
    here: &'static str,
) -> impl IntoView {
    let tab = |list: &'static str, icon, label| {
        let href = asked.href(list, "", "");
        view! { <a href=href aria-current=(list == here).then_some("page")><Icon name=icon />{label}</a> }
    };
    let all = asked.narrows().then(|| {
        view! {
            <span class="rule" aria-hidden="true"></span>
            <a href=here><Icon name="layers" />"Of the installation"</a>
        }
    });
    view! {
        <nav class="tabs" aria-label="History">
            {tab(paths::CHANGES, "history", "Changes")}
            {tab(paths::DELETED, "trash", "Recently deleted")}
            {all}
        </nav>
    }
}

/// Where something is, drawn and named.
#[component]
pub(super) fn Where(
    /// The scope.
    scope: Scope,
) -> impl IntoView {
    let label = match scope.level.project().filter(|_| scope.level.service().is_some()) {
        Some(project) => format!("{project} / {}", scope_name(&scope)),
        None => scope_name(&scope),
    };
    view! { <LevelIcon level=scope.level label /> }
}

/// Where a form is about, in hidden fields.
#[component]
pub(super) fn AtSecret(
    /// The scope.
    scope: Scope,
    /// The name.
    name: String,
) -> impl IntoView {
    let place = place_of(&scope);
    view! {
        <At place />
        <input type="hidden" name="environment" value=environment_word(scope.environment.as_ref()) />
        <input type="hidden" name="name" value=name />
    }
}

/// The page of the scope's own level.
pub(super) fn place_of(scope: &Scope) -> Place {
    Place { base: scope.level.clone(), level: scope.level.clone() }
}

/// The icon of a scope's level with the scope's environment in words.
pub(super) fn scope_words(scope: &Scope) -> (&'static str, String) {
    (level_icon(&scope.level), environment_title(scope.environment.as_ref()))
}
