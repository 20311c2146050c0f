//! The `OpenAPI` document. It is collected from the handlers, so it cannot miss one; what all of them share is added
//! here: parameters of the path, the error, and how to prove who you are.

use std::io::{self, Write};

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, ResponseBuilder,
        Server,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
        tag::TagBuilder,
    },
};

use crate::{
    api::{self, SCOPES},
    layers::API,
    problem::{PROBLEM_JSON, ProblemDocument},
};

const ABOUT: &str = "Strongroom's REST interface. Lists answer `items` and `next_cursor`; send the latter as `cursor` \
                     for the next page. A scope is a path and `?environment=NAME`; without it, all environments.";

/// The document.
pub fn document() -> OpenApi {
    let rest =
        utoipa_axum::router::OpenApiRouter::new().nest(API, api::routes()).merge(api::health::routes()).into_openapi();
    let mut components = rest.components.unwrap_or_else(Components::new);
    add_schemas(&mut components);
    let mut paths = rest.paths;
    for (path, item) in &mut paths.paths {
        for operation in operations(item) {
            complete(path, operation);
        }
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new().title("Strongroom").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT)).build(),
        )
        .servers(Some([Server::new("/")]))
        .tags(Some(tags()))
        .paths(paths)
        .components(Some(components))
        .security(Some([SecurityRequirement::new("token", [""; 0])]))
        .build()
}

/// Prints the document.
pub(crate) fn print(to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "{}", document().to_pretty_json()?)
}

fn tags() -> Vec<utoipa::openapi::Tag> {
    [
        ("secrets", "Secrets of one scope."),
        ("values", "What a service gets, values included; bearer tokens only."),
        ("effective", "What a service sees, and why."),
        ("bindings", "Which variable or file each secret feeds."),
        ("changes", "What was written together."),
        ("projects", "Projects."),
        ("services", "Services of a project."),
        ("environments", "The ordered list of environments."),
        ("people", "People, and the projects they belong to."),
        ("tokens", "Tokens of programs."),
        ("search", "Over everything that may be seen."),
        ("audit", "Who did what."),
        ("me", "Whose credentials these are."),
        ("health", "Whether the server works."),
    ]
    .map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build())
    .into()
}

fn add_schemas(components: &mut Components) {
    let mut schemas = Vec::new();
    <ProblemDocument as ToSchema>::schemas(&mut schemas);
    <domain::Problem as ToSchema>::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.schemas.insert("Problem".into(), ProblemDocument::schema());
    components.schemas.insert("ListedProblem".into(), domain::Problem::schema());
    components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, patch, delete, .. } = item;
    [get, put, post, patch, delete].into_iter().flatten()
}

/// What every operation says: the parameters of its path, an id of its own, and how it fails.
fn complete(path: &str, operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    let names = path.split(['{', '}']).skip(1).step_by(2);
    for (place, name) in names.enumerate() {
        parameters.insert(place, in_path(name).into());
    }
    if let Some((level, _)) = SCOPES.iter().rev().find(|(_, prefix)| is_scoped(path, prefix)) {
        operation.operation_id = operation.operation_id.take().map(|id| format!("{id}_of_{level}"));
    }
    for response in operation.responses.responses.values_mut() {
        // The specification asks for one; what the answer is stands in its schema.
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = "Done.".into();
        }
    }
    if path.starts_with(API) {
        let problem = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
        let failure = ResponseBuilder::new()
            .description("Refused or failed; `code` says why.")
            .content(PROBLEM_JSON, problem)
            .build();
        operation.responses.responses.insert("default".into(), failure.into());
    }
}

/// Whether a path is one of those that lie under each scope.
fn is_scoped(path: &str, prefix: &str) -> bool {
    path.strip_prefix(API)
        .and_then(|path| path.strip_prefix(prefix))
        .is_some_and(|rest| rest.starts_with("/secrets") || ["/import", "/export", "/copy"].contains(&rest))
}

fn in_path(name: &str) -> Parameter {
    let about = match name {
        "project" => "The project's slug.",
        "service" => "The service's slug.",
        "name" => "The name.",
        _ => "The id.",
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(utoipa::openapi::Required::True)
        .description(Some(about))
        .schema(Some(String::schema()))
        .build()
}
