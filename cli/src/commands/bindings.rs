//! `binding`: which variable or file each secret of a service feeds.

use domain::{
    EnvironmentName, ServicePath,
    api::{Binding, BindingState, BindingTarget, EffectiveBinding, Proposal, ProposedBinding},
};

use super::{Context, DONE, import::read};
use crate::{
    args::{BindingCommand, BindingExportArgs, BindingImportArgs, NewBinding, OldBinding},
    client::{Client, Route},
    failure::Failure,
    settings::EnvironmentChoice,
    table::Table,
};

pub(super) fn binding(context: &Context, command: BindingCommand) -> Result<u8, Failure> {
    let service = context.settings.service()?;
    let client = context.client()?;
    match command {
        BindingCommand::List => list(context, &client, &service),
        BindingCommand::Create(new) => create(context, &client, &service, new),
        BindingCommand::Remove(old) => remove(context, &client, &service, &old),
        BindingCommand::Export(args) => export(context, &client, &service, &args),
        BindingCommand::Import(args) => import(context, &client, &service, &args),
    }
}

fn list(context: &Context, client: &Client, service: &ServicePath) -> Result<u8, Failure> {
    let Some(environment) = environment(context) else {
        let bindings: Vec<Binding> = client.get(&all(service))?;
        context.printer.answer(&bindings, || {
            let mut table = Table::new(&["Target", "Secret", "Environment", "From"]);
            for Binding { target, secret, environment, scope } in &bindings {
                let environment = environment.as_ref().map_or("all", EnvironmentName::as_str);
                let from = scope.as_ref().map_or_else(|| "the ladder".to_owned(), |scope| format!("only {scope}"));
                table.row([target.text(), secret.as_str(), environment, &from]);
            }
            table
        })?;
        return Ok(DONE);
    };
    let bindings: Vec<EffectiveBinding> =
        client.get(&Route::of_service(service, &environment, "bindings/effective"))?;
    context.printer.answer(&bindings, || {
        let mut table = Table::new(&["Target", "Secret", "Kind", "Source"]);
        for binding in &bindings {
            let source = match binding.state {
                BindingState::Found => binding.source.as_deref().unwrap_or_default(),
                BindingState::Missing => "missing",
                BindingState::Hidden => "no access",
            };
            let kind = binding.kind.map_or("", domain::Kind::word);
            table.row([binding.target.text(), binding.secret.as_str(), kind, source]);
        }
        table
    })?;
    Ok(DONE)
}

fn create(context: &Context, client: &Client, service: &ServicePath, new: NewBinding) -> Result<u8, Failure> {
    let NewBinding { target, secret } = new;
    let binding = Binding { target: target_of(&target), secret, environment: environment(context), scope: None };
    let mut bindings: Vec<Binding> = client.get(&all(service))?;
    bindings.push(binding.clone());
    let _: Vec<Binding> = client.put(&all(service), &bindings)?;
    let place = place(service, binding.environment.as_ref());
    let sentence = format!("In {place}, {} takes {}", binding.target, binding.secret);
    context.printer.report(&binding, |printer| printer.note(&sentence))?;
    Ok(DONE)
}

fn remove(context: &Context, client: &Client, service: &ServicePath, old: &OldBinding) -> Result<u8, Failure> {
    let (target, environment) = (target_of(&old.target), environment(context));
    let mut bindings: Vec<Binding> = client.get(&all(service))?;
    let before = bindings.len();
    bindings.retain(|binding| binding.target != target || binding.environment != environment);
    let place = place(service, environment.as_ref());
    if bindings.len() == before {
        return Err(Failure::failed(format!(
            "{target} is not bound in {place}; `strongroom binding list` tells what is"
        )));
    }
    let bindings: Vec<Binding> = client.put(&all(service), &bindings)?;
    context.printer.report(&bindings, |printer| printer.note(&format!("{target} is bound no longer in {place}")))?;
    Ok(DONE)
}

fn export(context: &Context, client: &Client, service: &ServicePath, args: &BindingExportArgs) -> Result<u8, Failure> {
    let environment = context.settings.one_environment()?;
    let route = Route::of_service(service, &environment, "bindings/export").with("format", &args.format);
    context.printer.bytes(&client.get_bytes(&route)?)?;
    Ok(DONE)
}

fn import(context: &Context, client: &Client, service: &ServicePath, args: &BindingImportArgs) -> Result<u8, Failure> {
    let file = read(&args.file)?;
    let leave_out = Some(args.leave_out.join(",")).filter(|names| !names.is_empty());
    let route = Route::new(format!("projects/{}/services/{}/bindings/import", service.project, service.service))
        .with("dry_run", args.dry_run.to_string())
        .with_some("leave_out", leave_out);
    let mut proposed: Vec<ProposedBinding> = client.post_bytes(&route, "text/plain", &file)?;
    proposed.retain(|proposed| !args.leave_out.contains(&proposed.variable));
    context.printer.answer(&proposed, || table(&proposed, args.dry_run))?;
    let added = proposed.iter().filter(|proposed| proposed.proposal.adds()).count();
    let what = if added == 1 { "1 binding".to_owned() } else { format!("{added} bindings") };
    let done = if args.dry_run { "would be added" } else { "added" };
    context.printer.note(&format!("{what} {done} to {service}"));
    Ok(DONE)
}

fn table(proposed: &[ProposedBinding], dry_run: bool) -> Table {
    let mut table = Table::new(&["Variable", "Secret", "What"]);
    for ProposedBinding { variable, secret, proposal } in proposed {
        let what = match (proposal, dry_run) {
            (Proposal::Bind, true) => "to be bound",
            (Proposal::Bind, false) => "bound",
            (Proposal::BindMissing, true) => "to be bound; the secret is missing",
            (Proposal::BindMissing, false) => "bound; the secret is missing",
            (Proposal::Bound, _) => "bound already",
            (Proposal::OwnName, _) => "delivered by its own name",
        };
        table.row([variable.as_str(), secret.as_str(), what]);
    }
    table
}

fn target_of(text: &str) -> BindingTarget {
    if text.starts_with('/') { BindingTarget::File(text.to_owned()) } else { BindingTarget::Env(text.to_owned()) }
}

/// The environment that is named, if one is.
fn environment(context: &Context) -> Option<EnvironmentName> {
    match context.settings.environment.as_ref().map(|found| &found.value) {
        Some(EnvironmentChoice::One(name)) => Some(name.clone()),
        _ => None,
    }
}

fn place(service: &ServicePath, environment: Option<&EnvironmentName>) -> String {
    match environment {
        Some(environment) => format!("{environment} of {service}"),
        None => format!("all environments of {service}"),
    }
}

fn all(service: &ServicePath) -> Route {
    Route::new(format!("projects/{}/services/{}/bindings", service.project, service.service))
}
