//! What an answer is about.

use domain::{EnvironmentName, SecretName, ServicePath};

use crate::VERSION;

/// What was asked for: everything a service gets in an environment, or one value of it.
///
/// The client opens with what it asked, the server seals with what it answers: one cannot be passed off as another.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The service.
    pub service: &'a ServicePath,
    /// The environment.
    pub environment: &'a EnvironmentName,
    /// The one value; none for everything.
    pub name: Option<&'a SecretName>,
}

impl Subject<'_> {
    /// The `info` of RFC 9180: six lines, the fifth empty for everything. No name can hold a line break.
    pub(crate) fn info(&self, sequence: i64) -> String {
        let Self { service, environment, name } = self;
        let name = name.map_or("", SecretName::as_str);
        format!(
            "strongroom values {VERSION}\n{}\n{}\n{environment}\n{name}\n{sequence}",
            service.project, service.service
        )
    }
}
