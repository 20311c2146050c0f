//! `strongroom binding`.

use std::path::PathBuf;

use clap::{Args, Subcommand, builder::PossibleValuesParser};
use domain::{SecretName, wiring::WiringFormat};

/// List, create and remove bindings: which secret feeds which variable or file of a service
#[derive(Debug, Subcommand)]
pub(crate) enum BindingCommand {
    /// List the bindings of a service; with -e those that count there, and what each resolves to
    List,
    Create(NewBinding),
    Remove(OldBinding),
    Export(BindingExportArgs),
    Import(BindingImportArgs),
}

/// Bind a variable or file to a secret
///
/// For the environment of -e, else for all of them; one for an environment overrides that for all.
#[derive(Debug, Args)]
pub(crate) struct NewBinding {
    /// The variable, or with a `/` in front the path of the file
    pub(crate) target: String,
    /// The secret
    pub(crate) secret: SecretName,
}

/// Remove the binding of a variable or file
///
/// The one for the environment of -e, else the one for all of them.
#[derive(Debug, Args)]
pub(crate) struct OldBinding {
    /// The variable, or with a `/` in front the path of the file
    pub(crate) target: String,
}

/// Write the bindings down for another tool: no value is in it
///
/// A `strongroom run` line that needs no binding on the server, the manifest of a Kubernetes Deployment that takes its
/// secrets from what `strongroom export --format kubernetes` writes, or a Compose file to be started by `strongroom run`.
#[derive(Debug, Args)]
pub(crate) struct BindingExportArgs {
    /// `run`, `kubernetes` or `compose`
    #[arg(long, default_value = "run", value_parser = PossibleValuesParser::new(WiringFormat::ALL.map(WiringFormat::word)))]
    pub(crate) format: String,
}

/// Bind what a file asks for
///
/// The variables of a `.env.example`, whose values nobody looks at, or the parameters in `$secrets` of an OpenAPI document in
/// JSON (qhub's, or what `python -m strongroom openapi` prints). What is bound already, or delivered by its own name, is
/// left as it is.
#[derive(Debug, Args)]
pub(crate) struct BindingImportArgs {
    /// The file; `-` is stdin
    pub(crate) file: PathBuf,
    /// Only show what would be bound
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Variables to leave out
    #[arg(long, value_name = "VARIABLE", value_delimiter = ',')]
    pub(crate) leave_out: Vec<String>,
}
