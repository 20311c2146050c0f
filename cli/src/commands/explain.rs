//! Which rung a service's secret comes from, and what `run` tells when none holds it.

use domain::{EnvironmentName, SecretName, ServicePath, api::Explanation, ladder::RungState};

use super::{Context, DONE};
use crate::{
    client::{Client, Route},
    failure::Failure,
    table::Table,
};

pub(super) fn explain(context: &Context, name: &SecretName) -> Result<u8, Failure> {
    let (service, environment) = context.place()?;
    let explanation = fetch(&context.client()?, &service, &environment, name)?;
    context.printer.answer(&explanation, || rungs(&explanation))?;
    Ok(DONE)
}

/// The rungs that were tried for a name, as lines below an error. Empty when they cannot be asked for.
pub(super) fn tried(
    client: &Client,
    service: &ServicePath,
    environment: &EnvironmentName,
    name: &SecretName,
) -> Vec<String> {
    let Ok(explanation) = fetch(client, service, environment, name) else {
        return Vec::new();
    };
    let mut lines = vec![format!("looked for `{name}` in, most specific first:")];
    let table = rungs(&explanation).to_string();
    lines.extend(table.lines().skip(1).map(|line| format!("  {line}")));
    lines
}

fn fetch(
    client: &Client,
    service: &ServicePath,
    environment: &EnvironmentName,
    name: &SecretName,
) -> Result<Explanation, Failure> {
    client.get(&Route::of_service(service, environment, &format!("explain/{name}")))
}

fn rungs(explanation: &Explanation) -> Table {
    let mut table = Table::new(&["Rung", "State", "Version", "Changed"]);
    for rung in &explanation.rungs {
        let version = rung.version.map(|version| format!("v{version}")).unwrap_or_default();
        let changed = match (rung.updated_at, &rung.updated_by) {
            (Some(at), Some(by)) => format!("{} UTC by {by}", at.minute()),
            _ => String::new(),
        };
        table.row([rung.scope.as_str(), state(rung.state), &version, &changed]);
    }
    table
}

fn state(state: RungState) -> &'static str {
    match state {
        RungState::Wins => "wins",
        RungState::ShadowedSame => "shadowed, same value",
        RungState::ShadowedDifferent => "shadowed, another value",
        RungState::Absent => "absent",
        RungState::Hidden => "hidden: you may not look here",
    }
}
