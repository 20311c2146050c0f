//! `strongroom project`, `service`, `environment`, `token`.

use super::LevelArgs;
use clap::{Args, Subcommand, ValueEnum};
use domain::{EnvironmentName, Slug, access::Right};

/// List, create and remove projects: groups of services and people
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectCommand {
    /// List the projects you may see
    List,
    /// Create a project
    Create(NewPlace),
    /// Remove a project with its services, secrets, bindings and tokens
    Remove(Removal),
}

/// List, create and remove the services of a project: what gets secrets
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// List the services of a project
    List,
    /// Create a service
    Create(NewPlace),
    /// Remove a service with its secrets, bindings and tokens
    Remove(Removal),
}

/// List, create and remove the environments of the platform
#[derive(Debug, Subcommand)]
pub(crate) enum EnvironmentCommand {
    /// List the environments
    List,
    /// Add an environment
    Create {
        /// Its name
        name: EnvironmentName,
        /// Its place from 0; at the end when not given
        #[arg(long, value_name = "N")]
        position: Option<u32>,
    },
    /// Remove an environment that nothing uses, or with all that is in it
    Remove {
        /// Its name
        name: EnvironmentName,
        /// Only show what would go
        #[arg(long, conflicts_with = "with_contents")]
        dry_run: bool,
        /// Remove its secrets with their history, its bindings and its tokens, too
        #[arg(long)]
        with_contents: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// List, create and revoke tokens: what programs show instead of a password
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// List the tokens you may manage
    List,
    /// Create a token; it alone goes to stdout, once
    ///
    /// It reaches what -p, -s and -e name, and no further; without them, everything that you may. A token of one service
    /// can only read.
    Create {
        /// What it is called in lists and in the audit log
        name: String,
        /// What it may
        #[arg(long, value_enum, value_delimiter = ',', default_value = "read")]
        rights: Vec<RightArg>,
        /// For how many days, 1 to 3650; 90 when not given
        #[arg(long, value_name = "DAYS")]
        expires_in_days: Option<u32>,
        /// From which network it is accepted, such as 10.1.0.0/16; may be repeated; from everywhere when not given
        #[arg(long = "network", value_name = "CIDR")]
        networks: Vec<String>,
        #[command(flatten)]
        level: LevelArgs,
    },
    /// Take a token back; it is refused from the next request on
    #[command(alias = "revoke")]
    Remove {
        /// Its id, as `token list` shows it
        id: String,
    },
}

/// A new project or service.
#[derive(Debug, Args)]
pub(crate) struct NewPlace {
    /// Its name in paths: lower-case letters, digits and `-`; cannot be changed later
    pub(crate) slug: Slug,
    /// Its name for people
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// What it is for
    #[arg(long)]
    pub(crate) description: Option<String>,
}

/// What to remove with everything in it.
#[derive(Debug, Args)]
pub(crate) struct Removal {
    /// Its name in paths
    pub(crate) slug: Slug,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// [`Right`] as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RightArg {
    /// Get values
    Read,
    /// Write and remove secrets and bindings
    Write,
    /// Create and remove projects, services, environments, people and tokens
    Manage,
}

impl From<RightArg> for Right {
    fn from(right: RightArg) -> Self {
        match right {
            RightArg::Read => Self::Read,
            RightArg::Write => Self::Write,
            RightArg::Manage => Self::Manage,
        }
    }
}
