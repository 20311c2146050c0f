//! `strongroom secret …`.

use std::str::FromStr;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use domain::{Kind, Level, Scope, SecretName, name::NameError};

use crate::settings::EnvironmentChoice;

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
    Copy(CopyArgs),
    History(HistoryArgs),
    Restore(RestoreArgs),
    Destroy(DestroyArgs),
    Move(MoveArgs),
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

/// Remove secrets; for 30 days they can be brought back
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

/// Copy or move secrets from one place to another
///
/// Copies secrets into the place that -p, -s and -e name, as one change; their values stay on the server. At a terminal
/// the plan is shown and asked about first.
///
/// `secret copy DB_PASS -p shop -e production --from shop/api@production --move` promotes a service's value to its
/// project; `secret copy --all -p shop -s api -e staging --from shop/api@development` copies an environment.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["names", "all"]))]
pub(crate) struct CopyArgs {
    /// The names of the secrets
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<SecretName>,
    /// Every secret that is set there
    #[arg(long)]
    pub(crate) all: bool,
    /// Where they are: `platform`, PROJECT or PROJECT/SERVICE, with @ENVIRONMENT unless for all environments
    #[arg(long, value_name = "PLACE")]
    pub(crate) from: CopyFrom,
    /// Remove them there in the same change
    #[arg(long)]
    pub(crate) r#move: bool,
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// A place in one word.
#[derive(Debug, Clone)]
pub(crate) struct CopyFrom {
    pub(crate) scope: Scope,
}

impl FromStr for CopyFrom {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (place, environment) = match text.split_once('@') {
            Some((place, environment)) => (place, Some(environment.parse()?)),
            None => (text, None),
        };
        let level: Level = place.parse()?;
        Ok(Self { scope: level.at(environment) })
    }
}

/// How a plan is shown and applied.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Only show what would happen
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// With --dry-run: exit with 2 when anything would change
    #[arg(long, requires = "dry_run")]
    pub(crate) exit_code: bool,
    /// Do not ask, also at a terminal
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Names that are not to be stored
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) leave_out: Vec<String>,
    /// Why; the change keeps it
    #[arg(short, long)]
    pub(crate) message: Option<String>,
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

/// Destroy a removed secret, or one old version, for good
///
/// Destroys values before their time: every version of a secret that was removed, or one version that is not the newest.
/// History keeps that they were there. For admins.
#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    /// The name of the secret
    pub(crate) name: SecretName,
    /// The one version to destroy
    #[arg(long, value_name = "N")]
    pub(crate) version: Option<i64>,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// Give a secret another name or place
///
/// Renames a secret, moves it to another place, or both. Its history stays reachable, and bindings that take it follow.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("where").required(true).multiple(true).args(["to_name", "to_level", "to_environment"]))]
pub(crate) struct MoveArgs {
    /// The name of the secret
    pub(crate) name: SecretName,
    /// Its new name
    #[arg(long, value_name = "NAME")]
    pub(crate) to_name: Option<SecretName>,
    /// Its new level: of the platform, or of the project or service that the flags name
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) to_level: Option<LevelArg>,
    /// Its new environment, or `all`
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(crate) to_environment: Option<EnvironmentChoice>,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// A level as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelArg {
    /// The whole installation
    Platform,
    /// Every service of the project
    Project,
    /// The service
    Service,
}
