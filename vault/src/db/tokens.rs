//! Tokens: what they may, and the keyed hash they are known by.

use domain::Millis;
use uuid::Uuid;

use super::{Tx, on};
use crate::row_mac::{Fields, guarded};

/// A token, as it is stored, with the words that name its places.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StoredToken {
    pub(crate) id: Uuid,
    pub(crate) token_hash: Vec<u8>,
    pub(crate) name: String,
    pub(crate) hint: String,
    pub(crate) owner_id: Option<Uuid>,
    pub(crate) project_id: Option<Uuid>,
    pub(crate) service_id: Option<Uuid>,
    pub(crate) environment_id: Option<Uuid>,
    pub(crate) rights: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) last_used_at: Option<i64>,
    pub(crate) revoked: bool,
    /// From where it is accepted, with commas between; empty for everywhere.
    pub(crate) networks: String,
    pub(crate) mac: Vec<u8>,
    pub(crate) project_slug: Option<String>,
    pub(crate) service_slug: Option<String>,
    pub(crate) environment_name: Option<String>,
    pub(crate) owner_email: Option<String>,
}

// Everything but when it was last used.
guarded!(StoredToken, |row| {
    let fields = Fields::of("tokens")
        .id(row.id)
        .bytes(&row.token_hash)
        .text(&row.name)
        .text(&row.hint)
        .optional_id(row.owner_id)
        .optional_id(row.project_id)
        .optional_id(row.service_id)
        .optional_id(row.environment_id)
        .text(&row.rights)
        .number(row.created_at)
        .number(row.expires_at)
        .flag(row.revoked);
    // A field more only where there is one: rows of before this column carry their MAC still.
    if row.networks.is_empty() { fields } else { fields.text(&row.networks) }
});

macro_rules! select_tokens {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.token_hash, t.name, t.hint, t.owner_id, t.project_id, t.service_id, \
             t.environment_id, t.rights, t.created_at, t.expires_at, t.last_used_at, t.revoked, t.mac, t.networks, \
             p.slug AS project_slug, s.slug AS service_slug, e.name AS environment_name, \
             o.email AS owner_email FROM tokens t \
             LEFT JOIN projects p ON p.id = t.project_id \
             LEFT JOIN services s ON s.id = t.service_id \
             LEFT JOIN environments e ON e.id = t.environment_id \
             LEFT JOIN people o ON o.id = t.owner_id ",
            $rest
        )
    };
}

impl Tx {
    pub(crate) async fn find_token_by_hash(&mut self, token_hash: &[u8]) -> sqlx::Result<Option<StoredToken>> {
        on!(self, c => sqlx::query_as(select_tokens!("WHERE t.token_hash = $1"))
            .bind(token_hash)
            .fetch_optional(c).await)
    }

    pub(crate) async fn find_token(&mut self, id: Uuid) -> sqlx::Result<Option<StoredToken>> {
        on!(self, c => sqlx::query_as(select_tokens!("WHERE t.id = $1"))
            .bind(id)
            .fetch_optional(c).await)
    }

    pub(crate) async fn list_tokens(&mut self) -> sqlx::Result<Vec<StoredToken>> {
        on!(self, c => sqlx::query_as(select_tokens!("ORDER BY t.created_at DESC, t.id DESC"))
            .fetch_all(c).await)
    }

    pub(crate) async fn append_token(&mut self, row: &StoredToken) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "INSERT INTO tokens (id, token_hash, name, hint, owner_id, project_id, service_id, \
             environment_id, rights, created_at, expires_at, last_used_at, revoked, mac, networks) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
            .bind(row.id)
            .bind(&row.token_hash)
            .bind(&row.name)
            .bind(&row.hint)
            .bind(row.owner_id)
            .bind(row.project_id)
            .bind(row.service_id)
            .bind(row.environment_id)
            .bind(&row.rights)
            .bind(row.created_at)
            .bind(row.expires_at)
            .bind(row.last_used_at)
            .bind(row.revoked)
            .bind(&row.mac)
            .bind(&row.networks)
            .execute(c).await.map(drop))
    }

    /// The tokens that belong to a person.
    pub(crate) async fn list_tokens_of(&mut self, owner: Uuid) -> sqlx::Result<Vec<StoredToken>> {
        on!(self, c => sqlx::query_as(select_tokens!("WHERE t.owner_id = $1"))
            .bind(owner)
            .fetch_all(c).await)
    }

    pub(crate) async fn put_token_revoked(&mut self, row: &StoredToken) -> sqlx::Result<()> {
        on!(self, c => sqlx::query("UPDATE tokens SET revoked = $2, mac = $3 WHERE id = $1")
            .bind(row.id)
            .bind(row.revoked)
            .bind(&row.mac)
            .execute(c).await.map(drop))
    }

    /// Notes that a token was used at `now`, unless that was noted after `since`.
    pub(crate) async fn put_token_use(&mut self, id: Uuid, now: Millis, since: Millis) -> sqlx::Result<()> {
        on!(self, c => sqlx::query(
            "UPDATE tokens SET last_used_at = $2 \
             WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)")
            .bind(id)
            .bind(now.0)
            .bind(since.0)
            .execute(c).await.map(drop))
    }
}
