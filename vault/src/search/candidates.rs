//! What may be a hit, in the order in which it is looked at.

use domain::api::Found;
use uuid::Uuid;

use super::{Search, cursor::Cursor, parts::range};
use crate::{db::Tx, error::Result};

/// How many suffixes are looked up at a time.
const SUFFIXES: usize = 256;

/// Something that has the leading part, or any secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) suffix: Vec<u8>,
    pub(super) part: String,
    pub(super) id: Uuid,
}

impl Cursor {
    /// The same stage, behind a candidate.
    pub(super) fn behind(&self, last: &Candidate) -> Self {
        let Candidate { suffix, part, id } = last.clone();
        Self { stage: self.stage, lead: self.lead, suffix, part, id }
    }

    /// Whether every secret is looked at, whatever its parts.
    pub(super) fn looks_through(&self, kind: Found) -> bool {
        self.lead.through && kind == Found::Secret
    }
}

impl Search<'_> {
    /// Candidates after `at`, about `want` of them; none when there are no more.
    pub(super) async fn candidates(
        &self,
        tx: &mut Tx,
        kind: Found,
        at: &Cursor,
        want: usize,
    ) -> Result<Option<Vec<Candidate>>> {
        if !self.asks_for(kind) {
            return Ok(None);
        }
        let found = if at.looks_through(kind) {
            let ids = tx.list_secret_ids(self.scopes.as_deref(), at.id, count(want)).await?;
            ids.into_iter().map(|id| Candidate { suffix: Vec::new(), part: String::new(), id }).collect()
        } else {
            match self.parts.get(at.lead.part) {
                Some(part) => led(tx, kind, part, at, want).await?,
                None => Vec::new(),
            }
        };
        Ok((!found.is_empty()).then_some(found))
    }
}

/// Those that have a part which starts somewhere with the leading one: by suffix, part and id.
async fn led(tx: &mut Tx, kind: Found, lead: &str, at: &Cursor, want: usize) -> Result<Vec<Candidate>> {
    let (from, to) = range(lead);
    let mut found = Vec::new();
    if !at.part.is_empty() {
        let ids = tx.list_postings_of(kind, &at.part, at.id, count(want)).await?;
        found.extend(ids.into_iter().map(|id| Candidate { suffix: at.suffix.clone(), part: at.part.clone(), id }));
        if found.len() == want {
            return Ok(found);
        }
    }
    let (mut suffix, mut part) = (at.suffix.clone(), at.part.clone());
    loop {
        let listed = tx.list_suffixes(&from, &to, (&suffix, &part), count(SUFFIXES)).await?;
        let mut rest = listed.as_slice();
        let mut together = rest.len();
        while !rest.is_empty() {
            let taken = &rest[..together.min(rest.len())];
            let parts: Vec<&str> = taken.iter().map(|(_, part)| part.as_str()).collect();
            if let [only] = parts.as_slice() {
                let ids = tx.list_postings_of(kind, only, Uuid::nil(), count(want)).await?;
                let of = |id| Candidate { suffix: taken[0].0.clone(), part: (*only).to_owned(), id };
                found.extend(ids.into_iter().map(of));
            } else {
                // In no order: when all of them come, they are put in order here; when not, fewer parts are asked for.
                let mut postings = tx.list_postings(kind, &parts, count(want + 1)).await?;
                if postings.len() > want {
                    together = taken.len() / 2;
                    continue;
                }
                postings.sort_unstable();
                for (suffix, part) in taken {
                    let start = postings.partition_point(|(own, _)| own < part);
                    let own = postings[start..].iter().take_while(|(own, _)| own == part);
                    found.extend(own.map(|(part, id)| Candidate {
                        suffix: suffix.clone(),
                        part: part.clone(),
                        id: *id,
                    }));
                }
            }
            rest = &rest[taken.len()..];
            if found.len() >= want {
                return Ok(found);
            }
        }
        match listed.last() {
            Some(last) if listed.len() == SUFFIXES => (suffix, part) = last.clone(),
            _ => return Ok(found),
        }
    }
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
