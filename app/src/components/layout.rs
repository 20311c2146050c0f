//! The frame around the pages.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    Avatar, Icon, Mark,
    notice::PageNotice,
    palette::{Dialogs, Palette, SearchField},
    sidebar::Sidebar,
    theme::Themes,
};
use crate::{chrome::use_chrome, paths};

/// Topbar, sidebar and the page; whoever is not signed in sees the page alone.
#[component]
pub(crate) fn Layout(children: Children) -> impl IntoView {
    let chrome = use_chrome();
    follow();
    let alone = use_location().pathname.with_untracked(|path| paths::stands_alone(path));
    let person = chrome.with_untracked(|chrome| chrome.person.clone());
    let Some(person) = person.filter(|_| !alone) else {
        return children().into_any();
    };
    let label = person.label.clone();
    let palette = Palette::new();
    view! {
        <a class="skip" href="#main" rel="external">"Skip to content"</a>
        <div class="app">
            <header class="topbar">
                <details class="nav-toggle">
                    <summary class="button quiet square" aria-label="Menu"><Icon name="menu" /></summary>
                </details>
                <a class="brand" href=paths::HOME aria-label="Strongroom, home"><Mark /><span>"Strongroom"</span></a>
                <Crumbs />
                <SearchField palette />
                <Themes />
                <details class="menu">
                    <summary aria-label=format!("Account: {label}")><Avatar of=label.clone() /></summary>
                    <ul>
                        <li><span class="menu-text">{label}</span></li>
                        <li><a href=paths::ACCOUNT><Icon name="gear" />"Account"</a></li>
                        <li><a href=paths::TOKENS><Icon name="token" />"Tokens"</a></li>
                        <li><a href=paths::KEYS><Icon name="help" />"Keys"</a></li>
                        <li>
                            <form action=paths::LOGOUT method="post">
                                <button type="submit" class="button quiet small"><Icon name="out" />"Sign out"</button>
                            </form>
                        </li>
                    </ul>
                </details>
            </header>
            <Sidebar person />
            <main class="main" id="main" tabindex="-1">
                <PageNotice />
                {children()}
            </main>
        </div>
        <Dialogs palette />
    }
    .into_any()
}

/// Steps inside the browser: a notice has been read, menus close, another project may have opened.
fn follow() {
    let chrome = use_chrome();
    let path = use_location().pathname;
    Effect::watch(
        move || path.get(),
        move |path, _, _| {
            if chrome.with_untracked(|chrome| chrome.notice.is_some()) {
                chrome.update(|chrome| chrome.notice = None);
            }
            close_menus();
            let open = paths::project_of(path).map(String::from).unwrap_or_default();
            if !open.is_empty() && chrome.with_untracked(|chrome| chrome.tree.open != open) {
                leptos::task::spawn_local(async move {
                    if let Ok(tree) = crate::chrome::load_tree(open).await {
                        chrome.update(|chrome| chrome.tree = tree);
                    }
                });
            }
        },
        false,
    );
}

#[cfg(feature = "hydrate")]
fn close_menus() {
    use wasm_bindgen::JsCast;
    let Ok(open) = document().query_selector_all("details.menu[open], details.nav-toggle[open]") else {
        return;
    };
    for index in 0..open.length() {
        if let Some(element) = open.get(index).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) {
            let _ = element.remove_attribute("open");
        }
    }
}

#[cfg(not(feature = "hydrate"))]
fn close_menus() {}

#[component]
fn Crumbs() -> impl IntoView {
    let path = use_location().pathname;
    let steps = move || {
        paths::crumbs(&path.get())
            .into_iter()
            .map(|(label, address)| match address {
                Some(address) => view! { <li><a href=address>{label}</a></li> }.into_any(),
                None => view! { <li><span aria-current="page">{label}</span></li> }.into_any(),
            })
            .collect::<Vec<_>>()
    };
    view! { <nav class="crumbs" aria-label="Breadcrumb"><ol>{steps}</ol></nav> }
}
