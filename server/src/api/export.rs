//! Many values as a file. The same route lies under each of the three places.

use axum::extract::State;
use domain::{Error, Level, api::ExportRequest};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::{ExportOptions, Vault};

use crate::{
    AppState,
    auth::Signed,
    extract::{Body, In, Where},
    problem::Answer,
    respond::SecretFile,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Which secrets.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// The environment; all environments when absent.
    environment: Option<String>,
    /// What the service gets in that environment, instead of its own secrets.
    #[serde(default)]
    effective: bool,
}

impl Where for Which {
    fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }
}

/// Exports values as a file, byte for byte; each name is recorded in the audit log as revealed.
///
/// The answer is the file itself, as an attachment, with the media type of its format. What the format cannot carry
/// (a line break in a docker env-file, bytes that are no UTF-8 in JSON) is 422 with every such name; nothing leaves then.
#[utoipa::path(
    post, path = "/export", tag = "secrets", operation_id = "export", params(Which), request_body = ExportRequest,
    responses((status = 200, description = "The file.", body = String, content_type = "application/octet-stream"))
)]
async fn export(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, query }: In<Which>,
    Body(request): Body<ExportRequest>,
) -> Answer<SecretFile> {
    let format = request.format;
    let options = ExportOptions { format, reason: request.reason.unwrap_or_default() };
    let exported = match (query.effective, &scope.level, &scope.environment) {
        (false, ..) => vault.export(&actor, &scope, &options).await?,
        (true, Level::Service(service), Some(environment)) => {
            vault.export_effective(&actor, service, environment, &options).await?
        }
        (true, Level::Service(_), None) => {
            return Err(Error::field("environment", "say in which environment: `environment=NAME`").into());
        }
        (true, ..) => return Err(Error::field("effective", "only a service has effective secrets").into()),
    };
    Ok(SecretFile { format, exported })
}
