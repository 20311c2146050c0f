//! Projects, services, environments.

use std::io::{self, BufRead, IsTerminal};

use domain::api::{Environment, NewEnvironment, NewProject, Project, Service};
use serde_json::json;

use super::{Context, DONE, lists::answer};
use crate::{
    args::{EnvironmentCommand, NewPlace, ProjectCommand, Removal, ServiceCommand},
    client::Route,
    failure::Failure,
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
            confirm(&what, "its services, secrets, bindings and tokens", &removal)?;
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
            confirm(&what, "its secrets, bindings and tokens", &removal)?;
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
        EnvironmentCommand::Remove { name } => {
            client.delete(&Route::new(format!("environments/{name}")))?;
            told(context, &json!({"removed": name}), &format!("Removed environment {name}"))
        }
    }
}

fn told(context: &Context, json: &impl serde::Serialize, sentence: &str) -> Result<u8, Failure> {
    context.printer.report(json, |printer| printer.note(sentence))?;
    Ok(DONE)
}

fn wire(new: NewPlace) -> NewProject {
    NewProject { slug: new.slug, name: new.name, description: new.description }
}

/// Lets a person type the name of what goes away with everything in it.
fn confirm(what: &str, with: &str, removal: &Removal) -> Result<(), Failure> {
    if removal.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(format!("this removes {what} with {with}; say --yes if that is meant")));
    }
    let prompt = format!("This removes {what} with {with}. Type its name to go on: ");
    if ask(&prompt)? == removal.slug.as_str() { Ok(()) } else { Err(Failure::failed("nothing was removed")) }
}

fn ask(prompt: &str) -> Result<String, Failure> {
    use io::Write;
    let mut line = String::new();
    let asked = write!(io::stderr(), "{prompt}").and_then(|()| io::stdin().lock().read_line(&mut line));
    asked.map_err(|error| Failure::failed(format!("cannot ask: {error}")))?;
    Ok(line.trim().to_owned())
}
