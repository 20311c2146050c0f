//! The line that gives a program its secrets without any binding on the server.

use std::fmt::Write as _;

use super::Place;
use crate::{
    api::BindingTarget,
    injection::{Fed, Given},
};

pub(super) fn write(place: &Place, given: &Given) -> String {
    let (mut notes, mut line) = (String::new(), format!("strongroom run {}", place.flags()));
    for binding in given.bindings {
        let Fed { target, secret, pinned } =
            Fed { target: binding.target.clone(), secret: &binding.secret, pinned: binding.scope.as_ref() };
        if let Some(scope) = pinned {
            // A flag follows the ladder, always.
            let _ =
                writeln!(notes, "# {target} takes {secret} from {scope} alone: only the binding on the server can.");
            continue;
        }
        let (flag, assignment) = match target {
            BindingTarget::Env(name) => ("--secret", format!("{name}={secret}")),
            BindingTarget::File(path) => ("--file", format!("{path}={secret}")),
        };
        let _ = write!(line, " \\\n  {flag} {}", shell_word(&assignment));
    }
    let end = if line.contains('\n') { " \\\n  -- ./app\n" } else { " -- ./app\n" };
    notes + &line + end
}

/// A text as one word of a POSIX shell.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:@%+,".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_shell_is_quoted_where_it_has_to_be() {
        assert_eq!(shell_word("/run/a-b.c=DB_PASS"), "/run/a-b.c=DB_PASS");
        assert_eq!(shell_word("/run/it's $x=A"), r"'/run/it'\''s $x=A'");
    }
}
