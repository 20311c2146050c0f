//! Copying names between scopes, and promoting and demoting them. The same route lies under each of the three places.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::api::{CopyRequest, Plan};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::{CopyOptions, Vault};

use super::import::list;
use crate::{
    AppState,
    auth::Signed,
    extract::{Body, In, Where},
    problem::{Answer, refused_plan},
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(copy))
}

/// How names are copied.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct How {
    /// The environment to copy into; all environments when absent.
    environment: Option<String>,
    /// Answer the plan and store nothing.
    #[serde(default)]
    dry_run: bool,
    /// Names to leave out on purpose, separated by commas.
    leave_out: Option<String>,
    /// Why; goes into the change.
    message: Option<String>,
    /// The basis of the plan to apply: 409 with the new plan when something it touches changed since.
    basis: Option<String>,
}

impl Where for How {
    fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }
}

/// Copies names from another scope into this one, as one change; the values stay on the server.
///
/// With `remove_source` the names are removed there in the same change: this is how a value is promoted or demoted along
/// the ladder. It takes the right to reveal the values where they are and to write where they go. Plan, `dry_run` and
/// `basis` are those of an upload.
#[utoipa::path(
    post, path = "/copy", tag = "secrets", operation_id = "copy", params(How),
    request_body = CopyRequest, responses((status = 200, body = Plan))
)]
async fn copy(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, query: how }: In<How>,
    Body(request): Body<CopyRequest>,
) -> Answer<Response> {
    let options = CopyOptions {
        from: request.from,
        names: request.names,
        leave_out: list(how.leave_out.as_deref()),
        remove_source: request.remove_source,
        message: how.message.unwrap_or_default(),
        basis: how.basis,
    };
    let plan = if how.dry_run {
        vault.plan_copy(&actor, &scope, &options).await
    } else {
        vault.copy(&actor, &scope, &options).await
    };
    Ok(plan.map_or_else(refused_plan, |plan| Json(plan).into_response()))
}
