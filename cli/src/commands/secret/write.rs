//! `secret set`, and code.store's `add`, `update`, `remove`. Each message names the place: `platform` is easily meant
//! where a project was, and the other way round.

use domain::{
    MASK, Scope, SecretName, SecretValue,
    api::{SecretRow, SecretWrite, WireValue},
};
use serde_json::json;

use super::{
    assignment::{Assignment, read_all},
    scope, secret_route,
    show::reminder,
};
use crate::{
    args::{Coded, RemoveArgs, SetArgs},
    client::Client,
    commands::{Context, DONE},
    failure::Failure,
    printer::Printer,
    table::Table,
};

pub(super) fn set(context: &Context, args: &SetArgs) -> Result<u8, Failure> {
    let assignments = read_all(&args.assignments, args.written.kind.into())?;
    let scope = scope(context, args.level)?;
    let client = context.client()?;
    let mut rows: Vec<SecretRow> = Vec::new();
    for assignment in assignments {
        let row = put(&client, &scope, &assignment, args.written.comment.as_deref(), None);
        rows.push(row.inspect_err(|_| tell_stored(&context.printer, &rows))?);
    }
    context.printer.report(&json!({"items": rows}), |printer| {
        for row in &rows {
            printer.note(&match row.version {
                1 => format!("Successfully added a new secret variable {} ({})", row.name, row.source),
                version => {
                    format!("Successfully set secret variable {} to version {version} ({})", row.name, row.source)
                }
            });
        }
        printer.note_table(&table(&rows));
    })?;
    Ok(DONE)
}

pub(super) fn add(context: &Context, args: Coded) -> Result<u8, Failure> {
    coded(context, args, "Successfully added a new secret variable", |_, _, _| Ok(None))
}

pub(super) fn update(context: &Context, args: Coded) -> Result<u8, Failure> {
    coded(context, args, "Successfully updated secret variable", |client, scope, name| {
        // What was not there is not updated, and neither is what changed in between.
        let now: SecretRow = client.get(&secret_route(scope, name))?;
        Ok(Some(now.version))
    })
}

fn coded(
    context: &Context,
    args: Coded,
    success: &str,
    expected: impl Fn(&Client, &Scope, &SecretName) -> Result<Option<i64>, Failure>,
) -> Result<u8, Failure> {
    let scope = scope(context, args.level)?;
    let assignment =
        Assignment { name: args.key, value: SecretValue::new(args.written.kind.into(), args.value.into_bytes())? };
    let client = context.client()?;
    let expected = expected(&client, &scope, &assignment.name)?;
    let row = put(&client, &scope, &assignment, args.written.comment.as_deref(), expected)?;
    let sentence = format!("{success} {} ({})", row.name, row.source);
    told(context, &client, &scope, &row, &sentence)
}

pub(super) fn remove(context: &Context, args: RemoveArgs) -> Result<u8, Failure> {
    let scope = scope(context, args.level)?;
    let client = context.client()?;
    let names: Vec<SecretName> = args.names.into_iter().chain(args.key).collect();
    for (index, name) in names.iter().enumerate() {
        client.delete(&secret_route(&scope, name)).inspect_err(|_| {
            for name in &names[..index] {
                tell_removed(&context.printer, name, &scope);
            }
        })?;
    }
    context.printer.report(&json!({"removed": names}), |printer| {
        for name in &names {
            tell_removed(printer, name, &scope);
        }
        remaining(context, &client, &scope);
    })?;
    Ok(DONE)
}

fn put(
    client: &Client,
    scope: &Scope,
    Assignment { name, value }: &Assignment,
    comment: Option<&str>,
    expected_version: Option<i64>,
) -> Result<SecretRow, Failure> {
    let write = SecretWrite {
        value: WireValue(value.expose_wire()),
        kind: value.kind(),
        comment: comment.map(str::to_owned),
        expected_version,
    };
    client.put(&secret_route(scope, name), &write)
}

fn told(context: &Context, client: &Client, scope: &Scope, row: &SecretRow, sentence: &str) -> Result<u8, Failure> {
    context.printer.report(row, |printer| {
        printer.note(sentence);
        remaining(context, client, scope);
    })?;
    Ok(DONE)
}

/// What is in the scope now, beside the output, as code.store shows it. What was asked for is done already, so a token
/// that may not list is no failure.
fn remaining(context: &Context, client: &Client, scope: &Scope) {
    if let Ok(table) = reminder(client, scope)
        && !table.is_empty()
    {
        context.printer.note_table(&table);
    }
}

fn tell_stored(printer: &Printer, rows: &[SecretRow]) {
    if !rows.is_empty() {
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        printer.note(&format!("Stored before the error: {}", names.join(", ")));
    }
}

fn tell_removed(printer: &Printer, name: &SecretName, scope: &Scope) {
    printer.note(&format!("Successfully removed secret variable {name} ({scope})"));
}

fn table(rows: &[SecretRow]) -> Table {
    let mut table = Table::new(&["Key", "Value", "Source"]);
    for row in rows {
        table.row([row.name.as_str(), MASK, &row.source]);
    }
    table
}
