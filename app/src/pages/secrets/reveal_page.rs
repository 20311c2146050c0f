//! The value on a page of its own, for browsers without script: never stored, gone after thirty seconds, and asleep.

use domain::{Kind, MASK, Scope, SecretName, api::Revealed};
use leptos::prelude::*;

use super::{place::scope_name, unseen};
use crate::{
    components::{Icon, LevelIcon, Mark},
    pages::{Look, bare_page},
};

/// What the page shows.
pub struct RevealedPage {
    /// Where the value lives.
    pub scope: Scope,
    /// Its name.
    pub name: SecretName,
    /// The value.
    pub revealed: Revealed,
    /// The page it leads back to.
    pub back: String,
    /// How it looks.
    pub look: Look,
}

/// The page as HTML. Everything in it is escaped by the view; a file is answered by its length alone.
pub fn revealed_page(page: RevealedPage) -> String {
    let RevealedPage { scope, name, revealed, back, look } = page;
    let text = revealed.value.0.as_str();
    let (value, note) = if revealed.kind == Kind::File {
        let note = "A file is not shown; the page before downloads it, and so does the command line.";
        (view! { <span class="mask">{MASK}</span> }.into_any(), note.to_owned())
    } else {
        let pieces: Vec<_> = unseen::pieces(text)
            .into_iter()
            .map(|(mark, text)| view! { <span class=mark.then_some("unseen")>{text.to_owned()}</span> })
            .collect();
        (view! { <pre tabindex="0" aria-label="Revealed value">{pieces}</pre> }.into_any(), unseen::sentence(text))
    };
    let label = scope_name(&scope);
    bare_page("Revealed value", look, move || {
        view! {
            <div class="page narrow middle">
                <header class="page-head">
                    <div class="page-title">
                        <h1><Mark />{name.to_string()}</h1>
                        <p><LevelIcon level=scope.level label />{format!(", version {}", revealed.version)}</p>
                    </div>
                </header>
                <div class="value-box">
                    {value}
                    <footer><span>{note}</span></footer>
                </div>
                <dl class="facts"><dt>"Recorded as"</dt><dd><code>{revealed.audit_id.clone()}</code></dd></dl>
                <p class="hint">"This page leaves after 30 seconds. It is not kept by the browser; going back asks again."</p>
                <div class="actions"><a class="button primary" href=back><Icon name="lock" />"Hide now"</a></div>
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_escaped_and_nothing_runs() {
        let html = revealed_page(RevealedPage {
            scope: Scope::platform(None),
            name: "X".parse().unwrap(),
            revealed: Revealed {
                value: "</pre><script>alert(1)</script>\n".to_owned().into(),
                kind: Kind::Text,
                file_name: None,
                version: 3,
                audit_id: "a".into(),
            },
            back: "/platform?open=X&env=all".into(),
            look: Look { css: "/pkg/x.css".into(), theme: None },
        });
        assert!(html.starts_with("<!DOCTYPE html>"));
        assert!(html.contains("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(html.contains("⏎") && !html.contains("<script"));
    }
}
