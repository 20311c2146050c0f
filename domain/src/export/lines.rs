//! One line, more or less, for every variable: `.env`, a shell's `export`, Docker's env-file.

use super::{
    quoted,
    write::{Item, Refused, check_variable, comment, variable_text},
};
use crate::wiped::WipedText;

/// Variables that a shell sets or reads itself: what is assigned to them is refused, changed or does something.
const SHELL_S_OWN: &[&str] = &[
    "_",
    "BASHOPTS",
    "BASHPID",
    "BASH_ALIASES",
    "BASH_ARGC",
    "BASH_ARGV",
    "BASH_ARGV0",
    "BASH_CMDS",
    "BASH_COMMAND",
    "BASH_COMPAT",
    "BASH_LINENO",
    "BASH_SOURCE",
    "BASH_SUBSHELL",
    "BASH_VERSINFO",
    "BASH_VERSION",
    "BASH_XTRACEFD",
    "COMP_WORDBREAKS",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
    "HOSTTYPE",
    "LINENO",
    "MACHTYPE",
    "OPTARG",
    "OPTERR",
    "OPTIND",
    "OSTYPE",
    "PIPESTATUS",
    "PPID",
    "RANDOM",
    "SECONDS",
    "SHELLOPTS",
    "SHLVL",
    "SRANDOM",
    "UID",
];
/// Docker reads its file in lines of 64 KiB at most, line break included.
const DOCKER_LINE_MAX: usize = 64 * 1024 - 1;

/// `.env`: the first way to write it that every reader we know of takes for the same.
pub(super) fn env(item: &Item<'_>, file: &mut WipedText) -> Result<(), Refused> {
    check_variable(item)?;
    let text = variable_text(item)?;
    let quote = quoted::dotenv(text)?;
    comment(item, file);
    file.push_str(item.name.as_str());
    file.push('=');
    file.push_str(quote);
    file.push_str(text);
    file.push_str(quote);
    file.push('\n');
    Ok(())
}

/// `export NAME='value'`: within single quotes a shell changes nothing.
pub(super) fn shell(item: &Item<'_>, file: &mut WipedText) -> Result<(), Refused> {
    check_variable(item)?;
    if SHELL_S_OWN.contains(&item.name.as_str()) {
        return Err("shells set this variable themselves; export as JSON or YAML");
    }
    let text = variable_text(item)?;
    comment(item, file);
    file.push_str("export ");
    file.push_str(item.name.as_str());
    file.push_str("='");
    for (place, part) in text.split('\'').enumerate() {
        if place > 0 {
            file.push_str("'\\''");
        }
        file.push_str(part);
    }
    file.push_str("'\n");
    Ok(())
}

/// `NAME=value` as it is: Docker takes everything behind the first `=` for the value.
pub(super) fn docker(item: &Item<'_>, file: &mut WipedText) -> Result<(), Refused> {
    check_variable(item)?;
    let text = variable_text(item)?;
    if text.contains('\n') {
        return Err("its value has a line break, which a docker env-file cannot carry");
    }
    if text.ends_with('\r') {
        return Err("its value ends with a carriage return, which docker takes for a part of the line break");
    }
    if item.name.as_str().len() + 1 + text.len() > DOCKER_LINE_MAX {
        return Err("its value is longer than the 64 KiB that docker reads in a line");
    }
    file.push_str(item.name.as_str());
    file.push('=');
    file.push_str(text);
    file.push('\n');
    Ok(())
}
