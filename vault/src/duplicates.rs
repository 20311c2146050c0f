//! The same value in several places: rotating it in one leaves it in the others. Told by fingerprint; no values.

use std::collections::BTreeMap;

use domain::{
    Action, Actor, Error as PublicError, Scope, access,
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
    /// Values that lie in more than one place, those in most places first: for whoever may reveal the platform's, among
    /// the values they may reveal, and so could compare by hand. `search` is not used.
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
        // How many places there are, and those that the actor could look into.
        let mut values: BTreeMap<Vec<u8>, (usize, Vec<DuplicatePlace>)> = BTreeMap::new();
        for held in tx.list_held_twice(i64::from(rows) + 1, i64::from(skip)).await? {
            let held = self.checked_held(held)?;
            let (Some(fingerprint), Some(kind)) = (held.version.fingerprint.clone(), kind_of(&held.version)?) else {
                continue;
            };
            let scope = scopes.get(&held.secret.scope_id).ok_or(Error::Unknown { table: "scopes" })?;
            let (all, places) = values.entry(fingerprint).or_default();
            *all += 1;
            if access::check(actor, Action::Reveal, scope).is_err() {
                continue;
            }
            places.push(DuplicatePlace {
                name: known(held.secret.name, "secrets")?,
                source: scope.to_string(),
                scope: scope.clone(),
                kind,
            });
        }
        drop(tx);
        let mut items: Vec<_> =
            values.into_iter().map(|(fingerprint, (all, places))| (all, fingerprint, places)).collect();
        // As the database ordered them, so that pages meet.
        items.sort_by(|(a, one, _), (b, other, _)| b.cmp(a).then_with(|| one.cmp(other)));
        let page = usize::try_from(rows).unwrap_or(usize::MAX);
        let next_cursor = (items.len() > page).then(|| skip.saturating_add(rows).to_string());
        let items = items.into_iter().take(page).filter(|(_, _, places)| places.len() > 1);
        let items = items.map(|(_, _, mut places)| {
            let count = u32::try_from(places.len()).unwrap_or(u32::MAX);
            places.sort_unstable_by(|a, b| (&a.source, &a.name).cmp(&(&b.source, &b.name)));
            places.truncate(PLACES);
            Duplicate { count, places }
        });
        Ok(Page { items: items.collect(), next_cursor })
    }
}
