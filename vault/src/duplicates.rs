//! The same value in several places: rotating it in one leaves it in the others. Told by fingerprint; no values.

use std::collections::BTreeMap;

use domain::{
    Action, Actor, Error as PublicError, Scope,
    api::{Duplicate, DuplicatePlace, ListQuery, Page},
};

use crate::{
    Vault,
    audit::Event,
    error::{Error, Result},
    scopes::known,
    secrets::kind_of,
};

/// How many places of a value are named.
const PLACES: usize = 50;

impl Vault {
    /// Values that lie in more than one place, those in most places first. For whoever may reveal every value, and so
    /// could compare them by hand. `search` is not used.
    pub async fn list_duplicates(&self, actor: &Actor, query: &ListQuery) -> Result<Page<Duplicate>> {
        let platform = Scope::platform(None);
        let event = Event::of("secret.duplicates", "", "");
        self.authorise(actor, Action::Reveal, &platform, event).await?;
        let skip = match query.cursor.as_deref() {
            None => 0,
            Some(cursor) => {
                cursor.parse::<u32>().map_err(|_| PublicError::field("cursor", "this is not a cursor of this list"))?
            }
        };
        let rows = query.rows();
        let mut tx = self.inner.db.read().await?;
        let words = self.list_words(&mut tx).await?;
        let mut scopes = BTreeMap::new();
        for row in self.all_checked(tx.list_scopes().await?)? {
            scopes.insert(row.id, words.scope(&row)?);
        }
        let mut values: BTreeMap<Vec<u8>, Vec<DuplicatePlace>> = BTreeMap::new();
        for held in tx.list_held_twice(i64::from(rows) + 1, i64::from(skip)).await? {
            let held = self.checked_held(held)?;
            let (Some(fingerprint), Some(kind)) = (held.version.fingerprint.clone(), kind_of(&held.version)?) else {
                continue;
            };
            let scope = scopes.get(&held.secret.scope_id).ok_or(Error::Unknown { table: "scopes" })?;
            values.entry(fingerprint).or_default().push(DuplicatePlace {
                name: known(held.secret.name, "secrets")?,
                source: scope.to_string(),
                scope: scope.clone(),
                kind,
            });
        }
        drop(tx);
        let mut items: Vec<(Vec<u8>, Duplicate)> = values
            .into_iter()
            .map(|(fingerprint, mut places)| {
                let count = u32::try_from(places.len()).unwrap_or(u32::MAX);
                places.sort_unstable_by(|a, b| (&a.source, &a.name).cmp(&(&b.source, &b.name)));
                places.truncate(PLACES);
                (fingerprint, Duplicate { count, places })
            })
            .collect();
        // As the database ordered them, so that pages meet.
        items.sort_by(|(a, one), (b, other)| other.count.cmp(&one.count).then_with(|| a.cmp(b)));
        let more = items.len() > usize::try_from(rows).unwrap_or(usize::MAX);
        items.truncate(usize::try_from(rows).unwrap_or(usize::MAX));
        let next_cursor = more.then(|| skip.saturating_add(rows).to_string());
        Ok(Page { items: items.into_iter().map(|(_, item)| item).collect(), next_cursor })
    }
}
