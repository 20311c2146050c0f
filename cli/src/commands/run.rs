//! `run`: everything is fetched and checked first, then the program starts, or nothing does.

mod assignments;
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
mod session;
mod signals;
mod terminal;

use std::{ffi::OsString, path::Path, process::Command};

use super::Context;
use crate::{
    args::{Masking, RunArgs},
    failure::Failure,
};

use assignments::Assignments;
use delivery::{Fetched, Source, fetch};
use environment::Inheritance;
use fifo::Fifos;
use files::Files;
use mask::Patterns;
use mount::Mount;
use offline::Copies;
use output::Output;
pub(crate) use session::{SESSION, lead};
use signals::Signals;

/// Shells that know `-c`.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "zsh", "ksh", "fish", "csh", "tcsh"];

pub(super) fn run(context: &Context, args: RunArgs) -> Result<u8, Failure> {
    let assignments = Assignments::parse(&args)?;
    let inheritance = Inheritance::parse(&args)?;
    let (service, environment) = context.place()?;
    let client = context.client()?;
    child::keep_memory_private();
    let settings = &context.settings;
    let token = settings.token.as_ref().map(|found| &found.value);
    let copies = token.and_then(|token| Copies::of(settings.server().ok()?, token, &service, &environment));
    let printer = &context.printer;
    let source = Source { client: &client, service: &service, environment: &environment, copies, printer };
    let fetched = fetch(&source, &args, &assignments)?;
    environment::check_text(&fetched.injection, &fetched.chosen)?;
    let mut command = program(&args)?;
    command.env_clear().envs(inheritance.variables(&fetched.injection, &fetched.chosen, &assignments));
    environment::check_size(&command)?;
    let masking = if args.mask.no_mask { Masking::Never } else { args.mask.mask };
    let output = Output::new(masking, patterns(masking, &fetched)?)?;
    let has_files = args.files.mount.is_some()
        || [fetched.injection.files.len(), fetched.files.len(), fetched.fifos.len()].iter().any(|&count| count > 0);
    if !has_files && output.is_direct() && !child::is_first_process() {
        return Err(child::replace(command));
    }
    accompany(context, &args, fetched, command, output)
}

/// Starts the program with its files beside us, and removes them when it has ended.
fn accompany(
    context: &Context,
    args: &RunArgs,
    fetched: Fetched,
    command: Command,
    output: Output,
) -> Result<u8, Failure> {
    // Before the first file: a signal from here on ends in the files' removal.
    let also: &[i32] = if output.is_terminal() { &terminal::ABOUT_TERMINAL } else { &[] };
    let mut signals = Signals::catch(also)?;
    let Fetched { injection, chosen, files, mounted, fifos } = fetched;
    let placed = Files::place(injection.files.iter().chain(&files))?;
    let mount = args.files.mount.as_deref();
    let mount = mount.map(|path| Mount::place(&absolute(path)?, &mounted, &context.printer)).transpose()?;
    let fifos = Fifos::place(fifos, args.files.max_reads)?;
    // The values live on in the program and its files; here they are wiped while it runs.
    drop((injection, chosen, files, mounted));
    let ended = child::accompany(command, output, &mut signals);
    let mut problems = placed.remove();
    problems.extend(mount.map(Mount::remove).unwrap_or_default());
    problems.extend(fifos.remove());
    let ended = ended?;
    let code = child::code(ended);
    if problems.is_empty() {
        child::end_alike(ended);
        return Ok(code);
    }
    Err(Failure::Failed { code, message: "not every file could be removed".to_owned(), details: problems })
}

/// The program as it was given, or the shell with its text.
fn program(args: &RunArgs) -> Result<Command, Failure> {
    if let Some(text) = &args.shell_text {
        let shell = std::env::var_os("SHELL").filter(|shell| {
            let name = Path::new(shell).file_name().unwrap_or_default();
            SHELLS.iter().any(|known| name == *known)
        });
        let mut command = Command::new(shell.unwrap_or_else(|| OsString::from("sh")));
        command.arg("-c").arg(text);
        return Ok(command);
    }
    let (program, arguments) =
        args.command.split_first().ok_or_else(|| Failure::usage("no program: write it after `--`"))?;
    let mut command = Command::new(program);
    command.args(arguments);
    Ok(command)
}

/// Every value the program gets, to be found in its output.
fn patterns(masking: Masking, fetched: &Fetched) -> Result<Patterns, Failure> {
    let Fetched { injection, chosen, files, mounted, fifos } = fetched;
    let variables = injection.variables.iter().map(|(_, value)| value);
    let files = injection.files.iter().chain(files).map(|(_, value)| value);
    let rest = chosen.iter().map(|(_, value)| value).chain(mounted.iter().map(|(_, value)| value));
    let values = variables.chain(files).chain(rest).map(domain::SecretValue::expose);
    let values = values.chain(fifos.iter().map(|fifo| fifo.bytes.as_slice()));
    // Nothing to look for costs nothing.
    Patterns::new(values.filter(|_| masking != Masking::Never && masking_applies(masking)))
}

/// Without a terminal, `auto` masks nothing.
fn masking_applies(masking: Masking) -> bool {
    masking == Masking::Always || rustix::termios::isatty(rustix::stdio::stdout())
}

fn absolute(path: &Path) -> Result<std::path::PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::usage(format!("{} is no path: {error}", path.display())))
}
