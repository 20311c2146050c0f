//! Lists: the server's items as JSON, or a row for each.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Context, DONE};
use crate::{failure::Failure, table::Table};

/// Answers a list: the server's items, or a row for each.
pub(super) fn answer<T: DeserializeOwned>(
    context: &Context,
    items: &[Value],
    head: &[&str],
    row: impl Fn(T) -> Vec<String>,
) -> Result<u8, Failure> {
    if context.printer.is_json() {
        context.printer.json(&json!({"items": items, "next_cursor": null}))?;
        return Ok(DONE);
    }
    let mut table = Table::new(head);
    for item in decode(items)? {
        table.row(row(item));
    }
    context.printer.table(&table)?;
    Ok(DONE)
}

/// The items of a list.
pub(super) fn decode<T: DeserializeOwned>(items: &[Value]) -> Result<Vec<T>, Failure> {
    let decoded = items.iter().map(T::deserialize).collect::<Result<_, _>>();
    decoded.map_err(|_| Failure::failed("the server's list is not what this version of strongroom understands"))
}
