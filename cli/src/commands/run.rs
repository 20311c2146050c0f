//! `run`: everything is fetched and checked first, then the program starts, or nothing does.

mod assignments;
mod child;
mod delivery;
mod files;
mod signals;

use std::{collections::BTreeMap, ffi::OsString, os::unix::ffi::OsStringExt, process::Command};

use domain::{SecretValue, injection::Injection};

use super::Context;
use crate::{args::RunArgs, failure::Failure, variables};

use assignments::Assignments;
use delivery::fetch;

/// The variables that carry our own token. Programs never see them.
const OWN: [&str; 2] = [variables::TOKEN, variables::TOKEN_FILE];

pub(super) fn run(context: &Context, args: RunArgs) -> Result<u8, Failure> {
    let assignments = Assignments::parse(&args.secret, &args.env)?;
    let (service, environment) = context.place()?;
    let client = context.client()?;
    child::keep_memory_private();
    let fetched = fetch(&client, &service, &environment, &assignments, &args.only)?;
    let mut words = args.command.into_iter();
    let program = words.next().ok_or_else(|| Failure::usage("no program: write it after `--`"))?;
    let mut command = Command::new(&program);
    command.args(words).env_clear().envs(variables(&fetched.injection, &fetched.chosen, &assignments));
    if fetched.injection.files.is_empty() {
        return Err(child::replace(command));
    }
    child::accompany(command, fetched.injection.files)
}

/// The variables of the program: ours without our token, then those of the service, then `--secret`, then `--env`.
fn variables(
    injection: &Injection,
    chosen: &[(String, SecretValue)],
    assignments: &Assignments,
) -> BTreeMap<OsString, OsString> {
    let value = |value: &SecretValue| OsString::from_vec(value.expose().to_vec());
    let own = |name: &OsString| OWN.iter().any(|own| name == own);
    let mut variables: BTreeMap<OsString, OsString> = std::env::vars_os().filter(|(name, _)| !own(name)).collect();
    variables.extend(injection.variables.iter().map(|(name, held)| (name.as_str().into(), value(held))));
    variables.extend(chosen.iter().map(|(name, held)| (name.into(), value(held))));
    variables.extend(assignments.plain.iter().map(|(name, text)| (name.into(), text.into())));
    variables
}
