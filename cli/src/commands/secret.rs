//! `strongroom secret …`: the secrets of a scope, and what a service sees of all scopes.

mod assignment;
mod copy;
mod moving;
mod show;
mod versions;
mod write;

use domain::{EnvironmentName, Scope, SecretName, ServicePath};

use super::Context;
use crate::{
    args::{LevelArgs, SecretCommand},
    client::Route,
    failure::Failure,
};

pub(super) fn secret(context: &Context, command: SecretCommand) -> Result<u8, Failure> {
    match command {
        SecretCommand::List(args) => show::list(context, args.level),
        SecretCommand::Get(args) => show::get(context, &args),
        SecretCommand::Set(args) => write::set(context, &args),
        SecretCommand::Add(args) => write::add(context, args),
        SecretCommand::Update(args) => write::update(context, args),
        SecretCommand::Remove(args) => write::remove(context, args),
        SecretCommand::Copy(args) => copy::copy(context, &args),
        SecretCommand::History(args) => versions::history(context, &args),
        SecretCommand::Restore(args) => versions::restore(context, &args),
        SecretCommand::Destroy(args) => versions::destroy(context, &args),
        SecretCommand::Move(args) => moving::shift(context, &args),
    }
}

fn scope(context: &Context, level: LevelArgs) -> Result<Scope, Failure> {
    context.settings.scope(level.platform)
}

/// The service and environment of a scope, where it is that of a running service: then all six rungs count.
pub(super) fn running(scope: &Scope) -> Option<(ServicePath, &EnvironmentName)> {
    match (&scope.level, &scope.environment) {
        (domain::Level::Service(service), Some(environment)) => Some((service.clone(), environment)),
        _ => None,
    }
}

fn secret_route(scope: &Scope, name: &SecretName) -> Route {
    Route::of_scope(scope, &format!("secrets/{name}"))
}
