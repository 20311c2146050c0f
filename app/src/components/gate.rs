//! The door: pages for whoever is not signed in yet.

use leptos::prelude::*;
use leptos_meta::Title;

use super::Mark;
use crate::chrome::use_chrome;

/// A page without the frame: a form on one side, the door on the other.
#[component]
pub fn Gate(
    /// The title.
    title: &'static str,
    children: Children,
) -> impl IntoView {
    let host = use_chrome().with_untracked(|chrome| chrome.host.clone());
    view! {
        <Title text=title />
        <div class="gate">
            <main>
                <div class="gate-form">
                    <header class="stack-2">
                        <Mark />
                        <h1>{title}</h1>
                        <p class="quiet-text">{host}</p>
                    </header>
                    {children()}
                </div>
            </main>
            <div class="gate-door" aria-hidden="true">
                <svg class="gate-mark" viewBox="0 0 24 24">
                    <circle cx="12" cy="12" r="11.6" />
                    <circle class="dial" cx="12" cy="12" r="10.7" pathLength="72" />
                    <circle cx="12" cy="12" r="9.8" />
                    <circle class="lit" cx="12" cy="12" r="7.6" />
                    <path
                        class="bolt"
                        d="M8.5 8.8h14.3M8.5 12h8.2M8.5 15.2h5.2"
                        stroke-width="0.9"
                        stroke-linecap="round"
                    />
                </svg>
            </div>
        </div>
    }
}
