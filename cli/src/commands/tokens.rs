//! Tokens. A new one goes to stdout alone, once.

use domain::api::{CreatedToken, NewToken, TokenRow, TokenState};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Context, DONE, lists::answer};
use crate::{
    args::TokenCommand,
    client::{Client, Route},
    failure::Failure,
};

pub(super) fn token(context: &Context, command: TokenCommand) -> Result<u8, Failure> {
    let client = context.client()?;
    match command {
        TokenCommand::List => list(context, &client),
        TokenCommand::Create { name, rights, expires_in_days, networks, level } => {
            let scope = context.settings.scope(level.platform)?;
            let new = NewToken {
                name,
                project: scope.level.project().cloned(),
                service: scope.level.service().cloned(),
                environment: scope.environment,
                rights: rights.into_iter().map(Into::into).collect(),
                expires_in_days,
                networks,
            };
            create(context, &client, &new)
        }
        TokenCommand::Remove { id } => {
            if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                return Err(Failure::usage("a token's id holds letters, digits and `-`; `token list` shows it"));
            }
            client.delete(&Route::new(format!("tokens/{id}")))?;
            context.printer.report(&json!({"removed": id}), |printer| {
                printer.note(&format!("Token {id} is refused from now on"));
            })?;
            Ok(DONE)
        }
    }
}

fn list(context: &Context, client: &Client) -> Result<u8, Failure> {
    let items = client.list(&Route::new("tokens"))?;
    let head = ["Id", "Name", "Ends with", "Rights", "Reaches", "Until", "State"];
    answer(context, &items, &head, |token: TokenRow| {
        let (rights, reach) = (rights(&token), reach(&token));
        let until = token.expires_at.day();
        vec![token.id, token.name, token.hint, rights, reach, until, state(token.state).to_owned()]
    })
}

fn create(context: &Context, client: &Client, new: &NewToken) -> Result<u8, Failure> {
    let created: CreatedToken = client.post(&Route::new("tokens"), new)?;
    if context.printer.is_json() {
        context.printer.json(&created)?;
        return Ok(DONE);
    }
    let row = &created.row;
    context.printer.note(&format!(
        "Created token {} ({}): may {} in {}, until {}. It is shown this once:",
        row.name,
        row.id,
        rights(row),
        reach(row),
        row.expires_at.day()
    ));
    context.printer.value(Zeroizing::new(format!("{}\n", *created.token.0)).as_bytes())?;
    Ok(DONE)
}

fn rights(token: &TokenRow) -> String {
    let words: Vec<_> = token.rights.iter().map(|right| right.word()).collect();
    words.join(", ")
}

/// What a token is narrowed to.
fn reach(token: &TokenRow) -> String {
    let parts = [
        token.project.as_ref().map(|name| format!("project: {name}")),
        token.service.as_ref().map(|name| format!("service: {name}")),
        token.environment.as_ref().map(|name| format!("environment: {name}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "everything".to_owned() } else { parts.join(", ") }
}

fn state(state: TokenState) -> &'static str {
    match state {
        TokenState::Active => "active",
        TokenState::Expired => "expired",
        TokenState::Revoked => "revoked",
    }
}
