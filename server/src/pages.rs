//! The dashboard: its pages and server functions, and what they find in their context.

use std::sync::Arc;

use app::{
    context::{Assets, RequestContext, extension},
    notice::Notice,
};
use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
};
use domain::{Actor, Error, access::RequestInfo};
use leptos::{
    context::{provide_context, use_context},
    nonce::use_nonce,
};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context};
use tower_sessions::Session;

use crate::{
    AppState, Edge,
    auth::Caller,
    layers::{Root, WRITE, accepts_html, is_api, limit},
    local_path::login,
    notice,
    problem::{Answer, ApiError},
};

/// Where a browser keeps its choice of light or dark.
pub(crate) const THEME_COOKIE: &str = "theme";

/// Every page and server function, and the answer to whatever is neither these nor anything else.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let pages = generate_route_list(app::App);
    Router::new()
        .leptos_routes_with_context(state, pages, context(state), shell(state))
        .fallback(nothing_here)
        .layer(limit(WRITE))
        .layer(from_fn_with_state(state.clone(), prepare))
}

/// What pages and server functions find in their context, whatever route led to them.
fn context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let (vault, assets) = (state.vault.clone(), state.assets.clone());
    move || {
        if let Some(root) = extension::<Root>() {
            root.keep();
        }
        provide_context(vault.clone());
        provide_context::<Assets>(assets.clone());
        set_policy();
    }
}

fn shell(state: &AppState) -> impl Fn() -> leptos::prelude::AnyView + Clone + Send + Sync + 'static {
    use leptos::prelude::IntoAny;
    let options = state.leptos.clone();
    move || app::shell(options.clone()).into_any()
}

/// The content security policy of a page: its own scripts by this response's nonce, what they load, and nothing else.
fn set_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Tells pages and server functions who asks, and leads to the sign-in who is nobody.
async fn prepare(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let page = request.extensions().get::<MatchedPath>().filter(|_| reads).map(|path| path.as_str().to_owned());
    let caller = request.extensions().get::<Caller>().cloned();
    if let Some(Caller::Refused(error)) = caller {
        return ApiError(error).into_response();
    }
    if let Some(page) = &page
        && matches!(caller, Some(Caller::Enrolling(_)))
        && !is_for_enrolling(page)
    {
        return Redirect::to(app::paths::SECOND_FACTOR).into_response();
    }
    let actor = caller.as_ref().and_then(|caller| present(caller, page.as_deref()).cloned());
    if let Some(page) = &page
        && actor.is_none()
        && !is_open(page)
    {
        let path = request.uri().path_and_query();
        let path = path.map_or("/", |path| path.as_str());
        return Redirect::to(&login(path)).into_response();
    }
    let shown = page.is_some() && *request.method() == Method::GET && accepts_html(request.headers());
    let session = request.extensions().get::<Session>().cloned();
    let notice = match session {
        Some(session) if shown => match notice::take(&session).await {
            Ok(notice) => notice,
            Err(error) => return error.into_response(),
        },
        _ => None,
    };
    let context = describe(&edge, &request, actor, notice);
    request.extensions_mut().insert(context);
    next.run(request).await
}

/// What the app is told about a request.
fn describe(edge: &Edge, request: &Request, actor: Option<Actor>, notice: Option<Notice>) -> RequestContext {
    let extensions = request.extensions();
    RequestContext {
        actor,
        session: extensions.get::<Session>().and_then(Session::id),
        request: extensions.get::<RequestInfo>().cloned().unwrap_or_default(),
        notice,
        theme: theme(request.headers()),
        host: edge.public.host().to_owned(),
    }
}

/// Who is signed in, as far as the page may know: who must get a second factor first is somebody there only.
fn present<'a>(caller: &'a Caller, page: Option<&str>) -> Option<&'a Actor> {
    match caller {
        Caller::Enrolling(actor) if page.is_some_and(is_for_enrolling) => Some(actor),
        caller => caller.person(),
    }
}

/// The pages of those who must get a second factor before anything else.
fn is_for_enrolling(page: &str) -> bool {
    page == app::paths::SECOND_FACTOR || page == app::paths::CONFIRM
}

/// Pages for those who are nobody yet.
fn is_open(page: &str) -> bool {
    page == app::paths::LOGIN
        || page == app::paths::LOGIN_CODE
        || page.starts_with("/setup/")
        || page.starts_with("/invite/")
}

pub(crate) fn theme(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == THEME_COOKIE)
        .map(|(_, theme)| theme.to_owned())
        .filter(|theme| matches!(theme.as_str(), "light" | "dark"))
}

/// Whatever no route is for: the app's own page that says so, to whom it can be shown.
async fn nothing_here(State(state): State<AppState>, request: Request) -> Answer<Response> {
    let shown = matches!(*request.method(), Method::GET | Method::HEAD)
        && !is_api(request.uri().path())
        && accepts_html(request.headers());
    if !shown {
        return Err(Error::not_found("this address").into());
    }
    let render = render_app_async_with_context(context(&state), shell(&state));
    let mut response = render(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_is_one_of_two() {
        let of = |cookies: &str| {
            let headers = [(header::COOKIE, cookies.parse().unwrap())];
            theme(&headers.into_iter().collect())
        };
        assert_eq!(of("a=b; theme=dark").as_deref(), Some("dark"));
        assert_eq!(of("theme=\"><script>"), None);
        assert_eq!(of("a=b"), None);
    }
}
