//! Everything that a start needs, fetched and checked.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::Path,
    process::Command,
};

use domain::SecretValue;
use sha2::{Digest, Sha256};

use super::{
    assignments::Assignments,
    delivery::Fetched,
    environment::{self, Inheritance},
    mask::Patterns,
};
use crate::{
    args::{Masking, RunArgs},
    failure::Failure,
};

/// Shells that know `-c`.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "zsh", "ksh", "fish", "csh", "tcsh"];

/// What was asked for on the command line, read.
pub(super) struct Plan {
    pub(super) args: RunArgs,
    pub(super) assignments: Assignments,
    pub(super) inheritance: Inheritance,
    pub(super) masking: Masking,
}

/// The program with its variables, and what else it gets.
pub(super) struct Prepared {
    pub(super) command: Command,
    pub(super) fetched: Fetched,
    /// Every value, to be found in the output.
    pub(super) patterns: Patterns,
}

impl Plan {
    /// Reads the flags.
    pub(super) fn new(args: RunArgs) -> Result<Self, Failure> {
        let assignments = Assignments::parse(&args)?;
        let inheritance = Inheritance::parse(&args)?;
        let masking = if args.mask.no_mask { Masking::Never } else { args.mask.mask };
        Ok(Self { args, assignments, inheritance, masking })
    }

    /// Checks whether the program can get this, and makes the command that gives it.
    pub(super) fn prepare(&self, fetched: Fetched) -> Result<Prepared, Failure> {
        environment::check_text(&fetched.injection, &fetched.chosen)?;
        let mut command = self.program()?;
        let variables = self.inheritance.variables(&fetched.injection, &fetched.chosen, &self.assignments);
        command.env_clear().envs(variables);
        environment::check_size(&command)?;
        let patterns = self.patterns(&fetched)?;
        Ok(Prepared { command, fetched, patterns })
    }

    /// The program as it was given, or the shell with its text.
    fn program(&self) -> Result<Command, Failure> {
        if let Some(text) = &self.args.shell_text {
            return Ok(shell(text));
        }
        let (program, arguments) =
            self.args.command.split_first().ok_or_else(|| Failure::usage("no program: write it after `--`"))?;
        let mut command = Command::new(program);
        command.args(arguments);
        Ok(command)
    }

    /// Every value the program gets, to be found in its output.
    fn patterns(&self, fetched: &Fetched) -> Result<Patterns, Failure> {
        // Without a terminal, `auto` masks nothing. Nothing to look for costs nothing.
        let masks = match self.masking {
            Masking::Always => true,
            Masking::Auto => rustix::termios::isatty(rustix::stdio::stdout()),
            Masking::Never => false,
        };
        let Fetched { injection, chosen, files, mounted, fifos, .. } = fetched;
        let variables = injection.variables.iter().map(|(_, value)| value);
        let files = injection.files.iter().chain(files).map(|(_, value)| value);
        let rest = chosen.iter().map(|(_, value)| value).chain(mounted.iter().map(|(_, value)| value));
        let values = variables.chain(files).chain(rest).map(SecretValue::expose);
        let values = values.chain(fifos.iter().map(|fifo| fifo.bytes.as_slice()));
        Patterns::new(values.filter(|_| masks))
    }
}

/// The user's shell with a text.
pub(super) fn shell(text: &OsStr) -> Command {
    let shell = std::env::var_os("SHELL").filter(|shell| {
        let name = Path::new(shell).file_name().unwrap_or_default();
        SHELLS.iter().any(|known| name == *known)
    });
    let mut command = Command::new(shell.unwrap_or_else(|| OsString::from("sh")));
    command.arg("-c").arg(text);
    command
}

/// What a program got, so that it can be told whether it would get something else now. No value can be had from it.
pub(super) struct Prints {
    key: [u8; 32],
    /// By variable and by file.
    all: BTreeMap<(Target, OsString), [u8; 32]>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Variable,
    File,
}

/// What a program would get that it did not get, or not so.
#[derive(Default)]
pub(super) struct Difference {
    pub(super) variables: Vec<String>,
    pub(super) files: Vec<String>,
}

impl Prints {
    /// Of what a program gets.
    pub(super) fn of(prepared: &Prepared) -> Result<Self, Failure> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|_| Failure::failed("this system gives no randomness"))?;
        let mut prints = Self { key, all: BTreeMap::new() };
        prints.take(prepared);
        Ok(prints)
    }

    /// Takes the prints of what the program gets now; answers what is another.
    pub(super) fn take(&mut self, prepared: &Prepared) -> Difference {
        let mut new = BTreeMap::new();
        let mut add = |target: Target, name: &OsStr, value: &[u8]| {
            let print = Sha256::new().chain_update(self.key).chain_update(value).finalize();
            new.insert((target, name.to_owned()), print.into());
        };
        for (name, value) in prepared.command.get_envs() {
            add(Target::Variable, name, value.unwrap_or_default().as_encoded_bytes());
        }
        let Fetched { injection, files, mounted, fifos, .. } = &prepared.fetched;
        for (path, value) in injection.files.iter().chain(files) {
            add(Target::File, path.as_str().as_ref(), value.expose());
        }
        for (name, value) in mounted {
            add(Target::File, name.as_str().as_ref(), value.expose());
        }
        for fifo in fifos {
            add(Target::File, fifo.path.as_os_str(), &fifo.bytes);
        }
        let old = std::mem::replace(&mut self.all, new);
        let mut difference = Difference::default();
        let gone = old.keys().filter(|key| !self.all.contains_key(*key));
        let other = self.all.iter().filter(|(key, print)| old.get(*key) != Some(*print)).map(|(key, _)| key);
        for (target, name) in gone.chain(other) {
            let names = match target {
                Target::Variable => &mut difference.variables,
                Target::File => &mut difference.files,
            };
            names.push(name.to_string_lossy().into_owned());
        }
        difference
    }
}

impl Difference {
    pub(super) fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.files.is_empty()
    }

    /// A few names, and how many more there are.
    pub(super) fn names(&self) -> String {
        const SHOWN: usize = 5;
        let mut names: Vec<&str> = self.variables.iter().chain(&self.files).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let more = names.len().saturating_sub(SHOWN);
        names.truncate(SHOWN);
        match more {
            0 => names.join(", "),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }
}
