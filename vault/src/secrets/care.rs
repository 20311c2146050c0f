//! What people write beside a value, and values that nobody has to think of.

use domain::{
    Action, Actor, Day, Error as PublicError, Generate, Millis, Scope, SecretName, SecretValue,
    api::{SecretPatch, SecretRow},
};
use seal::random_bytes;

use super::{Put, absent, check_expected};
use crate::{
    Vault,
    audit::Event,
    changes::until_won,
    db::{
        Tx,
        secrets::{StoredHeld, StoredSecret},
    },
    error::{Error, Result},
    words::{LONG, check_line, check_words},
};

/// The most characters of an owner.
const OWNER_MAX: usize = 100;

/// Who looks after a secret, and until when its value is good. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Care {
    owner: Option<String>,
    rotate_by: Option<LastDay>,
}

/// The last day of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastDay {
    At(Day),
    Never,
}

/// A value that is given, or one to be made.
pub enum NewValue {
    /// This one.
    Given(SecretValue),
    /// One that the server makes and nobody sees.
    Generated(Generate),
}

impl Care {
    /// What a form or a client says: an empty text clears. 422 with the field that cannot be read.
    pub fn of(owner: Option<&str>, rotate_by: Option<&str>) -> Result<Self, PublicError> {
        let owner = owner.map(str::trim);
        if let Some(owner) = owner {
            check_line("owner", owner)?;
            check_words("owner", owner, OWNER_MAX)?;
        }
        let rotate_by = rotate_by.map(|text| match text.trim() {
            "" => Ok(LastDay::Never),
            day => day
                .parse()
                .map(LastDay::At)
                .map_err(|error: domain::day::DayError| PublicError::field("rotate_by", error.to_string())),
        });
        Ok(Self { owner: owner.map(str::to_owned), rotate_by: rotate_by.transpose()? })
    }

    /// The words that [`Care::of`] would make the same of.
    pub(super) fn words(&self) -> (Option<String>, Option<String>) {
        let day = self.rotate_by.map(|day| match day {
            LastDay::At(day) => day.to_string(),
            LastDay::Never => String::new(),
        });
        (self.owner.clone(), day)
    }

    /// What stands beside a value now, all of it.
    pub(crate) fn beside(secret: &StoredSecret) -> Self {
        let day = secret.rotate_by.map(|at| LastDay::At(Day::of(Millis(at))));
        Self { owner: Some(secret.owner.clone()), rotate_by: Some(day.unwrap_or(LastDay::Never)) }
    }

    /// Writes it into a row.
    pub(crate) fn apply(&self, secret: &mut StoredSecret) {
        if let Some(owner) = &self.owner {
            owner.clone_into(&mut secret.owner);
        }
        if let Some(day) = self.rotate_by {
            secret.rotate_by = match day {
                LastDay::At(day) => Some(day.start().0),
                LastDay::Never => None,
            };
        }
    }
}

impl NewValue {
    pub(super) fn value(self) -> Result<SecretValue> {
        match self {
            Self::Given(value) => Ok(value),
            Self::Generated(generate) => generate.draw(|bytes| {
                for chunk in bytes.chunks_mut(32) {
                    let random = random_bytes::<32>()?;
                    chunk.copy_from_slice(&random[..chunk.len()]);
                }
                Ok::<(), Error>(())
            }),
        }
    }
}

impl Vault {
    /// As [`Vault::put_secret`], with the words beside the value, and for values that the server makes.
    #[allow(clippy::too_many_arguments, reason = "one write, in the words of its form")]
    pub async fn write_secret(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        value: NewValue,
        comment: Option<&str>,
        care: &Care,
        expected: Option<i64>,
    ) -> Result<SecretRow> {
        let event = Event::of("secret.put", scope, name.as_str());
        self.authorise(actor, Action::WriteSecrets, scope, event).await?;
        check_words("comment", comment.unwrap_or_default(), LONG)?;
        let value = value.value()?;
        let action = ("put", "secret.put");
        self.put(&Put { actor, scope, name, value: &value, comment, care: Some(care), expected, action }).await
    }

