//! What a key of a plan does beyond its own scope, in words; and what the plan does to the services.

use std::collections::BTreeMap;

use domain::api::{Affects, FileLook, PlanItem};
use leptos::prelude::*;

use crate::components::{Icon, Status, counted};

/// How many services a list shows.
const SERVICES: usize = 6;

/// What the key does to other levels, to bindings, and what else there is to know about it.
#[component]
pub fn Effects(
    /// The key.
    item: PlanItem,
) -> impl IntoView {
    let told = |icon: &'static str, tone: &'static str, verb: &str, list: &[String]| {
        (!list.is_empty()).then(|| view! { <Status icon=icon tone=tone text=format!("{verb} {}", sources(list)) /> })
    };
    let (same, other): (Vec<String>, Vec<String>) =
        item.shadows.iter().cloned().partition(|source| item.same_as.contains(source));
    let (same_by, other_by): (Vec<String>, Vec<String>) =
        item.shadowed_by.iter().cloned().partition(|source| item.same_as.contains(source));
    let case = (!item.differs_in_case.is_empty()).then(|| {
        let text = format!("differs from {} in case only", item.differs_in_case.join(", "));
        view! { <Status icon="warn" tone="warn" text=text /> }
    });
    let removed = item.removed_from.as_ref().map(|source| {
        view! { <Status icon="none" tone="info" text=format!("removed from {}", short(source)) /> }
    });
    let words =
        item.same_value.then(|| view! { <Status icon="text" tone="info" text="a new comment; the value stays" /> });
    view! {
        <span class="row">
            {words}
            {told("shadows", "shade", "shadows", &other)}
            {told("unchanged", "shade", "shadows the same value of", &same)}
            {told("shadowed", "shade", "shadowed by", &other_by)}
            {told("unchanged", "shade", "shadowed by the same value of", &same_by)}
            {told("ok", "good", "fills a missing binding of", &item.fills)}
            {told("warn", "warn", "leaves a binding empty of", &item.empties)}
            {case}
            {removed}
        </span>
    }
}

/// Which services would see other values.
#[component]
pub fn Affected(
    /// The services, as the server told them.
    affects: Affects,
) -> impl IntoView {
    if affects.services == 0 {
        return view! { <li class="status is-ink"><Icon name="none" />"No service sees another value"</li> }.into_any();
    }
    let mut services: BTreeMap<String, (Vec<String>, u32)> = BTreeMap::new();
    for place in &affects.items {
        let service = services.entry(format!("{}/{}", place.project, place.service)).or_default();
        service.0.push(place.environment.to_string());
        service.1 = service.1.max(place.names);
    }
    let shown = services.len().min(SERVICES);
    let lines: Vec<_> = services
        .into_iter()
        .take(SERVICES)
        .map(|(service, (environments, names))| {
            let words = format!("{service}, {}: {}", environments.join(", "), counted(names as usize, "name"));
            view! { <li class="status is-ink"><Icon name="box" />{words}</li> }
        })
        .collect();
    let more = (affects.services as usize).saturating_sub(shown);
    let more = (more > 0).then(|| {
        view! { <li class="status is-ink"><Icon name="none" />{format!("and {}", counted(more, "more service"))}</li> }
    });
    let title = if affects.services == 1 {
        "1 service sees other values".to_owned()
    } else {
        format!("{} services see other values, in {}", affects.services, counted(affects.places as usize, "place"))
    };
    view! {
        <li class="status is-ink"><Icon name="effective" /><b>{title}</b></li>
        {lines}
        {more}
    }
    .into_any()
}

/// What a text looks like that might better be a file.
pub(super) fn look(look: FileLook) -> &'static str {
    match look {
        FileLook::Pem => "looks like a file (PEM): store it as one",
        FileLook::Base64 => "looks like a file in base64: store its bytes as one",
    }
}

/// Sources in few words: the page says which project and service they are of.
fn sources(sources: &[String]) -> String {
    let short: Vec<String> = sources.iter().map(|source| short(source)).collect();
    short.join("; ")
}

/// `project: shop, service: api, environment: staging` as `api, staging`; `project: shop` as `project`.
pub(super) fn short(source: &str) -> String {
    let part = |key: &str| {
        let of = |part: &str| part.strip_prefix(key).map(str::to_owned);
        source.split(", ").find_map(of)
    };
    let level = match (part("service: "), part("project: ")) {
        (Some(service), _) => service,
        (None, Some(_)) => "project".to_owned(),
        (None, None) => "platform".to_owned(),
    };
    match part("environment: ") {
        Some(environment) => format!("{level}, {environment}"),
        None => level,
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_source_is_told_in_few_words() {
        assert_eq!(short("project: shop, service: api, environment: staging"), "api, staging");
        assert_eq!(short("project: shop, service: api"), "api");
        assert_eq!(short("project: shop"), "project");
        assert_eq!(short("platform, environment: staging"), "platform, staging");
    }
}
