//! What weighs more asks for password or code once more. Any form may be answered so: the page that asks keeps what was
//! sent, and once the answer is right it is sent again from here. What a form sent is kept in that page alone, and only
//! of forms that carry no value and no password; whoever sent another one does it again.

use app::{
    context::Still,
    notice::Notice,
    pages::account::Asked,
    paths::{self, forms},
};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use domain::{Actor, Code, Error, Millis};
use tower::ServiceExt;
use tower_sessions::Session;
use zeroize::Zeroizing;

use super::lead;
use crate::{
    AppState,
    auth::{Caller, Present},
    layers::SMALL,
    local_path::local_path,
    pages,
    problem::Answer,
    session,
};

/// The forms that may be sent again.
const SENT_AGAIN: [&str; 19] = [
    forms::TOKENS,
    forms::MEMBERS,
    forms::MEMBER_DELETE,
    forms::PROJECT_DELETE,
    forms::DESTROY,
    forms::REVEAL,
    forms::DOWNLOAD,
    forms::EXPORT,
    forms::FACTOR_BEGIN,
    forms::FACTOR_END,
    forms::RECOVERY_CODES,
    forms::PERSON_FACTOR,
    forms::PEOPLE,
    forms::PERSON_EDIT,
    forms::PERSON_DISABLE,
    forms::PERSON_ENABLE,
    forms::PERSON_DELETE,
    forms::PERSON_INVITE,
    forms::MEMBER_EDIT,
];
/// The same, beyond those: what the installation demands.
const ALSO: &str = forms::POLICY;
/// Before the names of the fields that are kept, so that none is taken for one of the page's own.
const KEPT: &str = "kept ";

const FORM: &str = "form";
const BACK: &str = "back";
const PROOF: &str = "proof";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(forms::CONFIRM, post(confirm))
}

/// An extension of an answer that asks for password or code.
#[derive(Clone, Copy)]
pub(super) struct StepUp;

/// The answer in place of which the page is shown that asks.
pub(super) fn ask() -> Response {
    let mut response = Redirect::to(paths::CONFIRM).into_response();
    response.extensions_mut().insert(StepUp);
    response
}

/// Shows the page that asks, where a form was answered so.
pub(crate) async fn step_up(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let path = SENT_AGAIN.iter().chain([&ALSO]).find(|path| **path == parts.uri.path()).copied();
    let Some(path) = path.filter(|_| is_plain(&parts.headers)) else {
        let asked = Asked { back: came_from(&parts.headers), ..Asked::default() };
        let again = parts.clone();
        let response = next.run(Request::from_parts(parts, body)).await;
        return if response.extensions().get::<StepUp>().is_some() {
            show(&state, again, asked).await
        } else {
            response
        };
    };
    let Ok(body) = to_bytes(body, SMALL).await else {
        return crate::problem::ApiError(Error::new(Code::TooLarge, "the form is too large")).into_response();
    };
    let response = next.run(Request::from_parts(parts.clone(), Body::from(body.clone()))).await;
    if response.extensions().get::<StepUp>().is_none() {
        return response;
    }
    let fields = form_urlencoded::parse(&body).into_owned().collect();
    let back = came_from(&parts.headers);
    show(&state, parts, Asked { form: path.to_owned(), fields, back, ..Asked::default() }).await
}

/// The page, as the answer to this very request.
async fn show(state: &AppState, parts: Parts, asked: Asked) -> Response {
    super::page(state, parts, paths::CONFIRM, asked).await
}

fn is_plain(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    media.starts_with(b"application/x-www-form-urlencoded")
}

/// The page a form was on.
fn came_from(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|referer| referer.to_str().ok()?.parse::<Uri>().ok());
    let path = referer.and_then(|uri| uri.path_and_query().map(ToString::to_string));
    local_path(path.as_deref().unwrap_or_default()).to_owned()
}

