//! Pages of names, in the order of the database.

use domain::{Error as PublicError, api::ListQuery};

/// No name is longer, so nothing longer is in one.
const SEARCH_MAX: usize = 253;

/// What a list is searched for; empty for all of it. 422 when that is longer than any name, or not for a database.
pub(crate) fn checked_search(query: &ListQuery) -> Result<&str, PublicError> {
    let search = query.search.as_deref().unwrap_or_default();
    for (field, text) in [("search", search), ("cursor", query.cursor.as_deref().unwrap_or_default())] {
        if text.contains('\0') {
            return Err(PublicError::field(field, format!("`{field}` cannot hold the control character U+0000")));
        }
    }
    match search.chars().count() {
        ..=SEARCH_MAX => Ok(search),
        count => {
            let sentence = format!("a name has at most {SEARCH_MAX} characters, and this search has {count}");
            Err(PublicError::field("search", sentence))
        }
    }
}
