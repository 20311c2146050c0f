//! Secrets of one scope: list, find, write, delete, reveal, history, restore.

use domain::{
    Actor, Scope, SecretName, SecretValue,
    api::{ListQuery, Page, RevealRequest, Revealed, SecretRow, VersionRow},
};

use crate::{Vault, error::Result};

impl Vault {
    /// The live secrets of a scope, by name. No values.
    pub async fn list_secrets(
        &self,
        actor: &Actor,
        scope: &Scope,
        query: &ListQuery,
    ) -> Result<Page<SecretRow>> {
        let _ = (actor, scope, query);
        todo!()
    }

    /// One secret without its value.
    pub async fn find_secret(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
    ) -> Result<SecretRow> {
        let _ = (actor, scope, name);
        todo!()
    }

    /// Writes a new version. `expected` is the version this write follows: 409 when another came between, 0 when the
    /// secret must not exist yet, `None` for whatever is there. The same value again makes no new version, but may change the comment.
    pub async fn put_secret(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        value: SecretValue,
        comment: Option<&str>,
        expected: Option<i64>,
    ) -> Result<SecretRow> {
        let _ = (actor, scope, name, value, comment, expected);
        todo!()
    }

    /// Deletes a secret; its versions stay in history.
    pub async fn delete_secret(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        expected: Option<i64>,
    ) -> Result<()> {
        let _ = (actor, scope, name, expected);
        todo!()
    }

    /// One value: checked, opened, recorded, committed; only then answered.
    pub async fn reveal(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        request: &RevealRequest,
    ) -> Result<Revealed> {
        let _ = (actor, scope, name, request);
        todo!()
    }

    /// The versions of a secret, newest first; a deleted secret's too.
    pub async fn list_versions(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
    ) -> Result<Vec<VersionRow>> {
        let _ = (actor, scope, name);
        todo!()
    }

    /// Makes the value of an old version the newest one.
    pub async fn restore_secret(
        &self,
        actor: &Actor,
        scope: &Scope,
        name: &SecretName,
        version: i64,
    ) -> Result<SecretRow> {
        let _ = (actor, scope, name, version);
        todo!()
    }
}
