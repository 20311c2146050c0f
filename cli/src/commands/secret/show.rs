//! `secret list`, `secret get`.

use domain::{
    Kind, MASK, Scope, SecretName, SecretValue,
    api::{EffectiveRow, NamedValue, RevealRequest, Revealed, SecretRow, WireValue},
};
use serde::Serialize;
use serde_json::{Value, json};
use transit::Subject;

use super::{running, scope, secret_route};
use crate::{
    args::{GetArgs, LevelArgs},
    client::{Client, Route},
    commands::{
        Context, DONE,
        lists::{answer, decode},
    },
    failure::Failure,
    printer::Printer,
    table::Table,
};

const HEAD: [&str; 3] = ["Name", "Value", "Source"];

pub(super) fn list(context: &Context, level: LevelArgs) -> Result<u8, Failure> {
    let scope = scope(context, level)?;
    let client = context.client()?;
    if let Some((service, environment)) = running(&scope) {
        let items = client.list(&Route::of_service(&service, environment, "effective"))?;
        hint_if_empty(context, &items, &scope);
        return answer(context, &items, &HEAD, |row: EffectiveRow| vec![row.name.into(), MASK.to_owned(), row.source]);
    }
    let items = client.list(&Route::of_scope(&scope, "secrets"))?;
    hint_if_empty(context, &items, &scope);
    answer(context, &items, &HEAD, |row: SecretRow| vec![row.name.into(), MASK.to_owned(), row.source])
}

fn hint_if_empty(context: &Context, items: &[Value], scope: &Scope) {
    if items.is_empty() {
        context.printer.note(&format!("There are no secrets in {scope}. `strongroom secret set` adds one"));
    }
}

/// The secrets of exactly this scope, as a table beside the output. At most one page: it is a reminder.
pub(super) fn reminder(client: &Client, scope: &Scope) -> Result<Table, Failure> {
    let page: domain::api::Page<Value> = client.get(&Route::of_scope(scope, "secrets"))?;
    let mut table = Table::new(&["Key", "Value", "Source"]);
    for row in decode::<SecretRow>(&page.items)? {
        table.row([row.name.as_str(), MASK, &row.source]);
    }
    Ok(table)
}

pub(super) fn get(context: &Context, args: &GetArgs) -> Result<u8, Failure> {
    let scope = scope(context, args.level)?;
    let client = context.client()?;
    if args.reveal {
        return reveal(context, &client, &scope, args);
    }
    let (json, kind, version, source) = if running(&scope).is_some() {
        let row = effective(&client, &scope, &args.name)?;
        (json!(row), row.kind, row.version, row.source)
    } else {
        let row: SecretRow = client.get(&secret_route(&scope, &args.name))?;
        (json!(row), row.kind, row.version, row.source)
    };
    context.printer.answer(&json, || {
        let mut table = Table::new(&["Name", "Value", "Kind", "Version", "Source"]);
        table.row([args.name.as_str(), MASK, kind.word(), &version.to_string(), &source]);
        table
    })?;
    Ok(DONE)
}

/// What a service sees under a name, without its value.
fn effective(client: &Client, scope: &Scope, name: &SecretName) -> Result<EffectiveRow, Failure> {
    let rows = running(scope).map(|(service, environment)| Route::of_service(&service, environment, "effective"));
    let rows = rows.map(|route| client.list(&route)).transpose()?.unwrap_or_default();
    let mut rows = decode::<EffectiveRow>(&rows)?.into_iter();
    rows.find(|row| row.name == *name).ok_or_else(|| {
        Failure::failed(format!("{scope} has no secret {name}, and inherits none; see `strongroom explain {name}`"))
    })
}

/// The bytes of a value, and nothing else.
fn reveal(context: &Context, client: &Client, scope: &Scope, args: &GetArgs) -> Result<u8, Failure> {
    let inherited = running(scope).filter(|_| args.version.is_none() && args.reason.is_none());
    if let Some((service, environment)) = inherited {
        let subject = Subject { service: &service, environment, name: Some(&args.name) };
        let named: NamedValue = client.values(&subject)?;
        return print(&context.printer, &named, named.delivered.kind, &named.delivered.value);
    }
    let request = RevealRequest { reason: args.reason.clone(), version: args.version };
    let route = Route::of_scope(scope, &format!("secrets/{}/reveal", args.name));
    let revealed: Revealed = client.post(&route, &request)?;
    print(&context.printer, &revealed, revealed.kind, &revealed.value)
}

fn print(printer: &Printer, json: &impl Serialize, kind: Kind, value: &WireValue) -> Result<u8, Failure> {
    if printer.is_json() {
        printer.json(json)?;
    } else {
        printer.value(SecretValue::from_wire(kind, &value.0)?.expose())?;
    }
    Ok(DONE)
}
