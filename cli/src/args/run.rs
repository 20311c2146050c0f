//! `strongroom run`.

use std::ffi::OsString;

use clap::Args;
use domain::SecretName;

/// Start a program with the secrets of its service
///
/// Everything is fetched and checked before the program starts; when anything is missing or cannot be carried, nothing is
/// started. The program gets this process' variables without STRONGROOM_TOKEN and STRONGROOM_TOKEN_FILE, then the
/// secrets and bindings of the service, then --secret, then --env; the later one wins. Its arguments reach it untouched.
///
/// The program takes this process' place, so exit code, signals and terminal are its own. When the service has secrets
/// bound to files, strongroom stays beside it instead: it writes the files, passes signals on, and removes the files when
/// the program ends. 127: no such program; 126: it cannot be executed; 128+n: signal n ended it.
#[derive(Debug, Args)]
#[command(override_usage = "strongroom run [OPTIONS] -- COMMAND [ARGUMENTS]...")]
pub(crate) struct RunArgs {
    /// Give the program a secret of the service as the variable ENV; may be repeated
    #[arg(long, value_name = "ENV=NAME")]
    pub(crate) secret: Vec<String>,
    /// Set the variable KEY, in the open; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) env: Vec<String>,
    /// Of the service's own secrets, only these; a missing one is an error
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) only: Vec<SecretName>,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<OsString>,
}
