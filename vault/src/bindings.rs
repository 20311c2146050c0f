//! Bindings and the delivery mode of a service.

mod follow;
mod wanted;

use std::collections::HashSet;

use domain::{
    Action, Actor, EnvironmentName, Error as PublicError, Level, Problem, Scope, SecretName, ServicePath,
    api::{Binding, BindingTarget, Mode},
    injection::check_bindings,
};
use uuid::Uuid;

use crate::{
    Vault,
    audit::Event,
    clock::new_id,
    db::{Tx, bindings::StoredBinding, environments::StoredEnvironment, places::StoredService},
    error::{Error, Result},
    scopes::known,
};

const TABLE: &str = "bindings";

/// The one scope a binding takes its value from: a level of its own service.
pub(crate) struct Pin {
    pub(crate) level: String,
    pub(crate) environment: Option<(Uuid, EnvironmentName)>,
}

/// A binding that counts in one environment.
pub(crate) struct ActiveBinding {
    pub(crate) target: BindingTarget,
    pub(crate) secret: SecretName,
    pub(crate) pin: Option<Pin>,
}

impl Vault {
    /// The bindings of a service, in their order.
    pub async fn list_bindings(&self, actor: &Actor, service: &ServicePath) -> Result<Vec<Binding>> {
        self.sees_service(actor, service, "binding.list").await?;
        let mut tx = self.inner.db.read().await?;
        let stored = self.service(&mut tx, service).await?;
        let environments = self.all_checked(tx.list_environments().await?)?;
        self.bindings_of(&mut tx, service, stored.id, &environments).await
    }

    async fn bindings_of(
        &self,
        tx: &mut Tx,
        service: &ServicePath,
        service_id: Uuid,
        environments: &[StoredEnvironment],
    ) -> Result<Vec<Binding>> {
        let rows = self.all_checked(tx.list_bindings(service_id).await?)?;
        rows.into_iter()
            .map(|row| {
                let pin = pin_of(&row, environments)?;
                let environment = name_of(row.environment_id, environments)?;
                Ok(Binding {
                    target: target_of(&row)?,
                    secret: known(row.secret_name, TABLE)?,
                    environment: environment.map(|(_, name)| name),
                    scope: pin.map(|pin| pin.scope(service)),
                })
            })
            .collect()
    }

    /// Replaces the bindings of a service; all or nothing. 422 with every problem: bad targets, collisions, unknown environments.
    pub async fn put_bindings(
        &self,
        actor: &Actor,
        service: &ServicePath,
        bindings: &[Binding],
    ) -> Result<Vec<Binding>> {
        self.change_bindings(actor, service, |_| bindings.to_vec()).await
    }

    /// Adds bindings to those of a service; all or nothing, as in [`Vault::put_bindings`].
    pub async fn append_bindings(&self, actor: &Actor, service: &ServicePath, new: &[Binding]) -> Result<Vec<Binding>> {
        self.change_bindings(actor, service, |was| was.into_iter().chain(new.iter().cloned()).collect()).await
    }

    /// Removes the binding of a target in one environment, or in all; whether there is one makes no difference.
    pub async fn delete_binding(
        &self,
        actor: &Actor,
        service: &ServicePath,
        target: &BindingTarget,
        environment: Option<&EnvironmentName>,
    ) -> Result<Vec<Binding>> {
        let stays = |binding: &Binding| binding.target != *target || binding.environment.as_ref() != environment;
        self.change_bindings(actor, service, |was| was.into_iter().filter(stays).collect()).await
    }

