//! Taking a change back, as a whole: itself a change, so that it can be taken back, too.

use std::collections::{BTreeSet, HashMap};

use domain::{
    Action, Actor, Code, Error as PublicError, Problem, Scope, SecretName, SecretValue, access::Denied, api::ChangeRow,
};
use uuid::Uuid;

use super::{Scopes, Ties, WriteItem, may_see, until_won};
use crate::{
    Vault,
    audit::Event,
    clock::new_id,
    db::{
        Tx,
        changes::StoredChange,
        scopes::StoredScope,
        secrets::{StoredHeld, StoredSecret},
        versions::StoredVersion,
    },
    error::{Error, Result},
    scopes::known,
    words::LONG,
};

/// How many names a sentence lists.
const LISTED: usize = 5;

/// A change, or one half of it, and where it was.
struct Part {
    change: StoredChange,
    stored: StoredScope,
    scope: Scope,
}

/// What is written to take one name back.
struct Back {
    /// The scope it lies in: a change may write one name in several environments.
    scope_id: Uuid,
    name: SecretName,
    current: StoredHeld,
    value: Option<SecretValue>,
    comment: Option<String>,
}

impl Back {
    fn item(&self) -> WriteItem<'_> {
        WriteItem {
            name: &self.name,
            current: Some(self.current.clone()),
            value: self.value.as_ref(),
            comment: self.comment.as_deref(),
            care: None,
        }
    }
}

impl Vault {
    /// Takes a change back: every name it wrote gets what it was before, in one change. 409 with every name in the way
    /// when others built upon it, 410 when a value it would need was destroyed.
    pub async fn undo_change(&self, actor: &Actor, id: &str) -> Result<ChangeRow> {
        let mut tx = self.inner.db.read().await?;
        let scopes = self.list_scopes_by_id(&mut tx).await?;
        let parts = self.find_parts(&mut tx, actor, &scopes, id).await?;
        let ids: Vec<Uuid> = parts.iter().map(|part| part.change.id).collect();
        let mut touched: BTreeSet<Uuid> = parts.iter().map(|part| part.stored.id).collect();
        for row in tx.list_written(&ids).await? {
            touched.insert(self.checked(row.secret)?.scope_id);
        }
        drop(tx);
        for scope_id in touched {
            let (_, scope) = scopes.get(&scope_id).ok_or(Error::Unknown { table: "changes" })?;
            let event = Event::of("change.undo", scope, id);
            if !may_see(actor, scope) {
                // A part of a change that they do see: told without saying where it is.
                self.refuse(actor, Denied::Invisible, scope, event).await?;
                let sentence = "this change also wrote to a place that you may not see";
                return Err(PublicError::new(Code::Denied, sentence).into());
            }
            self.authorise(actor, Action::WriteSecrets, scope, event).await?;
        }
        until_won!(_locked => self.try_undo(actor, id))
    }

    /// The change and, of a move to another scope, its other half.
    async fn find_parts(&self, tx: &mut Tx, actor: &Actor, scopes: &Scopes, id: &str) -> Result<Vec<Part>> {
        let change = self.find_visible(tx, actor, scopes, id).await?;
        let mut changes = vec![change];
        if let Some(partner) = changes[0].partner {
            let partner = tx.find_change(partner).await?.ok_or_else(|| {
                let sentence = "the other half of this move is gone with its project, service or environment";
                PublicError::new(Code::Conflict, sentence)
            })?;
            changes.push(self.checked(partner)?);
        }
        changes
            .into_iter()
            .map(|change| {
                let (stored, scope) = scopes.get(&change.scope_id).ok_or(Error::Unknown { table: "changes" })?;
                Ok(Part { change, stored: stored.clone(), scope: scope.clone() })
            })
            .collect()
    }

