//! `secret history`, `secret restore`, `secret destroy`.

use domain::api::{RestoreRequest, SecretRow, VersionRow};
use serde_json::json;

use super::scope;
use crate::{
    args::{DestroyArgs, HistoryArgs, RestoreArgs},
    client::Route,
    commands::{Context, DONE, confirm::confirm, lists::answer},
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

pub(super) fn destroy(context: &Context, args: &DestroyArgs) -> Result<u8, Failure> {
    let scope = scope(context, args.level)?;
    let (name, version) = (&args.name, args.version);
    let what = match version {
        Some(version) => format!("version {version} of {name} ({scope})"),
        None => format!("every version of {name} ({scope})"),
    };
    confirm(&format!("destroys {what} for good"), name.as_str(), args.yes)?;
    let route = Route::of_scope(&scope, &format!("secrets/{name}/versions"));
    context.client()?.delete(&route.with_some("version", version.map(|version| version.to_string())))?;
    let answer = json!({"destroyed": {"name": name, "version": version}});
    context.printer.report(&answer, |printer| printer.note(&format!("Destroyed {what}")))?;
    Ok(DONE)
}
