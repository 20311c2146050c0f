//! `secret set`, and code.store's `add`, `update`, `remove`. Each message names the place: `platform` is easily meant
//! where a project was, and the other way round.

use domain::{
    Generate, Kind, MASK, Scope, SecretName, SecretValue,
    api::{SecretRow, SecretWrite, WireValue},
};
use serde_json::json;

use super::{
    assignment::{Assignment, read_all},
    scope, secret_route,
    show::reminder,
};
use crate::{
    args::{Coded, KindArg, RemoveArgs, SetArgs, WrittenArgs},
    client::Client,
    commands::{Context, DONE},
    failure::Failure,
    printer::Printer,
    table::Table,
};

pub(super) fn set(context: &Context, args: &SetArgs) -> Result<u8, Failure> {
    let writes = if let Some(length) = args.generate {
        generated(args, length)?
    } else {
        let assignments = read_all(&args.assignments, args.written.kind.into())?;
        assignments.into_iter().map(|one| (one.name.clone(), write(&one, &args.written, None))).collect()
    };
    let scope = scope(context, args.level)?;
    let client = context.client()?;
    let mut rows: Vec<SecretRow> = Vec::new();
    for (name, write) in writes {
        let row = client.put(&secret_route(&scope, &name), &write);
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
    let row: SecretRow =
        client.put(&secret_route(&scope, &assignment.name), &write(&assignment, &args.written, expected))?;
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

/// What is sent for a value that is given.
fn write(Assignment { value, .. }: &Assignment, written: &WrittenArgs, expected_version: Option<i64>) -> SecretWrite {
    SecretWrite {
        value: Some(WireValue(value.expose_wire())),
        generate: None,
        kind: value.kind(),
        file_name: value.file_name().map(str::to_owned),
        comment: written.comment.clone(),
        owner: written.owner.clone(),
        rotate_by: written.rotate_by.clone(),
        expected_version,
    }
}

/// What is sent for values that the server makes.
fn generated(args: &SetArgs, length: u32) -> Result<Vec<(SecretName, SecretWrite)>, Failure> {
    let mut generate = Generate { length, ..Generate::default() };
    if let Some(alphabet) = &args.alphabet {
        generate.alphabet.clone_from(alphabet);
    }
    if args.written.kind != KindArg::Text {
        return Err(Failure::usage("a generated value is a text; leave --kind out"));
    }
    let names = args.assignments.iter().map(|text| {
        // What follows an `=` may be a value: it is not quoted.
        if text.contains('=') {
            return Err(Failure::usage("with --generate only names are given, without `=` and a value"));
        }
        text.parse::<SecretName>().map_err(|error| Failure::usage(error.to_string()))
    });
    let write = |name| {
        let written = &args.written;
        let write = SecretWrite {
            value: None,
            generate: Some(generate.clone()),
            kind: Kind::Text,
            file_name: None,
            comment: written.comment.clone(),
            owner: written.owner.clone(),
            rotate_by: written.rotate_by.clone(),
            expected_version: None,
        };
        (name, write)
    };
    names.map(|name| name.map(write)).collect()
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
