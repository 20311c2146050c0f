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
use failure::Failure;
use printer::{Output, Printer};

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    // Not for people, and no command: its variables are the program's, which may mean anything.
    if words.next().is_some_and(|word| word == commands::SESSION) {
        return end(&Printer::new(Output::default()), commands::lead(words));
    }
    let cli = Cli::parse();
    let printer = Printer::new(cli.global.output);
    end(&printer, commands::execute(cli, &printer))
}

fn end(printer: &Printer, done: Result<u8, Failure>) -> ExitCode {
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            printer.error(&failure);
            ExitCode::from(failure.code())
        }
    }
}
