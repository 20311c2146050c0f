//! What a form had to say, shown once; and the way to take it back.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{Icon, sentence};
use crate::{
    chrome::use_chrome,
    notice::{Notice, Tone},
    paths::forms,
};

/// How long a notice that offers undo stays as a toast, in tenths of a second. Afterwards undo lives in History.
const SHOWN: u32 = 100;

/// The notice that came with the page, above everything.
#[component]
pub(crate) fn PageNotice() -> impl IntoView {
    let chrome = use_chrome();
    let notice = Memo::new(move |_| chrome.with(|chrome| chrome.notice.clone()));
    move || notice.get().map(|notice| view! { <NoticeBox notice /> })
}

/// The notice that came with the page, inside a form that stands alone.
#[component]
pub fn FormNotice() -> impl IntoView {
    let notice = use_chrome().with_untracked(|chrome| chrome.notice.clone());
    notice.map(|notice| view! { <NoticeBox notice /> })
}

/// A notice: done; or refused, with every reason.
#[component]
pub fn NoticeBox(
    /// What to say.
    notice: Notice,
) -> impl IntoView {
    let Notice { tone, title, problems, undo, .. } = notice;
    let (class, icon, role) = match tone {
        Tone::Good => ("callout good", "ok", "status"),
        Tone::Bad => ("callout bad", "invalid", "alert"),
    };
    let problems = problems
        .into_iter()
        .map(|problem| (problem.message != title, problem))
        .filter(|(tells, problem)| *tells || problem.name.is_some() || problem.line.is_some())
        .map(|(tells, problem)| {
            let place = match (problem.line, problem.column) {
                (Some(line), Some(column)) => format!("line {line}, column {column}"),
                (Some(line), None) => format!("line {line}"),
                _ => String::new(),
            };
            view! {
                <li>
                    {problem.name.map(|name| view! { <code>{name}</code> " " })}
                    {tells.then(|| sentence(&problem.message))}
                    {(!place.is_empty()).then(|| view! { " " <span class="quiet-text">{place}</span> })}
                </li>
            }
        })
        .collect::<Vec<_>>();
    let toast = RwSignal::new(false);
    let held = StoredValue::new(false);
    if undo.is_some() {
        let_go(toast, held);
    }
    let undo = undo.map(|change| view! { <UndoForm change label="Undo" key="u" /> });
    view! {
        <div
            class=class
            class:toast=toast
            role=role
            on:pointerenter=move |_| held.set_value(true)
            on:pointerleave=move |_| held.set_value(false)
            on:focusin=move |_| held.set_value(true)
            on:focusout=move |_| held.set_value(false)
        >
            <Icon name=icon />
            <div>
                <b>{sentence(&title)}</b>
                {(!problems.is_empty()).then(|| view! { <ul class="problems">{problems}</ul> })}
            </div>
            {undo}
        </div>
    }
}

/// Makes a notice a toast once script is there, and lets it go after a while; hovered or focused it stays.
fn let_go(toast: RwSignal<bool>, held: StoredValue<bool>) {
    let chrome = use_chrome();
    Effect::new(move |_| {
        toast.set(true);
        let left = StoredValue::new(SHOWN);
        let tick = move || {
            if held.try_get_value() != Some(false) {
                return;
            }
            let _ = left.try_update_value(|left| *left = left.saturating_sub(1));
            if left.try_get_value() == Some(0) {
                chrome.update(|chrome| chrome.notice = None);
            }
        };
        if let Ok(timer) = set_interval_with_handle(tick, Duration::from_millis(100)) {
            on_cleanup(move || timer.clear());
        }
    });
}

/// Takes a change back and comes back to this page.
#[component]
pub fn UndoForm(
    /// The change.
    change: String,
    /// What the button says.
    label: &'static str,
    /// Its key on the keyboard.
    #[prop(optional)]
    key: Option<&'static str>,
) -> impl IntoView {
    let location = use_location();
    let back = format!("{}{}", location.pathname.get_untracked(), search(&location.search.get_untracked()));
    view! {
        <form class="undo-form" action=forms::UNDO method="post">
            <input type="hidden" name="change" value=change />
            <input type="hidden" name="back" value=back />
            <button class="button small" type="submit" data-key=key><Icon name="undo" />{label}</button>
        </form>
    }
}

/// The query with its mark; the router leaves it out.
fn search(search: &str) -> String {
    match search.trim_start_matches('?') {
        "" => String::new(),
        rest => format!("?{rest}"),
    }
}
