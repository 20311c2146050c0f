//! `import`: a file becomes secrets, all of them or none. The server reads the file; here it is only sent.

mod directory;

use std::{
    io::{self, Read},
    path::Path,
};

use domain::{
    Problem,
    api::{Plan, PlanAction, PlanItem},
    import::{Format, IMPORT_MAX},
};
use zeroize::Zeroizing;

use directory::Directory;

use super::{Context, DONE};
use crate::{
    args::ImportArgs,
    client::Route,
    failure::{FAILED, Failure, USAGE, problem_line},
    printer::Printer,
    table::Table,
};

pub(super) fn import(context: &Context, args: &ImportArgs) -> Result<u8, Failure> {
    let is_directory = args.file.is_dir();
    let (format, file, leave_out) = if is_directory {
        if args.format.is_some() {
            return Err(Failure::usage("--format is for one file; a directory has a secret in every file"));
        }
        match directory::read(&args.file, &args.leave_out)? {
            Directory::Read(file) => (Format::Yaml, file, String::new()),
            Directory::Problems(problems) => {
                let count = tell_problems(&context.printer, &args.file, problems.iter());
                return Err(nothing_stored(count));
            }
        }
    } else {
        (format(args), read(&args.file)?, args.leave_out.join(","))
    };
    let scope = context.settings.scope(args.level.platform)?;
    let leave_out = Some(leave_out).filter(|names| !names.is_empty());
    let route = Route::of_scope(&scope, "import")
        .with("dry_run", args.dry_run.to_string())
        .with_some("leave_out", leave_out)
        .with_some("message", args.message.clone());
    let plan = context.client()?.post_bytes(&route, format.media_type(), &file);
    let plan: Plan = match plan {
        Err(Failure::Refused(refusal)) if refusal.problems.iter().any(|problem| problem.line.is_some()) => {
            let count = tell_problems(&context.printer, &args.file, refusal.problems.iter());
            return Err(nothing_stored(count));
        }
        other => other?,
    };
    let printer = &context.printer;
    if args.dry_run {
        printer.answer(&plan, || table(&plan))?;
    } else {
        printer.report(&plan, |printer| printer.note_table(&table(&plan)))?;
    }
    let problems = plan.items.iter().filter_map(|item| item.problem.as_ref());
    let count = tell_problems(printer, &args.file, problems);
    if plan.counts.invalid > 0 {
        return Err(nothing_stored(count));
    }
    printer.note(&summary(&plan, args.dry_run, &scope.to_string()));
    Ok(if args.exit_code && plan.counts.has_changes() { USAGE } else { DONE })
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // One byte more than allowed, so that the server says what is wrong with it.
    let limit = IMPORT_MAX as u64 + 1;
    let mut bytes = Zeroizing::new(Vec::new());
    let read = if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::failed(format!("cannot read {}: {error}", shown(path)))),
    }
}

/// What the flag says, else what the name says, else JSON.
fn format(args: &ImportArgs) -> Format {
    let said = args.format.map(|format| format.0);
    said.or_else(|| Format::of_file_name(&args.file.to_string_lossy())).unwrap_or(Format::Json)
}

/// Tells problems as compilers do, so that editors find the place; answers how many there were.
fn tell_problems<'a>(printer: &Printer, path: &Path, problems: impl Iterator<Item = &'a Problem>) -> usize {
    let file = shown(path);
    let told = problems.map(|problem| {
        let place = match (problem.line, problem.column) {
            (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
            (Some(line), None) => format!("{file}:{line}"),
            _ => file.clone(),
        };
        printer.note(&format!("{place}: {}", problem_line(problem)));
    });
    told.count()
}

fn nothing_stored(problems: usize) -> Failure {
    let problems = if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") };
    Failure::with_code(FAILED, format!("{problems}; nothing was stored"))
}

fn shown(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() }
}

fn table(plan: &Plan) -> Table {
    let mut table = Table::new(&["Action", "Name", "Effect"]);
    for item in &plan.items {
        table.row([action(item.action), &item.name, &effect(item)]);
    }
    table
}

fn action(action: PlanAction) -> &'static str {
    match action {
        PlanAction::Create => "create",
        PlanAction::Update => "update",
        PlanAction::Unchanged => "unchanged",
        PlanAction::LeftOut => "left out",
        PlanAction::Invalid => "invalid",
    }
}

/// What the key covers and what covers it.
fn effect(item: &PlanItem) -> String {
    let part = |verb: &str, sources: &[String]| (!sources.is_empty()).then(|| format!("{verb} {}", sources.join("; ")));
    let parts = [part("covers", &item.shadows), part("covered by", &item.shadowed_by)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn summary(plan: &Plan, dry_run: bool, scope: &str) -> String {
    let counts = plan.counts;
    let parts = [
        (counts.create, "created"),
        (counts.update, "updated"),
        (counts.unchanged, "unchanged"),
        (counts.left_out, "left out"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let parts = if parts.is_empty() { "nothing in the file".to_owned() } else { parts.join(", ") };
    match &plan.change_id {
        Some(id) => format!("{scope}: {parts} (change {id})"),
        None if dry_run => format!("{scope}: {parts}, if applied; nothing was stored"),
        None => format!("{scope}: {parts}"),
    }
}
