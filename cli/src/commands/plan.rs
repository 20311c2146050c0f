//! A plan is shown, agreed to, and applied as it was shown: what `import` and `secret copy` have in common.

use std::io::{self, BufRead, IsTerminal};

use domain::{
    Problem, Scope,
    api::{Affects, FileLook, Plan, PlanAction, PlanItem},
};

use super::{Context, DONE};
use crate::{
    args::PlanArgs,
    client::Route,
    failure::{FAILED, Failure, USAGE, problem_line},
    printer::Printer,
    table::Table,
};

/// How many names a sentence lists.
const LISTED: usize = 5;

/// Something that is planned by the server, then applied.
pub(super) struct Planned<'a, F: Fn(&Route) -> Result<Plan, Failure>> {
    pub(super) args: &'a PlanArgs,
    pub(super) scope: &'a Scope,
    /// Where it is posted to; the plan's own parameters are added here.
    pub(super) route: Route,
    /// Posts it.
    pub(super) send: F,
    /// What problems are told of: the name of a file.
    pub(super) of: String,
    /// Names that the server is to leave out.
    pub(super) leave_out: &'a [String],
}

impl<F: Fn(&Route) -> Result<Plan, Failure>> Planned<'_, F> {
    /// Shows the plan, or applies it. A person at a terminal sees it and is asked first, unless `--yes` says so.
    pub(super) fn carry_out(&self, context: &Context) -> Result<u8, Failure> {
        let printer = &context.printer;
        if self.args.dry_run {
            let plan = self.told(printer, (self.send)(&self.dry()))?;
            printer.answer(&plan, || table(&plan))?;
            self.tell(printer, &plan)?;
            printer.note(&summary(&plan, true, &self.scope.to_string()));
            return Ok(if self.args.exit_code && plan.counts.has_changes() { USAGE } else { DONE });
        }
        let asks = !self.args.yes && !printer.is_json() && io::stdin().is_terminal() && io::stderr().is_terminal();
        if asks {
            return self.ask_and_apply(printer);
        }
        let plan = self.told(printer, (self.send)(&self.applying()))?;
        printer.report(&plan, |printer| printer.note_table(&table(&plan)))?;
        self.tell(printer, &plan)?;
        printer.note(&summary(&plan, false, &self.scope.to_string()));
        Ok(DONE)
    }

    fn ask_and_apply(&self, printer: &Printer) -> Result<u8, Failure> {
        let mut plan = self.told(printer, (self.send)(&self.dry()))?;
        loop {
            printer.note_table(&table(&plan));
            self.tell(printer, &plan)?;
            if !plan.counts.has_changes() {
                printer.note(&summary(&plan, false, &self.scope.to_string()));
                return Ok(DONE);
            }
            if !confirmed(printer, &plan, self.scope) {
                return Err(Failure::with_code(FAILED, "not confirmed; nothing was stored"));
            }
            match (self.send)(&self.applying().with("basis", plan.basis.clone())) {
                Err(Failure::Refused(mut refusal)) if refusal.plan.is_some() => {
                    let new = refusal.plan.take().map_or_else(|| plan.clone(), |new| *new);
                    printer.note(&since(&plan, &new));
                    plan = new;
                }
                other => {
                    let applied = self.told(printer, other)?;
                    printer.note(&summary(&applied, false, &self.scope.to_string()));
                    return Ok(DONE);
                }
            }
        }
    }

    fn dry(&self) -> Route {
        self.applying().with("dry_run", "true")
    }

    fn applying(&self) -> Route {
        let leave_out = Some(self.leave_out.join(",")).filter(|names| !names.is_empty());
        self.route.clone().with_some("leave_out", leave_out).with_some("message", self.args.message.clone())
    }

    /// Tells the problems of a refusal where they are.
    fn told(&self, printer: &Printer, plan: Result<Plan, Failure>) -> Result<Plan, Failure> {
        match plan {
            Err(Failure::Refused(refusal)) if refusal.problems.iter().any(|problem| problem.line.is_some()) => {
                let count = tell_problems(printer, &self.of, refusal.problems.iter());
                Err(nothing_stored(count))
            }
            other => other,
        }
    }

    /// Tells what the table does not hold; fails where a key cannot be stored.
    fn tell(&self, printer: &Printer, plan: &Plan) -> Result<(), Failure> {
        if let Some(sentence) = affected(&plan.affects) {
            printer.note(&sentence);
        }
        let problems = plan.items.iter().filter_map(|item| item.problem.as_ref());
        let count = tell_problems(printer, &self.of, problems);
        if plan.counts.invalid > 0 { Err(nothing_stored(count)) } else { Ok(()) }
    }
}

