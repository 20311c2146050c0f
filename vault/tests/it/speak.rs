//! Short words for scopes, names and values, and for doing the usual with them.

use std::collections::BTreeMap;

use domain::{
    Actor, EnvironmentName, Error, Kind, Scope, SecretName, SecretValue, ServicePath, Slug,
    api::{ListQuery, RevealRequest, SecretRow},
    import::{Import, parse_json},
};
use vault::{Vault, Wrapping};

use crate::fixture::TestVault;

pub fn name(text: &str) -> SecretName {
    text.parse().unwrap()
}

pub fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

pub fn env(text: &str) -> EnvironmentName {
    text.parse().unwrap()
}

pub fn path(project: &str, service: &str) -> ServicePath {
    ServicePath::new(slug(project), slug(service))
}

/// `platform`, `shop` or `shop/api`, each with `@development` or without.
pub fn at(place: &str) -> Scope {
    let (place, environment) = match place.split_once('@') {
        Some((place, environment)) => (place, Some(env(environment))),
        None => (place, None),
    };
    match (place, place.split_once('/')) {
        ("platform", _) => Scope::platform(environment),
        (_, Some((project, service))) => Scope::service(path(project, service), environment),
        (project, None) => Scope::project(slug(project), environment),
    }
}

pub fn text(value: &str) -> SecretValue {
    SecretValue::new(Kind::Text, value.as_bytes().to_vec()).unwrap()
}

pub fn upload(json: &str) -> Import {
    parse_json(json.as_bytes()).unwrap()
}

pub fn page(limit: u32, cursor: Option<&str>) -> ListQuery {
    ListQuery { search: None, cursor: cursor.map(str::to_owned), limit: Some(limit) }
}

/// The error a client gets for what must not work.
#[track_caller]
pub fn refused<T>(result: vault::Result<T>) -> Error {
    match result {
        Ok(_) => panic!("it worked"),
        Err(error) => error.public(),
    }
}

/// The status a client gets for what must not work.
#[track_caller]
pub fn status<T>(result: vault::Result<T>) -> u16 {
    refused(result).code.status()
}

/// Writes whatever is there.
pub async fn put(vault: &Vault, actor: &Actor, place: &str, key: &str, value: &str) -> SecretRow {
    vault.put_secret(actor, &at(place), &name(key), text(value), None, None).await.unwrap()
}

/// The value, by revealing it.
pub async fn reveal(vault: &Vault, actor: &Actor, place: &str, key: &str) -> String {
    let request = RevealRequest::default();
    let revealed = vault.reveal(actor, &at(place), &name(key), &request).await;
    revealed.unwrap().value.0.to_string()
}

/// What a service gets, as `name → value`.
pub async fn delivered(
    vault: &Vault,
    actor: &Actor,
    service: &ServicePath,
    environment: &str,
) -> BTreeMap<String, String> {
    let delivery = vault.deliver(actor, service, &env(environment), Wrapping::Plain).await.unwrap();
    delivery.values.into_iter().map(|(name, value)| (name.to_string(), value.value.0.to_string())).collect()
}

impl TestVault {
    /// The project `shop` with the services `api` and `web`; answers the admin.
    pub async fn shop(&self) -> Actor {
        self.project("shop").await;
        self.service("shop", "api").await;
        self.service("shop", "web").await;
        self.admin().await
    }

    /// How many audit records there are of an action.
    pub async fn audited(&self, action: &str, outcome: &str) -> i64 {
        self.place
            .number(&format!("SELECT COUNT(*) FROM audit_records WHERE action = '{action}' AND outcome = '{outcome}'"))
            .await
    }
}
