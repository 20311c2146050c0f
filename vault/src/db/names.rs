//! Pages of names over several scopes, without reading the scopes.

use uuid::Uuid;

use super::{Tx, bind_list, on};

/// The names of one scope that count.
pub(crate) struct Branch {
    pub(crate) scope: Uuid,
    pub(crate) only: Only,
}

/// Which of them.
#[derive(Clone)]
pub(crate) enum Only {
    All,
    /// Those that one of these scopes holds too.
    AlsoIn(Vec<Uuid>),
    /// Those that none of these scopes holds.
    NotIn(Vec<Uuid>),
}

/// Which part of them.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    /// Only names that contain this text, without regard to ASCII case.
    pub(crate) search: &'a str,
    /// Only names after this one.
    pub(crate) after: &'a str,
    /// How many to leave out at the start.
    pub(crate) from: i64,
    /// How many at most.
    pub(crate) limit: i64,
}

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

/// Pushes one branch: its live names after a name; with a limit, the first ones.
macro_rules! push_branch {
    ($query:ident, $branch:expr, $part:expr, $limit:expr) => {{
        let Branch { scope, only } = $branch;
        $query.push("SELECT s.name AS name FROM secrets s WHERE s.scope_id = ").push_bind(*scope);
        $query.push(" AND s.deleted = false");
        if !$part.after.is_empty() {
            $query.push(" AND s.name > ").push_bind($part.after.to_owned());
        }
        if !$part.search.is_empty() {
            $query.push(" AND lower(s.name) LIKE ").push_bind(containing($part.search)).push(" ESCAPE '\\'");
        }
        let others = match only {
            Only::All => None,
            Only::AlsoIn(scopes) => Some((" AND EXISTS (", scopes)),
            Only::NotIn(scopes) => Some((" AND NOT EXISTS (", scopes)),
        };
        if let Some((test, scopes)) = others.filter(|(_, scopes)| !scopes.is_empty()) {
            $query.push(test);
            $query.push("SELECT 1 FROM secrets o WHERE o.name = s.name AND o.deleted = false AND o.scope_id IN ");
            bind_list!($query, scopes);
            $query.push(")");
        }
        if let Some(limit) = $limit {
            $query.push(" ORDER BY s.name LIMIT ").push_bind::<i64>(limit);
        }
    }};
}

impl Tx {
    /// The names of these branches, each once, in the order of the database: that of bytes on SQLite, and on Postgres
    /// where the database was made so.
    pub(crate) async fn list_names(&mut self, branches: &[Branch], part: Part<'_>) -> sqlx::Result<Vec<String>> {
        if branches.is_empty() {
            return Ok(Vec::new());
        }
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new("SELECT name FROM (");
            for (number, branch) in branches.iter().enumerate() {
                query.push(if number == 0 { "SELECT name FROM (" } else { " UNION SELECT name FROM (" });
                push_branch!(query, branch, part, Some(part.from + part.limit));
                query.push(") AS branch");
            }
            query.push(") AS names ORDER BY name LIMIT ").push_bind(part.limit);
            query.push(" OFFSET ").push_bind(part.from);
            query.build_query_scalar().fetch_all(c).await
        })
    }

    /// How many names these branches have, each counted once.
    pub(crate) async fn count_names(&mut self, branches: &[Branch], search: &str) -> sqlx::Result<i64> {
        if branches.is_empty() {
            return Ok(0);
        }
        let part = Part { search, after: "", from: 0, limit: 0 };
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new("SELECT COUNT(*) FROM (");
            for (number, branch) in branches.iter().enumerate() {
                if number > 0 {
                    query.push(" UNION ");
                }
                push_branch!(query, branch, part, None);
            }
            query.push(") AS names");
            query.build_query_scalar().fetch_one(c).await
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
