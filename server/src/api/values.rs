//! Everything a service gets, values included. For programs: a bearer token only.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::api::{Delivery, NamedValue, SealedAnswer};
use transit::Subject;
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Vault;

use crate::{
    AppState,
    auth::TokenOnly,
    extract::{Named, Recipient, RequiredWhere, ServiceAt},
    problem::Answer,
    respond::json_for,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(values)).routes(routes!(value))
}

/// What a service gets in an environment: its values by name, and the bindings to apply.
///
/// A client that sends the `ETag` of its last answer as `If-None-Match` gets 304, and no values, while nothing changed.
/// The tag is of what is delivered, not of how: it stays the same for a sealed answer, which never looks the same twice.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/values", tag = "values", operation_id = "list_values",
    params(
        RequiredWhere,
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the last answer."),
        ("Strongroom-Public-Key" = Option<String>, Header, description = "An X25519 public key in base64, made for \
            this one request: the answer is sealed to it (docs/sealed.md)."),
    ),
    responses(
        (status = 200, content(
            (Delivery = "application/json"),
            (SealedAnswer = "application/vnd.strongroom.sealed+json"),
        ), headers(("ETag" = String, description = "Changes when anything of this does."))),
        (status = 304, description = "Nothing changed."),
    )
)]
async fn values(
    TokenOnly(actor): TokenOnly,
    State(vault): State<Vault>,
    at: ServiceAt,
    recipient: Recipient,
    headers: HeaderMap,
) -> Answer<Response> {
    // Asked before the values: should they change in between, the client asks once too often, not too seldom.
    let tag = vault.delivery_tag(&actor, &at.service, &at.environment).await?;
    let tag = format!("\"{tag}\"");
    let mut response = if names(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let delivery = vault.deliver(&actor, &at.service, &at.environment, recipient.wrapping()).await?;
        let subject = Subject { service: &at.service, environment: &at.environment, name: None };
        json_for(&recipient, &subject, delivery.sequence, &delivery)?
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static(transit::HEADER));
    Ok(response)
}

/// The value a service gets under one name.
#[utoipa::path(
    get, path = "/projects/{project}/services/{service}/values/{name}", tag = "values", operation_id = "find_value",
    params(
        RequiredWhere,
        ("Strongroom-Public-Key" = Option<String>, Header, description = "An X25519 public key in base64, made for \
            this one request: the answer is sealed to it (docs/sealed.md)."),
    ),
    responses((status = 200, content(
        (NamedValue = "application/json"),
        (SealedAnswer = "application/vnd.strongroom.sealed+json"),
    )))
)]
async fn value(
    TokenOnly(actor): TokenOnly,
    State(vault): State<Vault>,
    at: ServiceAt,
    Named(name): Named,
    recipient: Recipient,
) -> Answer<Response> {
    let value = vault.deliver_one(&actor, &at.service, &at.environment, &name, recipient.wrapping()).await?;
    let subject = Subject { service: &at.service, environment: &at.environment, name: Some(&name) };
    let mut response = json_for(&recipient, &subject, value.sequence, &value)?;
    response.headers_mut().insert(header::VARY, HeaderValue::from_static(transit::HEADER));
    Ok(response)
}

/// Whether `If-None-Match` names `tag`.
fn names(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_among_others() {
        let with = |value: &str| {
            let headers = [(header::IF_NONE_MATCH, value.parse().unwrap())];
            names(&headers.into_iter().collect(), "\"b\"")
        };
        for same in ["\"b\"", "W/\"b\"", "\"a\", \"b\"", "*"] {
            assert!(with(same), "{same}");
        }
        for other in ["\"a\"", "b", ""] {
            assert!(!with(other), "{other}");
        }
        assert!(!names(&HeaderMap::new(), "\"b\""));
    }
}
