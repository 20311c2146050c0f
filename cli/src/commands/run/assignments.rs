//! `--secret ENV=NAME` and `--env KEY=VALUE`, in Lightning's words.
//!
//! Three things are stricter or wider than there: a variable's name is checked as a whole, where Lightning looks at its
//! first character only; the same variable in both lists is an error, where Lightning sends both; and the value of
//! `--env` may hold `=`. `--file PATH=NAME` and `--fifo PATH[=NAME]` are ours; their last `=` divides.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use domain::{SecretName, injection::FilePath};

use crate::{args::RunArgs, failure::Failure, variables as own};

/// What the flags ask for, in their order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assignments {
    /// Variables and the secrets they take.
    pub(super) secrets: Vec<(String, SecretName)>,
    /// Variables and their text.
    pub(super) plain: Vec<(String, String)>,
    /// Files and the secrets in them.
    pub(super) files: Vec<(FilePath, SecretName)>,
    /// Named pipes and the secrets they give; none means all.
    pub(super) fifos: Vec<(PathBuf, Option<SecretName>)>,
}

impl Assignments {
    /// Reads all lists.
    pub(super) fn parse(args: &RunArgs) -> Result<Self, Failure> {
        let (secrets, plain) = variables(&args.secret, &args.env)?;
        let mut files: Vec<(FilePath, SecretName)> = Vec::new();
        for text in &args.files.file {
            let (path, name) = file(text)?;
            if files.iter().any(|(other, _)| *other == path) {
                return Err(Failure::usage(format!("--file {path} is given twice; keep one")));
            }
            files.push((path, name));
        }
        let mut fifos: Vec<(PathBuf, Option<SecretName>)> = Vec::new();
        for text in &args.files.fifo {
            let (path, name) = fifo(text)?;
            let is_file = files.iter().any(|(other, _)| Path::new(other.as_str()) == path);
            if is_file || fifos.iter().any(|(other, _)| *other == path) {
                return Err(Failure::usage(format!("{} is given twice; keep one", path.display())));
            }
            fifos.push((path, name));
        }
        Ok(Self { secrets, plain, files, fifos })
    }

    /// Every secret that is asked for by its name.
    pub(super) fn names(&self) -> impl Iterator<Item = &SecretName> {
        let secrets = self.secrets.iter().map(|(_, name)| name);
        let files = self.files.iter().map(|(_, name)| name);
        secrets.chain(files).chain(self.fifos.iter().filter_map(|(_, name)| name.as_ref()))
    }

    /// Are the secrets of the service asked for as something else than variables?
    pub(super) fn has_fifo_of_all(&self) -> bool {
        self.fifos.iter().any(|(_, name)| name.is_none())
    }
}

/// `PATH=NAME`; a path may hold `=`, a name never does.
fn file(text: &OsString) -> Result<(FilePath, SecretName), Failure> {
    let text = text.to_str().ok_or_else(|| Failure::usage("--file: the path is not UTF-8"))?;
    let (path, name) = text
        .rsplit_once('=')
        .filter(|(path, _)| !path.is_empty())
        .ok_or_else(|| Failure::usage(format!("--file {text}: write PATH=NAME, for example secrets/key=TLS_KEY")))?;
    let absolute = absolute(path)?;
    let shown = absolute.to_str().ok_or_else(|| Failure::usage("--file: the path is not UTF-8"))?;
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("--file {path}=…: {error}"));
    Ok((shown.parse().map_err(|error| wrong(&error))?, name.parse().map_err(|error| wrong(&error))?))
}

/// `PATH` or `PATH=NAME`.
fn fifo(text: &OsString) -> Result<(PathBuf, Option<SecretName>), Failure> {
    let text = text.to_str().ok_or_else(|| Failure::usage("--fifo: the path is not UTF-8"))?;
    let (path, name) = match text.rsplit_once('=') {
        Some((path, name)) => {
            let name = name.parse().map_err(|error| Failure::usage(format!("--fifo {path}=…: {error}")))?;
            (path, Some(name))
        }
        None => (text, None),
    };
    Ok((absolute(path)?, name))
}

/// The path from the root, without `.` in it.
fn absolute(path: &str) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::usage(format!("{path:?} is no path: {error}")))
}

type Variables<T> = Vec<(String, T)>;

/// `--secret` and `--env`.
fn variables(secret: &[String], env: &[String]) -> Result<(Variables<SecretName>, Variables<String>), Failure> {
    let plain = list(env, |text| text.split_once('='))?;
    let named = list(secret, |text| text.split_once('=').filter(|(_, name)| !name.contains('=') && !name.is_empty()))?;
    if let Some((both, _)) = named.iter().find(|(name, _)| plain.iter().any(|(other, _)| name == other)) {
        return Err(Failure::usage(format!(
            "Environment variable '{both}' is set by --secret and by --env. Please only include it once."
        )));
    }
    let secrets = named.into_iter().map(|(variable, name)| match name.parse() {
        Ok(name) => Ok((variable, name)),
        Err(error) => Err(Failure::usage(format!("--secret {variable}=…: {error}"))),
    });
    Ok((secrets.collect::<Result<_, _>>()?, plain))
}

