//! What the server hands to the pages. Nothing here exists in the browser, except as types.

/// The addresses of the browser's program and of the stylesheet; empty where they were not built.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    /// The JavaScript half.
    pub js: String,
    /// The WASM half.
    pub wasm: String,
    /// The stylesheet.
    pub css: String,
}

/// An extension of the request for a page that must not be woken up in the browser, because it shows something once.
#[derive(Debug, Clone, Copy)]
pub struct Still;

#[cfg(feature = "ssr")]
pub use ssr::*;

#[cfg(feature = "ssr")]
mod ssr {
    use axum::http::request::Parts;
    use domain::{Actor, Code, Error, access::RequestInfo};
    use leptos::prelude::use_context;

    use crate::{error::UiError, notice::Notice};

    /// One request of a browser, as the server's layers found it. An extension of the request.
    #[derive(Debug, Clone)]
    pub struct RequestContext {
        /// Who is signed in.
        pub actor: Option<Actor>,
        /// What goes into the audit log.
        pub request: RequestInfo,
        /// What the last form had to say; taken out of the session.
        pub notice: Option<Notice>,
        /// `light` or `dark`; the system decides when absent.
        pub theme: Option<String>,
        /// The session of the request.
        pub session: Option<vault::SessionId>,
        /// The host the browser asked for.
        pub host: String,
    }

    /// The vault. With [`actor`] the only way a server function reaches the server.
    pub fn vault() -> Result<vault::Vault, UiError> {
        use_context().ok_or_else(|| internal("no vault in this context"))
    }

    /// Who is signed in.
    pub fn actor() -> Result<Actor, UiError> {
        request()?.actor.ok_or_else(|| Error::new(Code::Unauthenticated, "sign in to see this").into())
    }

    /// The request.
    pub fn request() -> Result<RequestContext, UiError> {
        extension().ok_or_else(|| internal("no request in this context"))
    }

    /// An extension of the request, where there is a request.
    pub fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
        use_context::<Parts>()?.extensions.get().cloned()
    }

    fn internal(what: &str) -> UiError {
        Error::new(Code::Internal, what).into()
    }
}
