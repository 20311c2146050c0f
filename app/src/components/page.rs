//! Heads, callouts and empty states.

use leptos::prelude::*;
use leptos_meta::Title;

use super::Icon;

/// The title of a page, in the window and on it, with what can be done.
#[component]
pub fn PageHead(
    /// The title.
    #[prop(into)]
    title: String,
    /// A sentence below.
    #[prop(optional, into)]
    lead: String,
    /// Buttons and links at the end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <header class="page-head">
            <div class="page-title">
                <h1>{title}</h1>
                {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </header>
    }
}

/// Something to know, and its way out.
#[component]
pub fn Callout(
    /// `good`, `info`, `warn` or `bad`.
    tone: &'static str,
    /// Its icon.
    icon: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <div class=format!("callout {tone}")>
            <Icon name=icon />
            <div>{children()}</div>
        </div>
    }
}

/// Nothing here yet: why, and what to do.
#[component]
pub fn Empty(
    /// An icon of what is missing.
    icon: &'static str,
    /// What is missing.
    #[prop(into)]
    title: String,
    /// What to do about it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=icon />
            <h2>{title}</h2>
            {children.map(|children| children())}
        </div>
    }
}

/// A point in time, to the minute, in UTC: the same on the server and in the browser.
#[component]
pub fn When(
    /// When.
    at: domain::Millis,
) -> impl IntoView {
    view! { <time datetime=at.to_string() title=format!("{} UTC", at.minute())>{at.minute()}</time> }
}

/// A sentence of the server: with a capital, and what stands in backticks set as code.
pub fn sentence(text: &str) -> Vec<AnyView> {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let text: String = first.chain(letters).collect();
    text.split('`')
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(|(index, part)| {
            let part = part.to_owned();
            if index % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
        })
        .collect()
}

/// `1 service`, `2 services`.
pub fn counted(count: usize, one: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {one}{ending}")
}
