//! What a service gets in one environment, name by name. Never a value.

use domain::{
    EnvironmentName, Kind, Scope, SecretName, ServicePath,
    api::{Explanation, Watcher},
};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use super::{head::Head, scope_read::May};
use crate::{error::UiError, paths};

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedEffective {
    /// The environment; the first when none or an unknown one is named.
    pub env: String,
    /// Only names that contain this.
    pub filter: String,
    /// Only names from this level; empty for all.
    pub source: String,
    /// After which name the page starts.
    pub after: String,
    /// The name whose ladder is shown.
    pub explain: String,
}

/// The effective secrets of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffectiveView {
    /// The head of the page.
    pub head: Head,
    /// The service.
    pub service: ServicePath,
    /// Every environment.
    pub environments: Vec<EnvironmentName>,
    /// The one on show; none where there is none at all.
    pub environment: Option<EnvironmentName>,
    /// Whether the reader has no role in it: nothing else is known then.
    pub closed: bool,
    /// The rows of this page.
    pub rows: Vec<Seen>,
    /// Names that bindings need here and no rung holds, as far as the filter lets them through.
    pub missing: Vec<SecretName>,
    /// What the next page starts after.
    pub next: Option<SecretName>,
    /// How many names come from where.
    pub counts: Sources,
    /// Whether the reader may have all of the values, as a file.
    pub export: bool,
    /// The ladder that was asked for.
    pub explained: Option<Explanation>,
    /// The programs that watch this.
    pub watchers: Vec<Watcher>,
}

/// How many names come from which level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// All of them.
    pub all: u32,
    /// From the service itself.
    pub service: u32,
    /// From its project.
    pub project: u32,
    /// From the platform.
    pub platform: u32,
    /// Needed by a binding, from nowhere; not among all.
    pub missing: u32,
}

/// One name as the service sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The name.
    pub name: SecretName,
    /// What its value is.
    pub kind: Kind,
    /// Its version.
    pub version: i64,
    /// The rung that wins.
    pub scope: Scope,
    /// How many rungs it covers.
    pub shadows: u32,
    /// Whether the reader may see the value.
    pub may: May,
}

/// Reads the effective secrets of a service.
#[server(prefix = "/ui", endpoint = "effective", input = server_fn::codec::Json)]
pub async fn read_effective(service: ServicePath, asked: AskedEffective) -> Result<EffectiveView, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    Ok(Box::pin(gather::effective(&vault, &actor, service, &asked)).await?)
}

impl AskedEffective {
    /// What the query of an address asks for.
    pub fn of(query: &ParamsMap) -> Self {
        let text = |key| query.get(key).unwrap_or_default();
        Self {
            env: text("env"),
            filter: text("filter"),
            source: text("source"),
            after: text("after"),
            explain: text("explain"),
        }
    }

    /// The address of this, relative to its page; never empty.
    pub fn href(&self) -> String {
        let pairs = [
            ("env", self.env.as_str()),
            ("source", &self.source),
            ("filter", &self.filter),
            ("after", &self.after),
            ("explain", &self.explain),
        ];
        match paths::query("", &pairs) {
            bare if bare.is_empty() => "?".to_owned(),
            href => href,
        }
    }

    /// The same with one thing changed, from the first page on and with no ladder open.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = Self { after: String::new(), explain: String::new(), ..self.clone() };
        change(&mut other);
        other
    }
}

#[cfg(feature = "ssr")]
mod gather {
    use domain::{Action, Actor, EnvironmentName, SecretName, ServicePath, access, api::EffectiveRow, ladder};
    use vault::{Result, Vault};

    use super::{AskedEffective, EffectiveView, May, Seen, Sources};
    use crate::pages::secrets::head;

    /// Rows of one page.
    const PAGE: usize = 100;

    pub(super) async fn effective(
        vault: &Vault,
        actor: &Actor,
        service: ServicePath,
        asked: &AskedEffective,
    ) -> Result<EffectiveView> {
        let base = domain::Level::Service(service.clone());
        let head = head::gather(vault, actor, &base, None).await?;
        let environments: Vec<EnvironmentName> =
            vault.list_environments(actor).await?.into_iter().map(|environment| environment.name).collect();
        let is_open = |name: &&EnvironmentName| {
            let scope = domain::Scope::service(service.clone(), Some((*name).clone()));
            access::check(actor, Action::See, &scope).is_ok()
        };
        let asked_for = environments.iter().find(|name| name.as_str() == asked.env);
        let shown = asked_for.or_else(|| environments.iter().find(is_open)).or(environments.first()).cloned();
        let closed = shown.as_ref().is_some_and(|name| !is_open(&name));
        let Some(environment) = shown.clone().filter(|_| !closed) else {
            return Ok(EffectiveView {
                head,
                service,
                environments,
                environment: shown,
                closed,
                rows: Vec::new(),
                missing: Vec::new(),
                next: None,
                counts: Sources::default(),
                export: false,
                explained: None,
                watchers: Vec::new(),
            });
        };
        let found = vault.effective(actor, &service, &environment).await?;
        let seen: Vec<Seen> = found.into_iter().filter_map(|row| seen(actor, &service, &environment, row)).collect();
        let export = !seen.is_empty() && seen.iter().all(|row| row.may.reveal);
        let mut missing = vault.list_missing(actor, &service, &environment).await?;
        let counts = Sources { missing: u32::try_from(missing.len()).unwrap_or(u32::MAX), ..count(&seen) };
        let filter = asked.filter.to_ascii_lowercase();
        let mut rows: Vec<Seen> = seen
            .into_iter()
            .filter(|row| {
                (asked.source.is_empty() || row.scope.level.word() == asked.source)
                    && row.name.as_str().to_ascii_lowercase().contains(&filter)
                    && (asked.after.is_empty() || row.name.as_str() > asked.after.as_str())
            })
            .take(PAGE + 1)
            .collect();
        let shown = matches!(asked.source.as_str(), "" | "missing") && asked.after.is_empty();
        missing.retain(|name| shown && name.as_str().to_ascii_lowercase().contains(&filter));
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let explained = match asked.explain.parse::<SecretName>() {
            Ok(name) => Some(vault.explain(actor, &service, &environment, &name).await?),
            Err(_) => None,
        };
        let watchers = vault.list_watchers(actor, &service, &environment).await?;
        Ok(EffectiveView {
            head,
            service,
            environments,
            environment: Some(environment),
            closed: false,
            next: rows.last().filter(|_| more).map(|row| row.name.clone()),
            rows,
            missing,
            counts,
            export,
            explained,
            watchers,
        })
    }

    /// The row with its source as a scope: the rung whose text it is.
    fn seen(actor: &Actor, service: &ServicePath, environment: &EnvironmentName, row: EffectiveRow) -> Option<Seen> {
        let scope = ladder::rungs(service, environment).into_iter().find(|rung| rung.to_string() == row.source)?;
        Some(Seen {
            name: row.name,
            kind: row.kind,
            version: row.version,
            may: May {
                write: access::check(actor, Action::WriteSecrets, &scope).is_ok(),
                reveal: access::check(actor, Action::Reveal, &scope).is_ok(),
            },
            scope,
            shadows: u32::try_from(row.shadows.len()).unwrap_or(u32::MAX),
        })
    }

    fn count(seen: &[Seen]) -> Sources {
        let from = |word| {
            let count = seen.iter().filter(|row| row.scope.level.word() == word).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        Sources {
            all: u32::try_from(seen.len()).unwrap_or(u32::MAX),
            service: from("service"),
            project: from("project"),
            platform: from("platform"),
            missing: 0,
        }
    }
}
