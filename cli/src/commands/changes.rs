//! `history` and `undo`.

use domain::api::{ChangeRow, DeletedRow};

use super::{Context, DONE, lists::answer};
use crate::{args::ChangesArgs, client::Route, failure::Failure};

/// How many names a line shows.
const NAMED: usize = 4;

pub(super) fn history(context: &Context, args: &ChangesArgs) -> Result<u8, Failure> {
    let settings = &context.settings;
    let words = [
        ("project", settings.project.as_ref().map(|found| found.value.to_string())),
        ("service", settings.service.as_ref().map(|found| found.value.to_string())),
        ("environment", settings.environment.as_ref().map(|found| found.value.to_string())),
    ];
    let list = if args.deleted { "deleted" } else { "changes" };
    let route = words.into_iter().fold(Route::new(list), |route, (name, word)| route.with_some(name, word));
    let items = context.client()?.list_some(&route, args.limit)?;
    if args.deleted {
        return answer(
            context,
            &items,
            &["Name", "Version", "Source", "Deleted", "By", "Destroyed from"],
            |row: DeletedRow| {
                let (deleted, destroyed) = (row.deleted_at.minute(), row.destroyed_from.minute());
                vec![row.name.to_string(), row.version.to_string(), row.source, deleted, row.deleted_by, destroyed]
            },
        );
    }
    answer(context, &items, &["Change", "When", "By", "What", "Source", "Names"], |row: ChangeRow| {
        let what = if row.undone_by.is_some() { format!("{}, undone", row.action) } else { row.action };
        vec![row.id, row.created_at.minute(), row.actor, what, row.source, some(&row.names)]
    })
}

pub(super) fn undo(context: &Context, change: &str) -> Result<u8, Failure> {
    if change.is_empty() || !change.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(Failure::usage("this is not the id of a change; `strongroom history` lists them"));
    }
    let undone: ChangeRow = context.client()?.post(&Route::new(format!("changes/{change}/undo")), &())?;
    context.printer.report(&undone, |printer| {
        printer.note(&format!(
            "Taken back: {} ({}); the change {} did it",
            some(&undone.names),
            undone.source,
            undone.id
        ));
    })?;
    Ok(DONE)
}

/// `A, B and 3 more`.
fn some(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
