//! Why a command did not do what it was asked to, and the exit code that goes with it.

use std::io;

use domain::{Problem, api::Plan};

/// The exit code for everything that failed.
pub(crate) const FAILED: u8 = 1;
/// The exit code for wrong usage, and for a plan with changes under `import --exit-code`.
pub(crate) const USAGE: u8 = 2;

/// Why a command stopped. Never holds a value or a token.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// Wrong usage: exit code 2.
    Usage(String),
    /// Anything else that went wrong here, with the exit code and what else there is to say.
    Failed { code: u8, message: String, details: Vec<String> },
    /// The server said no.
    Refused(Box<Refusal>),
    /// Whoever read our output went away: nobody is left to be told.
    Unread,
}

/// What the server said (RFC 9457).
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) detail: String,
    pub(crate) problems: Vec<Problem>,
    pub(crate) request_id: Option<String>,
    /// The new plan, where the old one does not hold any more.
    pub(crate) plan: Option<Box<Plan>>,
}

impl Failure {
    /// Wrong usage.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// A failure of our own.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed { code: FAILED, message: message.into(), details: Vec::new() }
    }

    /// The same with lines below it.
    pub(crate) fn with_details(message: impl Into<String>, details: Vec<String>) -> Self {
        Self::Failed { code: FAILED, message: message.into(), details }
    }

    /// The same with an exit code of its own.
    pub(crate) fn with_code(code: u8, message: impl Into<String>) -> Self {
        Self::Failed { code, message: message.into(), details: Vec::new() }
    }

    /// What the process exits with.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => USAGE,
            Self::Failed { code, .. } => *code,
            Self::Refused(_) | Self::Unread => FAILED,
        }
    }

    /// Did the server say that something does not exist?
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.status == 404)
    }

    /// What to tell: the sentence first, then the details.
    pub(crate) fn lines(&self) -> Vec<String> {
        match self {
            Self::Usage(message) => vec![message.clone()],
            Self::Failed { message, details, .. } => {
                std::iter::once(message.clone()).chain(details.iter().cloned()).collect()
            }
            Self::Refused(refusal) => refusal.lines(),
            Self::Unread => Vec::new(),
        }
    }
}

impl Refusal {
    fn lines(&self) -> Vec<String> {
        let mut lines = match self.problems.as_slice() {
            // The sentence of a single problem is the problem itself.
            [only] if only.message == self.detail => vec![problem_line(only)],
            problems => std::iter::once(self.detail.clone()).chain(problems.iter().map(problem_line)).collect(),
        };
        if let Some(id) = &self.request_id {
            lines.push(format!("request {id}"));
        }
        lines
    }
}

/// Several problems, or one, found before the server was asked.
impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        Self::Refused(Box::new(Refusal {
            status: error.code.status(),
            detail: error.detail,
            problems: error.problems,
            request_id: None,
            plan: None,
        }))
    }
}

impl From<domain::name::NameError> for Failure {
    fn from(error: domain::name::NameError) -> Self {
        Self::usage(error.to_string())
    }
}

/// An error of writing to stdout.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::failed(format!("cannot write the output: {error}")),
        }
    }
}

/// A problem in one line: `NAME: message`, where the message does not begin with the name already.
pub(crate) fn problem_line(problem: &Problem) -> String {
    match &problem.name {
        Some(name) if !problem.message.contains(name.as_str()) => {
            format!("{name}: {}", problem.message)
        }
        _ => problem.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use domain::{Code, Error};

    use super::*;

    #[test]
    fn a_single_problem_is_told_once_and_several_after_their_count() {
        let one = Error::field("A B", "a space is not allowed");
        assert_eq!(Failure::from(one).lines(), ["A B: a space is not allowed"]);
        let two = Error::invalid(vec![Problem::field("A", "x"), Problem::field("B", "y")]);
        assert_eq!(Failure::from(two).lines(), ["2 problems; nothing was stored", "A: x", "B: y"]);
        let none = Error::new(Code::NotFound, "gone");
        assert_eq!(Failure::from(none).lines(), ["gone"]);
    }
}
