//! What a form had to say: kept in the session by the server, shown once by the next page.

use domain::{Code, Error, Problem};
use serde::{Deserialize, Serialize};

/// The outcome of a form. Never carries a value or password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notice {
    /// Whether it was done.
    pub tone: Tone,
    /// The sentence.
    pub title: String,
    /// Every problem, where there are several or where a place is known.
    pub problems: Vec<Problem>,
    /// The path the form was posted to: its fields show their problems themselves.
    pub form: String,
    /// What was typed, to be filled in again: field and text. Only what may be seen by anyone who looks.
    pub fields: Vec<(String, String)>,
    /// The change that was made, where it can be taken back.
    pub undo: Option<String>,
    /// Whether password or code are to be given first.
    pub step_up: bool,
}

/// Good news or bad.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Done.
    #[default]
    Good,
    /// Refused or failed; nothing was changed.
    Bad,
}

impl Notice {
    /// Something was done.
    pub fn good(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Something was refused.
    pub fn bad(error: Error) -> Self {
        let step_up = error.code == Code::StepUpRequired;
        Self { tone: Tone::Bad, title: error.detail, problems: error.problems, step_up, ..Self::default() }
    }

    /// Offers to take a change back.
    #[must_use]
    pub fn undoable(self, change: Option<String>) -> Self {
        Self { undo: change, ..self }
    }

    /// Posted to `form`.
    #[must_use]
    pub fn of(self, form: impl Into<String>) -> Self {
        Self { form: form.into(), ..self }
    }

    /// Fills `field` in again.
    #[must_use]
    pub fn keep(mut self, field: &str, text: impl Into<String>) -> Self {
        self.fields.push((field.to_owned(), text.into()));
        self
    }

    /// The text to fill into `field` of `form` again.
    pub fn kept(&self, form: &str, field: &str) -> Option<&str> {
        let (_, text) = self.fields.iter().find(|(name, _)| self.form == form && name == field)?;
        Some(text)
    }

    /// What is wrong with `field` of `form`.
    pub fn problem(&self, form: &str, field: &str) -> Option<&str> {
        self.problems
            .iter()
            .find(|problem| self.form == form && problem.name.as_deref() == Some(field))
            .map(|problem| problem.message.as_str())
    }
}
