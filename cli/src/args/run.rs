//! `strongroom run`.

use std::{ffi::OsString, path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, ValueEnum};
use domain::SecretName;
use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

/// Start a program with the secrets of its service
///
/// Everything is fetched and checked before the program starts; when anything is missing or cannot be carried, nothing is
/// started. The program gets this process' variables without STRONGROOM_TOKEN and STRONGROOM_TOKEN_FILE, then the
/// secrets and bindings of the service, then --secret, then --env; the later one wins. Its arguments reach it untouched.
///
/// The program takes this process' place, so exit code, signals and terminal are its own. When there are files to remove
/// or output to mask, or as the first process of a container, strongroom stays beside it instead and passes signals on.
/// 127: no such program; 126: it cannot be executed; 128+n: signal n ended it.
#[derive(Debug, Args)]
#[command(
    override_usage = "strongroom run [OPTIONS] -- PROGRAM [ARGUMENTS]...\n       strongroom run [OPTIONS] --command TEXT"
)]
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
    /// When a secret is missing: start nothing (fail), or say so and start without it (warn)
    #[arg(
        long,
        value_name = "fail|warn",
        default_value = "fail",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) missing: Missing,
    /// Keep the variables that are set already, all or these, where the service has a secret of that name
    #[arg(long, value_name = "ENV,…", value_delimiter = ',', num_args = 0..=1, require_equals = true)]
    pub(crate) preserve_env: Option<Vec<String>>,
    /// Pass on none of this process' variables but PATH, HOME, USER, LOGNAME, SHELL, TERM, TZ and LANG
    #[arg(long)]
    pub(crate) clean_env: bool,
    /// A text for the shell ($SHELL, else sh) instead of a program and its arguments
    #[arg(short = 'c', long = "command", value_name = "TEXT", conflicts_with = "command")]
    pub(crate) shell_text: Option<OsString>,
    #[command(flatten)]
    pub(crate) files: FileArgs,
    #[command(flatten)]
    pub(crate) mask: MaskArgs,
    #[command(flatten)]
    pub(crate) offline: OfflineArgs,
    #[command(flatten)]
    pub(crate) watch: WatchArgs,
    /// The program and its arguments
    #[arg(last = true, required_unless_present = "shell_text", value_name = "PROGRAM")]
    pub(crate) command: Vec<OsString>,
}

/// What a missing secret means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Missing {
    /// Nothing is started.
    Fail,
    /// The program starts without it.
    Warn,
}

/// Secrets as files.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(crate) struct FileArgs {
    /// Write a secret of the service to a file while the program runs; may be repeated
    #[arg(long, value_name = "PATH=NAME")]
    pub(crate) file: Vec<OsString>,
    /// Write the secrets of the service into this directory instead of variables, each named by its key
    #[arg(long, value_name = "DIR")]
    pub(crate) mount: Option<PathBuf>,
    /// A named pipe, for one reader after the other, with the secrets of the service as JSON, or with one secret as it is;
    /// may be repeated
    #[arg(long, value_name = "PATH[=NAME]")]
    pub(crate) fifo: Vec<OsString>,
    /// How often each named pipe can be read; it is gone then
    #[arg(long, value_name = "N", requires = "fifo", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_reads: Option<u32>,
}

/// Values in what the program prints.
#[derive(Debug, Args)]
#[command(next_help_heading = "Masking")]
pub(crate) struct MaskArgs {
    /// Mask values in the output: on a terminal (auto), in pipes and files too (always), or never
    #[arg(
        long,
        value_name = "auto|always|never",
        default_value = "auto",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) mask: Masking,
    /// The same as --mask=never
    #[arg(long, conflicts_with = "mask")]
    pub(crate) no_mask: bool,
}

/// Which output is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Masking {
    /// Where stdout is a terminal.
    Auto,
    /// Wherever it goes.
    Always,
    /// None.
    Never,
}

