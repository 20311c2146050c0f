//! Where a command works and as whom: flags, else variables, else `strongroom.toml`, else the stored login.

mod file;
mod keyring;
mod logins;
mod token;
mod url;

use std::{ffi::OsString, fmt, path::Path, str::FromStr};

use domain::{EnvironmentName, Level, Scope, ServicePath, Slug, name::NameError};

use crate::{args::GlobalArgs, failure::Failure, variables};

use file::SettingsFile;
pub(crate) use logins::{Kept, Logins};
pub(crate) use token::Token;
pub(crate) use url::ServerUrl;

/// One environment, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EnvironmentChoice {
    /// `all`.
    All,
    /// One, by name.
    One(EnvironmentName),
}

impl FromStr for EnvironmentChoice {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text {
            "all" => Ok(Self::All),
            name => name.parse().map(Self::One),
        }
    }
}

impl fmt::Display for EnvironmentChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::One(name) => name.fmt(f),
        }
    }
}

/// A setting, and where it was found.
#[derive(Debug, Clone)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// Where a setting was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// A `strongroom.toml`, by its path.
    File(String),
    /// `strongroom login`.
    Login,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File(path) => f.write_str(path),
            Self::Login => f.write_str("strongroom login"),
        }
    }
}

/// What a command works with. What is absent is an error only where it is needed.
pub(crate) struct Settings {
    pub(crate) url: Option<Found<ServerUrl>>,
    pub(crate) token: Option<Found<Token>>,
    /// Why there is no token though there was a login: a locked keyring, for example.
    pub(crate) token_refused: Option<Failure>,
    pub(crate) project: Option<Found<Slug>>,
    pub(crate) service: Option<Found<Slug>>,
    pub(crate) environment: Option<Found<EnvironmentChoice>>,
}

/// Where settings are looked for, beside the flags.
pub(crate) struct Sources<'a> {
    /// Reads an environment variable.
    pub(crate) variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// Where the search for `strongroom.toml` begins.
    pub(crate) directory: &'a Path,
    /// The stored logins; asked only when neither flag, variable nor file says enough.
    pub(crate) logins: &'a dyn Fn() -> Result<Logins, Failure>,
}

impl Settings {
    /// Collects the settings from everywhere.
    pub(crate) fn find(flags: &GlobalArgs, sources: &Sources) -> Result<Self, Failure> {
        let tiers = [
            Some(Tier::of_flags(flags)),
            Some(Tier::of_variables(sources.variable)?),
            SettingsFile::find(sources.directory)?.map(Tier::of_file),
        ];
        let tiers: Vec<Tier> = tiers.into_iter().flatten().collect();
        let project = tiers.iter().find_map(|tier| tier.project.clone());
        // A service belongs to the project it is named with: `-p other` leaves the service of strongroom.toml behind.
        let fits = |tier: &&Tier| match (&tier.project, &project) {
            (Some(own), Some(chosen)) => own.value == chosen.value,
            _ => true,
        };
        let service = tiers.iter().filter(fits).find_map(|tier| tier.service.clone());
        let environment = tiers.iter().find_map(|tier| tier.environment.clone());
        let mut url = tiers.iter().find_map(|tier| tier.url.clone());
        let mut token = token_of_variables(sources.variable)?;
        let mut token_refused = None;
        if url.is_none() || token.is_none() {
            let logins = (sources.logins)()?;
            let origin = Origin::Login;
            url = url.or_else(|| logins.current().map(|value| Found { value, origin: Origin::Login }));
            if let (None, Some(url)) = (&token, &url) {
                match logins.token(&url.value) {
                    Ok(found) => token = found.map(|value| Found { value, origin }),
                    Err(failure) => token_refused = Some(failure),
                }
            }
        }
        Ok(Self { url, token, token_refused, project, service, environment })
    }

    /// The server's address.
    pub(crate) fn server(&self) -> Result<&ServerUrl, Failure> {
        let found = self.url.as_ref().ok_or_else(|| {
            Failure::usage(
                "no server: give --url or STRONGROOM_URL, `url` in strongroom.toml, or `strongroom login --url …`",
            )
        })?;
        Ok(&found.value)
    }

    /// The project.
    pub(crate) fn project(&self) -> Result<Slug, Failure> {
        match &self.project {
            Some(found) => Ok(found.value.clone()),
            None => {
                Err(Failure::usage("no project: give -p PROJECT, STRONGROOM_PROJECT, or `project` in strongroom.toml"))
            }
        }
    }

    /// The service with its project.
    pub(crate) fn service(&self) -> Result<ServicePath, Failure> {
        let service = self.service.as_ref().ok_or_else(|| {
            Failure::usage("no service: give -s SERVICE, STRONGROOM_SERVICE, or `service` in strongroom.toml")
        })?;
        Ok(ServicePath::new(self.project()?, service.value.clone()))
    }