    /// Makes the bindings of a service what `change` makes of them, while nobody else can.
    async fn change_bindings(
        &self,
        actor: &Actor,
        service: &ServicePath,
        change: impl FnOnce(Vec<Binding>) -> Vec<Binding>,
    ) -> Result<Vec<Binding>> {
        let scope = Scope::service(service.clone(), None);
        let event = Event::of("binding.put", &scope, service.service.as_str());
        self.authorise(actor, Action::Bind, &scope, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        tx.put_sequence().await?;
        let stored = self.locked_service(&mut tx, service).await?;
        let environments = self.all_checked(tx.list_environments().await?)?;
        let bindings = change(self.bindings_of(&mut tx, service, stored.id, &environments).await?);
        check(service, &bindings, &environments)?;
        tx.delete_bindings(stored.id).await?;
        for (position, binding) in (0..).zip(&bindings) {
            tx.append_binding(&self.guard(stored_as(binding, stored.id, position, &environments))).await?;
        }
        let count = match bindings.len() {
            1 => "1 binding".to_owned(),
            many => format!("{many} bindings"),
        };
        self.record(&mut tx, actor, event.reason(&count)).await?;
        tx.commit().await?;
        Ok(bindings)
    }

    /// What a service gets: everything, or its bindings only.
    pub async fn find_mode(&self, actor: &Actor, service: &ServicePath) -> Result<Mode> {
        self.sees_service(actor, service, "service.find").await?;
        let mut tx = self.inner.db.read().await?;
        mode_of(&self.service(&mut tx, service).await?)
    }

    /// Sets what a service gets.
    pub async fn put_mode(&self, actor: &Actor, service: &ServicePath, mode: Mode) -> Result<Mode> {
        let scope = Scope::service(service.clone(), None);
        let event = Event::of("service.mode", &scope, service.service.as_str()).reason(mode.word());
        self.authorise(actor, Action::Bind, &scope, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        tx.put_sequence().await?;
        let mut stored = self.locked_service(&mut tx, service).await?;
        if stored.mode == mode.word() {
            return Ok(mode);
        }
        mode.word().clone_into(&mut stored.mode);
        tx.put_service(&self.guard(stored)).await?;
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        Ok(mode)
    }

    /// The bindings that count in one environment, in their order. One for the environment overrides that for all
    /// environments with the same target.
    pub(crate) async fn active_bindings(
        &self,
        tx: &mut Tx,
        service_id: Uuid,
        environment: Uuid,
    ) -> Result<Vec<ActiveBinding>> {
        let mut rows = self.all_checked(tx.list_bindings(service_id).await?)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let environments = self.all_checked(tx.list_environments().await?)?;
        let own: HashSet<(String, String)> = rows
            .iter()
            .filter(|row| row.environment_id == Some(environment))
            .map(|row| (row.target_kind.clone(), row.target.clone()))
            .collect();
        rows.retain(|row| match row.environment_id {
            Some(other) => other == environment,
            None => !own.contains(&(row.target_kind.clone(), row.target.clone())),
        });
        rows.into_iter()
            .map(|row| {
                Ok(ActiveBinding {
                    target: target_of(&row)?,
                    pin: pin_of(&row, &environments)?,
                    secret: known(row.secret_name, TABLE)?,
                })
            })
            .collect()
    }
}

impl Pin {
    /// The scope of `service` that is meant.
    pub(crate) fn scope(&self, service: &ServicePath) -> Scope {
        let level = match self.level.as_str() {
            "platform" => Level::Platform,
            "project" => Level::Project { project: service.project.clone() },
            _ => Level::Service(service.clone()),
        };
        level.at(self.environment.as_ref().map(|(_, name)| name.clone()))
    }
}

/// What a service gets.
pub(crate) fn mode_of(service: &StoredService) -> Result<Mode> {
    Mode::from_word(&service.mode).ok_or(Error::Unknown { table: "services" })
}

pub(crate) fn target_of(row: &StoredBinding) -> Result<BindingTarget> {
    match row.target_kind.as_str() {
        "env" => Ok(BindingTarget::Env(row.target.clone())),
        "file" => Ok(BindingTarget::File(row.target.clone())),
        _ => Err(Error::Unknown { table: TABLE }),
    }
}

/// The row of a checked binding.
fn stored_as(binding: &Binding, service_id: Uuid, position: i64, environments: &[StoredEnvironment]) -> StoredBinding {
    let id_of = |name: &EnvironmentName| {
        let found = environments.iter().find(|row| row.name == name.as_str());
        found.map(|row| row.id)
    };
    let pin = binding.scope.as_ref();
    StoredBinding {
        id: new_id(),
        service_id,
        environment_id: binding.environment.as_ref().and_then(id_of),
        position,
        target_kind: match binding.target {
            BindingTarget::Env(_) => "env".to_owned(),
            BindingTarget::File(_) => "file".to_owned(),
        },
        target: binding.target.text().to_owned(),
        secret_name: binding.secret.to_string(),
        pin_level: pin.map(|pin| pin.level.word().to_owned()),
        pin_environment_id: pin.and_then(|pin| pin.environment.as_ref().and_then(id_of)),
        mac: Vec::new(),
    }
}

fn pin_of(row: &StoredBinding, environments: &[StoredEnvironment]) -> Result<Option<Pin>> {
    let Some(level) = &row.pin_level else {
        return Ok(None);
    };
    Ok(Some(Pin { level: level.clone(), environment: name_of(row.pin_environment_id, environments)? }))
}

fn name_of(id: Option<Uuid>, environments: &[StoredEnvironment]) -> Result<Option<(Uuid, EnvironmentName)>> {
    let Some(id) = id else { return Ok(None) };
    let row = environments.iter().find(|row| row.id == id).ok_or(Error::Unknown { table: TABLE })?;
    Ok(Some((id, known(row.name.clone(), "environments")?)))
}

/// Every problem at once: what the bindings say, whether their environments exist, and whether a pinned scope is
/// one that the service stands on.
fn check(service: &ServicePath, bindings: &[Binding], environments: &[StoredEnvironment]) -> Result<(), PublicError> {
    let mut problems = match check_bindings(bindings) {
        Ok(()) => Vec::new(),
        Err(error) if error.problems.is_empty() => return Err(error),
        Err(error) => error.problems,
    };
    let exists = |name: &EnvironmentName| environments.iter().any(|row| row.name == name.as_str());
    for binding in bindings {
        let mut refuse = |message: String| {
            let target: String = binding.target.text().chars().take(253).collect();
            problems.push(Problem::field(&target, message));
        };
        let pinned = binding.scope.as_ref();
        let pin_environment = pinned.and_then(|pin| pin.environment.as_ref());
        for name in [binding.environment.as_ref(), pin_environment].into_iter().flatten().filter(|name| !exists(name)) {
            refuse(format!("there is no environment `{name}`"));
        }
        if let Some(pin) = pinned {
            let own = match &pin.level {
                Level::Platform => true,
                Level::Project { project } => *project == service.project,
                Level::Service(path) => path == service,
            };
            if !own {
                refuse(format!(
                    "`{}` cannot be taken from {pin}: a binding of {service} pins the platform, its own project or itself",
                    binding.secret
                ));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(PublicError::invalid(problems)) }
}