    /// Always under the lock of all changes: of two that take the same back at once, the second sees the first.
    async fn try_undo(&self, actor: &Actor, id: &str) -> Result<Option<ChangeRow>> {
        let mut tx = self.begin(true).await?;
        let scopes = self.list_scopes_by_id(&mut tx).await?;
        let parts = self.find_parts(&mut tx, actor, &scopes, id).await?;
        let ids: Vec<Uuid> = parts.iter().map(|part| part.change.id).collect();
        if let Some(undo) = self.undone_by(&mut tx, &ids).await?.values().next() {
            let sentence = format!("this change was taken back already, by {} in the change {}", undo.actor, undo.id);
            return Err(PublicError::new(Code::Conflict, sentence).into());
        }
        let mut written = Vec::new();
        for row in tx.list_written(&ids).await? {
            written.push((self.checked(row.secret)?, self.checked(row.version)?));
        }
        self.check_newest(&mut tx, &written).await?;
        let moved = self.find_move_behind(&mut tx, &parts[0].change).await?;
        let mut backs = self.find_backs(&mut tx, &scopes, written).await?;

        let own: Vec<Uuid> = parts.iter().map(|_| new_id()).collect();
        let mut events = Vec::new();
        let mut undone = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let backs = backs.remove(&part.change.id).unwrap_or_default();
            let message = message(&part.change);
            let partner = own.iter().find(|other| **other != own[index]).copied();
            let ties = Ties { id: Some(own[index]), undoes: Some(part.change.id), partner, moved_from: None };
            let change = self.begin_change(&mut tx, actor, &part.stored, ("undo", &message), ties).await?;
            for backs in backs.chunk_by(|one, other| one.scope_id == other.scope_id) {
                let (stored, scope) = scopes.get(&backs[0].scope_id).ok_or(Error::Unknown { table: "changes" })?;
                let items: Vec<WriteItem<'_>> = backs.iter().map(Back::item).collect();
                let Some(held) = self.write_items(&mut tx, &change, stored, &items, None).await? else {
                    return Ok(None);
                };
                undone.extend(held.into_iter().map(|held| (scope, held)));
            }
        }
        if let Some((from, to)) = moved {
            let held = tx.list_held_by_id(&[from, to]).await?;
            let find = |id| held.iter().find(|held| held.secret.id == id).map(|held| &held.secret);
            if let (Some(from), Some(to)) = (find(from), find(to))
                && self.follow(&mut tx, actor, from, to).await?.is_none()
            {
                return Ok(None);
            }
        }
        for (scope, held) in &undone {
            let action = if held.secret.deleted { "secret.delete" } else { "secret.put" };
            events.push(Event::of(action, scope, &held.secret.name).version(held.secret.version).reason("undo"));
        }
        let names = format!("{} names", undone.len());
        events.push(Event::of("change.undo", &parts[0].scope, id).reason(&names));
        let row = tx.find_change(own[0]).await?.ok_or(Error::Unknown { table: "changes" })?;
        let row = self.checked(row)?;
        let row = self.shown_one(&mut tx, &scopes, row).await?;
        self.record_all(&mut tx, actor, events).await?;
        tx.commit().await?;
        Ok(Some(row))
    }

    /// 409 with every name that was written again, and by which change.
    async fn check_newest(&self, tx: &mut Tx, written: &[(StoredSecret, StoredVersion)]) -> Result<()> {
        let later: Vec<&StoredSecret> =
            written.iter().filter(|(secret, version)| secret.version != version.version).map(|(s, _)| s).collect();
        if later.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = later.iter().map(|secret| secret.id).collect();
        let mut problems = Vec::with_capacity(later.len());
        for held in tx.list_held_by_id(&ids).await? {
            let StoredHeld { secret, version } = self.checked_held(held)?;
            let message =
                format!("version {} by {} in the change {}", version.version, version.created_by, version.change_id);
            problems.push(Problem::field(&secret.name, message));
        }
        problems.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let detail = format!("others built upon this change: {} written again since", listed(&problems));
        Err(PublicError { code: Code::Conflict, detail, problems }.into())
    }

    /// What each name was before, opened, by change; those of one scope stand together.
    async fn find_backs(
        &self,
        tx: &mut Tx,
        scopes: &Scopes,
        mut written: Vec<(StoredSecret, StoredVersion)>,
    ) -> Result<HashMap<Uuid, Vec<Back>>> {
        let before: Vec<(Uuid, i64)> =
            written.iter().map(|(secret, version)| (secret.id, version.version - 1)).filter(|(_, n)| *n > 0).collect();
        let mut before: HashMap<Uuid, StoredVersion> = self
            .all_checked(tx.list_versions_at(&before).await?)?
            .into_iter()
            .filter(|version| version.kind.is_some())
            .map(|version| (version.secret_id, version))
            .collect();
        let destroyed = |secret: &StoredSecret| before.get(&secret.id).is_some_and(|v| v.destroyed_at.is_some());
        let gone: Vec<Problem> = written
            .iter()
            .filter(|(secret, _)| destroyed(secret))
            .map(|(secret, version)| {
                Problem::field(&secret.name, format!("version {} was destroyed", version.version - 1))
            })
            .collect();
        if !gone.is_empty() {
            let detail = format!("this change cannot be taken back: the value before of {} destroyed", listed(&gone));
            return Err(PublicError { code: Code::Gone, detail, problems: gone }.into());
        }
        let wanted: Vec<(Uuid, i64)> = before.values().map(|version| (version.secret_id, version.version)).collect();
        let seals = tx.list_seals(&wanted).await?;
        let seals: HashMap<Uuid, _> = seals.iter().map(|seal| (seal.secret_id, seal)).collect();
        let mut backs: HashMap<Uuid, Vec<Back>> = HashMap::new();
        written.sort_by_key(|(secret, _)| secret.scope_id);
        for written in written.chunk_by(|(one, _), (other, _)| one.scope_id == other.scope_id) {
            let (stored, _) = scopes.get(&written[0].0.scope_id).ok_or(Error::Unknown { table: "changes" })?;
            let key = self.scope_key(stored)?;
            for (secret, version) in written {
                let (mut value, mut comment) = (None, None);
                if let Some(before) = before.remove(&secret.id) {
                    let seal = seals.get(&secret.id).ok_or(Error::Tampered { table: "secret_versions" })?;
                    value = Some(self.open_seal(stored, &key, &before, seal)?);
                    comment = before.comment;
                }
                let current = StoredHeld { secret: secret.clone(), version: version.clone() };
                let name = known(secret.name.clone(), "secrets")?;
                let back = Back { scope_id: stored.id, name, current, value, comment };
                backs.entry(version.change_id).or_default().push(back);
            }
        }
        Ok(backs)
    }

    /// Of a move, and of what takes one back or back again: the secret that is there now, and the one that will be.
    async fn find_move_behind(&self, tx: &mut Tx, change: &StoredChange) -> Result<Option<(Uuid, Uuid)>> {
        let mut first = change.clone();
        while let Some(undone) = first.undoes {
            let Some(row) = tx.find_change(undone).await? else { return Ok(None) };
            first = self.checked(row)?;
        }
        if first.action != "move" {
            return Ok(None);
        }
        let ids: Vec<Uuid> = [Some(first.id), first.partner].into_iter().flatten().collect();
        for row in tx.list_written(&ids).await? {
            let (secret, version) = (self.checked(row.secret)?, self.checked(row.version)?);
            if let Some(from) = version.moved_from_secret {
                return Ok(Some(if secret.deleted { (from, secret.id) } else { (secret.id, from) }));
            }
        }
        Ok(None)
    }
}

/// What the history says of an undo: the words of the change that it takes back.
fn message(undone: &StoredChange) -> String {
    if undone.message.is_empty() {
        return String::new();
    }
    let words = undone.message.strip_prefix("Undo: ").unwrap_or(&undone.message);
    let again = undone.message.len() != words.len();
    let message = if again { words.to_owned() } else { format!("Undo: {words}") };
    message.chars().take(LONG).collect()
}

/// `` `A`, `B` and 3 more were ``.
fn listed(problems: &[Problem]) -> String {
    let names: Vec<String> = problems
        .iter()
        .filter_map(|problem| problem.name.as_ref())
        .take(LISTED)
        .map(|name| format!("`{name}`"))
        .collect();
    match (problems.len() - names.len(), names.as_slice()) {
        (0, [only]) => format!("{only} was"),
        (0, [most @ .., last]) => format!("{} and {last} were", most.join(", ")),
        (more, names) => format!("{} and {more} more were", names.join(", ")),
    }
}
