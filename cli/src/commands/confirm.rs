//! Asking before something goes for good.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::failure::Failure;

/// Lets a person type `name` before `deed` (such as `removes project shop with everything in it`) is done; nobody is asked
/// with `yes`.
///
/// # Errors
/// Wrong usage where there is no terminal to ask at; failed when something else was typed.
pub(super) fn confirm(deed: &str, name: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(format!("this {deed}; say --yes if that is meant")));
    }
    let typed = ask(&format!("This {deed}. Type {name} to go on: "))?;
    if typed == name { Ok(()) } else { Err(Failure::failed("nothing was done: that is another name")) }
}

fn ask(prompt: &str) -> Result<String, Failure> {
    let mut line = String::new();
    let asked = write!(io::stderr(), "{prompt}").and_then(|()| io::stdin().lock().read_line(&mut line));
    asked.map_err(|error| Failure::failed(format!("cannot ask: {error}")))?;
    Ok(line.trim().to_owned())
}
