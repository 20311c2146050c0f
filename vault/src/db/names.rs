//! Pages of the names of a scope, without reading the scope.

use uuid::Uuid;

use super::{Tx, on};

/// A pattern for `LIKE … ESCAPE '\'` that finds what contains `text`.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

impl Tx {
    /// The live names of a scope that contain `search`, without regard to ASCII case, after a name; in the order of the
    /// database: that of bytes on SQLite, and on Postgres where the database was made so.
    pub(crate) async fn list_names(
        &mut self,
        scope_id: Uuid,
        search: &str,
        after: &str,
        limit: i64,
    ) -> sqlx::Result<Vec<String>> {
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new("SELECT s.name FROM secrets s WHERE s.deleted = false AND s.scope_id = ");
            query.push_bind(scope_id);
            if !after.is_empty() {
                query.push(" AND s.name > ").push_bind(after);
            }
            if !search.is_empty() {
                query.push(" AND lower(s.name) LIKE ").push_bind(containing(search)).push(" ESCAPE '\\'");
            }
            query.push(" ORDER BY s.name LIMIT ").push_bind(limit);
            query.build_query_scalar().fetch_all(c).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::containing;

    #[test]
    fn a_pattern_has_no_meaning_of_its_own() {
        assert_eq!(containing("Db_%\\"), "%db\\_\\%\\\\%");
    }
}
