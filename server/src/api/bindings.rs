//! Which variable or file each secret of a service feeds.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    Error,
    api::{Binding, EffectiveBinding, ProposedBinding},
    wiring::{self, Wanted, WiringFormat},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::import::list as names;
use crate::{
    AppState,
    auth::Signed,
    extract::{InService, ListBody, Query, RequiredWhere, SecretBody, ServiceAt, Where},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, put))
        .routes(routes!(effective))
        .routes(routes!(export))
        .routes(routes!(import))
}

/// The bindings of a service, in their order.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/bindings", tag = "bindings", operation_id = "list_bindings",
    responses((status = 200, body = Vec<Binding>))
)]
async fn list(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
) -> Answer<Json<Vec<Binding>>> {
    Ok(Json(vault.list_bindings(&actor, &service).await?))
}

/// Replaces the bindings of a service: all of them or, when one cannot be, none.
#[utoipa::path(
    put, path = "/projects/{project}/services/{service}/bindings", tag = "bindings", operation_id = "put_bindings",
    request_body = Vec<Binding>, responses((status = 200, body = Vec<Binding>))
)]
async fn put(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
    ListBody(bindings): ListBody<Binding>,
) -> Answer<Json<Vec<Binding>>> {
    let bindings = vault.put_bindings(&actor, &service, &bindings).await?;
    Ok(Json(bindings))
}

/// The bindings that count in an environment, and what each resolves to there.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/bindings/effective", tag = "bindings",
    operation_id = "list_effective_bindings", params(RequiredWhere),
    responses((status = 200, body = Vec<EffectiveBinding>))
)]
async fn effective(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    at: ServiceAt,
) -> Answer<Json<Vec<EffectiveBinding>>> {
    Ok(Json(vault.given(&actor, &at.service, &at.environment).await?.bindings))
}

/// In which form.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Written {
    /// The environment.
    #[param(required = true)]
    environment: Option<String>,
    /// `run`, `kubernetes` or `compose`; `run` when not given.
    format: Option<String>,
}

impl Where for Written {
    fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }
}

/// What a service gets, written down for another tool: a `strongroom run` line, the manifest of a Kubernetes Deployment,
/// a Compose file. Names only.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/bindings/export", tag = "bindings",
    operation_id = "export_bindings", params(Written),
    responses((status = 200, description = "The text.", body = String, content_type = "text/plain"))
)]
async fn export(Signed(actor): Signed, State(vault): State<Vault>, at: ServiceAt<Written>) -> Answer<Response> {
    let word = at.query.format.as_deref().unwrap_or(WiringFormat::Run.word());
    let format = WiringFormat::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = WiringFormat::ALL.iter().map(|format| format.word()).collect();
        Error::field("format", format!("one of {}", words.join(", ")))
    })?;
    let rows = vault.given(&actor, &at.service, &at.environment).await?;
    let text = wiring::write(format, &at.service, &at.environment, &rows.as_given());
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// How a file is applied.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct How {
    /// Answer what there is to do and change nothing.
    #[serde(default)]
    dry_run: bool,
    /// Variables to leave out, separated by commas.
    leave_out: Option<String>,
}

/// Adds the bindings that a file asks for: the variables of a `.env.example`, whose values nobody looks at, or the
/// parameters of `$secrets` in an OpenAPI document, by qhub's rule for their variables. The body is the file itself.
#[utoipa::path(
    post, path = "/projects/{project}/services/{service}/bindings/import", tag = "bindings",
    operation_id = "import_bindings", params(How),
    request_body(content((String = "text/plain"), (Object = "application/json"))),
    responses((status = 200, body = Vec<ProposedBinding>))
)]
async fn import(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    InService(service): InService,
    Query(how): Query<How>,
    file: SecretBody,
) -> Answer<Json<Vec<ProposedBinding>>> {
    let wanted = Wanted::read(&file.read().await?)?;
    let proposed = if how.dry_run {
        vault.propose_bindings(&actor, &service, &wanted).await?
    } else {
        vault.import_bindings(&actor, &service, &wanted, &names(how.leave_out.as_deref())).await?
    };
    Ok(Json(proposed))
}
