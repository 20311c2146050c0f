//! What a service sees, and why. No values.

use axum::{Json, extract::State};
use domain::api::{EffectiveRow, Explanation, Page};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use super::List;
use crate::{
    AppState,
    auth::Signed,
    extract::{Named, RequiredWhere, ServiceAt, Where, cut},
    problem::Answer,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(effective)).routes(routes!(explain))
}

/// Which part of what a service sees.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The environment.
    #[param(required = true)]
    environment: Option<String>,
    /// Where the last page ended.
    pub(super) cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    pub(super) limit: Option<u32>,
}

impl Where for Which {
    fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }
}

/// Every name a service gets in an environment, with where it comes from and what it shadows.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/effective", tag = "effective",
    operation_id = "list_effective", params(Which), responses((status = 200, body = Page<EffectiveRow>))
)]
async fn effective(Signed(actor): Signed, State(vault): State<Vault>, at: ServiceAt<Which>) -> List<EffectiveRow> {
    let all = vault.effective(&actor, &at.service, &at.environment).await?;
    let (cursor, limit) = (at.query.cursor.as_deref(), at.query.limit);
    Ok(Json(cut(all, cursor, limit, |row| row.name.as_str().into())?))
}

/// The six rungs of the ladder for one name, most specific first: which one wins, and what it shadows.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/explain/{name}", tag = "effective",
    operation_id = "explain", params(RequiredWhere), responses((status = 200, body = Explanation))
)]
async fn explain(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    at: ServiceAt,
    Named(name): Named,
) -> Answer<Json<Explanation>> {
    let explanation = vault.explain(&actor, &at.service, &at.environment, &name).await?;
    Ok(Json(explanation))
}
