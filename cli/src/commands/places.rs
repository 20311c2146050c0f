//! Projects, services, environments.

use domain::api::{Environment, EnvironmentRemoval, NewEnvironment, NewProject, Project, Service};
use serde_json::json;

use super::{Context, DONE, confirm::confirm, lists::answer};
use crate::{
    args::{EnvironmentCommand, NewPlace, ProjectCommand, ServiceCommand},
    client::Route,
    failure::Failure,
    printer::Printer,
};

pub(super) fn project(context: &Context, command: ProjectCommand) -> Result<u8, Failure> {
    let client = context.client()?;
    match command {
        ProjectCommand::List => {
            let items = client.list(&Route::new("projects"))?;
            answer(context, &items, &["Project", "Name", "Services", "Created"], |project: Project| {
                let services = project.services.to_string();
                vec![project.slug.into(), project.name, services, project.created_at.day()]
            })
        }
        ProjectCommand::Create(new) => {
            let created: Project = client.post(&Route::new("projects"), &wire(new))?;
            told(context, &created, &format!("Created project {}", created.slug))
        }
        ProjectCommand::Remove(removal) => {
            let what = format!("project {}", removal.slug);
            let deed = format!("removes {what} with its services, secrets, bindings and tokens");
            confirm(&deed, removal.slug.as_str(), removal.yes)?;
            client.delete(&Route::new(format!("projects/{}", removal.slug)))?;
            told(context, &json!({"removed": removal.slug}), &format!("Removed {what}"))
        }
    }
}

pub(super) fn service(context: &Context, command: ServiceCommand) -> Result<u8, Failure> {
    let project = context.project()?;
    let client = context.client()?;
    let services = format!("projects/{project}/services");
    match command {
        ServiceCommand::List => {
            let items = client.list(&Route::new(services))?;
            answer(context, &items, &["Service", "Name", "Gets", "Created"], |service: Service| {
                let mode = service.mode.word().to_owned();
                vec![service.slug.into(), service.name, mode, service.created_at.day()]
            })
        }
        ServiceCommand::Create(new) => {
            let created: Service = client.post(&Route::new(services), &wire(new))?;
            told(context, &created, &format!("Created service {} in project: {project}", created.slug))
        }
        ServiceCommand::Remove(removal) => {
            let what = format!("service {} of project: {project}", removal.slug);
            let deed = format!("removes {what} with its secrets, bindings and tokens");
            confirm(&deed, removal.slug.as_str(), removal.yes)?;
            client.delete(&Route::new(format!("{services}/{}", removal.slug)))?;
            told(context, &json!({"removed": removal.slug}), &format!("Removed {what}"))
        }
    }
}

pub(super) fn environment(context: &Context, command: EnvironmentCommand) -> Result<u8, Failure> {
    let client = context.client()?;
    match command {
        EnvironmentCommand::List => {
            let items = client.list(&Route::new("environments"))?;
            answer(context, &items, &["Environment"], |environment: Environment| vec![environment.name.into()])
        }
        EnvironmentCommand::Create { name, position } => {
            let new = NewEnvironment { name, position };
            let created: Environment = client.post(&Route::new("environments"), &new)?;
            told(context, &created, &format!("Created environment {}", created.name))
        }
        EnvironmentCommand::Remove { name, dry_run, with_contents, yes } => {
            let route = Route::new(format!("environments/{name}"));
            if !dry_run && !with_contents {
                client.delete(&route)?;
                return told(context, &json!({"removed": name}), &format!("Removed environment {name}"));
            }
            let plan: EnvironmentRemoval = client.delete_for(&route.clone().with("dry_run", "true"))?;
            if dry_run {
                context.printer.report(&plan, |printer| tell_removal(printer, &plan))?;
                return Ok(DONE);
            }
            if !yes {
                tell_removal(&context.printer, &plan);
            }
            let deed = format!("removes environment {name} with its {}", contents(&plan));
            confirm(&deed, name.as_str(), yes)?;
            let expected = plan.secrets.to_string();
            client.delete(&route.with("with_contents", "true").with("expected_secrets", &expected))?;
            told(context, &json!({"removed": name}), &format!("Removed environment {name} with {}", contents(&plan)))
        }
    }
}

/// What goes with an environment, and where it is.
fn tell_removal(printer: &Printer, plan: &EnvironmentRemoval) {
    printer.note(&format!("With environment {} would go: {}", plan.name, contents(plan)));
    for scope in &plan.scopes {
        let more = if scope.names.len() < scope.secrets as usize { ", …" } else { "" };
        printer.note(&format!("  {}: {}{more}", scope.source, scope.names.join(", ")));
    }
    for binding in &plan.bound {
        printer.note(&format!("  {}: {} from {}", binding.source, binding.target, binding.secret));
    }
    for token in &plan.token_names {
        printer.note(&format!("  the token {token}"));
    }
}

fn contents(plan: &EnvironmentRemoval) -> String {
    let count = |number: u32, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let (secrets, bindings) = (count(plan.secrets, "secret"), count(plan.bindings, "binding"));
    format!("{secrets}, {bindings} and {}", count(plan.tokens, "token"))
}

fn told(context: &Context, json: &impl serde::Serialize, sentence: &str) -> Result<u8, Failure> {
    context.printer.report(json, |printer| printer.note(sentence))?;
    Ok(DONE)
}

fn wire(new: NewPlace) -> NewProject {
    NewProject { slug: new.slug, name: new.name, description: new.description }
}
