//! What can be typed: the doc comments here are the help texts.

mod bindings;
mod files;
mod places;
mod run;
mod secret;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{SecretName, Slug};

use crate::{
    printer::Output,
    settings::{EnvironmentChoice, ServerUrl},
};

pub(crate) use bindings::{BindingCommand, BindingExportArgs, BindingImportArgs, NewBinding, OldBinding};
pub(crate) use files::{ExportArgs, ImportArgs};
pub(crate) use places::{EnvironmentCommand, NewPlace, ProjectCommand, ServiceCommand, TokenCommand};
pub(crate) use run::{FileArgs, Masking, Missing, OfflineArgs, OnChange, RunArgs, WatchArgs};
pub(crate) use secret::{
    Coded, CopyArgs, DestroyArgs, GetArgs, HistoryArgs, KindArg, LevelArg, LevelArgs, MoveArgs, PlanArgs, RemoveArgs,
    RestoreArgs, SecretCommand, SetArgs, WrittenArgs,
};

/// Secrets for programs and for those who run them
///
/// Where a command works is told by flags, else by variables (STRONGROOM_URL, STRONGROOM_PROJECT, STRONGROOM_SERVICE,
/// STRONGROOM_ENVIRONMENT), else by a `strongroom.toml` in this directory or above it, else, for address and token, by
/// `strongroom login`. The token comes from STRONGROOM_TOKEN, STRONGROOM_TOKEN_FILE or the login.
///
/// Values are shown only where they are asked for. Exit codes: 0 done, 1 failed, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "strongroom", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Where")]
pub(crate) struct GlobalArgs {
    /// The project [env: STRONGROOM_PROJECT]
    #[arg(short, long, global = true)]
    pub(crate) project: Option<Slug>,
    /// The service of the project [env: STRONGROOM_SERVICE]
    #[arg(short, long, global = true)]
    pub(crate) service: Option<Slug>,
    /// The environment, or `all` [env: STRONGROOM_ENVIRONMENT]
    #[arg(short, long, global = true)]
    pub(crate) environment: Option<EnvironmentChoice>,
    /// The server, for example https://secrets.example.com [env: STRONGROOM_URL]
    #[arg(long, global = true)]
    pub(crate) url: Option<ServerUrl>,
    /// What stdout gets: a table for people, or the server's JSON
    #[arg(long, global = true, value_name = "FORMAT", default_value = "table", hide_possible_values = true)]
    pub(crate) output: Output,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Login(LoginArgs),
    /// Forget the token of a server
    Logout,
    /// Show where commands go, as whom, and why
    Status,
    Run(RunArgs),
    #[command(subcommand)]
    Secret(SecretCommand),
    Import(ImportArgs),
    Export(ExportArgs),
    Explain(ExplainArgs),
    Check(CheckArgs),
    History(ChangesArgs),
    Undo(UndoArgs),
    Search(SearchArgs),
    #[command(subcommand)]
    Binding(BindingCommand),
    #[command(subcommand)]
    Project(ProjectCommand),
    #[command(subcommand)]
    Service(ServiceCommand),
    #[command(subcommand)]
    Environment(EnvironmentCommand),
    #[command(subcommand)]
    Token(TokenCommand),
    Completion(CompletionArgs),
}

/// Print the completion of commands and flags for a shell
///
/// bash: `source <(strongroom completion bash)` in ~/.bashrc; zsh: `strongroom completion zsh > _strongroom` in a directory
/// of $fpath; fish: `strongroom completion fish > ~/.config/fish/completions/strongroom.fish`.
#[derive(Debug, Args)]
pub(crate) struct CompletionArgs {
    /// The shell
    #[arg(value_name = "bash|zsh|fish", hide_possible_values = true)]
    pub(crate) shell: Shell,
}

/// A shell that completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Keep a token for a server
///
/// Asks for a token, tries it, and keeps it for this address: in the keyring of this desktop, or where there is none in a
/// file that only you can read.
#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    /// Read the token from stdin instead of asking for it
    #[arg(long)]
    pub(crate) token_stdin: bool,
    /// Keep the token in the file even where there is a keyring
    #[arg(long)]
    pub(crate) in_file: bool,
}

/// Show which of the six rungs a service's secret comes from
///
/// Shows the six places a service looks at for a name, most specific first, and which of them wins.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The name of the secret
    pub(crate) name: SecretName,
}

/// Check that a service gets what its contract says
///
/// Reads `strongroom.contract.toml` and asks the server what the service would get, in the environment of -e or, without one
/// and with `-e all`, in each. No value leaves the server. Exit code 1 when something is missing, of another kind, or goes
/// elsewhere.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The contract
    #[arg(long, value_name = "FILE", default_value = domain::contract::CONTRACT_FILE)]
    pub(crate) file: std::path::PathBuf,
    /// Exit code 1 also for warnings: optional ones that are missing, and ones that the contract does not have
    #[arg(long)]
    pub(crate) strict: bool,
    /// Give the contract to the server besides, which shows on its readiness board what it finds from then on
    #[arg(long)]
    pub(crate) publish: bool,
}

/// List the changes of a project, service or environment
///
/// Lists changes, newest first: of what -p, -s and -e name, else of the installation. Never a value.
#[derive(Debug, Args)]
pub(crate) struct ChangesArgs {
    /// List what was deleted and can be brought back instead
    #[arg(long)]
    pub(crate) deleted: bool,
    /// At most so many lines
    #[arg(long, value_name = "N", default_value = "50")]
    pub(crate) limit: usize,
}

/// Take a change back, as a whole
///
/// Gives every name of a change what it had before, as a new change; undoing that does it again. Refused when a name was
/// written again since.
#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    /// The change, as `strongroom history` lists it
    pub(crate) change: String,
}

/// Find projects, services, secrets and bindings by their words
///
/// Every word has to be in a name, comment, description or target; upper and lower case are the same. Filters:
/// `kind:text|json|file`, `env:NAME|all`, `level:platform|project|service`, `unused:true|false` (no service gets it in any
/// environment), `stale:>90d`. Searches everything the token reaches; values are neither searched nor shown.
#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Words and filters
    #[arg(required = true)]
    pub(crate) query: Vec<String>,
    /// Show at most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_contradict_nothing() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_follows_the_dashes_is_the_program_s_own() {
        let line = ["strongroom", "run", "-e", "development", "--", "sh", "-c", "", "--", "-p", "--only", "a\nb"];
        let cli = Cli::try_parse_from(line).unwrap();
        let Command::Run(run) = cli.command else { panic!("not run") };
        assert_eq!(run.command, line[5..]);
        assert!(cli.global.project.is_none() && run.only.is_empty());
        assert!(Cli::try_parse_from(["strongroom", "run", "--"]).is_err());
        assert!(Cli::try_parse_from(["strongroom", "run", "sh"]).is_err());
    }
}
