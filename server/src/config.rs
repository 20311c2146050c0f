//! The command line and the environment. Every flag is also a variable `STRONGROOM_…`; `--help` is the reference.

mod audit;
mod duration;
mod edge;
mod environment;
mod origin;
mod secret;

use std::{
    ffi::OsString,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use vault::{DatabaseUrl, KeyFiles};

use audit::day;
pub use audit::{Audit, AuditArgs, StreamTo};
pub use edge::{Doors, EdgeArgs, Tls};
pub use origin::Origin;
use secret::Hidden;

/// A secrets manager: one server, one database, two key files.
#[derive(Debug, Parser)]
#[command(name = "strongroom-server", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Starts the server; creates what is missing.
    Serve(ServeArgs),
    /// Creates the first admin without a browser.
    Bootstrap(BootstrapArgs),
    /// Brings the database schema up to date.
    Migrate(StorageArgs),
    /// Checks every row of the database, opens every value, and checks the audit log.
    Verify(StorageArgs),
    /// About the audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Prints the OpenAPI document of the REST interface.
    Openapi,
    /// About the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// About the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Says whether `serve` would accept the configuration, and prints it without its secrets.
    Check(ServeArgs),
}

/// About the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Checks every record: that it is as it was written, and that none is missing, at the end and as a whole neither.
    Verify(VerifyArgs),
    /// Removes the records of closed segments that ended before a date; the segments' signed headers stay.
    Prune(PruneArgs),
}

/// How the check is told.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    pub(crate) storage: StorageArgs,
    /// Print what was found about each chain, as JSON.
    #[arg(long)]
    pub json: bool,
}

/// What is removed.
#[derive(Debug, Args)]
pub struct PruneArgs {
    #[command(flatten)]
    pub(crate) storage: StorageArgs,
    /// The first day that is kept, UTC: `2026-01-31`.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub before: domain::Millis,
}

/// Where everything is kept.
#[derive(Debug, Args)]
pub struct StorageArgs {
    /// The directory of the database.
    #[arg(long, env = "STRONGROOM_DATA", default_value = "./data", value_name = "DIR")]
    data: PathBuf,
    /// The directory of the two key files; never inside the data directory, so that no copy of one holds both.
    #[arg(long, env = "STRONGROOM_KEYS", default_value = "./keys", value_name = "DIR")]
    keys: PathBuf,
    /// The database, `sqlite://PATH` or `postgres://…`; `sqlite://DIR/strongroom.db` in the data directory when not given.
    #[arg(long, env = "STRONGROOM_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<Hidden>,
    /// A file with the database URL.
    #[arg(long, env = "STRONGROOM_DATABASE_URL_FILE", conflicts_with = "database_url", value_name = "FILE")]
    database_url_file: Option<PathBuf>,
    /// The signed head of the audit log, which tells a database that was rolled back; `audit.head` beside the keys when
    /// not given. Never inside the data directory.
    #[arg(long, env = "STRONGROOM_HEAD_FILE", value_name = "FILE")]
    head_file: Option<PathBuf>,
}

/// How the server listens and speaks.
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    storage: StorageArgs,
    /// The address to listen on.
    #[arg(long, env = "STRONGROOM_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The address people and programs use, such as `https://secrets.example.com`; `http://ADDRESS` when not given.
    /// With `https`, cookies are `Secure` and browsers are told to stay with HTTPS.
    #[arg(long, env = "STRONGROOM_PUBLIC_URL", value_name = "URL")]
    public_url: Option<Origin>,
    /// A further address whose pages may send forms here; may be repeated, or separated by commas in the variable.
    #[arg(long = "trusted-origin", env = "STRONGROOM_TRUSTED_ORIGIN", value_delimiter = ',', value_name = "URL")]
    trusted_origins: Vec<Origin>,
    /// How long a password or code that was given is enough for what asks for it again: making tokens, changing people,
    /// deleting projects, destroying values; `30s` to `12h`.
    #[arg(long, env = "STRONGROOM_CONFIRM_WITHIN", default_value = "5m", value_name = "TIME", value_parser = duration::parse)]
    confirm_within: i64,
    /// What is logged, on stderr: `error`, `warn`, `info`, `debug`, or directives such as `info,vault=debug`.
    #[arg(long, env = "STRONGROOM_LOG", default_value = "info", value_name = "FILTER")]
    log: String,
    /// How it is logged.
    #[arg(long, env = "STRONGROOM_LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    log_format: LogFormat,
    #[command(flatten)]
    audit: AuditArgs,
    #[command(flatten)]
    edge: EdgeArgs,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object per line.
    Json,
}

/// Whom to make the first admin.
#[derive(Debug, Args)]
pub struct BootstrapArgs {
    #[command(flatten)]
    storage: StorageArgs,
    /// The e-mail address of the first admin.
    #[arg(long, value_name = "EMAIL")]
    pub email: String,
    /// Read the password from standard input: its first line.
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Print a token of that admin, alone on stdout, with every right on everything.
    #[arg(long)]
    pub token: bool,
}

