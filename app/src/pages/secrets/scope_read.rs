//! What a scope page reads: one level as a table, and the open cell. Never a value.

use domain::{
    EnvironmentName, Level,
    api::{Explanation, Matrix, MatrixRow, SecretRow},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{asked::Asked, head::Head, place::Place};
use crate::error::UiError;

/// A scope page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScopeView {
    /// The head of the page, with its tabs.
    pub head: Head,
    /// The table.
    pub matrix: Matrix,
    /// What the reader may do on this level: write in one of its columns at least, reveal in all of them.
    pub may: May,
    /// Where on this level the reader may write.
    pub writable: Writable,
    /// The open cell, where the address names one that is there.
    pub open: Option<OpenCell>,
}

/// The columns of a level that someone may write in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writable {
    /// That of all environments, and so every one.
    pub whole: bool,
    /// The environments.
    pub environments: Vec<EnvironmentName>,
}

impl Writable {
    /// Where `actor` may write on `level`.
    #[cfg(feature = "ssr")]
    pub fn of(actor: &domain::Actor, level: &Level, environments: &[EnvironmentName]) -> Self {
        let writes =
            |environment| domain::access::check(actor, domain::Action::WriteSecrets, &level.at(environment)).is_ok();
        let environments = environments.iter().filter(|name| writes(Some((*name).clone()))).cloned().collect();
        Self { whole: writes(None), environments }
    }

    /// Whether there is any.
    #[cfg(feature = "ssr")]
    pub fn any(&self) -> bool {
        self.whole || !self.environments.is_empty()
    }
}

/// What someone may do on a level, or to one cell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct May {
    /// Write, delete, upload.
    pub write: bool,
    /// See one value.
    pub reveal: bool,
}

/// The open cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenCell {
    /// Its environment; none for all of them.
    pub environment: Option<EnvironmentName>,
    /// Its row, on whatever page of the table it is.
    pub row: MatrixRow,
    /// What the reader may do to it.
    pub may: May,
    /// The secret, where one is set here.
    pub secret: Option<SecretRow>,
    /// What the service of the page sees under the name; none on pages of no service, or for all environments.
    pub ladder: Option<Explanation>,
}

/// Reads a scope page.
#[server(prefix = "/ui", endpoint = "scope", input = server_fn::codec::Json)]
pub async fn read_scope(place: Place, asked: Asked) -> Result<ScopeView, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    Ok(Box::pin(gather::scope(&vault, &actor, place, &asked)).await?)
}

/// Reads the names of a level after those that were read already, with no cell open.
#[server(prefix = "/ui", endpoint = "scope-on", input = server_fn::codec::Json)]
pub async fn read_on(level: Level, asked: Asked) -> Result<Matrix, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    Ok(Box::pin(vault.matrix(&actor, &level, asked.show, &gather::query(&asked, Some(BATCH)))).await?)
}

/// How many names a reader who scrolls gets at once: every answer costs the server the counts of the whole level.
#[cfg(feature = "ssr")]
const BATCH: u32 = 300;

impl OpenCell {
    /// The column of the cell in its row.
    pub fn column(&self, environments: &[EnvironmentName]) -> usize {
        column(self.environment.as_ref(), environments)
    }
}

/// The column of an environment: the first is that of all environments.
fn column(environment: Option<&EnvironmentName>, environments: &[EnvironmentName]) -> usize {
    environment.and_then(|name| environments.iter().position(|other| other == name)).map_or(0, |at| at + 1)
}

/// The project and service a level lies in, as a level of a service where it is one.
pub(super) fn service_of(base: &Level) -> Option<&domain::ServicePath> {
    match base {
        Level::Service(path) => Some(path),
        _ => None,
    }
}

#[cfg(feature = "ssr")]
mod gather {
    use domain::{
        Action, Actor, Code, access,
        api::{CellState, ListQuery, Matrix},
    };
    use vault::{Result, Vault};

    use super::{Asked, May, OpenCell, Place, ScopeView, Writable, column, service_of};
    use crate::pages::secrets::{asked::OpenAt, head, place::environment_of};

    /// The names an address asks for.
    pub(super) fn query(asked: &Asked, limit: Option<u32>) -> ListQuery {
        ListQuery {
            search: Some(asked.filter.clone()).filter(|text| !text.is_empty()),
            cursor: Some(asked.after.clone()).filter(|text| !text.is_empty()),
            limit,
        }
    }

    pub(super) async fn scope(vault: &Vault, actor: &Actor, place: Place, asked: &Asked) -> Result<ScopeView> {
        let matrix = vault.matrix(actor, &place.level, asked.show, &query(asked, None)).await?;
        let open = match &asked.open {
            Some(at) => open(vault, actor, &place, &matrix, at).await?,
            None => None,
        };
        let scope = place.level.at(None);
        let writable = Writable::of(actor, &place.level, &matrix.environments);
        let may = May { write: writable.any(), ..may(actor, &scope) };
        let head = head::gather(vault, actor, &place.base, Some((&place.level, matrix.counts.set))).await?;
        Ok(ScopeView { head, matrix, may, writable, open })
    }

    fn may(actor: &Actor, scope: &domain::Scope) -> May {
        May {
            write: access::check(actor, Action::WriteSecrets, scope).is_ok(),
            reveal: access::check(actor, Action::Reveal, scope).is_ok(),
        }
    }

    /// The open cell; its row may be on another page of the table.
    async fn open(
        vault: &Vault,
        actor: &Actor,
        place: &Place,
        matrix: &Matrix,
        at: &OpenAt,
    ) -> Result<Option<OpenCell>> {
        let Ok(environment) = environment_of(&at.env) else {
            return Ok(None);
        };
        if environment.as_ref().is_some_and(|name| !matrix.environments.contains(name)) {
            return Ok(None);
        }
        let mut row = matrix.rows.iter().find(|row| row.name == at.name).cloned();
        if row.is_none() {
            let query =
                ListQuery { search: Some(at.name.to_string()), cursor: None, limit: Some(domain::api::LIMIT_MAX) };
            let show = domain::api::MatrixShow::All;
            let found = vault.matrix(actor, &place.level, show, &query).await?;
            row = found.rows.into_iter().find(|row| row.name == at.name);
        }
        let Some(row) = row else {
            return Ok(None);
        };
        let cell = &row.cells[column(environment.as_ref(), &matrix.environments)];
        let scope = place.level.at(environment.clone());
        let secret = match cell.state {
            CellState::Set => match vault.find_secret(actor, &scope, &at.name).await {
                Ok(secret) => Some(secret),
                // Deleted between the two reads.
                Err(vault::Error::Public(error)) if error.code == Code::NotFound => None,
                Err(error) => return Err(error),
            },
            _ => None,
        };
        let ladder = match (service_of(&place.base), &environment) {
            // A ladder that nobody here may look at is not asked for.
            (Some(_), Some(_)) if cell.state == CellState::NoAccess => None,
            (Some(service), Some(environment)) => Some(vault.explain(actor, service, environment, &at.name).await?),
            _ => None,
        };
        Ok(Some(OpenCell { environment, may: may(actor, &scope), row, secret, ladder }))
    }
}
