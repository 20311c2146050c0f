//! Keeps the reactive graphs of requests apart.
//!
//! Leptos keeps the owner of what is being rendered in a variable of the thread. Between two polls of a rendering
//! another request may have used that thread, and what is made next would belong to that other request: to its
//! context, and to an arena that goes when it ends. Each poll therefore starts with the request's own owner.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use axum::{extract::Request, middleware::Next, response::Response};
use leptos::reactive::owner::{Owner, WeakOwner};

/// The owner of everything a request renders. An extension of the request.
#[derive(Clone, Default)]
pub(crate) struct Root(Arc<OnceLock<WeakOwner>>);

impl Root {
    /// Makes the current owner that of the request.
    pub(crate) fn keep(&self) {
        if let Some(owner) = Owner::current() {
            let _ = self.0.set(owner.downgrade());
        }
    }

    fn owner(&self) -> Option<Owner> {
        self.0.get()?.upgrade()
    }
}

/// Runs a request under its own owner; under one of nobody until it has one.
pub(crate) async fn isolate(mut request: Request, next: Next) -> Response {
    let root = Root::default();
    request.extensions_mut().insert(root.clone());
    let nobody = Owner::new_root(None);
    nobody.clone().unset();
    let inner = Box::pin(next.run(request));
    Isolated { root, nobody, inner }.await
}

struct Isolated<F> {
    root: Root,
    nobody: Owner,
    inner: Pin<Box<F>>,
}

impl<F: Future> Future for Isolated<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let owner = self.root.owner().unwrap_or_else(|| self.nobody.clone());
        owner.with(|| self.inner.as_mut().poll(context))
    }
}
