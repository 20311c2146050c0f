//! The file: `[[secret]]` tables with `name`, `kind`, `required`, `target`.

use serde::Deserialize;
use toml::Spanned;

use super::{Contract, Needed};
use crate::{Problem, injection::Target};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    secret: Vec<Spanned<Needed>>,
}

impl Contract {
    /// Reads a contract; what is wrong in it has a line and a column.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let problem = |offset: usize, message: String| {
            let (line, column) = place(text, offset);
            Problem { name: None, line: Some(line), column: Some(column), message }
        };
        // Only the sentence of an error is told: the whole text of it is drawn for a terminal.
        let document: Document = toml::from_str(text)
            .map_err(|error| vec![problem(error.span().map_or(0, |span| span.start), error.message().to_owned())])?;
        let mut problems = Vec::new();
        if document.secret.is_empty() {
            problems.push(problem(0, "there is no `[[secret]]` in it, so it asks for nothing".to_owned()));
        }
        let mut needed: Vec<Needed> = Vec::new();
        for entry in document.secret {
            let offset = entry.span().start;
            let entry = entry.into_inner();
            if let Some(Err(error)) = entry.target.as_ref().map(Target::try_from) {
                problems.push(problem(offset, format!("`target` of `{}`: {error}", entry.name)));
            }
            if needed.iter().any(|other| other.name == entry.name && other.target == entry.target) {
                problems.push(problem(offset, format!("`{}` is there already with the same target", entry.name)));
            }
            let same_target = |other: &&Needed| other.target.is_some() && other.target == entry.target;
            if let Some(other) = needed.iter().find(same_target).filter(|other| other.name != entry.name)
                && let Some(target) = &entry.target
            {
                problems
                    .push(problem(offset, format!("`{}` and `{}` cannot both be {target}", other.name, entry.name)));
            }
            needed.push(entry);
        }
        if problems.is_empty() { Ok(Self(needed)) } else { Err(problems) }
    }
}

/// Line and column of a byte, both from 1; the column in characters.
fn place(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}
