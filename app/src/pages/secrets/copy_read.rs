//! What the copy page reads: the places there are, and the plan of what its address asks for. Never a value.

use domain::{EnvironmentName, Error, Level, Scope, api::Plan};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::error::UiError;

/// What an address asks to copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedCopy {
    /// The level the names are on, as [`Level::short`] writes it; empty when not chosen.
    pub from: String,
    /// Its environment, or `all`.
    pub from_env: String,
    /// The level they go to; empty when not chosen.
    pub to: String,
    /// Its environment, or `all`.
    pub to_env: String,
    /// The names, separated by spaces or commas; empty for all of them.
    pub names: String,
    /// Whether they are removed where they are.
    pub remove: bool,
}

/// The copy page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CopyView {
    /// Where names can be.
    pub levels: Vec<Level>,
    /// Every environment.
    pub environments: Vec<EnvironmentName>,
    /// The plan, where enough was asked for.
    pub plan: Option<Result<Plan, Error>>,
}

impl AskedCopy {
    /// What the query of an address asks for.
    pub fn of(address: &ParamsMap) -> Self {
        let text = |key| address.get(key).unwrap_or_default();
        Self {
            from: text("from"),
            from_env: text("from_env"),
            to: text("to"),
            to_env: text("to_env"),
            names: text("names"),
            remove: text("move") == "1",
        }
    }

    /// The address of this.
    pub fn href(&self) -> String {
        let pairs = [
            ("from", self.from.as_str()),
            ("from_env", &self.from_env),
            ("to", &self.to),
            ("to_env", &self.to_env),
            ("names", &self.names),
            ("move", if self.remove { "1" } else { "" }),
        ];
        crate::paths::query(crate::paths::COPY, &pairs)
    }

    /// The two places; none while one of them is not chosen.
    pub fn scopes(&self) -> Result<Option<(Scope, Scope)>, Error> {
        if self.from.is_empty() || self.to.is_empty() {
            return Ok(None);
        }
        let scope = |level: &str, environment: &str| -> Result<Scope, Error> {
            Ok(level.parse::<Level>()?.at(super::place::environment_of(environment)?))
        };
        Ok(Some((scope(&self.from, &self.from_env)?, scope(&self.to, &self.to_env)?)))
    }

    /// The names; none for all of them.
    pub fn names(&self) -> Result<Option<Vec<domain::SecretName>>, Error> {
        let names = self.names.split([' ', ',', '\n', '\r', '\t']).filter(|name| !name.is_empty());
        let names: Vec<domain::SecretName> = names.map(str::parse).collect::<Result<_, _>>()?;
        Ok(Some(names).filter(|names| !names.is_empty()))
    }
}

/// Reads the copy page.
#[server(prefix = "/ui", endpoint = "copy", input = server_fn::codec::Json)]
pub async fn read_copy(asked: AskedCopy) -> Result<CopyView, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    Ok(Box::pin(gather::copy(&vault, &actor, &asked)).await?)
}

#[cfg(feature = "ssr")]
mod gather {
    use std::collections::BTreeSet;

    use domain::{Actor, Error, Level, Slug, api::Plan};
    use vault::{CopyOptions, Result, Vault};

    use super::{AskedCopy, CopyView};

    /// How many projects are offered where none is asked for.
    const PROJECTS: usize = 100;

    pub(super) async fn copy(vault: &Vault, actor: &Actor, asked: &AskedCopy) -> Result<CopyView> {
        let all = vault.list_projects(actor).await?;
        let levels: Vec<Level> = [&asked.from, &asked.to].into_iter().filter_map(|text| text.parse().ok()).collect();
        let mut projects: BTreeSet<Slug> = levels.iter().filter_map(|level| level.project().cloned()).collect();
        projects.retain(|slug| all.iter().any(|project| project.slug == *slug));
        let mut offered = vec![Level::Platform];
        for project in &projects {
            offered.push(Level::Project { project: project.clone() });
            for service in vault.list_services(actor, project).await? {
                offered.push(Level::Service(domain::ServicePath::new(project.clone(), service.slug)));
            }
        }
        let others = all.into_iter().map(|project| project.slug).filter(|slug| !projects.contains(slug));
        offered.extend(others.take(PROJECTS).map(|project| Level::Project { project }));
        let environments = vault.list_environments(actor).await?.into_iter().map(|row| row.name).collect();
        let plan = match plan(vault, actor, asked).await {
            Ok(plan) => plan.map(Ok),
            Err(error) => Some(Err(error.public())),
        };
        Ok(CopyView { levels: offered, environments, plan })
    }

    async fn plan(vault: &Vault, actor: &Actor, asked: &AskedCopy) -> Result<Option<Plan>> {
        let names = asked.names().map_err(vault::Error::from)?;
        let Some((from, to)) = asked.scopes().map_err(|error: Error| vault::Error::from(error))? else {
            return Ok(None);
        };
        let options = CopyOptions {
            from,
            names,
            leave_out: Vec::new(),
            remove_source: asked.remove,
            message: String::new(),
            basis: None,
        };
        vault.plan_copy(actor, &to, &options).await.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_copied() {
        let asked = AskedCopy {
            from: "shop/api".into(),
            from_env: "staging".into(),
            to: "shop".into(),
            to_env: "all".into(),
            names: "A, B\nC".into(),
            remove: true,
        };
        assert!(asked.href().starts_with("/copy?from=shop/api&from_env=staging&to=shop&to_env=all&names="));
        let (from, to) = asked.scopes().unwrap().unwrap();
        assert_eq!(from.to_string(), "project: shop, service: api, environment: staging");
        assert_eq!(to.to_string(), "project: shop");
        assert_eq!(asked.names().unwrap().unwrap().len(), 3);
        assert_eq!(AskedCopy::default().scopes().unwrap(), None);
        assert_eq!(AskedCopy::default().names().unwrap(), None);
        assert!(AskedCopy { names: "a b$".into(), ..AskedCopy::default() }.names().is_err());
    }
}
