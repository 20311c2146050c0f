//! `login`, `logout`, `status`.

use std::io::{self, IsTerminal, Read};

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Context, DONE};
use crate::{
    args::LoginArgs,
    client::{Client, Route},
    failure::Failure,
    settings::{Found, Kept, Logins, Token},
    table::Table,
};

pub(super) fn login(context: &Context, args: &LoginArgs) -> Result<u8, Failure> {
    let server = context.settings.server()?.clone();
    context.warn_of_open_connection();
    let token = if args.token_stdin {
        let mut text = Zeroizing::new(String::new());
        io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::failed(format!("cannot read stdin: {error}")))?;
        Token::new(&text, "stdin")?
    } else if io::stdin().is_terminal() {
        let text = rpassword::prompt_password(format!("Token for {server}: "));
        let text = text.map_err(|error| Failure::failed(format!("cannot read the token: {error}")))?;
        Token::new(&Zeroizing::new(text), "what was typed")?
    } else {
        return Err(Failure::usage("there is no terminal to ask for the token; pipe it in with --token-stdin"));
    };
    let me: Value = Client::with_token(server.clone(), token.clone()).get(&Route::new("me"))?;
    let mut logins = Logins::load()?;
    let kept = logins.keep(&server, &token, args.in_file)?;
    let place = match &kept {
        Kept::Keyring => "keyring",
        Kept::File(_) => "file",
    };
    context.printer.report(&json!({"url": server.as_str(), "me": me, "kept_in": place}), |printer| {
        let place = match &kept {
            Kept::Keyring => "the keyring".to_owned(),
            Kept::File(_) if args.in_file => logins.path().display().to_string(),
            Kept::File(why) => format!("{}, not in a keyring: {why}", logins.path().display()),
        };
        printer.note(&format!("Logged in to {server} as {}; kept in {place}", label(&me)));
    })?;
    Ok(DONE)
}

pub(super) fn logout(context: &Context) -> Result<u8, Failure> {
    let server = context.settings.server()?;
    let known = Logins::load()?.forget(server)?;
    context.printer.report(&json!({"url": server.as_str(), "forgotten": known}), |printer| {
        printer.note(&if known {
            format!("Logged out of {server}. The token still works; `strongroom token remove` takes it back")
        } else {
            format!("There was no login for {server}")
        });
    })?;
    Ok(DONE)
}

pub(super) fn status(context: &Context) -> Result<u8, Failure> {
    let settings = &context.settings;
    // A status that cannot reach the server still says where it looked.
    let me = context.client().and_then(|client| client.get::<Value>(&Route::new("me")));
    let me_json = me.as_ref().unwrap_or(&Value::Null);
    let json = json!({
        "url": settings.url.as_ref().map(|found| found.value.as_str()),
        "project": settings.project.as_ref().map(|found| found.value.as_str()),
        "service": settings.service.as_ref().map(|found| found.value.as_str()),
        "environment": settings.environment.as_ref().map(|found| found.value.to_string()),
        "me": me_json,
    });
    context.printer.answer(&json, || {
        let mut table = Table::new(&["Setting", "Value", "From"]);
        row(&mut table, "server", settings.url.as_ref());
        let who = match (&settings.token, &me) {
            (None, _) => "none".to_owned(),
            (Some(_), Ok(me)) => label(me),
            (Some(_), Err(_)) => "not checked".to_owned(),
        };
        table.row(["token", &who, &origin(settings.token.as_ref())]);
        row(&mut table, "project", settings.project.as_ref());
        row(&mut table, "service", settings.service.as_ref());
        row(&mut table, "environment", settings.environment.as_ref());
        table
    })?;
    me.map(|_| DONE)
}

fn row<T: ToString>(table: &mut Table, name: &str, found: Option<&Found<T>>) {
    let value = found.map_or_else(|| "none".to_owned(), |found| found.value.to_string());
    table.row([name, &value, &origin(found)]);
}

fn origin<T>(found: Option<&Found<T>>) -> String {
    found.map_or_else(String::new, |found| found.origin.to_string())
}

/// Who the server says that we are.
fn label(me: &Value) -> String {
    me.get("label").and_then(Value::as_str).unwrap_or("someone").to_owned()
}
