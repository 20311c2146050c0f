//! What the address of a scope page asks for. Every filter, page and open cell has an address of its own.

use domain::{SecretName, api::MatrixShow};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::paths::query;

/// The part of an address that decides what is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Which rows.
    pub show: MatrixShow,
    /// Only names that contain this.
    pub filter: String,
    /// After which name the page starts; empty for the first.
    pub after: String,
    /// The open cell.
    pub open: Option<OpenAt>,
}

/// One cell by name and column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAt {
    /// The name.
    pub name: SecretName,
    /// The environment, or `all`.
    pub env: String,
}

/// What is written where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Nothing.
    No,
    /// A new secret, in its own panel.
    New,
    /// The open cell.
    Cell,
    /// The open name, in every environment.
    Row,
}

impl Asked {
    /// What the query of an address asks for; what is no name is not asked for.
    pub fn of(address: &ParamsMap) -> Self {
        let text = |key| address.get(key).unwrap_or_default();
        Self {
            show: SHOWN.iter().find(|(word, _)| *word == text("show")).map(|(_, show)| *show).unwrap_or_default(),
            filter: text("filter"),
            after: text("after"),
            open: text("open").parse().ok().map(|name| OpenAt { name, env: text("env") }),
        }
    }

    /// The word of what is shown; empty for everything.
    pub fn shown(&self) -> &'static str {
        SHOWN.iter().find(|(_, show)| *show == self.show && *show != MatrixShow::All).map_or("", |(word, _)| word)
    }

    /// The address of this, relative to its page; never empty, for an empty link is no link.
    pub fn href(&self) -> String {
        let show = self.shown();
        let (open, env) = self.open.as_ref().map_or(("", ""), |open| (open.name.as_str(), open.env.as_str()));
        let pairs = [("show", show), ("filter", &self.filter), ("after", &self.after), ("open", open), ("env", env)];
        match query("", &pairs) {
            bare if bare.is_empty() => "?".to_owned(),
            href => href,
        }
    }

    /// The address with one more word in it, such as `edit=1`.
    pub fn href_with(&self, more: &str) -> String {
        match self.href() {
            bare if bare == "?" => format!("?{more}"),
            href => format!("{href}&{more}"),
        }
    }

    /// The same with another cell open.
    #[must_use]
    pub fn opening(&self, name: &SecretName, env: &str) -> Self {
        Self { open: Some(OpenAt { name: name.clone(), env: env.to_owned() }), ..self.clone() }
    }

    /// The same with no cell open.
    #[must_use]
    pub fn closed(&self) -> Self {
        Self { open: None, ..self.clone() }
    }

    /// The first page of other rows, with no cell open.
    #[must_use]
    pub fn showing(&self, show: MatrixShow) -> Self {
        Self { show, after: String::new(), open: None, ..self.clone() }
    }
}

impl Writing {
    /// What the query of an address says about it.
    pub fn of(query: &ParamsMap) -> Self {
        match (query.get("new"), query.get("edit").as_deref()) {
            (Some(_), _) => Self::New,
            (None, Some("row")) => Self::Row,
            (None, Some(_)) => Self::Cell,
            (None, None) => Self::No,
        }
    }
}

/// The words of `?show=`.
const SHOWN: [(&str, MatrixShow); 6] = [
    ("all", MatrixShow::All),
    ("set", MatrixShow::Set),
    ("inherited", MatrixShow::Inherited),
    ("shadows", MatrixShow::Shadows),
    ("missing", MatrixShow::Missing),
    ("due", MatrixShow::Due),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_it_asks_for() {
        let asked = Asked { show: MatrixShow::Shadows, filter: "a&b=c é".into(), after: "DB".into(), open: None };
        let asked = asked.opening(&"DB_PASS".parse().unwrap(), "staging");
        assert_eq!(asked.href(), "?show=shadows&filter=a%26b%3Dc%20%C3%A9&after=DB&open=DB_PASS&env=staging");
        let query =
            [("show", "shadows"), ("filter", "a&b=c é"), ("after", "DB"), ("open", "DB_PASS"), ("env", "staging")]
                .into_iter()
                .collect();
        assert_eq!(Asked::of(&query), asked);
        assert_eq!(Asked::default().href(), "?");
        assert_eq!(Asked::default().href_with("new=1"), "?new=1");
    }
}
