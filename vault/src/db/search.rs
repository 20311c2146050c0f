//! What a search looks up first: parts of words, and who has them. Derived from guarded rows, and never believed.

use std::collections::BTreeSet;

use domain::api::Found;
use uuid::Uuid;

use super::{
    ROWS, Tx, bind_list,
    bindings::StoredBinding,
    on,
    places::{StoredProject, StoredService},
    scopes::StoredScope,
    secrets::StoredSecret,
};
use crate::search::parts::{first_suffix, parts, suffixes};

/// The words something is found by.
pub(crate) struct Searched {
    pub(crate) kind: Found,
    pub(crate) id: Uuid,
    pub(crate) text: String,
}

type Posting = (String, &'static str, Uuid);

fn postings(of: &[Searched]) -> BTreeSet<Posting> {
    let each = of.iter().flat_map(|it| parts(&it.text).into_iter().map(|part| (part, it.kind.word(), it.id)));
    each.collect()
}

impl Tx {
    /// Sorted, so that two transactions which add the same rows wait for each other in one order.
    pub(crate) async fn append_searched(&mut self, of: &[Searched]) -> sqlx::Result<()> {
        let postings: Vec<Posting> = postings(of).into_iter().collect();
        for rows in postings.chunks(ROWS) {
            on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new("INSERT INTO search_postings (part, kind, id) ");
                query.push_values(rows, |mut values, (part, kind, id)| {
                    values.push_bind(part).push_bind(*kind).push_bind(*id);
                });
                query.push(" ON CONFLICT DO NOTHING");
                query.build().execute(c).await?;
            });
        }
        let parts: BTreeSet<&str> = postings.iter().map(|(part, ..)| part.as_str()).collect();
        let parts: Vec<&str> = parts.into_iter().collect();
        for parts in parts.chunks(ROWS) {
            let known = self.list_known_parts(parts).await?;
            let new = parts.iter().filter(|part| !known.contains(**part));
            let rows: BTreeSet<(&[u8], &str)> =
                new.flat_map(|part| suffixes(part).map(|suffix| (suffix, *part))).collect();
            let rows: Vec<_> = rows.into_iter().collect();
            for rows in rows.chunks(ROWS) {
                on!(&mut *self, c => {
                    let mut query = sqlx::QueryBuilder::new("INSERT INTO search_suffixes (suffix, part) ");
                    query.push_values(rows, |mut values, (suffix, part)| {
                        values.push_bind(*suffix).push_bind(*part);
                    });
                    query.push(" ON CONFLICT DO NOTHING");
                    query.build().execute(c).await?;
                });
            }
        }
        Ok(())
    }

    /// Which of these parts have their suffixes already.
    async fn list_known_parts(&mut self, parts: &[&str]) -> sqlx::Result<BTreeSet<String>> {
        let rows: Vec<(String,)> = on!(self, c => {
            let mut query =
                sqlx::QueryBuilder::new("SELECT part FROM search_suffixes WHERE (suffix, part) IN (");
            query.push_values(parts, |mut values, part| {
                values.push_bind(first_suffix(part)).push_bind(*part);
            });
            query.push(")");
            query.build_query_as().fetch_all(c).await?
        });
        Ok(rows.into_iter().map(|(part,)| part).collect())
    }

    /// Parts stay known: others may have them.
    pub(crate) async fn delete_searched(&mut self, of: &[Searched]) -> sqlx::Result<()> {
        let postings: Vec<Posting> = postings(of).into_iter().collect();
        for rows in postings.chunks(ROWS) {
            on!(&mut *self, c => {
                let mut query = sqlx::QueryBuilder::new("DELETE FROM search_postings WHERE (part, kind, id) IN (");
                query.push_values(rows, |mut values, (part, kind, id)| {
                    values.push_bind(part).push_bind(*kind).push_bind(*id);
                });
                query.push(")");
                query.build().execute(c).await?;
            });
        }
        Ok(())
    }

    /// What is found of a project and of everything in it.
    pub(crate) async fn delete_searched_project(&mut self, id: Uuid) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "DELETE FROM search_postings WHERE id = $1
               OR id IN (SELECT id FROM services WHERE project_id = $1)
               OR id IN (SELECT b.id FROM bindings b JOIN services v ON v.id = b.service_id WHERE v.project_id = $1)
               OR id IN (SELECT s.id FROM secrets s JOIN scopes c ON c.id = s.scope_id WHERE c.project_id = $1)",
        )
        .bind(id)
        .execute(c)
        .await
        .map(drop))
    }

    /// What is found of a service and of everything in it.
    pub(crate) async fn delete_searched_service(&mut self, id: Uuid) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "DELETE FROM search_postings WHERE id = $1
               OR id IN (SELECT id FROM bindings WHERE service_id = $1)
               OR id IN (SELECT s.id FROM secrets s JOIN scopes c ON c.id = s.scope_id WHERE c.service_id = $1)",
        )
        .bind(id)
        .execute(c)
        .await
        .map(drop))
    }

    /// What is found of the secrets of an environment.
    pub(crate) async fn delete_searched_environment(&mut self, id: Uuid) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "DELETE FROM search_postings
             WHERE id IN (SELECT s.id FROM secrets s JOIN scopes c ON c.id = s.scope_id WHERE c.environment_id = $1)",
        )
        .bind(id)
        .execute(c)
        .await
        .map(drop))
    }

    /// How many things have a part that lies between these suffixes; counted up to `most`.
    pub(crate) async fn count_postings(&mut self, from: &[u8], to: &[u8], most: i64) -> sqlx::Result<i64> {
        on!(self, c => sqlx::query_scalar(
            "SELECT COUNT(*) FROM (
               SELECT 1 AS one FROM search_suffixes x JOIN search_postings p ON p.part = x.part
               WHERE x.suffix >= $1 AND x.suffix < $2 LIMIT $3) AS counted",
        )
        .bind(from)
        .bind(to)
        .bind(most)
        .fetch_one(c)
        .await)
    }

    /// The suffixes from `from` up to `to` that come after this one, with their parts.
    pub(crate) async fn list_suffixes(
        &mut self,
        from: &[u8],
        to: &[u8],
        after: (&[u8], &str),
        limit: i64,
    ) -> sqlx::Result<Vec<(Vec<u8>, String)>> {
        // Postgres starts at what the pair says, wherever `from` is: a pair before it would read the index up to there.
        let (from, after) = if after.0 < from { (from, "") } else { after };
        on!(self, c => sqlx::query_as(
            "SELECT suffix, part FROM search_suffixes
             WHERE suffix >= $1 AND suffix < $2 AND (suffix, part) > ($3, $4) ORDER BY suffix, part LIMIT $5",
        )
        .bind(from)
        .bind(to)
        .bind(from)
        .bind(after)
        .bind(limit)
        .fetch_all(c)
        .await)
    }

    /// Some of those that have one of these parts, in no order.
    pub(crate) async fn list_postings(
        &mut self,
        kind: Found,
        parts: &[&str],
        limit: i64,
    ) -> sqlx::Result<Vec<(String, Uuid)>> {
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new("SELECT part, id FROM search_postings WHERE kind = ");
            query.push_bind(kind.word()).push(" AND part IN ");
            bind_list!(query, parts.iter().copied());
            query.push(" LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(c).await
        })
    }

    /// Those that have this part, after `after`, by id.
    pub(crate) async fn list_postings_of(
        &mut self,
        kind: Found,
        part: &str,
        after: Uuid,
        limit: i64,
    ) -> sqlx::Result<Vec<Uuid>> {
        on!(self, c => sqlx::query_scalar(
            "SELECT id FROM search_postings WHERE part = $1 AND kind = $2 AND id > $3 ORDER BY id LIMIT $4",
        )
        .bind(part)
        .bind(kind.word())
        .bind(after)
        .bind(limit)
        .fetch_all(c)
        .await)
    }

    /// Secrets after `after`, by id: of these scopes, or of all.
    pub(crate) async fn list_secret_ids(
        &mut self,
        scopes: Option<&[Uuid]>,
        after: Uuid,
        limit: i64,
    ) -> sqlx::Result<Vec<Uuid>> {
        if scopes.is_some_and(<[Uuid]>::is_empty) {
            return Ok(Vec::new());
        }
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new("SELECT id FROM secrets WHERE id > ");
            query.push_bind(after);
            if let Some(scopes) = scopes {
                query.push(" AND scope_id IN ");
                bind_list!(query, scopes);
            }
            query.push(" ORDER BY id LIMIT ").push_bind(limit);
            query.build_query_scalar().fetch_all(c).await
        })
    }

    /// The platform's scopes and those of these projects; `most` of them.
    pub(crate) async fn list_scope_ids_of(&mut self, projects: &[Uuid], most: i64) -> sqlx::Result<Vec<Uuid>> {
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new("SELECT id FROM scopes WHERE level = 'platform'");
            if !projects.is_empty() {
                query.push(" OR project_id IN ");
                bind_list!(query, projects);
            }
            query.push(" LIMIT ").push_bind(most);
            query.build_query_scalar().fetch_all(c).await
        })
    }

    /// The live secrets with one of these names, wherever they are.
    pub(crate) async fn list_secrets_named(&mut self, names: &[&str]) -> sqlx::Result<Vec<StoredSecret>> {
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new(concat!(
                "SELECT ", super::secrets::secret_columns!(), " FROM secrets s WHERE s.deleted = false AND s.name IN "
            ));
            bind_list!(query, names.iter().copied());
            query.build_query_as().fetch_all(c).await
        })
    }

    /// The bindings that take one of these names.
    pub(crate) async fn list_bindings_taking(&mut self, names: &[&str]) -> sqlx::Result<Vec<StoredBinding>> {
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT id, service_id, environment_id, position, target_kind, target, secret_name,
                        pin_level, pin_environment_id, mac
                 FROM bindings WHERE secret_name IN ",
            );
            bind_list!(query, names.iter().copied());
            query.build_query_as().fetch_all(c).await
        })
    }

    pub(crate) async fn list_bindings_by_id(&mut self, ids: &[Uuid]) -> sqlx::Result<Vec<StoredBinding>> {
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT id, service_id, environment_id, position, target_kind, target, secret_name,
                        pin_level, pin_environment_id, mac
                 FROM bindings WHERE id IN ",
            );
            bind_list!(query, ids);
            query.build_query_as().fetch_all(c).await
        })
    }

    pub(crate) async fn list_scopes_by_id(&mut self, ids: &[Uuid]) -> sqlx::Result<Vec<StoredScope>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT id, level, project_id, service_id, environment_id, key_version, wrapped_key, created_at, mac
                 FROM scopes WHERE id IN ",
            );
            bind_list!(query, ids);
            query.build_query_as().fetch_all(c).await
        })
    }

    pub(crate) async fn list_projects_by_id(&mut self, ids: &[Uuid]) -> sqlx::Result<Vec<StoredProject>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT id, slug, name, description, created_at, mac FROM projects WHERE id IN ",
            );
            bind_list!(query, ids);
            query.build_query_as().fetch_all(c).await
        })
    }

    pub(crate) async fn list_services_by_id(&mut self, ids: &[Uuid]) -> sqlx::Result<Vec<StoredService>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        on!(self, c => {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT id, project_id, slug, name, description, mode, created_at, mac FROM services WHERE id IN ",
            );
            bind_list!(query, ids);
            query.build_query_as().fetch_all(c).await
        })
    }

    /// Which way of cutting texts the tables were made by.
    pub(crate) async fn find_search_format(&mut self) -> sqlx::Result<i64> {
        on!(self, c => sqlx::query_scalar("SELECT format FROM search_index WHERE id = 1").fetch_one(c).await)
    }

    /// Empties the tables, to be filled in the way of `format`.
    pub(crate) async fn put_search_format(&mut self, format: i64) -> sqlx::Result<()> {
        on!(self, c => {
            sqlx::query("DELETE FROM search_postings").execute(&mut *c).await?;
            sqlx::query("DELETE FROM search_suffixes").execute(&mut *c).await?;
            sqlx::query("UPDATE search_index SET format = $1 WHERE id = 1").bind(format).execute(c).await.map(drop)
        })
    }

    /// Secrets after `after`, by id.
    pub(crate) async fn list_secrets_after(&mut self, after: Uuid, limit: i64) -> sqlx::Result<Vec<StoredSecret>> {
        on!(self, c => sqlx::query_as(concat!(
            "SELECT ", super::secrets::secret_columns!(), " FROM secrets s WHERE s.id > $1 ORDER BY s.id LIMIT $2",
        ))
        .bind(after)
        .bind(limit)
        .fetch_all(c)
        .await)
    }
}
