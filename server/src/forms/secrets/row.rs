//! One name in several environments: one form, one change.

use app::{
    notice::Notice,
    pages::secrets::{Place, environment_of},
};
use axum::{
    extract::{Multipart, State},
    response::Response,
};
use domain::{Code, Error, Kind, SecretName, SecretValue};
use tower_sessions::Session;
use vault::{RowCell, Vault};

use super::version;
use crate::{
    auth::Signed,
    forms::{lead, name, parts::Parts},
    problem::{Answer, ApiError},
};

pub(super) async fn write(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    session: Session,
    form: Multipart,
) -> Answer<Response> {
    let mut parts = Parts::read(form).await?;
    let place = Place::of(parts.text("project")?, parts.text("service")?, parts.text("level")?)?;
    let name: SecretName = name("name", parts.text("name")?)?;
    let message = parts.text("message")?.to_owned();
    let path = place.path_open(name.as_str(), None);
    let written = async {
        let cells = cells(&mut parts)?;
        let written = Box::pin(vault.put_row(&actor, &place.level, &name, &cells, &message)).await?;
        Ok::<_, ApiError>((cells.len(), written))
    };
    match written.await {
        Ok((_, written)) if written.change_id.is_none() => {
            lead(&session, &path, Notice::good(format!("`{name}` has these values already; nothing was changed"))).await
        }
        Ok((1, _)) => lead(&session, &path, Notice::good(format!("`{name}` set in 1 environment"))).await,
        Ok((cells, _)) => {
            let sentence = format!("`{name}` set in {cells} environments at once, as one change");
            lead(&session, &path, Notice::good(sentence)).await
        }
        Err(ApiError(error)) => lead(&session, &format!("{path}&edit=row"), Notice::bad(error)).await,
    }
}

/// The environments that were given a value. The values are taken out of the form.
fn cells(parts: &mut Parts) -> Result<Vec<RowCell>, Error> {
    let mut cells = Vec::new();
    let mut problems = Vec::new();
    for word in parts.after("expected.") {
        let expected = version(parts.text(&format!("expected.{word}"))?)?;
        let kind = Kind::from_word(parts.text(&format!("kind.{word}"))?);
        let kind = kind.filter(|kind| *kind != Kind::File).ok_or_else(|| Error::field("kind", "`text` or `json`"))?;
        let empty = !parts.text(&format!("empty.{word}"))?.is_empty();
        let bytes = parts.lines(&format!("value.{word}"));
        match (bytes.is_empty(), empty) {
            (true, false) => continue,
            (false, true) => {
                problems
                    .push(domain::Problem::field(&word, "a value was typed, and it is to be set empty; choose one"));
                continue;
            }
            _ => {}
        }
        match SecretValue::new(kind, bytes) {
            Ok(value) => cells.push(RowCell { environment: environment_of(&word)?, value, expected: Some(expected) }),
            Err(error) => problems.push(domain::Problem::field(&word, error.detail)),
        }
    }
    if !problems.is_empty() {
        return Err(Error::invalid(problems));
    }
    if cells.is_empty() {
        return Err(Error::new(Code::Invalid, "nothing was stored: every field was empty"));
    }
    Ok(cells)
}