/// Takes password or code, and does what was asked for.
async fn confirm(
    Present(actor): Present,
    State(state): State<AppState>,
    session: Session,
    request: Request,
) -> Answer<Response> {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, SMALL).await.map_err(|_| Error::new(Code::TooLarge, "the form is too large"))?;
    let Sent { asked, proof } = Sent::read(&body);
    match state.vault.confirm(&actor, proof).await {
        Err(refused) => {
            let asked = Asked { problem: Some(refused.public().detail), ..asked };
            Ok(show(&state, parts, asked).await)
        }
        Ok(at) => {
            session::confirm(&session, at).await?;
            let known = SENT_AGAIN.iter().chain([&ALSO]).any(|form| *form == asked.form);
            if known {
                return Ok(send_again(state, parts, actor, at, asked).await);
            }
            let sentence = "Confirmed. What you were about to do can be done now";
            lead(&session, &asked.back, Notice::good(sentence)).await
        }
    }
}

/// What the page that asks has sent.
struct Sent {
    asked: Asked,
    proof: Zeroizing<String>,
}

impl Sent {
    fn read(body: &[u8]) -> Self {
        let mut sent = Self { asked: Asked::default(), proof: Zeroizing::default() };
        for (name, text) in form_urlencoded::parse(body) {
            match (&*name, name.strip_prefix(KEPT)) {
                (_, Some(kept)) => sent.asked.fields.push((kept.to_owned(), text.into_owned())),
                (FORM, _) => sent.asked.form = text.into_owned(),
                (BACK, _) => local_path(&text).clone_into(&mut sent.asked.back),
                (PROOF, _) => sent.proof = text.into_owned().into(),
                _ => {}
            }
        }
        if sent.asked.back.is_empty() {
            paths::HOME.clone_into(&mut sent.asked.back);
        }
        sent
    }
}

/// Sends the form that was kept once more, for whom it is now confirmed.
async fn send_again(state: AppState, mut parts: Parts, mut actor: Actor, at: i64, asked: Asked) -> Response {
    let Ok(uri) = asked.form.parse() else {
        return Redirect::to(paths::HOME).into_response();
    };
    if let Some(sign_in) = &mut actor.sign_in {
        sign_in.confirmed_at = Millis(at);
    }
    let caller = if actor.must_enrol() { Caller::Enrolling(actor) } else { Caller::Session(actor) };
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&asked.fields).finish();
    parts.method = Method::POST;
    parts.uri = uri;
    parts.headers.remove(header::CONTENT_LENGTH);
    // Else the next router would take its paths as lying below it.
    parts.extensions.remove::<MatchedPath>();
    parts.extensions.insert(caller);
    let request = Request::from_parts(parts, Body::from(body));
    let Ok(response) = super::all().with_state(state).oneshot(request).await;
    response
}

/// A page as the answer to a form: it stays still, since what it shows is nowhere else.
pub(super) async fn page<T: Clone + Send + Sync + 'static>(
    state: &AppState,
    mut parts: Parts,
    path: &'static str,
    shown: T,
) -> Response {
    parts.method = Method::GET;
    parts.uri = Uri::from_static(path);
    parts.extensions.remove::<MatchedPath>();
    parts.extensions.insert(shown);
    parts.extensions.insert(Still);
    let request = Request::from_parts(parts, Body::empty());
    let Ok(page) = pages::routes(state).with_state(state.clone()).oneshot(request).await;
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_comes_back_as_it_was_sent() {
        let sent =
            Sent::read(b"form=/forms/tokens&back=/tokens&proof=a+b%26c&kept+name=x&kept+read=yes&kept+form=y&other=z");
        assert_eq!(sent.asked.form, "/forms/tokens");
        assert_eq!(sent.asked.back, "/tokens");
        assert_eq!(sent.proof.as_str(), "a b&c");
        let fields: Vec<_> = sent.asked.fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(fields, [("name", "x"), ("read", "yes"), ("form", "y")]);
        assert_eq!(Sent::read(b"back=//evil.example").asked.back, "/");
    }
}
