//! `strongroom secret …` and `strongroom import`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use domain::{Kind, SecretName};

/// List, read and change secrets
///
/// Without flags, secrets belong to the platform: every project and service gets them. With -p they belong to a
/// project, with -p and -s to a service; with -e to one environment, else to all of them.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    List(ListArgs),
    Get(GetArgs),
    Set(SetArgs),
    /// Add a secret, or set one that exists
    ///
    /// Other users of this machine can see the arguments of a command; `secret set NAME=-` takes the value from stdin.
    Add(Coded),
    /// Set a secret that exists
    ///
    /// Other users of this machine can see the arguments of a command; `secret set NAME=-` takes the value from stdin.
    Update(Coded),
    Remove(RemoveArgs),
    History(HistoryArgs),
    Restore(RestoreArgs),
}

/// Reaches the platform from where a project is set.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Where")]
pub(crate) struct LevelArgs {
    /// The platform, whatever project variables and strongroom.toml name
    #[arg(long, conflicts_with_all = ["project", "service"])]
    pub(crate) platform: bool,
}

/// List names and sources; with -s and -e everything the service gets
///
/// Lists secrets; never their values.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// Show a secret; with --reveal its value
///
/// Shows where a secret is, and with --reveal its value: its bytes and nothing else, on stdout.
///
/// With -s and -e the value is the one the service gets, wherever it comes from; with --version or --reason it is the one
/// of exactly the place that the flags name.
#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    /// The name of the secret
    pub(crate) name: SecretName,
    /// Print the value; the audit log keeps that you did
    #[arg(long)]
    pub(crate) reveal: bool,
    /// Print the value of this version
    #[arg(long, value_name = "N", requires = "reveal")]
    pub(crate) version: Option<i64>,
    /// Why, for the audit log
    #[arg(long, requires = "reveal")]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// Set secrets: NAME=VALUE, NAME=@FILE, or NAME=- for stdin
///
/// Sets secrets. All names and values are checked before the first is sent.
///
/// Other users of this machine can see the arguments of a command: NAME=@FILE and NAME=- keep a value out of them. Bytes
/// are kept as they are, a line break at the end included. To begin a value with `@`, or to set just `-`, write `\@` and `\-`.
#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    /// NAME=VALUE, NAME=@FILE or NAME=-; with --generate just NAME
    #[arg(required = true, value_name = "NAME=VALUE")]
    pub(crate) assignments: Vec<String>,
    /// Has the server make the values: LEN characters, 32 when not given. Nobody sees them
    #[arg(long, value_name = "LEN", num_args = 0..=1, require_equals = true, default_missing_value = "32")]
    pub(crate) generate: Option<u32>,
    /// With --generate: the characters to draw from; letters and digits when not given
    #[arg(long, value_name = "CHARS", requires = "generate", allow_hyphen_values = true)]
    pub(crate) alphabet: Option<String>,
    #[command(flatten)]
    pub(crate) written: WrittenArgs,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// What goes with a value.
#[derive(Debug, Clone, Args)]
pub(crate) struct WrittenArgs {
    /// What the value is
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) kind: KindArg,
    /// What people should know about it
    #[arg(long)]
    pub(crate) comment: Option<String>,
    /// Who looks after it: a person, a team, a channel
    #[arg(long)]
    pub(crate) owner: Option<String>,
    /// The last day of the value, such as 2026-12-31; empty for none
    #[arg(long, value_name = "DAY")]
    pub(crate) rotate_by: Option<String>,
}

/// [`Kind`] as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindArg {
    /// UTF-8 text
    Text,
    /// Any JSON
    Json,
    /// Any bytes
    File,
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Text => Self::Text,
            KindArg::Json => Self::Json,
            KindArg::File => Self::File,
        }
    }
}

/// One secret, by key and value.
#[derive(Debug, Args)]
pub(crate) struct Coded {
    /// The name of the secret
    #[arg(short, long)]
    pub(crate) key: SecretName,
    /// Its value, taken as it is
    #[arg(short, long, allow_hyphen_values = true)]
    pub(crate) value: String,
    #[command(flatten)]
    pub(crate) written: WrittenArgs,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// Remove secrets; their versions stay in history
///
/// Removes secrets from exactly the place the flags name; an inherited one stays where it is.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["names", "key"]))]
pub(crate) struct RemoveArgs {
    /// The names of the secrets
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<SecretName>,
    /// The name of the secret
    #[arg(short, long)]
    pub(crate) key: Option<SecretName>,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// List the versions of a secret
///
/// Lists versions, newest first; never their values.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// The name of the secret
    pub(crate) name: SecretName,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// Make an old version the newest one
///
/// Writes the value of an old version as the newest one.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The name of the secret
    pub(crate) name: SecretName,
    /// The version to bring back
    #[arg(long, value_name = "N")]
    pub(crate) version: i64,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// Store the secrets of a file, all or none
///
/// Stores the secrets of a file such as `{"DB_PASS": "…", "PORT": 5432}` as one change: all of them, or none.
///
/// A text becomes a text, everything else JSON as it is written. Every problem is told at once, as FILE:LINE:COLUMN.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file, or `-` for stdin
    pub(crate) file: PathBuf,
    /// Only show what would happen
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// With --dry-run: exit with 2 when anything would change
    #[arg(long, requires = "dry_run")]
    pub(crate) exit_code: bool,
    /// Names in the file that are not to be stored
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) leave_out: Vec<String>,
    /// Why; the change keeps it
    #[arg(short, long)]
    pub(crate) message: Option<String>,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}