    /// Changes what stands beside a value; its version stays.
    pub async fn update_secret(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        patch: &SecretPatch,
    ) -> Result<SecretRow> {
        let event = Event::of("secret.update", scope, name.as_str());
        self.authorise(actor, Action::WriteSecrets, scope, event).await?;
        let comment = patch.comment.as_deref();
        check_words("comment", comment.unwrap_or_default(), LONG)?;
        let care = Care::of(patch.owner.as_deref(), patch.rotate_by.as_deref())?;
        until_won!(locked => self.try_update(actor, (scope, name), (comment, &care), patch.expected_version, locked))
    }

    async fn try_update(
        &self,
        actor: &Actor,
        (scope, name): (&Scope, &SecretName),
        (comment, care): (Option<&str>, &Care),
        expected: Option<i64>,
        locked: bool,
    ) -> Result<Option<SecretRow>> {
        let mut tx = self.begin(locked).await?;
        let (_, held) = self.find_held(&mut tx, scope, name).await?;
        let held = held.filter(|held| !held.secret.deleted).ok_or_else(|| absent(scope, name))?;
        check_expected(name, Some(&held), expected)?;
        let event = Event::of("secret.update", scope, name.as_str());
        self.try_words(tx, actor, held, (comment, Some(care)), scope, event).await
    }

    /// The value is there already: only the words beside it may be new.
    pub(super) async fn try_put_words(&self, tx: Tx, put: &Put<'_>, held: StoredHeld) -> Result<Option<SecretRow>> {
        let event = Event::of(put.action.1, put.scope, put.name.as_str()).reason("the words beside the value only");
        self.try_words(tx, put.actor, held, (put.comment, put.care), put.scope, event).await
    }

    async fn try_words(
        &self,
        mut tx: Tx,
        actor: &Actor,
        mut held: StoredHeld,
        (comment, care): (Option<&str>, Option<&Care>),
        scope: &Scope,
        event: Event<'_>,
    ) -> Result<Option<SecretRow>> {
        let was = held.clone();
        if let Some(comment) = comment {
            comment.clone_into(&mut held.secret.comment);
            held.version.comment = Some(comment.to_owned());
        }
        if let Some(care) = care {
            care.apply(&mut held.secret);
        }
        let words = |row: &StoredSecret| (row.comment.clone(), row.owner.clone(), row.rotate_by);
        if words(&was.secret) == words(&held.secret) {
            return held.row(scope).map(Some);
        }
        let held = StoredHeld { secret: self.guard(held.secret), version: self.guard(held.version) };
        if tx.put_secrets(&[(was.secret, held.secret.clone())]).await? != 1
            || !tx.put_version_comment(&was.version, &held.version).await?
        {
            return Ok(None);
        }
        self.record(&mut tx, actor, event.version(held.secret.version)).await?;
        tx.commit().await?;
        held.row(scope).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_at_their_field() {
        let field = |owner: Option<&str>, day: Option<&str>| {
            Care::of(owner, day).unwrap_err().problems[0].name.clone().unwrap()
        };
        let long = "x".repeat(101);
        assert_eq!(field(Some(&long), None), "owner");
        assert_eq!(field(Some("a\nb"), None), "owner");
        assert_eq!(field(None, Some("tomorrow")), "rotate_by");
        assert_eq!(Care::of(None, None).unwrap(), Care::default());
        for (owner, day) in [(None, None), (Some("ops"), Some("2027-01-31")), (Some(""), Some(""))] {
            let (own, until) = Care::of(owner, day).unwrap().words();
            assert_eq!((own.as_deref(), until.as_deref()), (owner, day));
        }
        let cleared = Care::of(Some(" "), Some("")).unwrap();
        assert_eq!(cleared, Care { owner: Some(String::new()), rotate_by: Some(LastDay::Never) });
    }
}
