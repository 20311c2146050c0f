//! REST: one file per resource. A handler reads what it needs from the request, calls one method of the vault and
//! answers what that answers. Path, method and documentation of a route stand together on its handler.

mod account;
mod audit;
mod bindings;
mod changes;
mod contract;
mod copy;
mod delivery;
mod duplicates;
mod effective;
mod environments;
mod export;
pub(crate) mod health;
pub(crate) mod import;
mod me;
mod members;
pub(crate) mod people;
mod projects;
mod search;
mod secrets;
mod services;
mod tokens;
mod values;
mod watch;

use axum::Json;
use domain::api::Page;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    AppState,
    layers::{SMALL, UPLOAD, WRITE, limit},
    problem::Answer,
};

/// A list.
type List<T> = Answer<Json<Page<T>>>;

/// The three places a scope can be, as paths.
pub(crate) const SCOPES: [(&str, &str); 3] = [
    ("platform", "/platform"),
    ("project", "/projects/{project}"),
    ("service", "/projects/{project}/services/{service}"),
];

/// Every route under `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let words = OpenApiRouter::new()
        .merge(me::routes())
        .merge(account::routes())
        .merge(environments::routes())
        .merge(projects::routes())
        .merge(services::routes())
        .merge(members::routes())
        .merge(people::routes())
        .merge(tokens::routes())
        .merge(changes::routes())
        .merge(duplicates::routes())
        .merge(effective::routes())
        .merge(values::routes())
        .merge(watch::routes())
        .merge(delivery::routes())
        .merge(audit::routes())
        .merge(search::routes())
        .layer(limit(SMALL));
    let with_bindings = words.merge(bindings::routes().merge(contract::routes()).layer(limit(WRITE)));
    SCOPES.iter().fold(with_bindings, |router, (_, path)| {
        let scoped = OpenApiRouter::new()
            .merge(secrets::routes().layer(limit(WRITE)))
            .merge(copy::routes().layer(limit(UPLOAD)))
            .merge(export::routes().layer(limit(SMALL)))
            .merge(import::routes().layer(limit(UPLOAD)));
        router.nest(path, scoped)
    })
}
