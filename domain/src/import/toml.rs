//! TOML, as the `toml` crate reads it, with all its errors at once.

use ::toml::{
    Spanned,
    de::{DeInteger, DeTable, DeValue, Error as TomlError},
};

use super::{
    Import, KEYS_MAX,
    gather::{Found, Wrong, check_count, gather, problem},
    nested::Nested,
    source::Source,
};
use crate::{Code, Error, Kind, Problem, SecretValue};

/// How many errors of one file are told.
const ERRORS_MAX: usize = 100;
/// What the crate says of a key that is there already.
const DUPLICATE: &str = "duplicate key";

/// Reads a TOML document: strings, dates and times become [`Kind::Text`], numbers, booleans, arrays and tables
/// [`Kind::Json`]. An error when the file as a whole cannot be read; what is wrong with single keys is in
/// [`Import::problems`].
pub fn parse_toml(file: &[u8]) -> Result<Import, Error> {
    let source = Source::new(file)?;
    let (document, errors) = DeTable::parse_recoverable(source.text());
    if !errors.is_empty() {
        return Err(refused(&source, &errors));
    }
    let document = document.into_inner();
    let first_too_many = document.keys().nth(KEYS_MAX).map(|key| key.span().start);
    check_count(&source, document.len(), first_too_many)?;
    let found = document.iter().map(|(key, value)| {
        let offset = key.span().start;
        Found {
            offset,
            key: Ok(key.get_ref().clone().into_owned()),
            value: read(&source, offset, value),
            comment: None,
        }
    });
    let mut found: Vec<Found> = found.collect();
    // Tables may come back to a key that stands further up.
    found.sort_by_key(|found| found.offset);
    Ok(gather(&source, found))
}

fn read(source: &Source, key: usize, value: &Spanned<DeValue<'_>>) -> Result<SecretValue, Wrong> {
    let text = match value.get_ref() {
        DeValue::String(text) => text,
        DeValue::Datetime(_) => written(source, value),
        _ => {
            let mut json = Nested::default();
            node(source, value, &mut json);
            return json.finish(key);
        }
    };
    SecretValue::new(Kind::Text, text.as_bytes().to_vec()).map_err(|error| Wrong { offset: key, message: error.detail })
}

/// The crate limits how deep a file nests, so this may follow it.
fn node(source: &Source, value: &Spanned<DeValue<'_>>, json: &mut Nested) {
    match value.get_ref() {
        DeValue::String(text) => json.text(text),
        DeValue::Datetime(_) => json.text(written(source, value)),
        DeValue::Boolean(boolean) => json.literal(if *boolean { "true" } else { "false" }),
        DeValue::Integer(integer) => match decimal(integer) {
            Some(decimal) => json.literal(&decimal),
            None => json.refuse(value.span().start, "TOML's integers have 64 bits; put it into quotes"),
        },
        DeValue::Float(float) => match float.as_str() {
            text if text.ends_with("inf") || text.ends_with("nan") => {
                json.refuse(value.span().start, "JSON knows neither `inf` nor `nan`; put it into quotes");
            }
            text => json.literal(text.strip_prefix('+').unwrap_or(text)),
        },
        DeValue::Array(list) => {
            json.open('[');
            for value in list {
                node(source, value, json);
            }
            json.close(']');
        }
        DeValue::Table(table) => {
            json.open('{');
            for (key, value) in table {
                json.key(key.get_ref());
                node(source, value, json);
            }
            json.close('}');
        }
    }
}

/// A value as it stands in the file.
fn written<'a>(source: &Source<'a>, value: &Spanned<DeValue<'_>>) -> &'a str {
    source.text().get(value.span()).unwrap_or_default()
}

fn decimal(integer: &DeInteger<'_>) -> Option<String> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|number| number.to_string())
}

/// Every error of a file that cannot be read.
fn refused(source: &Source, errors: &[TomlError]) -> Error {
    let told = errors.iter().take(ERRORS_MAX).map(|error| {
        let span = error.span().unwrap_or(source.text().len()..source.text().len());
        // The crate counts past the end where something is missing there.
        let offset = source.text().floor_char_boundary(span.start);
        let is_duplicate = error.message() == DUPLICATE;
        let key = source.text().get(span).filter(|_| is_duplicate).map(|key| key.trim_matches(['"', '\'']));
        let message = if is_duplicate { "written twice; keep one of the two" } else { error.message() };
        problem(key, source.place(offset), message.to_owned())
    });
    let problems: Vec<Problem> = told.collect();
    let detail = match problems.as_slice() {
        [Problem { line: Some(line), column: Some(column), message, .. }] => {
            format!("line {line}, column {column}: {message}")
        }
        many => format!("{} problems; nothing was stored", many.len()),
    };
    Error { code: Code::Malformed, detail, problems }
}
