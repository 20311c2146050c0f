//! From candidates to hits: the guarded rows behind them, checked, and what the actor may see of these.

use std::collections::{HashMap, HashSet};

use domain::{
    Action, Millis, Scope, access,
    api::{Found, SearchHit},
    search::fold,
};
use uuid::Uuid;

use super::{
    Search,
    candidates::Candidate,
    cursor::Cursor,
    parts::{first_met, range},
};
use crate::{
    Vault,
    db::{
        Tx,
        places::{StoredProject, StoredService},
        secrets::StoredHeld,
    },
    error::{Error, Result},
    scopes::Words,
    secrets::kind_of,
};

type Hits<'c> = Vec<(&'c Candidate, SearchHit)>;

impl Vault {
    /// The hits among some candidates, in their order.
    pub(super) async fn hits<'c>(
        &self,
        tx: &mut Tx,
        search: &Search<'_>,
        kind: Found,
        at: &Cursor,
        candidates: &'c [Candidate],
    ) -> Result<Hits<'c>> {
        let ids: HashSet<Uuid> = candidates.iter().map(|candidate| candidate.id).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let mut found: HashMap<Uuid, SearchHit> = HashMap::new();
        let mut texts: HashMap<Uuid, String> = HashMap::new();
        match kind {
            Found::Project => {
                for row in tx.list_projects_by_id(&ids).await? {
                    texts.insert(row.id, fold(&row.searched().text));
                    let id = row.id;
                    found.extend(self.project_hit(search, row)?.map(|hit| (id, hit)));
                }
            }
            Found::Service => self.service_hits(tx, search, &ids, &mut texts, &mut found).await?,
            Found::Secret => self.secret_hits(tx, search, &ids, &mut texts, &mut found).await?,
            Found::Binding => self.binding_hits(tx, search, &ids, &mut texts, &mut found).await?,
        }
        let mut hits = Vec::new();
        let lead = search.parts.get(at.lead.part).filter(|_| !at.looks_through(kind)).map(|part| range(part));
        for candidate in candidates {
            // A text is met once for each place where it has the leading part; only the first of them counts.
            let first = match (&lead, texts.get(&candidate.id)) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some((from, to)), Some(text)) => {
                    first_met(text, from, to) == Some((candidate.suffix.as_slice(), candidate.part.as_str()))
                }
            };
            if first {
                hits.extend(found.remove(&candidate.id).map(|hit| (candidate, hit)));
            }
        }
        Ok(hits)
    }

    fn project_hit(&self, search: &Search<'_>, row: StoredProject) -> Result<Option<SearchHit>> {
        if !search.query.is_in(&fold(&row.searched().text)) {
            return Ok(None);
        }
        let row = self.checked(row)?;
        let slug = crate::scopes::known(row.slug.clone(), "projects")?;
        let seen = access::sees_project(search.actor, &slug);
        let scope = Scope::project(slug, None);
        Ok(seen.then(|| SearchHit {
            found: Found::Project,
            source: scope.to_string(),
            scope,
            about: about(&row.slug, &row.name, &row.description),
            name: row.slug,
            kind: None,
            version: None,
            updated_at: None,
        }))
    }

    async fn service_hits(
        &self,
        tx: &mut Tx,
        search: &Search<'_>,
        ids: &[Uuid],
        texts: &mut HashMap<Uuid, String>,
        found: &mut HashMap<Uuid, SearchHit>,
    ) -> Result<()> {
        let mut rows = tx.list_services_by_id(ids).await?;
        texts.extend(rows.iter().map(|row| (row.id, fold(&row.searched().text))));
        rows.retain(|row| texts.get(&row.id).is_some_and(|text| search.query.is_in(text)));
        let rows = self.all_checked(rows)?;
        let words = self.words_of_services(tx, rows.clone()).await?;
        for row in rows {
            let path = words.service(row.id).ok_or(Error::Unknown { table: "services" })?.clone();
            if !access::sees_service(search.actor, &path) {
                continue;
            }
            let scope = Scope::service(path, None);
            let hit = SearchHit {
                found: Found::Service,
                source: scope.to_string(),
                scope,
                about: about(&row.slug, &row.name, &row.description),
                name: row.slug,
                kind: None,
                version: None,
                updated_at: None,
            };
            found.insert(row.id, hit);
        }
        Ok(())
    }

    async fn secret_hits(
        &self,
        tx: &mut Tx,
        search: &Search<'_>,
        ids: &[Uuid],
        texts: &mut HashMap<Uuid, String>,
        found: &mut HashMap<Uuid, SearchHit>,
    ) -> Result<()> {
        let now = self.inner.clock.now();
        let mut rows = tx.list_held_by_id(ids).await?;
        texts.extend(rows.iter().map(|held| (held.secret.id, fold(&held.secret.searched().text))));
        let kind = search.query.kind.map(domain::Kind::word);
        rows.retain(|held| {
            !held.secret.deleted
                && texts.get(&held.secret.id).is_some_and(|text| search.query.is_in(text))
                && (kind.is_none() || held.version.kind.as_deref() == kind)
                && search.query.is_stale(Millis(held.version.created_at), now)
        });
        let scopes = self.scopes_of(tx, rows.iter().map(|held| held.secret.scope_id)).await?;
        let mut hits: Vec<(StoredHeld, &Scope)> = Vec::with_capacity(rows.len());
        for held in rows {
            let scope = scopes.get(&held.secret.scope_id).ok_or(Error::Unknown { table: "scopes" })?;
            if search.query.allows(scope) && access::check(search.actor, Action::See, scope).is_ok() {
                hits.push((self.checked_held(held)?, scope));
            }
        }
        if let Some(wanted) = search.query.unused {
            let held: Vec<_> = hits.iter().map(|(held, scope)| (held.secret.name.as_str(), *scope)).collect();
            let unused = self.unused(tx, &held).await?;
            let mut unused = unused.into_iter();
            hits.retain(|_| unused.next() == Some(wanted));
        }
        for (held, scope) in hits {
            let hit = SearchHit {
                found: Found::Secret,
                source: scope.to_string(),
                scope: scope.clone(),
                kind: kind_of(&held.version)?,
                version: Some(held.secret.version),
                updated_at: Some(Millis(held.version.created_at)),
                name: held.secret.name,
                about: held.secret.comment,
            };
            found.insert(held.secret.id, hit);
        }
        Ok(())
    }

    async fn binding_hits(
        &self,
        tx: &mut Tx,
        search: &Search<'_>,
        ids: &[Uuid],
        texts: &mut HashMap<Uuid, String>,
        found: &mut HashMap<Uuid, SearchHit>,
    ) -> Result<()> {
        let mut rows = tx.list_bindings_by_id(ids).await?;
        texts.extend(rows.iter().map(|row| (row.id, fold(&row.searched().text))));
        rows.retain(|row| texts.get(&row.id).is_some_and(|text| search.query.is_in(text)));
        let services: HashSet<Uuid> = rows.iter().map(|row| row.service_id).collect();
        let services: Vec<Uuid> = services.into_iter().collect();
        let services = self.all_checked(tx.list_services_by_id(&services).await?)?;
        let words = self.words_of_services(tx, services).await?;
        for row in rows {
            let path = words.service(row.service_id).ok_or(Error::Unknown { table: "services" })?.clone();
            let environment = row.environment_id.map(|id| words.environment(id).cloned()).transpose()?;
            let scope = Scope::service(path.clone(), environment);
            if !search.query.allows(&scope) || !access::sees_service(search.actor, &path) {
                continue;
            }
            let row = self.checked(row)?;
            let hit = SearchHit {
                found: Found::Binding,
                name: row.target,
                source: scope.to_string(),
                scope,
                about: row.secret_name,
                kind: None,
                version: None,
                updated_at: None,
            };
            found.insert(row.id, hit);
        }
        Ok(())
    }

    /// These scopes in words, each checked.
    pub(super) async fn scopes_of(&self, tx: &mut Tx, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Scope>> {
        let ids: HashSet<Uuid> = ids.collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let mut scopes = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(500) {
            let rows = self.all_checked(tx.list_scopes_by_id(ids).await?)?;
            let words = self.words_of_scopes(tx, &rows).await?;
            for row in &rows {
                scopes.insert(row.id, words.scope(row)?);
            }
        }
        Ok(scopes)
    }

    /// The words of these services and of their projects.
    async fn words_of_services(&self, tx: &mut Tx, services: Vec<StoredService>) -> Result<Words> {
        let projects: HashSet<Uuid> = services.iter().map(|row| row.project_id).collect();
        let projects: Vec<Uuid> = projects.into_iter().collect();
        self.words_of(tx, &projects, services).await
    }
}

/// A name for people, where it is another than the slug, and the description.
fn about(slug: &str, name: &str, description: &str) -> String {
    match (name == slug, description) {
        (true, description) => description.to_owned(),
        (false, "") => name.to_owned(),
        (false, description) => format!("{name}: {description}"),
    }
}
