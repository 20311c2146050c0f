//! Pages without the frame of the app and without script: answers to forms.

use leptos::prelude::*;

use crate::sprite::sprite;

/// How such a page looks.
pub struct Look {
    /// The stylesheet.
    pub css: String,
    /// `light` or `dark`; the system decides when absent.
    pub theme: Option<String>,
}

/// A whole page as HTML, with `body` in its middle. Everything in it is escaped by the view.
pub(crate) fn bare_page<V: IntoView>(title: &'static str, look: Look, body: impl FnOnce() -> V) -> String {
    let Look { css, theme } = look;
    Owner::new().with(|| {
        view! {
            <!DOCTYPE html>
            <html lang="en" data-theme=theme>
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content="light dark" />
                    <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                    <title>{format!("{title} · Strongroom")}</title>
                    {(!css.is_empty()).then(|| view! { <link rel="stylesheet" href=css /> })}
                </head>
                <body>
                    {sprite()}
                    <main class="main">{body()}</main>
                </body>
            </html>
        }
        .to_html()
    })
}
