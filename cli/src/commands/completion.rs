//! `completion`: commands and flags for the shells that complete.

use clap::CommandFactory;
use clap_complete::{Shell as Generator, generate};

use super::DONE;
use crate::{
    args::{Cli, CompletionArgs, Shell},
    failure::Failure,
    printer::Printer,
};

pub(super) fn completion(args: &CompletionArgs, printer: &Printer) -> Result<u8, Failure> {
    let generator = match args.shell {
        Shell::Bash => Generator::Bash,
        Shell::Zsh => Generator::Zsh,
        Shell::Fish => Generator::Fish,
    };
    let mut script = Vec::new();
    generate(generator, &mut Cli::command(), "strongroom", &mut script);
    printer.value(&script)?;
    Ok(DONE)
}
