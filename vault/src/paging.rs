//! Pages of names: of a scope in the order of the database, of a matrix in that of bytes.

use domain::{Error as PublicError, api::ListQuery};

/// No name is longer, so nothing longer is in one.
const SEARCH_MAX: usize = 253;

/// One page of a list, and where in it.
pub(crate) struct Page<T> {
    /// What is on the page.
    pub(crate) items: Vec<T>,
    /// What the next page starts after.
    pub(crate) next: Option<String>,
    /// How many the search lets through, on all pages.
    pub(crate) found: u32,
    /// How many of them are on the pages before.
    pub(crate) before: u32,
}

/// The page of `items` that `query` asks for, by name.
pub(crate) fn page_of<T>(mut items: Vec<T>, name: impl Fn(&T) -> &str, query: &ListQuery) -> Page<T> {
    if let Some(search) = query.search.as_deref().filter(|search| !search.is_empty()) {
        let search = search.to_ascii_lowercase();
        items.retain(|item| name(item).to_ascii_lowercase().contains(&search));
    }
    let found = items.len();
    if let Some(cursor) = query.cursor.as_deref() {
        items.retain(|item| name(item) > cursor);
    }
    let before = found - items.len();
    items.sort_unstable_by(|a, b| name(a).cmp(name(b)));
    let rows = usize::try_from(query.rows()).unwrap_or(usize::MAX);
    let next = (items.len() > rows).then(|| name(&items[rows - 1]).to_owned());
    items.truncate(rows);
    let count = |items| u32::try_from(items).unwrap_or(u32::MAX);
    Page { items, next, found: count(found), before: count(before) }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(search: Option<&str>, cursor: Option<&str>, limit: u32) -> Page<&'static str> {
        let query =
            ListQuery { search: search.map(str::to_owned), cursor: cursor.map(str::to_owned), limit: Some(limit) };
        page_of(vec!["b", "_", "a", "B", "A.1"], |name| name, &query)
    }

    fn page(search: Option<&str>, cursor: Option<&str>, limit: u32) -> (Vec<&'static str>, Option<String>) {
        let Page { items, next, .. } = counted(search, cursor, limit);
        (items, next)
    }

    #[test]
    fn names_are_sorted_by_bytes_and_pages_meet_without_a_gap() {
        assert_eq!(page(None, None, 3), (vec!["A.1", "B", "_"], Some("_".into())));
        assert_eq!(page(None, Some("_"), 3), (vec!["a", "b"], None));
        assert_eq!(page(None, None, 5).1, None);
    }

    #[test]
    fn a_search_has_no_regard_for_ascii_case() {
        assert_eq!(page(Some("B"), None, 9).0, ["B", "b"]);
        assert_eq!(page(Some("a."), None, 9).0, ["A.1"]);
        assert_eq!(page(Some(""), None, 9).0.len(), 5);
    }

    #[test]
    fn a_page_says_where_it_is() {
        let place = |search, cursor| {
            let Page { found, before, .. } = counted(search, cursor, 2);
            (found, before)
        };
        assert_eq!(place(None, None), (5, 0));
        assert_eq!(place(None, Some("B")), (5, 2));
        assert_eq!(place(Some("b"), Some("_")), (2, 1));
        assert_eq!(place(Some("zebra"), None), (0, 0));
    }
}
