//! One file of many secrets: each format writes one, or says why it cannot carry it.

use zeroize::Zeroizing;

use super::{Format, lines, structured, tables};
use crate::{Error, Problem, SecretName, SecretValue, injection::VariableName, wiped::WipedText};

/// A secret to be written.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    /// Its name.
    pub name: &'a SecretName,
    /// Its value.
    pub value: &'a SecretValue,
    /// What people should know about it; written where the format has comments. Empty for none.
    pub comment: &'a str,
}

/// Why one secret cannot be carried.
pub(super) type Refused = &'static str;

/// Writes secrets as a file, in their order. `title` names the whole where a format wants that: a DNS label, more or
/// less, such as `api-production`. 422 with a problem for every secret that the format cannot carry.
pub fn write(format: Format, title: &str, items: &[Item<'_>]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut file = WipedText::default();
    let mut problems = Vec::new();
    structured::open(format, title, items, &mut file)?;
    for (place, item) in items.iter().enumerate() {
        let written = match format {
            Format::Env => lines::env(item, &mut file),
            Format::Shell => lines::shell(item, &mut file),
            Format::Docker => lines::docker(item, &mut file),
            Format::Json => structured::json(place, item, &mut file),
            Format::Yaml => structured::yaml(item, &mut file),
            Format::Toml => structured::toml(item, &mut file),
            Format::Kubernetes => {
                structured::kubernetes(item, &mut file);
                Ok(())
            }
            Format::Tfvars => tables::tfvars(item, &mut file),
            Format::Csv => tables::csv(item, &mut file),
        };
        if let Err(why) = written {
            problems.push(Problem::field(item.name.as_str(), format!("`{}`: {why}", item.name)));
        }
    }
    structured::close(format, items, &mut file);
    match problems.as_slice() {
        [] => Ok(file.into_bytes()),
        [only] => Err(Error::field(item_name(only), only.message.clone())),
        many => {
            let detail =
                format!("{} secrets cannot be written as {}; nothing was exported", many.len(), format.label());
            Err(Error { detail, ..Error::invalid(problems) })
        }
    }
}

fn item_name(problem: &Problem) -> &str {
    problem.name.as_deref().unwrap_or_default()
}

/// The value as text.
pub(super) fn text<'a>(item: &Item<'a>) -> Result<&'a str, Refused> {
    std::str::from_utf8(item.value.expose())
        .map_err(|_| "its bytes are no UTF-8 text; export as YAML, CSV or a Kubernetes Secret")
}

/// The value as text that may be in a variable.
pub(super) fn variable_text<'a>(item: &Item<'a>) -> Result<&'a str, Refused> {
    let text = text(item)?;
    if text.contains('\0') {
        return Err("its value holds a NUL byte, which no environment variable can");
    }
    Ok(text)
}

/// Refuses names that no environment variable has.
pub(super) fn check_variable(item: &Item<'_>) -> Result<(), Refused> {
    match item.name.as_str().parse::<VariableName>() {
        Ok(_) => Ok(()),
        Err(_) => {
            Err("this name is no name of an environment variable; bind the secret to one, or export as JSON or YAML")
        }
    }
}

/// Writes a comment in lines that begin with `#`. Whatever any reader takes for a line break begins a new one.
pub(super) fn comment(item: &Item<'_>, file: &mut WipedText) {
    let breaks = |c: char| {
        matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    for line in item.comment.split(breaks).filter(|_| !item.comment.is_empty()) {
        file.push('#');
        for (place, character) in line.chars().enumerate() {
            if place == 0 {
                file.push(' ');
            }
            file.push(if character.is_control() && character != '\t' { '\u{fffd}' } else { character });
        }
        file.push('\n');
    }
}
