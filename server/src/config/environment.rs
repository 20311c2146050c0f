//! Variables `STRONGROOM_…` that mean nothing to us are mistakes: a misspelt one would silently do nothing.

use std::{collections::BTreeSet, ffi::OsString};

use clap::{Command, error::ErrorKind};

const PREFIX: &str = "STRONGROOM_";

/// What the client `strongroom` and the Python package read; they may be set in the shell that starts a server.
const OF_CLIENTS: [&str; 8] = [
    "STRONGROOM_CONFIG",
    "STRONGROOM_ENVIRONMENT",
    "STRONGROOM_OUTPUT",
    "STRONGROOM_PROJECT",
    "STRONGROOM_SERVICE",
    "STRONGROOM_TOKEN",
    "STRONGROOM_TOKEN_FILE",
    "STRONGROOM_URL",
];

/// Refuses variables of ours that nothing reads.
pub(super) fn check(command: &mut Command, variables: impl Iterator<Item = OsString>) -> Result<(), clap::Error> {
    let mut known = BTreeSet::from(OF_CLIENTS.map(String::from));
    collect(command, &mut known);
    for variable in variables {
        let variable = variable.to_string_lossy();
        if variable.starts_with(PREFIX) && !known.contains(&*variable) {
            let message = match nearest(&variable, &known) {
                Some(meant) => format!("no such variable: {variable}; did you mean {meant}?"),
                None => format!("no such variable: {variable}; --help names those there are"),
            };
            return Err(command.error(ErrorKind::UnknownArgument, message));
        }
    }
    Ok(())
}

fn collect(command: &Command, known: &mut BTreeSet<String>) {
    known
        .extend(command.get_arguments().filter_map(clap::Arg::get_env).map(|name| name.to_string_lossy().into_owned()));
    for inner in command.get_subcommands() {
        collect(inner, known);
    }
}

fn nearest<'a>(variable: &str, known: &'a BTreeSet<String>) -> Option<&'a String> {
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(variable, name), name))
        .filter(|(distance, _)| *distance <= 4)
        .min()
        .map(|(_, name)| name)
}