/// Where everything is kept, checked.
#[derive(Debug)]
pub struct Storage {
    /// The data directory.
    pub data: PathBuf,
    /// The key directory.
    pub keys: PathBuf,
    /// The database.
    pub database: Database,
    /// The signed head of the audit log.
    pub head: PathBuf,
}

/// The database, shown without its password.
#[derive(Clone)]
pub struct Database(pub DatabaseUrl);

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The configuration of `serve`, checked.
#[derive(Debug)]
pub struct Config {
    /// Where everything is kept.
    pub storage: Storage,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address people and programs use; the one listened on when absent.
    pub public_url: Option<Origin>,
    /// Further origins whose pages may send forms here.
    pub trusted_origins: Vec<Origin>,
    /// How long a password or code that was given is enough, in milliseconds.
    pub confirm_within: i64,
    /// What is logged.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
    /// How the audit log is kept.
    pub audit: Audit,
    /// Connections: how many, how they are encrypted, and whose word about a client is taken.
    pub doors: Doors,
}

/// The configuration cannot be used: wrong usage, exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(String);

/// Reads the command line and the environment. Helps, versions and mistakes come as clap's error.
pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut command = Cli::command();
    environment::check(&mut command, std::env::vars_os().map(|(name, _)| name))?;
    let mut matches = command.clone().try_get_matches_from(words)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

impl ServeArgs {
    /// The configuration, if it can be used.
    pub fn check(self) -> Result<Config, Unusable> {
        tracing_subscriber::EnvFilter::try_new(&self.log).map_err(|error| Unusable(format!("--log: {error}")))?;
        Ok(Config {
            storage: self.storage.check()?,
            listen: self.listen,
            public_url: self.public_url,
            trusted_origins: self.trusted_origins,
            confirm_within: self.confirm_within,
            log: self.log,
            log_format: self.log_format,
            audit: self.audit.check(),
            doors: self.edge.check()?,
        })
    }
}

impl BootstrapArgs {
    /// Where everything is kept, if that can be used.
    pub fn storage(&self) -> Result<Storage, Unusable> {
        self.storage.check()
    }
}

impl StorageArgs {
    /// Where everything is kept, if that can be used.
    pub fn check(&self) -> Result<Storage, Unusable> {
        let (data, keys) = (resolved(&self.data)?, resolved(&self.keys)?);
        if keys.starts_with(&data) {
            return Err(Unusable(format!(
                "the keys ({}) lie inside the data directory ({}): whoever copies one would have both; choose another \
                 place with --keys",
                keys.display(),
                data.display()
            )));
        }
        let database = match self.database_url()? {
            None => DatabaseUrl::Sqlite(data.join("strongroom.db")),
            // The text itself is not shown: it may hold a password.
            Some(url) => url.parse().map_err(|message| Unusable(format!("--database-url: {message}")))?,
        };
        let head = self.head_file.clone().unwrap_or_else(|| keys.join("audit.head"));
        let head = resolved(&head)?;
        if head.starts_with(&data) {
            return Err(Unusable(format!(
                "the head file ({}) lies inside the data directory ({}): whoever puts back an older copy of one would \
                 put back both; choose another place with --head-file",
                head.display(),
                data.display()
            )));
        }
        Ok(Storage { data, keys, database: Database(database), head })
    }

    fn database_url(&self) -> Result<Option<String>, Unusable> {
        match &self.database_url_file {
            None => Ok(self.database_url.as_ref().map(|url| url.expose().to_owned())),
            Some(file) => fs::read_to_string(file)
                .map(|text| Some(text.trim().to_owned()))
                .map_err(|error| Unusable(format!("--database-url-file {}: {error}", file.display()))),
        }
    }
}

impl Storage {
    /// What the vault is opened with. Makes the two directories, for nobody else to read.
    pub fn prepare(&self, rollback: vault::Rollback) -> io::Result<vault::Config> {
        if let DatabaseUrl::Sqlite(file) = &self.database.0 {
            make_private(file.parent().unwrap_or(&self.data))?;
        }
        make_private(&self.keys)?;
        Ok(vault::Config {
            database: self.database.0.clone(),
            keys: KeyFiles::in_directory(&self.keys),
            clock: vault::Clock::system(),
            audit: vault::AuditConfig { head: Some(self.head.clone()), rollback, ..vault::AuditConfig::default() },
            confirm_within: duration::CONFIRM_WITHIN,
        })
    }
}

/// Makes a directory that is missing, readable for its owner only.
fn make_private(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    if directory.as_os_str().is_empty() {
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", directory.display())))
}

/// The absolute path with links followed as far as the path exists: `keys` may be a link into `data`.
fn resolved(path: &Path) -> Result<PathBuf, Unusable> {
    let absolute = std::path::absolute(path).map_err(|error| Unusable(format!("{}: {error}", path.display())))?;
    let mut plain = PathBuf::new();
    for part in absolute.components() {
        if part == std::path::Component::ParentDir {
            plain.pop();
        } else {
            plain.push(part);
        }
        if let Ok(real) = plain.canonicalize() {
            plain = real;
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests;
