//! What handlers of REST take: axum's extractors with errors of ours, which never quote the request.

mod body;
mod place;
mod query;
mod recipient;

pub(crate) use body::{Body, ListBody, OptionalBody, SecretBody, Wiped, media_type};
pub(crate) use place::{
    EnvironmentPath, Id, In, InService, JustWhere, Named, NewName, ProjectPath, RequiredWhere, ServiceAt,
};
pub(crate) use query::{Cut, Query, Where, cut};
pub(crate) use recipient::Recipient;
