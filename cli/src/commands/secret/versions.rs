//! `secret history`, `secret restore`.

use domain::api::{RestoreRequest, SecretRow, VersionRow};

use super::scope;
use crate::{
    args::{HistoryArgs, RestoreArgs},
    client::Route,
    commands::{Context, DONE, lists::answer},
    failure::Failure,
};

pub(super) fn history(context: &Context, args: &HistoryArgs) -> Result<u8, Failure> {
    let scope = scope(context, args.level)?;
    let route = Route::of_scope(&scope, &format!("secrets/{}/versions", args.name));
    let items = context.client()?.list(&route)?;
    answer(context, &items, &["Version", "Kind", "Written", "By", "What"], |row: VersionRow| {
        let kind = row.kind.map_or("", |kind| kind.word()).to_owned();
        let what = match row {
            VersionRow { deleted: true, moved_to: Some(_), .. } => "moved away",
            VersionRow { deleted: true, .. } => "removed",
            VersionRow { destroyed_at: Some(_), .. } => "destroyed",
            VersionRow { moved_from: Some(_), .. } => "moved here",
            VersionRow { same_as_previous: true, .. } => "same value as before",
            VersionRow { .. } => "new value",
        };
        vec![row.version.to_string(), kind, row.created_at.minute(), row.created_by, what.to_owned()]
    })
}

pub(super) fn restore(context: &Context, args: &RestoreArgs) -> Result<u8, Failure> {
    let scope = scope(context, args.level)?;
    let route = Route::of_scope(&scope, &format!("secrets/{}/restore", args.name));
    let row: SecretRow = context.client()?.post(&route, &RestoreRequest { version: args.version })?;
    context.printer.report(&row, |printer| {
        printer.note(&format!(
            "Restored version {} of {} as version {} ({})",
            args.version, row.name, row.version, row.source
        ));
    })?;
    Ok(DONE)
}
