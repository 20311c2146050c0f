//! Giving a secret another name or another place.
//!
//! A move deletes here and writes there, sealed anew, in one transaction; the version that arrives says which one it
//! continues. So old changes stay what they were, undo needs no second mechanism, and history is read along the chain.

use domain::{
    Action, Actor, Code, Error as PublicError, Scope, SecretName,
    api::{MoveRequest, MovedSecret},
};

use super::{Care, absent, check_expected};
use crate::{
    Vault,
    audit::Event,
    changes::{Ties, Write, WriteItem, until_won},
    clock::new_id,
    error::{Error, Result},
};

/// Where a secret goes.
struct Way<'a> {
    from: (&'a Scope, &'a SecretName),
    to: (&'a Scope, &'a SecretName),
    expected: Option<i64>,
}

impl Vault {
    /// Moves a secret. It needs what writes at both ends, and for another scope what reveals here: whoever reads there
    /// will have the value. 409 when the name is taken there.
    pub async fn move_secret(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        request: &MoveRequest,
    ) -> Result<MovedSecret> {
        let (to, new) = (request.scope.as_ref().unwrap_or(scope), request.name.as_ref().unwrap_or(name));
        let event = Event::of("secret.move", scope, name.as_str());
        self.authorise(actor, Action::WriteSecrets, scope, event.clone()).await?;
        if to != scope {
            self.authorise(actor, Action::Reveal, scope, event).await?;
            let event = Event::of("secret.move", to, new.as_str());
            self.authorise(actor, Action::WriteSecrets, to, event).await?;
        } else if new == name {
            return Err(PublicError::field("name", "say where to: another name, another scope, or both").into());
        }
        let way = Way { from: (scope, name), to: (to, new), expected: request.expected_version };
        until_won!(_locked => self.try_move(actor, &way))
    }

    async fn try_move(&self, actor: &Actor, way: &Way<'_>) -> Result<Option<MovedSecret>> {
        let ((scope, name), (to, new)) = (way.from, way.to);
        let mut tx = self.begin(true).await?;
        let (stored, current) = self.find_held(&mut tx, scope, name).await?;
        let (Some(stored), Some(current)) = (stored, current.filter(|held| !held.secret.deleted)) else {
            return Err(absent(scope, name).into());
        };
        check_expected(name, Some(&current), way.expected)?;
        let place = self.find_place(&mut tx, to).await?;
        let target = self.obtain_scope(&mut tx, &place).await?;
        let there = self.held_in(&mut tx, &target, new).await?;
        if let Some(taken) = there.as_ref().filter(|held| !held.secret.deleted) {
            let sentence =
                format!("`{new}` is set in {to} already, in version {}; nothing was moved", taken.secret.version);
            return Err(PublicError::new(Code::Conflict, sentence).into());
        }
        let value = self.open_version(&mut tx, &stored, &current.version).await?;
        let value = value.ok_or(Error::Tampered { table: "secret_versions" })?;

        let (comment, care) = (current.secret.comment.clone(), Care::beside(&current.secret));
        let (ours, theirs) = (new_id(), new_id());
        let mut ties =
            Ties { id: Some(ours), moved_from: Some((current.secret.id, current.secret.version)), ..Ties::default() };
        let write = |scope, items| Write { actor, scope, action: "move", message: "", items };
        let goes = WriteItem { name, current: Some(current), value: None, comment: None, care: None };
        let comes =
            WriteItem { name: new, current: there, value: Some(&value), comment: Some(&comment), care: Some(&care) };
        let mut held = Vec::new();
        if stored.id == target.id {
            let Some(done) = self.write_tied(&mut tx, &write(&stored, vec![goes, comes]), ties).await? else {
                return Ok(None);
            };
            held.extend(done.held);
        } else {
            let gone = Ties { id: Some(theirs), partner: Some(ours), ..Ties::default() };
            ties.partner = Some(theirs);
            for (write, ties) in [(write(&stored, vec![goes]), gone), (write(&target, vec![comes]), ties)] {
                let Some(done) = self.write_tied(&mut tx, &write, ties).await? else { return Ok(None) };
                held.extend(done.held);
            }
        }
        let [left, arrived] = held.as_slice() else {
            return Err(Error::Unknown { table: "secret_versions" });
        };
        let Some(followed) = self.follow(&mut tx, actor, &left.secret, &arrived.secret).await? else {
            return Ok(None);
        };
        let reason = format!("to `{new}` in {to}; {} bindings follow", followed.moved);
        let origin = format!("from `{name}` in {scope}");
        let events = vec![
            Event::of("secret.move", scope, name.as_str()).version(left.secret.version).reason(&reason),
            Event::of("secret.put", to, new.as_str()).version(arrived.secret.version).reason(&origin),
        ];
        let secret = arrived.row(to)?;
        self.record_all(&mut tx, actor, events).await?;
        tx.commit().await?;
        Ok(Some(MovedSecret {
            secret,
            bindings_moved: followed.moved,
            bindings_left: followed.left.into_iter().collect(),
        }))
    }
}
