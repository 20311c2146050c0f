//! The changes that were made, and what was deleted.

use serde::{Deserialize, Serialize};

use crate::{EnvironmentName, Error, Kind, Millis, Scope, SecretName, Slug};

/// One atomic write of one or many secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeRow {
    /// Its id.
    pub id: String,
    /// Its place in the order of all changes.
    pub sequence: i64,
    /// When.
    pub created_at: Millis,
    /// Who: an e-mail address or a token's name.
    pub actor: String,
    /// What kind of write: `put`, `delete`, `import`, `restore`, `move` or `undo`.
    pub action: String,
    /// Where, as a source text.
    pub source: String,
    /// Where.
    pub scope: Scope,
    /// Why, in the words of who made it.
    pub message: String,
    /// The names it wrote.
    pub names: Vec<String>,
    /// What it did to each of them, in the same order.
    pub items: Vec<ChangeItem>,
    /// The change it takes back.
    pub undoes: Option<String>,
    /// The change that took it back.
    pub undone_by: Option<String>,
    /// The other half of a move to another scope; the two are taken back together.
    pub partner: Option<String>,
}

/// What a change did to one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeItem {
    /// The name.
    pub name: SecretName,
    /// What was done.
    pub action: ChangeAction,
    /// The version before; null where there was no value.
    pub from: Option<i64>,
    /// The version it wrote.
    pub to: i64,
}

/// What a change does to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ChangeAction {
    /// There was no value.
    Create,
    /// There was another value, or another comment.
    Update,
    /// There is no value any more.
    Delete,
}

impl ChangeAction {
    /// The word in JSON and on the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// A deleted secret that can be brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedRow {
    /// Its name.
    pub name: SecretName,
    /// What its value was.
    pub kind: Kind,
    /// What people should know about it.
    pub comment: String,
    /// Where it was, as a source text.
    pub source: String,
    /// Where it was.
    pub scope: Scope,
    /// The version to restore.
    pub version: i64,
    /// When it was deleted.
    pub deleted_at: Millis,
    /// By whom.
    pub deleted_by: String,
    /// The change that deleted it.
    pub change_id: String,
    /// From when on its values are destroyed.
    pub destroyed_from: Millis,
}

/// Which scopes a list is about. What is absent narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeFilter {
    level: Option<String>,
    project: Option<Slug>,
    service: Option<Slug>,
    environment: Option<Environments>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Environments {
    /// Scopes of all environments.
    All,
    One(EnvironmentName),
}

impl ScopeFilter {
    /// The filter of these words; an empty one is absent. `level` is `platform`, `project` or `service`, `environment` a
    /// name, or `all` for the scopes of all environments.
    pub fn of(level: &str, project: &str, service: &str, environment: &str) -> Result<Self, Error> {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let level = given(level);
        if level.as_deref().is_some_and(|level| !["platform", "project", "service"].contains(&level)) {
            return Err(Error::field("level", "a level is `platform`, `project` or `service`"));
        }
        let slug = |field: &str, text: &str| {
            let slug = given(text).map(|text| text.parse::<Slug>()).transpose();
            slug.map_err(|error| Error::field(field, error.to_string()))
        };
        let (project, service) = (slug("project", project)?, slug("service", service)?);
        if service.is_some() && project.is_none() {
            return Err(Error::field("project", "a service is of a project: name both"));
        }
        let environment = match environment {
            "" => None,
            "all" => Some(Environments::All),
            name => {
                let name = name
                    .parse()
                    .map_err(|error: crate::name::NameError| Error::field("environment", error.to_string()))?;
                Some(Environments::One(name))
            }
        };
        Ok(Self { level, project, service, environment })
    }

    /// Whether the list is about this scope.
    pub fn admits(&self, scope: &Scope) -> bool {
        let environment = match &self.environment {
            None => true,
            Some(Environments::All) => scope.environment.is_none(),
            Some(Environments::One(name)) => scope.environment.as_ref() == Some(name),
        };
        environment
            && self.level.as_deref().is_none_or(|level| level == scope.level.word())
            && self.project.as_ref().is_none_or(|project| scope.level.project() == Some(project))
            && self.service.as_ref().is_none_or(|service| scope.level.service() == Some(service))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ServicePath;

    #[test]
    fn a_filter_narrows_by_what_it_names_and_by_nothing_else() {
        let staging = || Some("staging".parse().unwrap());
        let shop: Slug = "shop".parse().unwrap();
        let api = ServicePath::new(shop.clone(), "api".parse().unwrap());
        let scopes = [
            Scope::platform(None),
            Scope::platform(staging()),
            Scope::project(shop.clone(), None),
            Scope::project(shop, staging()),
            Scope::service(api.clone(), None),
            Scope::service(api, staging()),
        ];
        for (words, admitted) in [
            (["", "", "", ""], vec![0, 1, 2, 3, 4, 5]),
            (["platform", "", "", ""], vec![0, 1]),
            (["", "shop", "", ""], vec![2, 3, 4, 5]),
            (["project", "shop", "", ""], vec![2, 3]),
            (["", "shop", "api", ""], vec![4, 5]),
            (["", "", "", "all"], vec![0, 2, 4]),
            (["service", "shop", "api", "staging"], vec![5]),
            (["", "bank", "", ""], vec![]),
            (["project", "", "", "production"], vec![]),
        ] {
            let filter = ScopeFilter::of(words[0], words[1], words[2], words[3]).unwrap();
            let found: Vec<_> = (0..6).filter(|at| filter.admits(&scopes[*at])).collect();
            assert_eq!(found, admitted, "{words:?}");
        }
        for bad in [["planet", "", "", ""], ["", "No", "", ""], ["", "", "api", ""], ["", "", "", "No Such"]] {
            assert_eq!(ScopeFilter::of(bad[0], bad[1], bad[2], bad[3]).unwrap_err().code.status(), 422, "{bad:?}");
        }
    }
}
