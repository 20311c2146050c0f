//! `check`: does a service get what its contract says?

use domain::{
    EnvironmentName, Problem,
    api::{ContractRow, DeliveryMode, EffectiveBinding, EffectiveRow, Environment, Finding, Severity},
    contract::Contract,
    injection::Given,
};
use serde::Serialize;

use super::{Context, DONE, lists::decode};
use crate::{
    args::CheckArgs,
    client::{Client, Route},
    failure::{FAILED, Failure, USAGE},
    settings::EnvironmentChoice,
    table::Table,
};

/// What was found, as `--output json` tells it.
#[derive(Serialize)]
struct Report {
    environments: Vec<Checked>,
    problems: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Checked {
    environment: EnvironmentName,
    findings: Vec<Finding>,
}

pub(super) fn check(context: &Context, args: &CheckArgs) -> Result<u8, Failure> {
    let (text, contract) = read(args)?;
    let service = context.settings.service()?;
    let client = context.client()?;
    if args.publish {
        let _: ContractRow =
            client.put_bytes(&of_service(&service, "contract"), "application/toml", text.as_bytes())?;
        context.printer.note(&format!("the server keeps {} for {service}", args.file.display()));
    }
    let DeliveryMode { mode } = client.get(&of_service(&service, "delivery"))?;
    let mut report = Report { environments: Vec::new(), problems: 0, warnings: 0 };
    for environment in environments(context, &client)? {
        let rows = client.list(&Route::of_service(&service, &environment, "effective"))?;
        let effective: Vec<EffectiveRow> = decode(&rows)?;
        let bindings: Vec<EffectiveBinding> =
            client.get(&Route::of_service(&service, &environment, "bindings/effective"))?;
        let given = Given { effective: &effective, bindings: &bindings, mode };
        let findings = contract.check(&given);
        report.problems += count(&findings, Severity::Problem);
        report.warnings += count(&findings, Severity::Warning);
        report.environments.push(Checked { environment, findings });
    }
    let is_fine = report.problems == 0 && (report.warnings == 0 || !args.strict);
    if report.problems + report.warnings > 0 || context.printer.is_json() {
        context.printer.answer(&report, || table(&report))?;
    }
    context.printer.note(&format!(
        "{} of {service} in {}: {} problems, {} warnings",
        secrets(contract.secrets().len()),
        names(&report),
        report.problems,
        report.warnings
    ));
    Ok(if is_fine { DONE } else { FAILED })
}

/// The text and what it says.
fn read(args: &CheckArgs) -> Result<(String, Contract), Failure> {
    let file = args.file.display();
    let text = std::fs::read_to_string(&args.file)
        .map_err(|error| Failure::usage(format!("cannot read the contract {file}: {error}; --file names another")))?;
    let contract = Contract::parse(&text).map_err(|problems| {
        let details = problems.iter().map(|problem| {
            let Problem { line, column, message, .. } = problem;
            format!("{file}:{}:{}: {message}", line.unwrap_or(1), column.unwrap_or(1))
        });
        let message = format!("{file} is no contract; nothing was checked");
        Failure::Failed { code: USAGE, message, details: details.collect() }
    })?;
    Ok((text, contract))
}

/// The one environment of the settings, else every one there is.
fn environments(context: &Context, client: &Client) -> Result<Vec<EnvironmentName>, Failure> {
    if let Some(EnvironmentChoice::One(name)) = context.settings.environment.as_ref().map(|found| &found.value) {
        return Ok(vec![name.clone()]);
    }
    let all: Vec<Environment> = decode(&client.list(&Route::new("environments"))?)?;
    Ok(all.into_iter().map(|environment| environment.name).collect())
}

fn of_service(service: &domain::ServicePath, rest: &str) -> Route {
    Route::new(format!("projects/{}/services/{}/{rest}", service.project, service.service))
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}

fn table(report: &Report) -> Table {
    let mut table = Table::new(&["Environment", "Secret", "What", "Finding"]);
    for Checked { environment, findings } in &report.environments {
        for Finding { name, severity, message } in findings {
            let what = match severity {
                Severity::Problem => "problem",
                Severity::Warning => "warning",
            };
            table.row([environment.as_str(), name.as_str(), what, message]);
        }
    }
    table
}

fn secrets(count: usize) -> String {
    if count == 1 { "1 secret".to_owned() } else { format!("{count} secrets") }
}

fn names(report: &Report) -> String {
    let names: Vec<&str> = report.environments.iter().map(|checked| checked.environment.as_str()).collect();
    names.join(", ")
}
