//! A page's one resource: loading, loaded, refused.

use domain::Code;
use leptos::prelude::*;
use leptos_meta::Title;
use serde::{Serialize, de::DeserializeOwned};

use super::{Icon, sentence};
use crate::{error::UiError, paths};

/// Shows what `data` answers: `view` of it, or why not.
#[component]
pub fn Loaded<T, V>(
    /// What the page asked the server for.
    data: Resource<Result<T, UiError>>,
    /// The page of it.
    view: V,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    V: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    view! {
        <Transition fallback=Loading>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match data.await {
                        Ok(data) => view(data),
                        Err(error) => failure(error),
                    }
                })
            }}
        </Transition>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading" role="status"><Icon name="waits" />"Loading"</p> }
}

/// [`Failure`] as a view.
pub fn failure(error: UiError) -> AnyView {
    view! { <Failure error /> }.into_any()
}

/// Why a page cannot be shown, and the way on. Sets the status of the answer.
#[component]
pub fn Failure(
    /// What the server said.
    error: UiError,
) -> impl IntoView {
    let error = error.0;
    #[cfg(feature = "ssr")]
    set_status(error.code);
    let icon = match error.code {
        Code::Denied | Code::Unauthenticated => "lock",
        Code::NotFound => "absent",
        _ => "warn",
    };
    let title = match error.code {
        Code::Denied => "You may not see this",
        Code::Unauthenticated => "Sign in to go on",
        Code::NotFound => "Nothing here",
        Code::Unavailable => "Busy",
        _ => "This did not work",
    };
    let (way, words) = match error.code {
        Code::Unauthenticated => (paths::LOGIN, "Sign in"),
        _ => (paths::HOME, "Home"),
    };
    view! {
        <Title text=title />
        <div class="empty">
            <Icon name=icon />
            <h1>{title}</h1>
            <p class="quiet-text">{sentence(&error.detail)}"."</p>
            <a class="button" href=way rel=(way == paths::LOGIN).then_some("external")>{words}</a>
        </div>
    }
}

/// The status of the answer; without effect in the browser.
#[cfg(feature = "ssr")]
pub(crate) fn set_status(code: Code) {
    if let (Some(options), Ok(status)) =
        (use_context::<leptos_axum::ResponseOptions>(), axum::http::StatusCode::from_u16(code.status()))
    {
        options.set_status(status);
    }
}
