//! `strongroom.toml`: where the commands of a directory tree go. It is meant to be shared, so it holds no token.

use std::path::{Path, PathBuf};

use domain::Slug;
use serde::Deserialize;

use super::{EnvironmentChoice, ServerUrl};
use crate::failure::Failure;

const NAME: &str = "strongroom.toml";

/// The file that was found, and what it says.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    pub(crate) path: PathBuf,
    pub(crate) url: Option<ServerUrl>,
    pub(crate) project: Option<Slug>,
    pub(crate) service: Option<Slug>,
    pub(crate) environment: Option<EnvironmentChoice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    url: Option<String>,
    project: Option<Slug>,
    service: Option<Slug>,
    environment: Option<String>,
}

impl SettingsFile {
    /// The file in `directory`, or the nearest one above it.
    pub(crate) fn find(directory: &Path) -> Result<Option<Self>, Failure> {
        for directory in directory.ancestors() {
            let path = directory.join(NAME);
            match std::fs::read_to_string(&path) {
                Ok(text) => return Self::parse(path, &text).map(Some),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(Failure::usage(format!("cannot read {}: {error}", path.display())));
                }
            }
        }
        Ok(None)
    }

    fn parse(path: PathBuf, text: &str) -> Result<Self, Failure> {
        let wrong = |place: &str, message: &str| Failure::usage(format!("{}{place}: {message}", path.display()));
        // Only the sentence of a parse error is told: the whole text of it quotes the line.
        let told = |error: &toml::de::Error| {
            let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
            wrong(&line.map_or_else(String::new, |line| format!(":{line}")), error.message())
        };
        let table: toml::Table = toml::from_str(text).map_err(|error| told(&error))?;
        if table.contains_key("token") {
            return Err(wrong(
                "",
                "`token` does not belong here, because this file is shared and committed; \
                 use `strongroom login`, STRONGROOM_TOKEN or STRONGROOM_TOKEN_FILE, and take back the token that was here",
            ));
        }
        let document: Document = toml::from_str(text).map_err(|error| told(&error))?;
        let url = document.url.map(|url| url.parse()).transpose();
        let environment = document.environment.map(|name| name.parse()).transpose();
        Ok(Self {
            url: url.map_err(|error: &str| wrong("", &format!("`url`: {error}")))?,
            project: document.project,
            service: document.service,
            environment: environment
                .map_err(|error: domain::name::NameError| wrong("", &format!("`environment`: {error}")))?,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SettingsFile, String> {
        SettingsFile::parse("strongroom.toml".into(), text).map_err(|failure| failure.lines().join("\n"))
    }

    #[test]
    fn the_file_names_places() {
        let file = parse("url = \"https://a.example\"\nproject = \"shop\"\nenvironment = \"all\"").unwrap();
        assert_eq!(file.url.unwrap().as_str(), "https://a.example");
        assert_eq!(file.project.unwrap().as_str(), "shop");
        assert_eq!(file.environment, Some(EnvironmentChoice::All));
        assert!(file.service.is_none());
    }

    #[test]
    fn the_nearest_file_counts() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(root.path().join(NAME), "project = \"outer\"").unwrap();
        let project = |directory: &Path| SettingsFile::find(directory).unwrap().unwrap().project.unwrap();
        assert_eq!(project(&inner).as_str(), "outer");
        std::fs::write(inner.join(NAME), "project = \"inner\"").unwrap();
        assert_eq!(project(&inner).as_str(), "inner");
    }

    #[test]
    fn a_token_in_it_is_refused_and_never_quoted() {
        for text in ["token = \"srm_canary\"", "token = srm_canary", "projects = \"x\"\ntoken = \"srm_canary\""] {
            let error = parse(text).unwrap_err();
            assert!(!error.contains("canary"), "{error}");
        }
        assert!(parse("token = \"srm_canary\"").unwrap_err().contains("shared and committed"));
    }

    #[test]
    fn what_it_cannot_say_is_an_error_with_its_line() {
        for (text, expected) in [
            ("\nprojekt = \"shop\"", "strongroom.toml:2: unknown field `projekt`"),
            ("project = \"Shop\"", "strongroom.toml:1: `S` is not allowed in a project or service name"),
            ("url = \"a.example\"", "strongroom.toml: `url`: an address starts with https://"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
