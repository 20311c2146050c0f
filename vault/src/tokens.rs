//! Tokens: `srm_` + 256 random bits + checksum; stored as a keyed hash, shown once.

use domain::{
    Actor,
    access::RequestInfo,
    api::{CreatedToken, NewToken, TokenRow},
};

use crate::{Vault, error::Result};

impl Vault {
    /// The actor of a bearer token; 401 when it is unknown, malformed, expired or revoked (told alike).
    pub async fn actor_of_token(&self, request: RequestInfo, token: &str) -> Result<Actor> {
        let _ = (request, token);
        todo!()
    }

    /// The tokens the actor may manage, newest first.
    pub async fn list_tokens(&self, actor: &Actor) -> Result<Vec<TokenRow>> {
        let _ = actor;
        todo!()
    }

    /// Makes a token. A token narrowed to a service belongs to that service and may only read; others belong to whom makes them.
    pub async fn create_token(&self, actor: &Actor, new: &NewToken) -> Result<CreatedToken> {
        let _ = (actor, new);
        todo!()
    }

    /// Takes a token back; it is refused from the next request on.
    pub async fn revoke_token(&self, actor: &Actor, id: &str) -> Result<()> {
        let _ = (actor, id);
        todo!()
    }
}
