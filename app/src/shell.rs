//! The document around the app. Rendered by the server only; the browser's program wakes up what is inside the body.

use leptos::{nonce::use_nonce, prelude::*, tachys::reactive_graph::OwnedView};
use leptos_meta::MetaTags;

use crate::{
    App,
    chrome::Chrome,
    context::{Assets, RequestContext, Still, extension},
    sprite::sprite,
};

/// The whole page. `options` is what leptos' own routing asks for; the addresses come from [`Assets`].
#[must_use]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let _ = options;
    // The frame's data is there before anything is rendered; pages are rendered whole, so nothing waits longer for it.
    Suspend::new(async {
        provide_context(Chrome::of_this_request().await);
        // What is rendered after waiting must still find this request's context.
        OwnedView::new(document())
    })
}

fn document() -> AnyView {
    let assets = use_context::<Assets>().unwrap_or_default();
    let theme = extension::<RequestContext>().and_then(|request| request.theme);
    let nonce = use_nonce();
    let wakes = !assets.js.is_empty() && extension::<Still>().is_none();
    let awake = wakes.then(|| {
        view! {
            <link rel="modulepreload" href=assets.js.clone() nonce=nonce.clone() />
            <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
            <script
                id="wake"
                type="module"
                nonce=nonce.clone()
                data-js=assets.js.clone()
                data-wasm=assets.wasm.clone()
            >
                {include_str!("wake.js")}
            </script>
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                {(!assets.css.is_empty()).then(|| view! { <link rel="stylesheet" href=assets.css.clone() /> })}
                <script nonce=nonce.clone()>{include_str!("shell.js")}</script>
                {awake}
                <MetaTags />
            </head>
            <body>
                <App />
                {sprite()}
            </body>
        </html>
    }
    .into_any()
}
