//! What each command does. Each answers with the exit code.

mod bindings;
mod changes;
mod check;
mod completion;
mod confirm;
mod explain;
mod export;
mod import;
mod lists;
mod login;
mod places;
mod plan;
mod run;
mod search;
mod secret;
mod tokens;

use domain::{EnvironmentName, ServicePath, Slug};

pub(crate) use run::{SESSION, lead};

use crate::{
    args::{Cli, Command, GlobalArgs},
    client::Client,
    failure::Failure,
    printer::Printer,
    settings::{Logins, Settings, Sources},
};

/// Everything was done.
const DONE: u8 = 0;

/// Runs a command.
pub(crate) fn execute(cli: Cli, printer: &Printer) -> Result<u8, Failure> {
    // It works nowhere in particular.
    if let Command::Completion(args) = &cli.command {
        return completion::completion(args, printer);
    }
    let context = Context::new(&cli.global, printer.clone())?;
    match cli.command {
        Command::Login(args) => login::login(&context, &args),
        Command::Logout => login::logout(&context),
        Command::Status => login::status(&context),
        Command::Run(args) => run::run(&context, args),
        Command::Secret(command) => secret::secret(&context, command),
        Command::Import(args) => import::import(&context, &args),
        Command::Export(args) => export::export(&context, &args),
        Command::Explain(args) => explain::explain(&context, &args.name),
        Command::Check(args) => check::check(&context, &args),
        Command::History(args) => changes::history(&context, &args),
        Command::Undo(args) => changes::undo(&context, &args.change),
        Command::Search(args) => search::search(&context, &args),
        Command::Binding(command) => bindings::binding(&context, command),
        Command::Project(command) => places::project(&context, command),
        Command::Service(command) => places::service(&context, command),
        Command::Environment(command) => places::environment(&context, command),
        Command::Token(command) => tokens::token(&context, command),
        Command::Completion(args) => completion::completion(&args, printer),
    }
}

/// What every command works with.
struct Context {
    settings: Settings,
    printer: Printer,
}

impl Context {
    fn new(flags: &GlobalArgs, printer: Printer) -> Result<Self, Failure> {
        let directory = std::env::current_dir()
            .map_err(|error| Failure::failed(format!("cannot tell the current directory: {error}")))?;
        let settings = Settings::find(
            flags,
            &Sources { variable: &|name| std::env::var_os(name), directory: &directory, logins: &Logins::load },
        )?;
        Ok(Self { settings, printer })
    }

    fn client(&self) -> Result<Client, Failure> {
        self.warn_of_open_connection();
        Client::new(&self.settings)
    }

    fn warn_of_open_connection(&self) {
        if let Some(url) = self.settings.url.as_ref().filter(|url| url.value.is_open()) {
            let url = &url.value;
            self.printer
                .warn(&format!("{url} is not encrypted: token and values can be read on the way; use https://"));
        }
    }

    /// The service and the environment it runs in.
    fn place(&self) -> Result<(ServicePath, EnvironmentName), Failure> {
        Ok((self.settings.service()?, self.settings.one_environment()?))
    }

    fn project(&self) -> Result<Slug, Failure> {
        self.settings.project()
    }
}
