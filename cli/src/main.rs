//! The binary `strongroom`: programs get their secrets, people manage them, both over REST.
//!
//! | module | concept |
//! |---|---|
//! | `args` | what can be typed |
//! | `settings` | where commands go and as whom: flags, variables, `strongroom.toml`, stored logins |
//! | `client` | REST with one server |
//! | `commands` | one file per command |
//! | `printer`, `table` | the only way to stdout and stderr |
//! | `failure` | sentences and exit codes |

#[allow(clippy::doc_markdown, reason = "these doc comments are help texts")]
mod args;
mod client;
mod commands;
mod failure;
mod printer;
mod settings;
mod table;
mod variables;

use std::process::ExitCode;

use clap::Parser;

use args::Cli;
use printer::Printer;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let printer = Printer::new(cli.global.output);
    match commands::execute(cli, &printer) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            printer.error(&failure);
            ExitCode::from(failure.code())
        }
    }
}
