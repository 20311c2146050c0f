//! Pages of names. Sorted by bytes here, because the two engines sort text each in its own way.

use domain::api::ListQuery;

/// The page of `items` that `query` asks for, by name, and the cursor of the next one.
pub(crate) fn page_of<T>(mut items: Vec<T>, name: impl Fn(&T) -> &str, query: &ListQuery) -> (Vec<T>, Option<String>) {
    if let Some(search) = query.search.as_deref().filter(|search| !search.is_empty()) {
        let search = search.to_ascii_lowercase();
        items.retain(|item| name(item).to_ascii_lowercase().contains(&search));
    }
    if let Some(cursor) = query.cursor.as_deref() {
        items.retain(|item| name(item) > cursor);
    }
    items.sort_unstable_by(|a, b| name(a).cmp(name(b)));
    let rows = usize::try_from(query.rows()).unwrap_or(usize::MAX);
    let next = (items.len() > rows).then(|| name(&items[rows - 1]).to_owned());
    items.truncate(rows);
    (items, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(search: Option<&str>, cursor: Option<&str>, limit: u32) -> (Vec<&'static str>, Option<String>) {
        let query =
            ListQuery { search: search.map(str::to_owned), cursor: cursor.map(str::to_owned), limit: Some(limit) };
        page_of(vec!["b", "_", "a", "B", "A.1"], |name| name, &query)
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
}