    /// The one environment a service runs in.
    pub(crate) fn one_environment(&self) -> Result<EnvironmentName, Failure> {
        match self.environment.as_ref().map(|found| &found.value) {
            Some(EnvironmentChoice::One(name)) => Ok(name.clone()),
            Some(EnvironmentChoice::All) => {
                Err(Failure::usage("a service runs in one environment: give -e ENVIRONMENT, not `all`"))
            }
            None => Err(Failure::usage(
                "no environment: give -e ENVIRONMENT, STRONGROOM_ENVIRONMENT, or `environment` in strongroom.toml",
            )),
        }
    }

    /// The environment of a scope; all of them when none is named.
    pub(crate) fn environment(&self) -> Option<EnvironmentName> {
        match &self.environment.as_ref()?.value {
            EnvironmentChoice::All => None,
            EnvironmentChoice::One(name) => Some(name.clone()),
        }
    }

    /// Where secrets are read and written: the narrowest level that is named. `-p` without `-s` means the project
    /// itself, whatever service a variable or file names; `platform` means the platform.
    pub(crate) fn scope(&self, platform: bool) -> Result<Scope, Failure> {
        let flag = |found: &Found<Slug>| matches!(found.origin, Origin::Flag(_));
        let level = match (&self.project, &self.service) {
            _ if platform => Level::Platform,
            (Some(project), service) if service.is_none() || flag(project) && !service.as_ref().is_some_and(flag) => {
                Level::Project { project: project.value.clone() }
            }
            (None, None) => Level::Platform,
            _ => Level::Service(self.service()?),
        };
        Ok(level.at(self.environment()))
    }
}

/// The settings of one source.
struct Tier {
    url: Option<Found<ServerUrl>>,
    project: Option<Found<Slug>>,
    service: Option<Found<Slug>>,
    environment: Option<Found<EnvironmentChoice>>,
}

impl Tier {
    fn of_flags(flags: &GlobalArgs) -> Self {
        Self {
            url: found(flags.url.clone(), Origin::Flag("--url")),
            project: found(flags.project.clone(), Origin::Flag("--project")),
            service: found(flags.service.clone(), Origin::Flag("--service")),
            environment: found(flags.environment.clone(), Origin::Flag("--environment")),
        }
    }

    fn of_variables(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, Failure> {
        Ok(Self {
            url: parsed(variable, variables::URL)?,
            project: parsed(variable, variables::PROJECT)?,
            service: parsed(variable, variables::SERVICE)?,
            environment: parsed(variable, variables::ENVIRONMENT)?,
        })
    }

    fn of_file(file: SettingsFile) -> Self {
        let origin = Origin::File(file.path.display().to_string());
        Self {
            url: found(file.url, origin.clone()),
            project: found(file.project, origin.clone()),
            service: found(file.service, origin.clone()),
            environment: found(file.environment, origin),
        }
    }
}

fn found<T>(value: Option<T>, origin: Origin) -> Option<Found<T>> {
    value.map(|value| Found { value, origin })
}

/// A variable as text; one that is set but empty counts as absent.
fn text(variable: &dyn Fn(&str) -> Option<OsString>, name: &str) -> Result<Option<String>, Failure> {
    let Some(value) = variable(name).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let text = value.into_string();
    text.map(Some).map_err(|_| Failure::usage(format!("{name} is not UTF-8")))
}

fn parsed<T: FromStr<Err: fmt::Display>>(
    variable: &dyn Fn(&str) -> Option<OsString>,
    name: &'static str,
) -> Result<Option<Found<T>>, Failure> {
    let Some(text) = text(variable, name)? else {
        return Ok(None);
    };
    let value = text.parse().map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    Ok(found(Some(value), Origin::Variable(name)))
}

fn token_of_variables(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<Found<Token>>, Failure> {
    let (token, file) = (text(variable, variables::TOKEN)?, text(variable, variables::TOKEN_FILE)?);
    match (token, file) {
        (Some(_), Some(_)) => Err(Failure::usage(format!(
            "{} and {} are both set; keep one of them",
            variables::TOKEN,
            variables::TOKEN_FILE
        ))),
        (Some(token), None) => {
            let token = zeroize::Zeroizing::new(token);
            Token::new(&token, variables::TOKEN).map(|value| found(Some(value), Origin::Variable(variables::TOKEN)))
        }
        (None, Some(file)) => {
            Token::read(Path::new(&file)).map(|value| found(Some(value), Origin::Variable(variables::TOKEN_FILE)))
        }
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests;
