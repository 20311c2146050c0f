//! The variables of the program, and whether this system can pass them on.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStringExt,
    process::Command,
};

use domain::{SecretValue, injection::Injection};
use rustix::process::{Resource, getrlimit};

use super::{assignments::Assignments, child::NOT_EXECUTABLE};
use crate::{args::RunArgs, failure::Failure, variables};

/// The variables that carry our own token. Programs never see them.
const OWN: [&str; 2] = [variables::TOKEN, variables::TOKEN_FILE];
/// What `--clean-env` leaves: enough to find programs and to use the terminal.
const CLEAN: [&str; 8] = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "LANG"];
/// The longest variable or argument that Linux passes on, with its name and the NUL at its end.
const STRING_MAX: usize = 128 * 1024;
/// What Linux passes on at most whatever the stack's limit, and at least.
const TOTAL_MAX: usize = 6 * 1024 * 1024;
const TOTAL_MIN: usize = 128 * 1024;

/// Which of our own variables the program inherits.
pub(super) struct Inheritance {
    clean: bool,
    /// Those that win over a secret of their name; empty means all.
    preserved: Option<Vec<String>>,
}

impl Inheritance {
    pub(super) fn parse(args: &RunArgs) -> Result<Self, Failure> {
        let preserved = args.preserve_env.clone();
        if args.clean_env && preserved.as_ref().is_some_and(Vec::is_empty) {
            return Err(Failure::usage(
                "--clean-env and --preserve-env contradict each other; name what to keep: --preserve-env=ENV,…",
            ));
        }
        Ok(Self { clean: args.clean_env, preserved })
    }

    fn is_preserved(&self, name: &OsStr) -> bool {
        let named = |names: &Vec<String>| names.is_empty() || names.iter().any(|other| name == other.as_str());
        self.preserved.as_ref().is_some_and(named)
    }

    fn inherits(&self, name: &OsStr) -> bool {
        let is_own = OWN.iter().any(|own| name == *own);
        !is_own && (!self.clean || CLEAN.iter().any(|kept| name == *kept) || self.is_preserved(name))
    }

    /// The variables of the program: ours without our token, then those of the service, then `--secret`, then `--env`.
    pub(super) fn variables(
        &self,
        injection: &Injection,
        chosen: &[(String, SecretValue)],
        assignments: &Assignments,
    ) -> BTreeMap<OsString, OsString> {
        let value = |value: &SecretValue| OsString::from_vec(value.expose().to_vec());
        let mut variables: BTreeMap<OsString, OsString> =
            std::env::vars_os().filter(|(name, _)| self.inherits(name)).collect();
        for (name, held) in &injection.variables {
            let name = OsString::from(name.as_str());
            if !(self.is_preserved(&name) && variables.contains_key(&name)) {
                variables.insert(name, value(held));
            }
        }
        variables.extend(chosen.iter().map(|(name, held)| (name.into(), value(held))));
        variables.extend(assignments.plain.iter().map(|(name, text)| (name.into(), text.into())));
        variables
    }
}

/// A variable holds text; programs that read one as text fail late on other bytes, or change them.
pub(super) fn check_text(injection: &Injection, chosen: &[(String, SecretValue)]) -> Result<(), Failure> {
    let own = injection.variables.iter().map(|(name, value)| (name.as_str(), value));
    let asked = chosen.iter().map(|(name, value)| (name.as_str(), value));
    let odd = own.chain(asked).filter(|(_, value)| std::str::from_utf8(value.expose()).is_err());
    let lines: Vec<String> = odd
        .map(|(name, _)| format!("the value for the variable {name} is not UTF-8; bind it to a file, or use --file"))
        .collect();
    match lines.as_slice() {
        [] => Ok(()),
        [line] => Err(Failure::failed(format!("{line}; nothing was started"))),
        _ => Err(Failure::with_details(format!("{} problems; nothing was started", lines.len()), lines)),
    }
}

/// Asked before the program starts: can this system pass on so much? The kernel's own answer names nothing.
pub(super) fn check_size(command: &Command) -> Result<(), Failure> {
    let program = command.get_program();
    let variables: Vec<(&OsStr, usize)> =
        command.get_envs().filter_map(|(name, value)| Some((name, name.len() + 1 + value?.len() + 1))).collect();
    let refuse = |message: String, details| {
        Err(Failure::Failed { code: NOT_EXECUTABLE, message: format!("{}: {message}", program.display()), details })
    };
    let long: Vec<String> = variables
        .iter()
        .filter(|(_, length)| *length > STRING_MAX)
        .map(|(name, _)| format!("{} is too long for a variable; bind it to a file", name.display()))
        .collect();
    if !long.is_empty() {
        return refuse("a variable holds at most 128 KiB; nothing was started".to_owned(), long);
    }
    // Linux counts the strings and a pointer for each.
    let pointer = size_of::<usize>();
    let arguments = command.get_args().chain([program]).map(|text| text.len() + 1 + pointer);
    let total: usize = variables.iter().map(|(_, length)| length + pointer).chain(arguments).sum();
    let stack = getrlimit(Resource::Stack).current.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let limit = (stack / 4).clamp(TOTAL_MIN, TOTAL_MAX);
    if total > limit {
        return refuse(
            format!(
                "{} variables and the arguments are {total} bytes, and this system passes at most {limit} to a program; \
                 nothing was started",
                variables.len()
            ),
            vec!["take fewer with --only, or files with --mount DIR".to_owned()],
        );
    }
    Ok(())
}
