//! `secret move`.

use domain::{
    Level,
    api::{MoveRequest, MovedSecret},
};

use super::scope;
use crate::{
    args::{LevelArg, MoveArgs},
    client::Route,
    commands::{Context, DONE},
    failure::Failure,
    settings::EnvironmentChoice,
};

pub(super) fn shift(context: &Context, args: &MoveArgs) -> Result<u8, Failure> {
    let scope = scope(context, args.level)?;
    let level = match args.to_level {
        None => scope.level.clone(),
        Some(LevelArg::Platform) => Level::Platform,
        Some(LevelArg::Project) => Level::Project { project: context.project()? },
        Some(LevelArg::Service) => Level::Service(context.settings.service()?),
    };
    let environment = match &args.to_environment {
        None => scope.environment.clone(),
        Some(EnvironmentChoice::All) => None,
        Some(EnvironmentChoice::One(name)) => Some(name.clone()),
    };
    let request =
        MoveRequest { name: args.to_name.clone(), scope: Some(level.at(environment)), expected_version: None };
    let route = Route::of_scope(&scope, &format!("secrets/{}/move", args.name));
    let moved: MovedSecret = context.client()?.post(&route, &request)?;
    context.printer.report(&moved, |printer| {
        printer.note(&format!(
            "{} is {} now ({}); {} bindings follow",
            args.name, moved.secret.name, moved.secret.source, moved.bindings_moved
        ));
        for service in &moved.bindings_left {
            printer.warn(&format!("bindings of {service} still ask for {}", args.name));
        }
    })?;
    Ok(DONE)
}
