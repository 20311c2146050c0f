//! Uploads: a file becomes a plan, and the plan one change. The same route lies under each of the three places.

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use domain::{
    Action, Code, Error, access,
    api::Plan,
    import::{self, Format, Import},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::{ImportOptions, Vault};

use crate::{
    AppState,
    auth::Signed,
    extract::{In, SecretBody, Where, media_type},
    problem::{Answer, refused_plan},
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(import))
}

/// How a file is applied.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct How {
    /// The environment; all environments when absent.
    environment: Option<String>,
    /// Answer the plan and store nothing.
    #[serde(default)]
    dry_run: bool,
    /// Names to leave out on purpose, separated by commas.
    leave_out: Option<String>,
    /// Names whose texts are stored as files, separated by commas: PEM as it is, base64 as the bytes it stands for.
    as_file: Option<String>,
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

impl How {
    fn options(&self) -> ImportOptions {
        ImportOptions {
            leave_out: list(self.leave_out.as_deref()),
            as_file: list(self.as_file.as_deref()),
            message: self.message.clone().unwrap_or_default(),
            basis: self.basis.clone(),
        }
    }
}

/// Names that are separated by commas.
pub(super) fn list(names: Option<&str>) -> Vec<String> {
    let names = names.unwrap_or_default().split(',');
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Uploads a file: JSON, `.env`, YAML or TOML. Texts become texts, everything else JSON; a comment at an entry of a
/// `.env` file becomes the secret's comment.
///
/// With `dry_run=true` the answer is the plan: what each key would do, invalid ones with line and column. Without it
/// the plan is applied as one change; while a key is invalid and not left out, nothing is stored and every problem is
/// answered. Send the plan's `basis` along to apply that plan or none: when something it touches changed, the answer is
/// 409 with the new plan as `plan`.
#[utoipa::path(
    post, path = "/import", tag = "secrets", operation_id = "import", params(How),
    request_body(
        description = "The file itself, 5 MiB at most.",
        content(
            (Object = "application/json"), (String = "text/plain"), (String = "application/yaml"),
            (String = "application/toml"),
        )
    ),
    responses((status = 200, body = Plan))
)]
async fn import(
    Signed(actor): Signed,
    State(vault): State<Vault>,
    In { scope, query: how }: In<How>,
    file: SecretBody,
) -> Answer<Response> {
    let options = how.options();
    let import = if access::check(&actor, Action::WriteSecrets, &scope).is_ok() {
        let format = format(file.headers())?;
        parse(format, file.read().await?).await?
    } else {
        // The vault will refuse, and record that it did; the file is not looked at.
        Import { entries: Vec::new(), problems: Vec::new() }
    };
    let plan = if how.dry_run {
        vault.plan_import(&actor, &scope, &import, &options).await
    } else {
        vault.import(&actor, &scope, &import, &options).await
    };
    Ok(plan.map_or_else(refused_plan, |plan| Json(plan).into_response()))
}

/// Reads the file beside the requests that wait: 5 MiB take a while.
pub(crate) async fn parse(format: Format, file: impl AsRef<[u8]> + Send + 'static) -> Answer<Import> {
    let parsed = tokio::task::spawn_blocking(move || import::parse(format, file.as_ref())).await;
    let parsed = parsed.map_err(|_| Error::new(Code::Internal, "the file could not be read"))?;
    Ok(parsed?)
}

/// The format that the client says the file has.
fn format(headers: &HeaderMap) -> Answer<Format> {
    media_type(headers).as_deref().and_then(Format::from_media_type).ok_or_else(|| {
        let accepted: Vec<String> =
            Format::ALL.iter().map(|format| format!("`{}` ({})", format.media_type(), format.label())).collect();
        let message =
            format!("the file is sent as it is, and its `Content-Type` says what it is: {}", accepted.join(", "));
        Error::new(Code::UnsupportedMediaType, message).into()
    })
}
