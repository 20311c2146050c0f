//! What a form had to say, shown once.

use leptos::prelude::*;

use super::{Icon, sentence};
use crate::{
    chrome::use_chrome,
    notice::{Notice, Tone},
};

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
    let Notice { tone, title, problems, .. } = notice;
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
    view! {
        <div class=class role=role>
            <Icon name=icon />
            <div>
                <b>{sentence(&title)}</b>
                {(!problems.is_empty()).then(|| view! { <ul class="problems">{problems}</ul> })}
            </div>
        </div>
    }
}
