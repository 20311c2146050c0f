//! Variables and files: how secret names become them, what collides, what cannot be carried.
//!
//! A service's bindings are checked twice by the same rules: by [`check_bindings`] when they are written, and
//! by [`inject`] when a program starts. Nothing is ever cut, renamed or left out in silence: what cannot be
//! carried is an error that names the secret, and all of them are told at once.

mod bindings;
mod deliver;
mod given;
mod target;

use crate::SecretName;

pub use bindings::{BINDINGS_MAX, check_bindings};
pub use deliver::{Injection, inject};
pub use given::{Fed, Given};
pub use target::{DEFAULT_FILE_DIRECTORY, FilePath, PATH_MAX, Target, TargetError, VARIABLE_MAX, VariableName};

/// The variable the client's own token comes in; nothing can ever set it.
pub const TOKEN_VARIABLE: &str = "STRONGROOM_TOKEN";

/// Variables that make programs run other code, or find other programs.
const DANGEROUS: &[&str] = &[
    // the dynamic linker
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "LD_AUDIT",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    // shells
    "BASHOPTS",
    "BASH_ENV",
    "CDPATH",
    "ENV",
    "IFS",
    "PATH",
    "PROMPT_COMMAND",
    "PS4",
    "SHELLOPTS",
    "ZDOTDIR",
    // interpreters
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PERL5DB",
    "PERL5LIB",
    "PERL5OPT",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "RUBYLIB",
    "RUBYOPT",
    "_JAVA_OPTIONS",
    // tools
    "GIT_EXEC_PATH",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
];

/// Families of such variables, and our own, by what they start with.
const DANGEROUS_STARTS: &[&str] = &["DYLD_", "STRONGROOM_"];

/// Would this variable change how programs run rather than what they know? Such a one is set only by a
/// binding, on purpose; [`TOKEN_VARIABLE`] not even then.
pub fn dangerous(variable: &str) -> bool {
    DANGEROUS.contains(&variable) || DANGEROUS_STARTS.iter().any(|start| variable.starts_with(start))
}

/// The variable a secret becomes without a binding: its name where that is one; else with `-` and `.` as `_`,
/// upper-cased. A name that starts with a digit has none.
pub fn variable_name(name: &SecretName) -> Result<VariableName, TargetError> {
    if let Ok(variable) = name.as_str().parse() {
        return Ok(variable);
    }
    let mapped = name.as_str().replace(['-', '.'], "_").to_ascii_uppercase();
    mapped.parse().map_err(|error: TargetError| {
        TargetError::new(format!("`{name}` cannot become a variable of its own name: {error}"))
    })
}
