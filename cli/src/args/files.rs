//! `strongroom import` and `strongroom export`.

use std::{path::PathBuf, str::FromStr};

use clap::Args;
use domain::{export, import};

use super::{LevelArgs, PlanArgs};

/// Store the secrets of a file, all or none
///
/// Stores the secrets of a file such as `{"DB_PASS": "…", "PORT": 5432}` as one change: all of them, or none.
///
/// A text becomes a text, everything else JSON as it is written. Every problem is told at once, as FILE:LINE:COLUMN.
/// At a terminal the plan is shown and asked about first; what is applied is that plan or nothing.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file, a directory (each file in it is a secret), or `-` for stdin
    pub(crate) file: PathBuf,
    /// json, env, yaml or toml; by default what the name ends with, and JSON for stdin
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<ImportFormat>,
    /// Names whose texts are files: PEM is stored as it is, base64 as the bytes it stands for
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) as_file: Vec<String>,
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

/// Export secrets as a file
///
/// Of a service and an environment, what the service gets there; otherwise the secrets of the one scope. Every name is
/// recorded in the audit log as revealed. What the format cannot carry is an error that names the secrets, never a
/// changed value.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// env, shell (for `eval`), json, yaml, toml, docker, kubernetes, tfvars or csv
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: ExportFormat,
    /// Write to this file, which only you can read, instead of to stdout
    #[arg(short = 'o', long = "file", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long, requires = "file")]
    pub(crate) force: bool,
    /// Of a service and an environment: only what is set right there
    #[arg(long)]
    pub(crate) own: bool,
    /// Why; goes into the audit log
    #[arg(long)]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) level: LevelArgs,
}

macro_rules! format_type {
    ($(#[$doc:meta])* $type:ident, $format:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $type(pub(crate) $format);

        impl FromStr for $type {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                <$format>::from_word(word).map(Self).ok_or_else(|| {
                    let words: Vec<_> = <$format>::ALL.iter().map(|format| format.word()).collect();
                    format!("the formats are {}", words.join(", "))
                })
            }
        }
    };
}

format_type! {
    /// A format that can be read.
    ImportFormat, import::Format
}
format_type! {
    /// A format that can be written.
    ExportFormat, export::Format
}
