//! Writing and deleting one secret.

mod care;
mod row;

use app::{
    notice::Notice,
    pages::secrets::{Place, alphabet_of, environment_of, scope_name},
    paths::{self, forms},
};
use axum::{
    Form, Router,
    extract::{Multipart, State},
    response::Response,
    routing::post,
};
use domain::{Actor, Code, Error, Generate, Kind, Scope, SecretName, SecretValue, api::SecretRow};
use serde::Deserialize;
use tower_sessions::Session;
use vault::{Care, NewValue, PutOrKept, Vault};

use super::{lead, name, parts::Parts};
use crate::{
    AppState,
    auth::Signed,
    problem::{Answer, ApiError},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(forms::SECRETS, post(write))
        .route(forms::SECRET_DELETE, post(delete))
        .route(forms::SECRET_ROW, post(row::write))
        .route(forms::SECRET_CARE, post(care::write))
}

/// What a form says about where it is and what it writes, value aside.
struct Written {
    place: Place,
    /// Whether it is the form of an open cell.
    cell: bool,
    environment: String,
    name: String,
    kind: String,
    comment: Option<String>,
    owner: Option<String>,
    rotate_by: Option<String>,
    expected: i64,
    empty: bool,
    generate: Option<Generate>,
}

impl Written {
    fn of(parts: &Parts) -> Result<Self, Error> {
        let text = |field| parts.text(field).map(str::to_owned);
        let given = |field| parts.given(field).map(|text| text.map(str::to_owned));
        let generate = if parts.text("generate")?.is_empty() { None } else { Some(generate(parts)?) };
        Ok(Self {
            generate,
            place: Place::of(parts.text("project")?, parts.text("service")?, parts.text("level")?)?,
            cell: parts.text("cell")? == "1",
            environment: text("environment")?,
            name: text("name")?,
            kind: text("kind")?,
            comment: given("comment")?,
            owner: given("owner")?,
            rotate_by: given("rotate_by")?,
            expected: version(parts.text("expected_version")?)?,
            empty: !parts.text("empty")?.is_empty(),
        })
    }

    /// The page with the form on it.
    fn back(&self) -> String {
        let (place, more) = match (self.cell, self.name.parse(), environment_of(&self.environment)) {
            (true, Ok(name), Ok(environment)) => {
                let name: SecretName = name;
                (self.place.path_open(name.as_str(), environment.as_ref()), "edit=1")
            }
            _ => (self.place.path(), "new=1"),
        };
        let separator = if place.contains('?') { '&' } else { '?' };
        format!("{place}{separator}{more}")
    }

    /// What is filled in again. Never the value.
    fn keep(&self, notice: Notice) -> Notice {
        if self.cell {
            return notice;
        }
        notice
            .of(forms::SECRETS)
            .keep("name", &self.name)
            .keep("environment", &self.environment)
            .keep("kind", &self.kind)
            .keep("comment", self.comment.as_deref().unwrap_or_default())
            .keep("owner", self.owner.as_deref().unwrap_or_default())
            .keep("rotate_by", self.rotate_by.as_deref().unwrap_or_default())
    }

    /// The value that the form carries, or the wish for one.
    fn value(&self, kind: Kind, parts: &mut Parts) -> Result<NewValue, Error> {
        let refused = |sentence: &str| Err(Error::new(Code::Invalid, format!("nothing was stored: {sentence}")));
        if kind == Kind::File {
            let file_name = parts.file_name("file");
            let Some(bytes) = parts.file("file") else {
                return refused("no file was chosen");
            };
            return Ok(NewValue::Given(SecretValue::new(kind, bytes)?.with_file_name(&file_name)?));
        }
        let bytes = parts.lines("value");
        if let Some(generate) = &self.generate {
            return match (kind, bytes.is_empty()) {
                (Kind::Text, true) => Ok(NewValue::Generated(generate.clone())),
                (Kind::Text, false) => refused("a value was typed, and one was to be made; choose one"),
                _ => refused("a generated value is a text"),
            };
        }
        if bytes.is_empty() && !self.empty {
            return refused("the value is empty; tick the box if it is meant to be");
        }
        Ok(NewValue::Given(SecretValue::new(kind, bytes)?))
    }

    async fn put(&self, vault: &Vault, actor: &Actor, parts: &mut Parts) -> Answer<Put> {
        let scope = self.place.level.at(environment_of(&self.environment)?);
        let name: SecretName = name("name", &self.name)?;
        let kind = Kind::from_word(&self.kind).ok_or_else(|| Error::field("kind", "`text`, `json` or `file`"))?;
        let value = self.value(kind, parts)?;
        let care = Care::of(self.owner.as_deref(), self.rotate_by.as_deref())?;
        let comment = self.comment.as_deref();
        match vault.put_or_keep(actor, &scope, &name, value, comment, &care, self.expected).await? {
            PutOrKept::Done(row) => Ok(Put::Done(Box::new((scope, row)))),
            PutOrKept::Kept(draft) => {
                let sentence = conflict(vault, actor, &scope, &name, self.expected).await;
                let sentence = sentence.unwrap_or_else(|| format!("`{name}` changed while you wrote"));
                Ok(Put::Passed(draft, sentence))
            }
        }
    }
}

