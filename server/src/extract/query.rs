//! Query parameters. One that is unknown, misspelt or given twice is an error: `?enviroment=production` must not
//! write to all environments.

use std::borrow::Cow;

use axum::{
    extract::{FromRequestParts, Query as AxumQuery},
    http::{Uri, request::Parts},
};
use domain::{
    Code, Error,
    api::{LIMIT_DEFAULT, LIMIT_MAX, Page},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

use crate::problem::{Answer, ApiError};

/// The query as `T`, which says which parameters there are.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned + IntoParams> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        read(&parts.uri).map(Self)
    }
}

/// Reads a query as `T`.
pub(super) fn read<T: DeserializeOwned + IntoParams>(uri: &Uri) -> Answer<T> {
    // Axum's sentence may quote what it found.
    AxumQuery::try_from_uri(uri).map(|AxumQuery(query)| query).map_err(|_| {
        let known = T::into_params(|| None);
        let known: Vec<_> = known.into_iter().map(|parameter| parameter.name).collect();
        let sentence =
            format!("the parameters after `?` cannot be read; there are, each at most once: {}", known.join(", "));
        Error::new(Code::Malformed, sentence).into()
    })
}

/// A query that may name an environment.
pub(crate) trait Where: DeserializeOwned + IntoParams {
    /// The name as the client wrote it.
    fn environment(&self) -> Option<&str>;
}

/// Which part of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Cut {
    /// Where the last page ended.
    pub(crate) cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    pub(crate) limit: Option<u32>,
}

impl Cut {
    /// The page of a whole list, whose items `key` tells apart.
    pub(crate) fn of<T>(&self, items: Vec<T>, key: impl Fn(&T) -> &str) -> Answer<Page<T>> {
        cut(items, self.cursor.as_deref(), self.limit, |item| key(item).into())
    }
}

/// One page out of a whole list, whose items `key` tells apart.
pub(crate) fn cut<T>(
    mut items: Vec<T>,
    cursor: Option<&str>,
    limit: Option<u32>,
    key: impl Fn(&T) -> Cow<'_, str>,
) -> Answer<Page<T>> {
    if let Some(cursor) = cursor {
        let last = items.iter().position(|item| key(item) == cursor);
        let last = last.ok_or_else(|| {
            Error::new(
                Code::Malformed,
                "what this cursor stands for is not in the list, or not any more; start again without it",
            )
        })?;
        items.drain(..=last);
    }
    let limit = limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX) as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| more).map(|item| key(item).into_owned());
    Ok(Page { items, next_cursor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_parameter_is_refused_and_the_right_ones_are_named() {
        let uri = |text: &str| text.parse::<Uri>().unwrap();
        assert_eq!(read::<Cut>(&uri("/x?limit=5&cursor=a")).unwrap().limit, Some(5));
        for bad in ["/x?limt=canary", "/x?limit=canary", "/x?limit=1&limit=2", "/x?limit=-1"] {
            let ApiError(error) = read::<Cut>(&uri(bad)).err().unwrap();
            assert_eq!(error.code, Code::Malformed);
            assert!(error.detail.ends_with("cursor, limit"), "{}", error.detail);
            assert!(!error.detail.contains("canary"));
        }
    }

    #[test]
    fn pages_follow_one_another_without_gap_or_overlap() {
        let all: Vec<String> = (0..7).map(|n| n.to_string()).collect();
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = cut(all.clone(), cursor.as_deref(), Some(3), |s: &String| s.as_str().into()).unwrap();
            seen.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
        assert!(cut(all, Some("gone"), None, |s: &String| s.as_str().into()).is_err());
    }
}
