//! Bindings as other tools write them: a `strongroom run` line, a Kubernetes Deployment, a Compose file; and what a
//! `.env.example` or the `$secrets` of an OpenAPI document ask for. Names only, never a value.

mod compose;
mod kubernetes;
mod run_line;
mod wanted;

use crate::{EnvironmentName, ServicePath, export::yaml_text, injection::Given, wiped::WipedText};

pub use wanted::{Wanted, propose};

/// A form in which bindings are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WiringFormat {
    /// A `strongroom run` line that needs no bindings on the server.
    Run,
    /// The manifest of a Kubernetes Deployment.
    Kubernetes,
    /// A Compose file.
    Compose,
}

impl WiringFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Run, Self::Kubernetes, Self::Compose];

    /// The word on the command line and in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Kubernetes => "kubernetes",
            Self::Compose => "compose",
        }
    }

    /// The form of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Run => "Command",
            Self::Kubernetes => "Kubernetes",
            Self::Compose => "Compose",
        }
    }
}

/// Writes down what a service gets in an environment. In mode `all` its variables of their own names are written out,
/// too, except by [`WiringFormat::Run`], which sets them anyway.
pub fn write(format: WiringFormat, service: &ServicePath, environment: &EnvironmentName, given: &Given) -> String {
    let place = Place { service, environment };
    match format {
        WiringFormat::Run => run_line::write(&place, given),
        WiringFormat::Kubernetes => kubernetes::write(&place, given),
        WiringFormat::Compose => compose::write(&place, given),
    }
}

/// A service in an environment.
struct Place<'a> {
    service: &'a ServicePath,
    environment: &'a EnvironmentName,
}

impl Place<'_> {
    /// `-p shop -s api -e production`.
    fn flags(&self) -> String {
        format!("-p {} -s {} -e {}", self.service.project, self.service.service, self.environment)
    }
}

/// A text in double quotes, as every YAML reader takes it.
fn quoted(text: &str) -> String {
    let mut scalar = WipedText::default();
    yaml_text(text, &mut scalar);
    String::from_utf8_lossy(&scalar.into_bytes()).into_owned()
}
