//! What a service gets, values included. Authorised, audited, then answered.

mod resolve;

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    Action, Actor, EnvironmentName, Scope, SecretName, SecretValue, ServicePath,
    api::{Delivered, DeliveredBinding, Delivery, NamedValue, WireValue},
};
use seal::ScopeKey;
use uuid::Uuid;

pub(crate) use resolve::{Chosen, chosen};

use crate::{
    Vault,
    audit::Event,
    db::{Tx, versions::StoredSeal},
    error::{Error, Result},
    row_mac::Fields,
    scopes::known,
    secrets::absent,
};

/// How values leave. The vault writes it down; whoever asks for it does the wrapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// As they are: whatever passes the answer on can read it.
    Plain,
    /// Sealed to a key of the client.
    Sealed,
}

impl Wrapping {
    /// `plain` or `sealed`: the word in the audit record.
    fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Sealed => "sealed",
        }
    }
}

impl Vault {
    /// Everything `service` gets in `environment`. One audit record names how many values left, and how.
    pub async fn deliver(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
        wrapping: Wrapping,
    ) -> Result<Delivery> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        let event = Event::of("service.read", &scope, "");
        self.authorise(actor, Action::Use, &scope, event.clone()).await?;
        let mut tx = self.inner.db.read().await?;
        let resolved = self.resolve(&mut tx, service, environment).await?;
        let pinned = resolved.pinned.iter().flatten();
        let versions = resolved.values.values().chain(pinned).map(Chosen::version).collect();
        let mut opener = self.opener(&mut tx, versions).await?;
        drop(tx);
        let mut values = BTreeMap::new();
        for (name, chosen) in &resolved.values {
            let name: SecretName = known(name.clone(), "secrets")?;
            values.insert(name, opener.deliver(chosen)?);
        }
        let mut count = values.len();
        let mut bindings = Vec::with_capacity(resolved.bindings.len());
        for (binding, pinned) in resolved.bindings.iter().zip(&resolved.pinned) {
            let missing = match binding.pin {
                Some(_) => pinned.is_none(),
                None => !resolved.held.contains(binding.secret.as_str()),
            };
            let pinned = pinned.as_ref().map(|chosen| opener.deliver(chosen));
            let pinned = pinned.transpose()?;
            count += usize::from(pinned.is_some());
            bindings.push(DeliveredBinding {
                target: binding.target.clone(),
                secret: binding.secret.clone(),
                pinned,
                missing,
            });
        }
        let left = match count {
            1 => format!("1 value, {}", wrapping.word()),
            many => format!("{many} values, {}", wrapping.word()),
        };
        // Reading and opening hold up no writer; only the record does.
        let mut tx = self.inner.db.write().await?;
        self.record(&mut tx, actor, event.reason(&left)).await?;
        tx.commit().await?;
        Ok(Delivery { sequence: resolved.sequence, mode: resolved.mode, values, bindings })
    }

    /// The value `service` gets under `name`; 404 when no rung holds it.
    pub async fn deliver_one(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
        name: &SecretName,
        wrapping: Wrapping,
    ) -> Result<NamedValue> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        let event = Event::of("service.read", &scope, name.as_str());
        self.authorise(actor, Action::Use, &scope, event.clone()).await?;
        let mut tx = self.inner.db.read().await?;
        let sequence = tx.find_sequence().await?;
        let ladder = self.find_ladder(&mut tx, service, environment).await?;
        let rungs = self.list_rungs_of(&mut tx, &ladder, name).await?;
        let winner = rungs.into_iter().next().ok_or_else(|| absent(&scope, name))?;
        let chosen = chosen(&ladder, winner)?;
        let seals = tx.list_seals(&[chosen.version()]).await?;
        drop(tx);
        let delivered = Opener::new(self, seals).deliver(&chosen)?;
        let mut tx = self.inner.db.write().await?;
        self.record(&mut tx, actor, event.version(delivered.version).reason(wrapping.word())).await?;
        tx.commit().await?;
        Ok(NamedValue { sequence, name: name.clone(), delivered })
    }

    /// The entity tag of what [`Vault::deliver`] would answer: it changes when any value, binding or mode of the
    /// service does. Lets a client that is up to date be answered 304 without a value leaving.
    pub async fn delivery_tag(
        &self,
        actor: &Actor,
        service: &ServicePath,
        environment: &EnvironmentName,
    ) -> Result<String> {
        let scope = Scope::service(service.clone(), Some(environment.clone()));
        let event = Event::of("service.read", &scope, "");
        self.authorise(actor, Action::Use, &scope, event).await?;
        Ok(self.tagged(service, environment).await?.1)
    }

    /// The sequence, and the entity tag as of it.
    pub(crate) async fn tagged(&self, service: &ServicePath, environment: &EnvironmentName) -> Result<(i64, String)> {
        let mut tx = self.inner.db.read().await?;
        let resolved = self.resolve(&mut tx, service, environment).await?;
        let mut fields = Fields::of("delivery").text(resolved.mode.word());
        for (name, chosen) in &resolved.values {
            fields = chosen.tagged(fields.text(name));
        }
        for (binding, pinned) in resolved.bindings.iter().zip(&resolved.pinned) {
            fields = fields
                .text(&binding.target.to_string())
                .text(binding.secret.as_str())
                .flag(binding.pin.is_some())
                .flag(pinned.is_some());
            if let Some(chosen) = pinned {
                fields = chosen.tagged(fields);
            }
        }
        let tag = self.row_mac(&fields);
        let tag = tag.first_chunk().copied().map_or(0, u128::from_be_bytes);
        Ok((resolved.sequence, format!("{tag:032x}")))
    }

    /// Reads the ciphertext of these versions.
    pub(crate) async fn opener(&self, tx: &mut Tx, versions: HashSet<(Uuid, i64)>) -> Result<Opener<'_>> {
        let versions: Vec<(Uuid, i64)> = versions.into_iter().collect();
        Ok(Opener::new(self, tx.list_seals(&versions).await?))
    }
}

/// Opens what was chosen, each scope's key once.
pub(crate) struct Opener<'a> {
    vault: &'a Vault,
    keys: HashMap<Uuid, ScopeKey>,
    seals: HashMap<Uuid, StoredSeal>,
}

impl<'a> Opener<'a> {
    fn new(vault: &'a Vault, seals: Vec<StoredSeal>) -> Self {
        Self { vault, keys: HashMap::new(), seals: seals.into_iter().map(|seal| (seal.secret_id, seal)).collect() }
    }

    /// The value.
    pub(crate) fn open(&mut self, chosen: &Chosen) -> Result<SecretValue> {
        let scope = &chosen.scope;
        if !self.keys.contains_key(&scope.id) {
            self.keys.insert(scope.id, self.vault.scope_key(scope)?);
        }
        let missing = || Error::Tampered { table: "secret_versions" };
        let key = self.keys.get(&scope.id).ok_or_else(missing)?;
        let seal = self.seals.get(&chosen.held.secret.id).ok_or_else(missing)?;
        self.vault.open_seal(scope, key, &chosen.held.version, seal)
    }

    /// The value as it goes over the wire.
    fn deliver(&mut self, chosen: &Chosen) -> Result<Delivered> {
        let value = self.open(chosen)?;
        Ok(Delivered {
            value: WireValue(value.expose_wire()),
            kind: value.kind(),
            version: chosen.held.secret.version,
            source: chosen.source.to_string(),
        })
    }
}
