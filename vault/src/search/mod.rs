//! Finding projects, services, secrets and bindings by words, over everything the actor may see.
//!
//! The search tables lead to candidates; the guarded rows behind these decide whether they are hits, and the access
//! check whether they are shown. A request looks at [`BUDGET`] candidates at most, so that it is quick whatever is
//! asked: then the page holds fewer hits than it might, and its cursor leads on.

mod candidates;
mod cursor;
mod hits;
mod index;
pub(crate) mod parts;
mod unused;

use domain::{
    Actor,
    access::reach,
    api::{Found, ListQuery, Page, SearchHit},
    search::Query,
};
use uuid::Uuid;

use crate::{Vault, db::Tx, error::Result};

use cursor::{Cursor, Lead};

/// How many candidates one request looks at.
const BUDGET: usize = 1024;
/// The same where each takes longer: it is compared with all others of its name.
const BUDGET_UNUSED: usize = 128;
/// From so many things on, a part is common.
const COMMON: i64 = 1000;
/// Up to so many scopes, looking through them beats looking up a common part.
const FEW_SCOPES: i64 = 1000;

/// What is looked for, in this order.
const STAGES: [Found; 4] = [Found::Project, Found::Service, Found::Secret, Found::Binding];

/// One search.
struct Search<'a> {
    actor: &'a Actor,
    query: Query,
    /// The parts of its words, longest first.
    parts: Vec<String>,
    /// The scopes beside which the actor sees none, where they are few.
    scopes: Option<Vec<Uuid>>,
}

impl Vault {
    /// What has all the words of `text` and passes its filters ([`domain::search`] has the rules), of what the actor
    /// may see. A page may hold fewer hits than asked for, even none, while its cursor leads on.
    pub async fn search(&self, actor: &Actor, text: &str, list: &ListQuery) -> Result<Page<SearchHit>> {
        let query = Query::parse(text)?;
        let cursor = list.cursor.as_deref().map(Cursor::read).transpose()?;
        if query.is_empty() {
            return Ok(Page::from(Vec::new()));
        }
        let mut tx = self.inner.db.read().await?;
        let search = self.prepare(&mut tx, actor, query).await?;
        let mut at = match cursor {
            Some(cursor) => cursor,
            None => Cursor { lead: search.lead(&mut tx).await?, ..Cursor::default() },
        };
        let rows = usize::try_from(list.rows()).unwrap_or(usize::MAX);
        let mut budget = if search.query.unused.is_some() { BUDGET_UNUSED } else { BUDGET };
        let mut items = Vec::new();
        while let Some(kind) = STAGES.get(at.stage).copied() {
            let mut asked = (rows - items.len()).clamp(32, 256);
            while let Some(found) = search.candidates(&mut tx, kind, &at, asked).await? {
                for candidates in found.chunks(256) {
                    for (candidate, hit) in self.hits(&mut tx, &search, kind, &at, candidates).await? {
                        items.push(hit);
                        if items.len() >= rows {
                            return Ok(Page { items, next_cursor: Some(at.behind(candidate).write()?) });
                        }
                    }
                    budget = budget.saturating_sub(candidates.len());
                    at = candidates.last().map_or(at.clone(), |last| at.behind(last));
                    if budget == 0 {
                        return Ok(Page { items, next_cursor: Some(at.write()?) });
                    }
                }
                asked = (asked * 2).min(512);
            }
            at = at.next_stage();
        }
        Ok(Page { items, next_cursor: None })
    }

    async fn prepare<'a>(&self, tx: &mut Tx, actor: &'a Actor, query: Query) -> Result<Search<'a>> {
        let mut parts: Vec<String> =
            query.words.iter().flat_map(|word| parts::parts_of_folded(word)).map(str::to_owned).collect();
        parts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        parts.dedup();
        parts.truncate(6);
        let scopes = match reach(actor) {
            None => None,
            Some(slugs) => {
                let mut projects = Vec::new();
                for slug in slugs {
                    projects.extend(tx.find_project(slug.as_str()).await?.map(|project| project.id));
                }
                let scopes = tx.list_scope_ids_of(&projects, FEW_SCOPES + 1).await?;
                (scopes.len() <= usize::try_from(FEW_SCOPES).unwrap_or(usize::MAX)).then_some(scopes)
            }
        };
        Ok(Search { actor, query, parts, scopes })
    }
}

impl Search<'_> {
    /// The part that the fewest things have. Every secret is looked at where there is no part, and where the actor sees
    /// few and the part is common.
    async fn lead(&self, tx: &mut Tx) -> Result<Lead> {
        if self.parts.len() == 1 && self.scopes.is_none() {
            return Ok(Lead { part: 0, through: false });
        }
        let mut least = None;
        for (number, part) in self.parts.iter().enumerate() {
            let (from, to) = parts::range(part);
            let count = tx.count_postings(&from, &to, COMMON).await?;
            if least.is_none_or(|(least, _)| count < least) {
                least = Some((count, number));
            }
        }
        Ok(match least {
            None => Lead { part: 0, through: true },
            Some((count, part)) => Lead { part, through: self.scopes.is_some() && count >= COMMON },
        })
    }

    /// Whether a thing of this kind can be a hit.
    fn asks_for(&self, kind: Found) -> bool {
        let level = |word: &str| self.query.level.is_none_or(|level| level == word);
        match kind {
            Found::Secret => true,
            _ if self.parts.is_empty() || self.query.is_for_secrets() => false,
            Found::Project => level("project") && self.query.environment.is_none(),
            Found::Service => level("service") && self.query.environment.is_none(),
            Found::Binding => level("service"),
        }
    }
}