/// What became of a write.
enum Put {
    Done(Box<(Scope, SecretRow)>),
    /// Another write came between; what was typed is kept, for the person to choose.
    Passed(String, String),
}

async fn write(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    form: Multipart,
) -> Answer<Response> {
    let mut parts = Parts::read(form).await?;
    let written = Written::of(&parts)?;
    match Box::pin(written.put(&vault, &actor, &mut parts)).await {
        Ok(Put::Done(written_row)) => {
            let (scope, row) = *written_row;
            let path = written.place.path_open(row.name.as_str(), scope.environment.as_ref());
            let sentence = done(&scope, &row, written.expected);
            let change = (row.version != written.expected).then_some(row.change_id);
            lead(&session, &path, Notice::good(sentence).undoable(change)).await
        }
        Ok(Put::Passed(draft, sentence)) => {
            let path = paths::query(paths::CONFLICT, &[("draft", &draft)]);
            let notice = Notice::bad(Error::new(Code::Conflict, sentence));
            lead(&session, &path, notice).await
        }
        Err(ApiError(error)) => {
            let notice = written.keep(Notice::bad(error));
            lead(&session, &written.back(), notice).await
        }
    }
}

#[derive(Deserialize)]
struct Deleted {
    #[serde(default)]
    project: String,
    #[serde(default)]
    service: String,
    level: String,
    #[serde(default)]
    environment: String,
    name: String,
    expected_version: String,
}

async fn delete(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    Form(form): Form<Deleted>,
) -> Answer<Response> {
    let place = Place::of(&form.project, &form.service, &form.level)?;
    let scope = place.level.at(environment_of(&form.environment)?);
    let name: SecretName = name("name", &form.name)?;
    let expected = version(&form.expected_version)?;
    let outcome = vault.delete_secret(&actor, &scope, &name, Some(expected)).await;
    match outcome.map_err(vault::Error::public) {
        Ok(change) => {
            let sentence = format!("`{name}` deleted in {}; for 30 days it can be brought back", scope_name(&scope));
            lead(&session, &place.path(), Notice::good(sentence).undoable(Some(change))).await
        }
        Err(mut error) => {
            if error.code == Code::Conflict
                && let Some(sentence) = conflict(&vault, &actor, &scope, &name, expected).await
            {
                error.detail = sentence;
            }
            let path = place.path_open(name.as_str(), scope.environment.as_ref());
            lead(&session, &path, Notice::bad(error)).await
        }
    }
}

/// How a value is to be made.
fn generate(parts: &Parts) -> Result<Generate, Error> {
    let length = parts.text("length")?.trim().parse();
    let length = length.map_err(|_| Error::field("length", "how many characters? A whole number"))?;
    let alphabet = alphabet_of(parts.text("alphabet")?);
    let alphabet = alphabet.ok_or_else(|| Error::field("alphabet", "there is no such alphabet"))?;
    Ok(Generate { length, alphabet: alphabet.to_owned() })
}

pub(super) fn version(text: &str) -> Result<i64, Error> {
    text.parse()
        .ok()
        .filter(|version| *version >= 0)
        .ok_or_else(|| Error::field("expected_version", "a version is a whole number"))
}

fn done(scope: &Scope, row: &SecretRow, expected: i64) -> String {
    let (name, place) = (&row.name, scope_name(scope));
    match (row.version, expected) {
        (version, expected) if version == expected => {
            format!("`{name}` has this value already: still version {version} in {place}")
        }
        (version, 0) => format!("`{name}` set in {place}, version {version}"),
        (version, _) => format!("`{name}` is now version {version} in {place}"),
    }
}

/// Both versions of a conflict, in words; none where the other cannot be told.
async fn conflict(vault: &Vault, actor: &Actor, scope: &Scope, name: &SecretName, expected: i64) -> Option<String> {
    let now = vault.find_secret(actor, scope, name).await.ok();
    let place = scope_name(scope);
    Some(match (expected, now) {
        (0, Some(row)) => format!(
            "{name} is set in {place} already: version {} by {}, {} UTC. Nothing was stored yet",
            row.version,
            row.updated_by,
            row.updated_at.minute()
        ),
        (expected, Some(row)) => format!(
            "{name} changed while you wrote: you started from version {expected}, it is version {} now, by {}, {} \
             UTC. Nothing was changed yet",
            row.version,
            row.updated_by,
            row.updated_at.minute()
        ),
        (expected, None) if expected > 0 => {
            format!(
                "`{name}` was deleted while you wrote: you started from version {expected}. Nothing was changed yet"
            )
        }
        _ => return None,
    })
}