/// The encrypted copy of the last answer.
#[derive(Debug, Args)]
#[command(next_help_heading = "Offline")]
pub(crate) struct OfflineArgs {
    /// Start with the copy that the last run kept; the server is not asked
    #[arg(long)]
    pub(crate) offline: bool,
    /// Start with the copy when it is young enough, else ask the server
    #[arg(long, conflicts_with = "offline")]
    pub(crate) prefer_offline: bool,
    /// How old the copy may be, for example 90s, 15m, 1h or 7d; 1h for --prefer-offline, any age for --offline
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub(crate) max_age: Option<Duration>,
    /// Keep no copy, and remove the one that is there
    #[arg(long, conflicts_with_all = ["offline", "prefer_offline"])]
    pub(crate) no_copy: bool,
}

/// Changes while the program runs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Changes")]
pub(crate) struct WatchArgs {
    /// Hear from the server when something that the program gets changes, and act on it
    #[arg(long, conflicts_with = "offline")]
    pub(crate) watch: bool,
    /// What to do then: start the program anew (restart, the default); write its files and named pipes anew (files), and
    /// send it a signal (signal:HUP) or run a text for the shell (exec:TEXT) after that; or say so and do nothing (none)
    #[arg(long, value_name = "ACTION", requires = "watch", default_value = "restart", hide_default_value = true)]
    pub(crate) on_change: OnChange,
    /// How long a program that is started anew may take to end before it is killed
    #[arg(long, value_name = "TIME", requires = "watch", default_value = "10s", value_parser = parse_age)]
    pub(crate) grace: Duration,
    /// Act a random time of at most this after a change, so that not everybody does at once
    #[arg(long, value_name = "TIME", requires = "watch", default_value = "0s", value_parser = parse_age)]
    pub(crate) splay: Duration,
}

/// What a change means for the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OnChange {
    /// It is ended and started with what it gets now.
    Restart,
    /// Its files and named pipes are written anew.
    Files,
    /// The same, and it is sent this signal.
    Signal(i32),
    /// The same, and this text is run by the shell.
    Exec(OsString),
    /// It is said.
    Nothing,
}

impl FromStr for OnChange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "restart" => Ok(Self::Restart),
            None if text == "files" => Ok(Self::Files),
            None if text == "none" => Ok(Self::Nothing),
            Some(("signal", name)) => {
                let known = |(word, _): &&(&str, i32)| *word == name.strip_prefix("SIG").unwrap_or(name);
                let signal = SIGNALS.iter().find(known).map(|(_, signal)| Self::Signal(*signal));
                signal.ok_or_else(|| format!("there are {}", SIGNALS.map(|(word, _)| word).join(", ")))
            }
            Some(("exec", text)) if !text.trim().is_empty() => Ok(Self::Exec(text.into())),
            _ => Err("write restart, files, signal:NAME, exec:TEXT or none".to_owned()),
        }
    }
}

/// The signals that can tell a program of a change.
const SIGNALS: [(&str, i32); 7] = [
    ("HUP", SIGHUP),
    ("USR1", SIGUSR1),
    ("USR2", SIGUSR2),
    ("INT", SIGINT),
    ("QUIT", SIGQUIT),
    ("TERM", SIGTERM),
    ("ALRM", SIGALRM),
];

fn parse_age(text: &str) -> Result<Duration, String> {
    let wrong = || "an age is a number with s, m, h or d, for example 15m".to_owned();
    let split = text.len().checked_sub(1).filter(|split| text.is_char_boundary(*split)).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(split);
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(unit).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_change_means_is_a_word() {
        for (text, meant) in [
            ("restart", OnChange::Restart),
            ("files", OnChange::Files),
            ("none", OnChange::Nothing),
            ("signal:HUP", OnChange::Signal(SIGHUP)),
            ("signal:SIGUSR1", OnChange::Signal(SIGUSR1)),
            ("exec:nginx -s reload", OnChange::Exec("nginx -s reload".into())),
            ("exec:a:b", OnChange::Exec("a:b".into())),
        ] {
            assert_eq!(text.parse(), Ok(meant), "{text}");
        }
        for text in ["", "Restart", "signal", "signal:", "signal:KILL", "exec", "exec:", "exec: ", "restart:x"] {
            assert!(text.parse::<OnChange>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_age_is_a_number_with_its_unit() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("15m", 900), ("1h", 3600), ("7d", 604_800)] {
            assert_eq!(parse_age(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "1", "h", "-1h", "1.5h", "1 h", "1w", "1é", "18446744073709551615d"] {
            assert!(parse_age(text).is_err(), "{text}");
        }
    }
}