fn list(texts: &[String], split: impl Fn(&str) -> Option<(&str, &str)>) -> Result<Vec<(String, String)>, Failure> {
    let mut list: Vec<(String, String)> = Vec::new();
    for text in texts {
        let Some((name, value)) = split(text).filter(|(name, _)| !name.is_empty()) else {
            return Err(Failure::usage(format!(
                "Invalid format of environment variable {text}, please ensure that the variable is in the format e.g. foo=bar."
            )));
        };
        if list.iter().any(|(other, _)| other == name) {
            return Err(Failure::usage(format!(
                "Environment variable '{name}' is duplicated. Please only include it once."
            )));
        }
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(Failure::usage(format!(
                "Environment variable '{name}' is not a valid name. \
                 It is only allowed to contain digits 0-9, letters A-Z, a-z and _ (underscore)."
            )));
        }
        if name == own::TOKEN {
            return Err(Failure::usage(format!("{name} carries the client's own token and cannot be set")));
        }
        list.push((name.to_owned(), value.to_owned()));
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(secret: &[&str], env: &[&str]) -> Result<Vec<(String, String)>, String> {
        let owned = |texts: &[&str]| -> Vec<String> { texts.iter().map(|&text| text.to_owned()).collect() };
        let (secrets, plain) = variables(&owned(secret), &owned(env)).map_err(|failure| failure.lines().concat())?;
        let secrets = secrets.into_iter().map(|(variable, name)| (variable, name.into()));
        Ok(secrets.chain(plain).collect())
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn a_variable_takes_a_secret_or_a_text() {
        assert_eq!(parse(&[], &[]).unwrap(), []);
        assert_eq!(parse(&["MY_APP_SECRET=my-secret"], &[]).unwrap(), pairs(&[("MY_APP_SECRET", "my-secret")]));
        let both = parse(&["_=x", "1A=x"], &["FOO=bar", "BLA=", "URL=a=b="]).unwrap();
        assert_eq!(both, pairs(&[("_", "x"), ("1A", "x"), ("FOO", "bar"), ("BLA", ""), ("URL", "a=b=")]));
    }

    #[test]
    fn what_is_no_assignment_is_refused_in_lightning_s_words() {
        for text in ["invalid-env", "=invalid", "=invalid=", "", "FOO=a=b", "FOO==", "FOO="] {
            let expected = format!(
                "Invalid format of environment variable {text}, please ensure that the variable is in the format e.g. foo=bar."
            );
            assert_eq!(parse(&[text], &[]).unwrap_err(), expected);
        }
        for text in ["invalid-env", "=invalid", ""] {
            assert!(parse(&[], &[text]).is_err(), "{text}");
        }
        for name in ["*FOO#", " FOO", "-FOO", "Ä", "FOO-BAR", "foo.bar", "FOO\n"] {
            let expected = format!(
                "Environment variable '{name}' is not a valid name. \
                 It is only allowed to contain digits 0-9, letters A-Z, a-z and _ (underscore)."
            );
            assert_eq!(parse(&[&format!("{name}=bar")], &[]).unwrap_err(), expected);
            assert_eq!(parse(&[], &[&format!("{name}=bar")]).unwrap_err(), expected);
        }
    }

    #[test]
    fn no_variable_is_set_twice() {
        let twice = "Environment variable 'FOO' is duplicated. Please only include it once.";
        assert_eq!(parse(&["FOO=a", "FOO=a"], &[]).unwrap_err(), twice);
        assert_eq!(parse(&[], &["FOO=a", "FOO=b"]).unwrap_err(), twice);
        let both = parse(&["FOO=a"], &["FOO=a"]).unwrap_err();
        assert_eq!(both, "Environment variable 'FOO' is set by --secret and by --env. Please only include it once.");
        assert!(parse(&["STRONGROOM_TOKEN=a"], &[]).is_err());
        assert!(parse(&["FOO=a b"], &[]).is_err());
    }

    #[test]
    fn a_path_may_hold_what_divides_it_from_the_name() {
        let (path, name) = file(&"/a=b/key=TLS_KEY".into()).unwrap();
        assert_eq!((path.as_str(), name.as_str()), ("/a=b/key", "TLS_KEY"));
        let (path, _) = file(&"./a/key=A".into()).unwrap();
        assert_eq!(Path::new(path.as_str()), std::env::current_dir().unwrap().join("a/key"));
        for wrong in ["", "key", "=A", "key=", "key=a b", "a/../key=A", "/=A"] {
            assert!(file(&wrong.into()).is_err(), "{wrong}");
        }
        assert_eq!(fifo(&"/a".into()).unwrap(), ("/a".into(), None));
        assert_eq!(fifo(&"/a=B".into()).unwrap(), ("/a".into(), Some("B".parse().unwrap())));
        for wrong in ["", "/a=", "/a=a b"] {
            assert!(fifo(&wrong.into()).is_err(), "{wrong}");
        }
    }
}
