//! Who the credentials of a request belong to, and what they may.

use axum::Json;
use domain::{
    Actor, EnvironmentName, Slug,
    access::{Membership, PlatformRole, Principal, Right},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{AppState, auth::Signed, problem::Answer};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(me))
}

/// Whoever asks.
#[derive(Serialize, ToSchema)]
struct Me {
    /// The e-mail address or the token's name, as history and audit show it.
    label: String,
    /// A person or a token.
    #[serde(flatten)]
    who: Who,
}

/// A person or a token, and what it may.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Who {
    /// A person.
    Person {
        /// The role on the platform.
        role: PlatformRole,
        /// Their roles in projects.
        memberships: Vec<Membership>,
    },
    /// A token.
    Token {
        /// What it may; never more than its owner.
        rights: Vec<Right>,
        /// The one project it is for; null narrows nothing.
        project: Option<Slug>,
        /// The one service it is for.
        service: Option<Slug>,
        /// The one environment it is for.
        environment: Option<EnvironmentName>,
    },
}

impl From<Actor> for Me {
    fn from(actor: Actor) -> Self {
        let who = match actor.principal {
            Principal::Person(person) => Who::Person { role: person.role, memberships: person.memberships },
            Principal::Token(token) => Who::Token {
                rights: token.rights,
                project: token.project,
                service: token.service,
                environment: token.environment,
            },
        };
        Self { label: actor.label, who }
    }
}

/// Who am I?
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, body = Me)))]
async fn me(Signed(actor): Signed) -> Answer<Json<Me>> {
    Ok(Json(actor.into()))
}