fn confirmed(printer: &Printer, plan: &Plan, scope: &Scope) -> bool {
    let counts = plan.counts;
    let writes = match counts.create + counts.update {
        1 => "Write 1 name".to_owned(),
        writes => format!("Write {writes} names"),
    };
    let removed = if counts.removed > 0 { format!(", remove {} elsewhere", counts.removed) } else { String::new() };
    printer.ask(&format!("{writes} to {scope}{removed}? [y/N] "));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// What others changed between two plans.
fn since(old: &Plan, new: &Plan) -> String {
    let changed = old.changed_in(new);
    let what = match changed.as_slice() {
        [] => "what it touches".to_owned(),
        few if few.len() <= LISTED => few.join(", "),
        many => format!("{} and {} more", many[..LISTED].join(", "), many.len() - LISTED),
    };
    format!("Someone changed {what} since the plan was made; nothing was stored. This is the new plan:")
}

/// Tells problems as compilers do, so that editors find the place; answers how many there were.
pub(super) fn tell_problems<'a>(printer: &Printer, file: &str, problems: impl Iterator<Item = &'a Problem>) -> usize {
    let told = problems.map(|problem| {
        let place = match (problem.line, problem.column) {
            (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
            (Some(line), None) => format!("{file}:{line}"),
            _ => file.to_owned(),
        };
        printer.note(&format!("{place}: {}", problem_line(problem)));
    });
    told.count()
}

pub(super) fn nothing_stored(problems: usize) -> Failure {
    let problems = if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") };
    Failure::with_code(FAILED, format!("{problems}; nothing was stored"))
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

/// What the key covers and what covers it, and everything else to know about it.
fn effect(item: &PlanItem) -> String {
    let same = |source: &String| {
        if item.same_as.contains(source) { format!("{source} (same value)") } else { source.clone() }
    };
    let part = |verb: &str, list: &[String]| {
        (!list.is_empty()).then(|| format!("{verb} {}", list.iter().map(same).collect::<Vec<_>>().join("; ")))
    };
    let look = item.looks_like_file.map(|look| {
        let look = match look {
            FileLook::Pem => "a PEM file",
            FileLook::Base64 => "a file in base64",
        };
        format!("looks like {look}: --as-file {}", item.name)
    });
    let parts = [
        item.same_value.then(|| "a new comment; the value stays".to_owned()),
        part("covers", &item.shadows),
        part("covered by", &item.shadowed_by),
        part("fills a missing binding of", &item.fills),
        part("leaves a binding empty of", &item.empties),
        part("differs in case only from", &item.differs_in_case),
        look,
        item.removed_from.as_ref().map(|source| format!("removed from {source}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// `3 services see other values: shop/api in staging (2 names), …`
fn affected(affects: &Affects) -> Option<String> {
    let services = match affects.services {
        0 => return None,
        1 => "1 service sees other values".to_owned(),
        services => format!("{services} services see other values"),
    };
    let mut places: Vec<String> = affects
        .items
        .iter()
        .take(LISTED)
        .map(|place| {
            let names = if place.names == 1 { "1 name".to_owned() } else { format!("{} names", place.names) };
            format!("{}/{} in {} ({names})", place.project, place.service, place.environment)
        })
        .collect();
    let more = (affects.places as usize).saturating_sub(places.len());
    if more > 0 {
        places.push(format!("and {more} more"));
    }
    Some(format!("{services}: {}", places.join(", ")))
}

fn summary(plan: &Plan, dry_run: bool, scope: &str) -> String {
    let counts = plan.counts;
    let parts = [
        (counts.create, "created"),
        (counts.update, "updated"),
        (counts.unchanged, "unchanged"),
        (counts.left_out, "left out"),
        (counts.removed, "removed elsewhere"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let parts = if parts.is_empty() { "no names".to_owned() } else { parts.join(", ") };
    match &plan.change_id {
        Some(id) => format!("{scope}: {parts} (change {id})"),
        None if dry_run => format!("{scope}: {parts}, if applied; nothing was stored"),
        None => format!("{scope}: {parts}"),
    }
}
