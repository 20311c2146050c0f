//! `run`: everything is fetched and checked first, then the program starts, or nothing does.

mod assignments;
mod changing;
mod child;
mod delivery;
mod environment;
mod fifo;
mod files;
mod keys;
mod mask;
mod mount;
mod offline;
mod output;
mod placed;
mod prepared;
mod report;
mod session;
mod signals;
mod terminal;
mod uptime;
mod watch;

use super::Context;
use crate::{args::RunArgs, failure::Failure};

use changing::Ended;
use delivery::{Source, fetch};
use offline::Copies;
use output::Output;
use placed::Placed;
use prepared::{Plan, Prepared};
pub(crate) use session::{SESSION, lead};
use signals::Signals;

pub(super) fn run(context: &Context, args: RunArgs) -> Result<u8, Failure> {
    let plan = Plan::new(args)?;
    let (service, environment) = context.place()?;
    let client = context.client()?;
    child::keep_memory_private();
    signals::survive_file_limits();
    let settings = &context.settings;
    let token = settings.token.as_ref().map(|found| &found.value);
    let copies = token.and_then(|token| Copies::of(settings.server().ok()?, token, &service, &environment));
    let source = Source { client, service, environment, copies, printer: context.printer.clone() };
    let prepared = plan.prepare(fetch(&source, &plan.args, &plan.assignments)?)?;
    let watches = plan.args.watch.watch;
    let output = Output::new(plan.masking, prepared.patterns.clone(), watches)?;
    let fetched = &prepared.fetched;
    let has_files = plan.args.files.mount.is_some()
        || [fetched.injection.files.len(), fetched.files.len(), fetched.fifos.len()].iter().any(|&count| count > 0);
    if !has_files && !watches && output.is_direct() && !child::is_first_process() {
        return Err(child::replace(prepared.command));
    }
    let Ended { status, problems } = if watches {
        changing::run(source, plan, prepared, output)?
    } else {
        accompany(&source, &plan, prepared, output)?
    };
    let code = child::code(status);
    if problems.is_empty() {
        child::end_alike(status);
        return Ok(code);
    }
    Err(Failure::Failed { code, message: "not every file could be removed".to_owned(), details: problems })
}

/// Starts the program with its files beside us, and removes them when it has ended.
fn accompany(source: &Source, plan: &Plan, prepared: Prepared, output: Output) -> Result<Ended, Failure> {
    // Before the first file: a signal from here on ends in the files' removal.
    let mut signals = Signals::catch(output.signals())?;
    let Prepared { command, fetched, .. } = prepared;
    let placed = Placed::place(fetched, &plan.args.files, &source.printer)?;
    let ended = child::accompany(command, output, &mut signals);
    let problems = placed.remove();
    Ok(Ended { status: ended?, problems })
}
