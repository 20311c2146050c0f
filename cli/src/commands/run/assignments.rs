//! `--secret ENV=NAME` and `--env KEY=VALUE`, in Lightning's words.
//!
//! Three things are stricter or wider than there: a variable's name is checked as a whole, where Lightning looks at its
//! first character only; the same variable in both lists is an error, where Lightning sends both; and the value of
//! `--env` may hold `=`.

use domain::SecretName;

use crate::{failure::Failure, variables};

/// What both flags ask for, in their order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assignments {
    /// Variables and the secrets they take.
    pub(super) secrets: Vec<(String, SecretName)>,
    /// Variables and their text.
    pub(super) plain: Vec<(String, String)>,
}

impl Assignments {
    /// Reads both lists.
    pub(super) fn parse(secret: &[String], env: &[String]) -> Result<Self, Failure> {
        let plain = list(env, |text| text.split_once('='))?;
        let named =
            list(secret, |text| text.split_once('=').filter(|(_, name)| !name.contains('=') && !name.is_empty()))?;
        if let Some((both, _)) = named.iter().find(|(name, _)| plain.iter().any(|(other, _)| name == other)) {
            return Err(Failure::usage(format!(
                "Environment variable '{both}' is set by --secret and by --env. Please only include it once."
            )));
        }
        let secrets = named.into_iter().map(|(variable, name)| match name.parse() {
            Ok(name) => Ok((variable, name)),
            Err(error) => Err(Failure::usage(format!("--secret {variable}=…: {error}"))),
        });
        Ok(Self { secrets: secrets.collect::<Result<_, _>>()?, plain })
    }
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
        if name == variables::TOKEN {
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
        let parsed = Assignments::parse(&owned(secret), &owned(env)).map_err(|failure| failure.lines().concat())?;
        let secrets = parsed.secrets.into_iter().map(|(variable, name)| (variable, name.into()));
        Ok(secrets.chain(parsed.plain).collect())
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
}
